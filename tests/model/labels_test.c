// SPDX-License-Identifier: Apache-2.0
#include "model/labels.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json_read.h"
#include "tests/harness/test.h"

static const struct labels *make(const char *const *pairs, size_t count) {
	struct label_builder builder = { 0 };
	for (size_t i = 0; i < count; i++)
		label_builder_set(&builder, str_of(pairs[2 * i]), str_of(pairs[2 * i + 1]));
	const struct labels *labels = label_builder_build(&builder);
	label_builder_finish(&builder);
	return labels;
}

TEST(a_set_is_sorted_unique_and_without_empty_values) {
	const struct labels *labels = make((const char *const[]){ "b", "2", "a", "1", "c", "", "b", "3" }, 4);
	autobuf struct buf out = { 0 };
	labels_format(&out, labels);
	CHECK_STR(buf_str(&out), "{a=\"1\", b=\"3\"}");
	CHECK_STR(labels_get(labels, STR("b")), "3");
	CHECK_STR(labels_get(labels, STR("c")), "");
	labels_unref(labels);
}

TEST(the_fingerprint_is_alertmanagers) {
	// Alertmanager 0.25 shows 16 hex digits for the alert with this one label.
	const struct labels *labels = make((const char *const[]){ "alertname", "A" }, 1);
	char hex[20];
	snprintf(hex, sizeof hex, "%016llx", (unsigned long long)labels->fingerprint);
	CHECK_CSTR(hex, "d2c6efc389df0927");
	labels_unref(labels);
}

TEST(sets_survive_json) {
	const struct labels *labels = make((const char *const[]){ "a", "x\"\\\n<ü>", "b", "y" }, 2);
	autobuf struct buf json = { 0 };
	labels_to_json(&json, labels);
	CHECK_STR(buf_str(&json), "{\"a\":\"x\\\"\\\\\\n\\u003cü\\u003e\",\"b\":\"y\"}");
	struct error err;
	const struct labels *back = labels_from_json(buf_str(&json), &err);
	CHECK(back != NULL && labels_equal(labels, back));
	labels_unref(back);
	labels_unref(labels);
}

TEST(broken_json_is_refused) {
	static const char *const broken[] = { "", "[]", "{\"a\":1}", "{\"a\":\"b\"", "{\"a\":\"b\"}x" };
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		struct error err = { 0 };
		CHECK(labels_from_json(str_of(broken[i]), &err) == NULL);
		CHECK(err.code == ERR_CORRUPT);
	}
}

TEST(sets_order_as_prometheus_orders_them) {
	const struct labels *a = make((const char *const[]){ "a", "1" }, 1);
	const struct labels *ab = make((const char *const[]){ "a", "1", "b", "1" }, 2);
	const struct labels *b = make((const char *const[]){ "b", "0" }, 1);
	CHECK(labels_compare(a, ab) < 0);
	CHECK(labels_compare(ab, b) < 0);
	CHECK(labels_compare(b, a) > 0);
	labels_unref(a);
	labels_unref(ab);
	labels_unref(b);
}

TEST(a_set_of_any_size_comes_back_with_its_fingerprint_or_without) {
	enum { MOST = 100 };
	static char names[MOST][8];
	static struct label items[MOST];
	for (size_t i = 0; i < MOST; i++)
		items[i] = (struct label){ str_make(names[i], (size_t)snprintf(names[i], sizeof names[i], "n%03zu", i)), str_make(names[i] + 1, 3) };
	for (size_t count = 0; count <= MOST; count++) {
		const struct labels *labels = labels_from_sorted(items, count), *unhashed = labels_unhashed(items, count);
		CHECK(labels_equal_items(labels, items, count) && labels_equal_items(unhashed, items, count));
		CHECK(labels->fingerprint == labels_hash(items, count) && unhashed->fingerprint == 0);
		labels_unref(labels);
		labels_unref(unhashed);
	}
}

TEST(long_texts_come_back_as_they_were) {
	static char text[70000];
	memset(text, 'x', sizeof text);
	static const size_t lengths[] = { 1, 127, 128, 300, 16383, 16384, sizeof text };
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		const struct label items[] = { { STR("a"), str_make(text, lengths[i]) }, { str_make(text, lengths[i]), STR("y") } };
		const struct labels *labels = labels_from_sorted(items, 2);
		autoarena struct arena arena = { 0 };
		const struct label *back = labels_unpack(labels, &arena);
		CHECK(str_equal(back[0].name, items[0].name) && str_equal(back[0].value, items[0].value));
		CHECK(str_equal(back[1].name, items[1].name) && str_equal(back[1].value, items[1].value));
		const struct labels *kept = labels_copy_to(&arena, labels);
		labels_unref(labels);
		const struct labels *copy = labels_copy(kept);
		CHECK(labels_equal(kept, copy));
		labels_unref(copy);
	}
}

static const struct labels *labels_in(const char *json) {
	autoarena struct arena arena = { 0 };
	struct json_reader reader;
	json_read_init(&reader, &arena, str_of(json));
	const struct labels *labels = labels_read(&reader);
	CHECK((labels == NULL) == reader.failed);
	return labels;
}

TEST(labels_within_a_document_keep_empty_values_and_must_be_sorted) {
	const struct labels *labels = labels_in("{\"a\":\"\",\"b\":\"x\\ny\"}");
	CHECK_INT(labels->count, 2);
	struct label_walk walk = labels_walk(labels);
	struct label first;
	CHECK(label_walk_next(&walk, &first));
	CHECK_STR(first.name, "a");
	CHECK_STR(first.value, "");
	CHECK_STR(labels_get(labels, STR("b")), "x\ny");
	labels_unref(labels);
	static const char *const broken[] = { "{\"b\":\"\",\"a\":\"\"}", "{\"a\":\"1\",\"a\":\"2\"}", "{\"a\":1}", "{\"a\":\"1\"", "[]" };
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
		CHECK(labels_in(broken[i]) == NULL);
}
