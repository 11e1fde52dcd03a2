// SPDX-License-Identifier: Apache-2.0
// Layouts of listed buckets. What Prometheus lists was recorded from Prometheus 3.14.
#include "evaluator/histogram_layout.h"

#include "base/buf.h"
#include "tests/evaluator/listed_histogram.h"
#include "tests/harness/test.h"

#include <float.h>
#include <math.h>

static void show_side(struct buf *out, const char *name, const struct histogram_side *side) {
	for (size_t i = 0; i < side->count; i++)
		buf_format(out, "%s%d:%g", i == 0 ? name : " ", side->indices[i], side->counts[i]);
}

static void show(struct buf *out, const struct histogram_layout *layout) {
	buf_format(out, "%d", layout->schema);
	if (layout->zero_threshold != 0 || layout->zero_count != 0)
		buf_format(out, " zero %g:%g", layout->zero_threshold, layout->zero_count);
	show_side(out, " - ", &layout->negative);
	show_side(out, " + ", &layout->positive);
	for (size_t i = 0; i < layout->bound_count; i++)
		buf_format(out, "%s%g", i == 0 ? " at " : " ", layout->bounds[i]);
}

static void expect(const char *buckets, const struct histogram_bounds *known, const char *wanted) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf got = { 0 };
	struct histogram_layout layout;
	struct error err;
	if (histogram_layout_find(&layout, listed_histogram(&arena, buckets), known, &arena, &err))
		show(&got, &layout);
	else
		buf_append_cstr(&got, err.text);
	if (strcmp(buf_cstr(&got), wanted) != 0)
		FAIL_TEST("%s\n  gave   %s\n  wanted %s", buckets, buf_cstr(&got), wanted);
}

