// SPDX-License-Identifier: Apache-2.0
#include "evaluator/recording.h"

#include "base/snappy_block.h"
#include "evaluator/remote_write_encode.h"
#include "tests/evaluator/listed_histogram.h"
#include "tests/evaluator/write_request.h"
#include "tests/harness/test.h"

static const struct rule_text
    job = { .name = { "job", 3 }, .text = { "", 0 } },
    zone = { .name = { "zone", 4 }, .text = { "a", 1 } },
    *const rule_labels[] = { &job, &zone };
static const struct rule rule = { .kind = RULE_RECORDING, .name = { "job:up:sum", 10 }, .labels = rule_labels, .label_count = 2 };

static bool add(struct recording *recording, const struct label *labels, size_t count) {
	return recording_add(recording, &rule, &(struct sample){ .labels = labels, .label_count = count, .value = 1 });
}

static void expect_series(struct recording *recording, const char *host) {
	autobuf struct buf labels = { 0 }, wanted = { 0 };
	remote_write_label(&labels, STR("__name__"), STR("job:up:sum"));
	remote_write_label(&labels, STR("host"), str_of(host));
	remote_write_label(&labels, STR("zone"), STR("a"));
	remote_write_series(&wanted, buf_str(&labels), remote_write_bits(1), 60000);
	CHECK_INT(recording->amount.series, 1);
	CHECK(str_equal(buf_str(&recording->out), buf_str(&wanted)));
}

TEST(a_recorded_series_has_the_rules_name_and_labels_and_an_empty_label_removes) {
	struct series_set set = { 0 };
	struct recording recording = { 0 };
	struct label labels[] = { { STR("__name__"), STR("up") }, { STR("host"), STR("h") }, { STR("job"), STR("j") }, { STR("zone"), STR("b") } };
	recording_begin(&recording, &set, 60000);
	CHECK(add(&recording, labels, 4));
	expect_series(&recording, "h");
	recording_finish(&recording);
	series_set_finish(&set);
}

TEST(an_element_without_a_name_gets_one) {
	struct series_set set = { 0 };
	struct recording recording = { 0 };
	struct label labels[] = { { STR("host"), STR("h") } };
	recording_begin(&recording, &set, 60000);
	CHECK(add(&recording, labels, 1));
	expect_series(&recording, "h");
	recording_finish(&recording);
	series_set_finish(&set);
}

TEST(a_name_has_its_place_between_labels_that_sort_before_and_after_it) {
	autobuf struct buf labels = { 0 };
	struct series_set set = { 0 };
	struct recording recording = { 0 };
	struct label items[] = { { STR("Host"), STR("h") }, { STR("__name__"), STR("up") }, { STR("_x"), STR("y") } };
	remote_write_label(&labels, STR("Host"), STR("h"));
	remote_write_label(&labels, STR("__name__"), STR("job:up:sum"));
	remote_write_label(&labels, STR("_x"), STR("y"));
	remote_write_label(&labels, STR("zone"), STR("a"));
	recording_begin(&recording, &set, 60000);
	CHECK(add(&recording, items, 3));
	CHECK(str_equal(buf_str(&recording.labels), buf_str(&labels)));
	recording_finish(&recording);
	series_set_finish(&set);
}

TEST(elements_that_differ_only_in_what_the_rule_overrides_are_duplicates) {
	struct series_set set = { 0 };
	struct recording recording = { 0 };
	struct label one[] = { { STR("host"), STR("h") }, { STR("job"), STR("x") } }, two[] = { { STR("host"), STR("h") }, { STR("job"), STR("y") } };
	recording_begin(&recording, &set, 60000);
	CHECK(add(&recording, one, 2));
	CHECK(!add(&recording, two, 2));
	recording_abort(&recording);
	recording_begin(&recording, &set, 120000);
	CHECK(add(&recording, two, 2));
	recording_finish(&recording);
	series_set_finish(&set);
}

static void settle_with(struct recording *recording, struct series_set *set, const char *host, wall_ms at) {
	struct label labels[] = { { STR("host"), str_of(host) } };
	recording_begin(recording, set, at);
	if (host[0] != '\0')
		CHECK(add(recording, labels, 1));
	recording_settle(recording);
}

