// SPDX-License-Identifier: Apache-2.0
#include "evaluator/histogram_memory.h"

#include "base/buf.h"
#include "model/limits.h"
#include "tests/evaluator/listed_histogram.h"
#include "tests/harness/test.h"

// An answer with histograms of these buckets, ended by NULL.
static void learn(struct histogram_bounds *bounds, const char *const *elements) {
	struct sample_vector vector = { 0 };
	autoarena struct arena arena = { 0 };
	for (; *elements != NULL; elements++)
		array_append(&vector, ((struct sample){ .histogram = (*elements)[0] == '\0' ? NULL : listed_histogram(&vector.arena, *elements) }));
	histogram_bounds_learn(bounds, &vector, &arena);
	sample_vector_finish(&vector);
}

#define LEARN(...) learn(&bounds, (const char *const[]){ __VA_ARGS__, NULL })

static void expect(const struct histogram_bounds *bounds, const char *wanted) {
	autobuf struct buf got = { 0 };
	for (size_t i = 0; i < bounds->count; i++)
		buf_format(&got, "%s%g", i == 0 ? "" : " ", bounds->items[i]);
	CHECK_CSTR(buf_cstr(&got), wanted);
}

TEST(boundaries_of_all_histograms_and_answers_come_together) {
	struct histogram_bounds bounds = { 0 };
	LEARN("[[0,\"0.1\",\"0.25\",\"1\"]]", "", "[[3,\"-Inf\",\"0.1\",\"1\"],[0,\"5\",\"10\",\"1\"]]");
	expect(&bounds, "0.1 0.25 5 10");
	LEARN("[[0,\"0.25\",\"0.5\",\"1\"],[0,\"3\",\"5\",\"1\"],[0,\"10\",\"+Inf\",\"1\"]]");
	expect(&bounds, "0.1 0.25 0.5 3 5 10");
	array_finish(&bounds);
}

TEST(exponential_buckets_teach_nothing) {
	struct histogram_bounds bounds = { 0 };
	LEARN("[[0,\"1\",\"2\",\"1\"],[0,\"4\",\"8\",\"1\"]]", "[]", "[[3,\"-1\",\"1\",\"1\"]]", "[[1,\"-3\",\"-2\",\"1\"]]");
	expect(&bounds, "");
	array_finish(&bounds);
}

TEST(one_that_contradicts_others_teaches_nothing) {
	struct histogram_bounds bounds = { 0 };
	LEARN("[[0,\"1\",\"3\",\"1\"],[0,\"3\",\"7\",\"1\"]]", "[[0,\"1\",\"7\",\"1\"],[0,\"9\",\"10\",\"1\"]]");
	expect(&bounds, "1 3 7");
	array_finish(&bounds);
}

TEST(when_all_contradict_what_was_known_is_forgotten) {
	struct histogram_bounds bounds = { 0 };
	LEARN("[[0,\"1\",\"3\",\"1\"],[0,\"3\",\"7\",\"1\"]]");
	LEARN("[]");
	expect(&bounds, "1 3 7");
	LEARN("[[0,\"2\",\"5\",\"1\"]]", "[[0,\"5\",\"9\",\"1\"]]");
	expect(&bounds, "2 5 9");
	array_finish(&bounds);
}

TEST(more_boundaries_than_are_remembered_are_not_learnt) {
	struct histogram_bounds bounds = { 0 };
	autobuf struct buf many = { 0 };
	for (int i = 0; i < LIMIT_HISTOGRAM_BOUNDS; i++)
		buf_format(&many, "%s[0,\"%d.1\",\"%d.1\",\"1\"]", i == 0 ? "[" : ",", i, i + 1);
	buf_append_char(&many, ']');
	LEARN("[[0,\"0.1\",\"1.1\",\"1\"]]", buf_cstr(&many));
	expect(&bounds, "0.1 1.1");
	array_finish(&bounds);
}
