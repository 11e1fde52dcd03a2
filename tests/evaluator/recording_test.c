// SPDX-License-Identifier: Apache-2.0
#include "evaluator/recording.h"

#include "evaluator/remote_write_encode.h"
#include "tests/harness/test.h"

static const struct rule_text
    job = { .name = { "job", 3 }, .text = { "", 0 } },
    zone = { .name = { "zone", 4 }, .text = { "a", 1 } },
    *const rule_labels[] = { &job, &zone };
static const struct rule rule = { .kind = RULE_RECORDING, .name = { "job:up:sum", 10 }, .labels = rule_labels, .label_count = 2 };

static void expect_series(struct recording *recording, const char *host) {
	autobuf struct buf labels = { 0 }, wanted = { 0 };
	remote_write_label(&labels, STR("__name__"), STR("job:up:sum"));
	remote_write_label(&labels, STR("host"), str_of(host));
	remote_write_label(&labels, STR("zone"), STR("a"));
	remote_write_series(&wanted, buf_str(&labels), remote_write_bits(1), 60000);
	CHECK_INT(recording->series, 1);
	CHECK(str_equal(buf_str(&recording->out), buf_str(&wanted)));
}

TEST(a_recorded_series_has_the_rules_name_and_labels_and_an_empty_label_removes) {
	struct series_set set = { 0 };
	struct recording recording = { 0 };
	struct label labels[] = { { STR("__name__"), STR("up") }, { STR("host"), STR("h") }, { STR("job"), STR("j") }, { STR("zone"), STR("b") } };
	recording_begin(&recording, &set, 60000);
	CHECK(recording_add(&recording, &rule, labels, 4, 1));
	expect_series(&recording, "h");
	recording_finish(&recording);
	series_set_finish(&set);
}

TEST(an_element_without_a_name_gets_one) {
	struct series_set set = { 0 };
	struct recording recording = { 0 };
	struct label labels[] = { { STR("host"), STR("h") } };
	recording_begin(&recording, &set, 60000);
	CHECK(recording_add(&recording, &rule, labels, 1, 1));
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
	CHECK(recording_add(&recording, &rule, items, 3, 1));
	CHECK(str_equal(buf_str(&recording.labels), buf_str(&labels)));
	recording_finish(&recording);
	series_set_finish(&set);
}

TEST(elements_that_differ_only_in_what_the_rule_overrides_are_duplicates) {
	struct series_set set = { 0 };
	struct recording recording = { 0 };
	struct label one[] = { { STR("host"), STR("h") }, { STR("job"), STR("x") } }, two[] = { { STR("host"), STR("h") }, { STR("job"), STR("y") } };
	recording_begin(&recording, &set, 60000);
	CHECK(recording_add(&recording, &rule, one, 2, 1));
	CHECK(!recording_add(&recording, &rule, two, 2, 1));
	recording_abort(&recording);
	recording_begin(&recording, &set, 120000);
	CHECK(recording_add(&recording, &rule, two, 2, 1));
	recording_finish(&recording);
	series_set_finish(&set);
}

static void settle_with(struct recording *recording, struct series_set *set, const char *host, wall_ms at) {
	struct label labels[] = { { STR("host"), str_of(host) } };
	recording_begin(recording, set, at);
	if (host[0] != '\0')
		CHECK(recording_add(recording, &rule, labels, 1, 1));
	recording_settle(recording);
}

TEST(a_series_that_comes_no_more_ends_once) {
	autobuf struct buf labels = { 0 }, wanted = { 0 };
	struct series_set set = { 0 };
	struct recording recording = { 0 };
	settle_with(&recording, &set, "h", 60000);
	CHECK_INT(recording.series, 1);
	settle_with(&recording, &set, "", 120000);
	remote_write_label(&labels, STR("__name__"), STR("job:up:sum"));
	remote_write_label(&labels, STR("host"), STR("h"));
	remote_write_label(&labels, STR("zone"), STR("a"));
	remote_write_series(&wanted, buf_str(&labels), REMOTE_WRITE_STALE, 120000);
	CHECK(str_equal(buf_str(&recording.out), buf_str(&wanted)));
	settle_with(&recording, &set, "", 180000);
	CHECK_INT(recording.series, 0);
	recording_finish(&recording);
	series_set_finish(&set);
}

TEST(an_answer_that_was_no_good_ends_no_series_and_begins_none) {
	struct series_set set = { 0 };
	struct recording recording = { 0 };
	struct label other[] = { { STR("host"), STR("other") } };
	settle_with(&recording, &set, "h", 60000);
	recording_begin(&recording, &set, 120000);
	CHECK(recording_add(&recording, &rule, other, 1, 1));
	recording_abort(&recording);
	settle_with(&recording, &set, "h", 180000);
	CHECK_INT(recording.series, 1); // "other" was never written
	settle_with(&recording, &set, "", 240000);
	CHECK_INT(recording.series, 1);
	recording_finish(&recording);
	series_set_finish(&set);
}