TEST(a_series_that_comes_no_more_ends_once) {
	autobuf struct buf labels = { 0 }, wanted = { 0 };
	struct series_set set = { 0 };
	struct recording recording = { 0 };
	settle_with(&recording, &set, "h", 60000);
	CHECK_INT(recording.amount.series, 1);
	settle_with(&recording, &set, "", 120000);
	remote_write_label(&labels, STR("__name__"), STR("job:up:sum"));
	remote_write_label(&labels, STR("host"), STR("h"));
	remote_write_label(&labels, STR("zone"), STR("a"));
	remote_write_series(&wanted, buf_str(&labels), REMOTE_WRITE_STALE, 120000);
	CHECK(str_equal(buf_str(&recording.out), buf_str(&wanted)));
	settle_with(&recording, &set, "", 180000);
	CHECK_INT(recording.amount.series, 0);
	recording_finish(&recording);
	series_set_finish(&set);
}

TEST(an_answer_that_was_no_good_ends_no_series_and_begins_none) {
	struct series_set set = { 0 };
	struct recording recording = { 0 };
	struct label other[] = { { STR("host"), STR("other") } };
	settle_with(&recording, &set, "h", 60000);
	recording_begin(&recording, &set, 120000);
	CHECK(add(&recording, other, 1));
	recording_abort(&recording);
	settle_with(&recording, &set, "h", 180000);
	CHECK_INT(recording.amount.series, 1); // "other" was never written
	settle_with(&recording, &set, "", 240000);
	CHECK_INT(recording.amount.series, 1);
	recording_finish(&recording);
	series_set_finish(&set);
}

static bool add_histogram(struct recording *recording, const struct histogram *histogram) {
	static const struct label host = { { "host", 4 }, { "h", 1 } };
	return recording_add(recording, &rule, &(struct sample){ .labels = &host, .label_count = 1, .histogram = histogram });
}

// Settles it and takes it apart: one sample.
static void expect_written(struct recording *recording, const char *value) {
	autobuf struct buf body = { 0 };
	struct write_request request = { 0 };
	struct error err;
	recording_settle(recording);
	CHECK(snappy_block_append(&body, buf_str(&recording->out), &err));
	CHECK(write_request_read(&request, buf_str(&body)));
	CHECK_INT(request.count, 1);
	CHECK_CSTR(request.items[0].series, "{__name__=\"job:up:sum\",host=\"h\",zone=\"a\"}");
	CHECK_CSTR(request.items[0].value, value);
	write_request_finish(&request);
}

TEST(a_series_may_turn_from_float_to_histogram_and_back_without_an_end) {
	struct series_set set = { 0 };
	struct recording recording = { 0 };
	autoarena struct arena arena = { 0 };
	const struct histogram *histogram = listed_histogram(&arena, "[[0,\"1\",\"2\",\"3\"]]");
	settle_with(&recording, &set, "h", 60000);
	recording_begin(&recording, &set, 120000);
	recording_expect_histograms(&recording, NULL, HISTOGRAM_HINT_GAUGE);
	CHECK(add_histogram(&recording, histogram));
	CHECK(recording.amount.series == 1 && recording.amount.histograms == 1);
	expect_written(&recording, "count 100, sum 7, schema 0, zero_threshold 0, zero_count 0, positive_spans +1*1, positive_counts 3, hint 3");
	settle_with(&recording, &set, "h", 180000);
	CHECK(recording.amount.series == 1 && recording.amount.histograms == 0);
	settle_with(&recording, &set, "", 240000);
	expect_written(&recording, "stale"); // a float: receivers take it for histograms too
	recording_finish(&recording);
	series_set_finish(&set);
}

TEST(a_float_and_a_histogram_of_the_same_labels_are_duplicates) {
	struct series_set set = { 0 };
	struct recording recording = { 0 };
	autoarena struct arena arena = { 0 };
	struct label host[] = { { STR("host"), STR("h") } };
	recording_begin(&recording, &set, 60000);
	CHECK(add(&recording, host, 1));
	CHECK(!add_histogram(&recording, listed_histogram(&arena, "[]")));
	recording_finish(&recording);
	series_set_finish(&set);
}

TEST(a_histogram_that_no_layout_fits_ends_its_series_and_is_told) {
	struct series_set set = { 0 };
	struct recording recording = { 0 };
	autoarena struct arena arena = { 0 };
	settle_with(&recording, &set, "h", 60000);
	recording_begin(&recording, &set, 120000);
	CHECK(add_histogram(&recording, listed_histogram(&arena, "[[1,\"-3\",\"-2\",\"1\"]]")));
	CHECK(add_histogram(&recording, listed_histogram(&arena, "[[0,\"1\",\"2\",\"-1\"]]")));
	CHECK_INT(recording.unwritten, 2);
	CHECK_CSTR(recording.trouble.text, "no schema has its buckets, the first of which is from -3 to -2");
	expect_written(&recording, "stale");
	recording_finish(&recording);
	series_set_finish(&set);
}