// clang-format off: packed rows
TEST(what_prometheus_lists_gets_the_layout_that_it_had) {
	static const char *const cases[][2] = {
		{ "[[0,\"0.0000152587890625\",\"1\",\"61\"],[0,\"1\",\"65536\",\"122\"],[0,\"18446744073709552000\",\"1.2089258196146292e+24\",\"181\"]]", "-4 + 0:61 1:122 5:181" },
		{ "[[0,\"0.0625\",\"0.125\",\"61\"],[0,\"0.125\",\"0.25\",\"125\"],[0,\"8\",\"16\",\"182.5\"]]", "0 + -3:61 -2:125 4:182.5" },
		{ "[[3,\"-2.938735877055719e-39\",\"2.938735877055719e-39\",\"63\"],[0,\"0.1621049443313762\",\"0.17677669529663687\",\"61\"],[0,\"0.17677669529663687\",\"0.1927763531759926\",\"122\"],[0,\"12.337686603263526\",\"13.45434264405943\",\"362\"]]",
		    "3 zero 2.93874e-39:63 + -20:61 -19:122 30:362" },
		{ "[[1,\"-2.82842712474619\",\"-2\",\"184\"],[1,\"-1\",\"-0.7071067811865475\",\"121\"],[1,\"-0.5\",\"-0.35355339059327373\",\"62\"],[3,\"-0.001\",\"0.001\",\"62\"],[0,\"0.7071067811865475\",\"1\",\"63\"]]",
		    "1 zero 0.001:62 - -2:62 0:121 3:184 + 0:63" },
		{ "[[1,\"-1.414213562373095\",\"-1.189207115002721\",\"121\"],[1,\"-0.8408964152537144\",\"-0.7071067811865475\",\"62\"]]", "2 - -1:62 2:121" },
		{ "[[1,\"-0.5\",\"-0.3\",\"63\"],[3,\"-0.3\",\"0.3\",\"61\"],[0,\"0.3\",\"0.5\",\"62\"],[0,\"0.5\",\"1\",\"121\"]]", "0 zero 0.3:61 - -1:63 + -1:62 0:121" },
		{ "[[0,\"4.49423283715579e+307\",\"8.98846567431158e+307\",\"61\"],[0,\"8.98846567431158e+307\",\"1.7976931348623157e+308\",\"122\"],[0,\"1.7976931348623157e+308\",\"+Inf\",\"183\"]]", "0 + 1023:61 1024:122 1025:183" },
		{ "[[0,\"2.177395114016827e-308\",\"2.2250738585072014e-308\",\"61\"],[0,\"4.354790228033654e-308\",\"4.450147717014403e-308\",\"122\"]]", "5 + -32704:61 -32672:122" },
		{ "[[3,\"-Inf\",\"-1\",\"31\"],[0,\"-1\",\"0.005\",\"61\"],[0,\"0.01\",\"0.025\",\"121\"],[0,\"10\",\"+Inf\",\"391\"]]", "-53 + 0:31 1:61 3:121 5:391 at -1 0.005 0.01 0.025 10" },
		{ "[[0,\"-1\",\"0.005\",\"31\"],[0,\"5\",\"10\",\"181\"]]", "-53 + 1:31 3:181 at -1 0.005 5 10" },
		{ "[[0,\"0.005\",\"0.01\",\"31\"],[0,\"0.5\",\"1\",\"91\"]]", "-53 + 1:31 3:91 at 0.005 0.01 0.5 1" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		expect(cases[i][0], NULL, cases[i][1]);
}

TEST(what_is_not_listed_takes_nothing_from_others) {
	expect("[]", NULL, "8");
	expect("[[3,\"-0.5\",\"0.5\",\"61\"]]", NULL, "8 zero 0.5:61");
	expect("[[3,\"-0\",\"0\",\"61\"]]", NULL, "8 zero 0:61");
	expect("[[0,\"1.7976931348623157e+308\",\"+Inf\",\"1\"]]", NULL, "8 + 262145:1");
	expect("[[3,\"-0.3\",\"0.3\",\"1\"],[0,\"0.3\",\"0.5\",\"1\"]]", NULL, "0 zero 0.3:1 + -1:1");
	expect("[[3,\"-0.4987\",\"0.4987\",\"1\"],[0,\"0.4987\",\"0.5\",\"1\"]]", NULL, "8 zero 0.4987:1 + -256:1");
}

TEST(buckets_of_no_histogram_are_refused) {
	static const char *const cases[][2] = {
		{ "[[1,\"-3\",\"-2\",\"1\"]]", "no schema has its buckets, the first of which is from -3 to -2" },
		{ "[[3,\"-0.1\",\"0.1\",\"1\"],[0,\"0.2\",\"0.5\",\"1\"]]", "no schema has its buckets, the first of which is from -0.1 to 0.1" }, // cut where the zero bucket does not reach
		{ "[[3,\"-2\",\"2\",\"1\"],[0,\"1\",\"2\",\"1\"]]", "no schema has its buckets, the first of which is from -2 to 2" },
		{ "[[3,\"-1\",\"1\",\"1\"],[3,\"-1\",\"1\",\"1\"]]", "no schema has its buckets, the first of which is from -1 to 1" },
		{ "[[3,\"-1\",\"2\",\"1\"]]", "no schema has its buckets, the first of which is from -1 to 2" },
		{ "[[2,\"1\",\"2\",\"1\"]]", "no schema has its buckets, the first of which is from 1 to 2" },
		{ "[[0,\"2\",\"1\",\"1\"]]", "no schema has its buckets, the first of which is from 2 to 1" },
		{ "[[0,\"1\",\"1\",\"1\"]]", "no schema has its buckets, the first of which is from 1 to 1" },
		{ "[[0,\"NaN\",\"1\",\"1\"]]", "no schema has its buckets, the first of which is from nan to 1" },
		{ "[[0,\"1\",\"NaN\",\"1\"]]", "no schema has its buckets, the first of which is from 1 to nan" },
		{ "[[0,\"2\",\"4\",\"1\"],[0,\"1\",\"2\",\"1\"]]", "no schema has its buckets, the first of which is from 2 to 4" },
		{ "[[0,\"1\",\"2\",\"1\"],[0,\"1\",\"2\",\"1\"]]", "no schema has its buckets, the first of which is from 1 to 2" },
		{ "[[0,\"1\",\"3\",\"1\"],[0,\"2\",\"5\",\"1\"]]", "no schema has its buckets, the first of which is from 1 to 3" },
		{ "[[1,\"-2\",\"-1\",\"1\"],[0,\"1\",\"4\",\"1\"]]", "no schema has its buckets, the first of which is from -2 to -1" }, // two schemas
		{ "[[0,\"-Inf\",\"4\",\"1\"]]", "no schema has its buckets, the first of which is from -inf to 4" },
		{ "[[0,\"1\",\"2\",\"-1\"]]", "the count of its bucket from 1 to 2 is negative" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		expect(cases[i][0], NULL, cases[i][1]);
}
// clang-format on

TEST(a_negative_count_is_refused_and_one_that_is_no_number_is_not) {
	autoarena struct arena arena = { 0 };
	struct histogram_layout layout;
	struct error err;
	struct histogram histogram = { .count = -1 };
	CHECK(!histogram_layout_find(&layout, &histogram, NULL, &arena, &err));
	CHECK_CSTR(err.text, "its count is negative");
	histogram.count = (double)NAN;
	CHECK(histogram_layout_find(&layout, &histogram, NULL, &arena, &err));
}

TEST(custom_buckets_stand_among_the_boundaries_that_are_known) {
	double items[] = { 0.25, 0.5, 1, 2.5, 5 };
	const struct histogram_bounds known = { .items = items, .count = 5 };
	expect("[[0,\"1\",\"2.5\",\"4\"]]", &known, "-53 + 3:4 at 0.25 0.5 1 2.5 5");
	expect("[[0,\"0.5\",\"1\",\"4\"]]", &known, "-53 + 2:4 at 0.25 0.5 1 2.5 5"); // else it would be of schema 0
	expect("[[3,\"-Inf\",\"0.25\",\"1\"],[0,\"5\",\"+Inf\",\"4\"]]", &known, "-53 + 0:1 5:4 at 0.25 0.5 1 2.5 5");
	expect("[[0,\"1\",\"2\",\"4\"]]", &known, "0 + 1:4");
	expect("[[0,\"0.5\",\"2.5\",\"4\"]]", &known, "-53 + 1:4 at 0.5 2.5"); // reaches over 1
	expect("[[0,\"3\",\"5\",\"4\"]]", &known, "-53 + 1:4 at 3 5");         // 3 is not known
	expect("[[0,\"2.5\",\"+Inf\",\"4\"]]", &known, "-53 + 1:4 at 2.5");
}

static double bound_of(int index, int schema, int off) {
	double bound = exp2(ldexp(index, -schema));
	for (; off != 0; off += off > 0 ? -1 : 1)
		bound = nextafter(bound, off > 0 ? (double)INFINITY : 0);
	return bound;
}

// Each bucket alone is of one schema and has one index, also where another table of boundaries is a little off.
static void expect_alone(struct arena *arena, int schema, int index, int off) {
	struct histogram_layout layout;
	struct error err;
	struct histogram_bucket bucket = { bound_of(index - 1, schema, off), bound_of(index, schema, -off), 1, BUCKET_UPPER_INCLUSIVE };
	const struct histogram histogram = { 1, 1, &bucket, 1 };
	struct arena_mark mark = arena_mark(arena);
	if (!histogram_layout_find(&layout, &histogram, NULL, arena, &err))
		FAIL_TEST("schema %d, index %d, off by %d: %s", schema, index, off, err.text);
	if (layout.schema != schema || layout.positive.count != 1 || layout.positive.indices[0] != index)
		FAIL_TEST("schema %d, index %d, off by %d: got schema %d, index %d", schema, index, off, layout.schema, layout.positive.indices[0]);
	arena_release(arena, mark);
}

TEST(every_bucket_tells_its_schema_and_index) {
	autoarena struct arena arena = { 0 };
	for (int schema = SCHEMA_MIN; schema <= SCHEMA_MAX; schema++) {
		int last = (int)ldexp(1022, schema), step = schema > 4 ? 7 : 1;
		for (int index = -last + 1; index <= last; index += step)
			for (int off = -4; off <= 4; off += 4)
				expect_alone(&arena, schema, index, off);
	}
}
