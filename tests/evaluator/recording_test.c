// SPDX-License-Identifier: Apache-2.0
#include "evaluator/recording.h"

#include "tests/harness/test.h"

static const struct rule_text
    job = { .name = { "job", 3 }, .text = { "", 0 } },
    zone = { .name = { "zone", 4 }, .text = { "a", 1 } },
    *const rule_labels[] = { &job, &zone };
static const struct rule rule = { .kind = RULE_RECORDING, .name = { "job:up:sum", 10 }, .labels = rule_labels, .label_count = 2 };

static struct recorded *only(struct recording *recording) {
	size_t at = 0;
	return hash_map_next(&recording->seen, &at);
}

static void check_series(struct recording *recording) {
	CHECK_INT(recording->count, 1);
	struct recorded *series = only(recording);
	CHECK_INT(series->label_count, 3);
	CHECK_STR(series->labels[0].name, "__name__");
	CHECK_STR(series->labels[0].value, "job:up:sum");
	CHECK_STR(series->labels[1].value, "h");
	CHECK_STR(series->labels[2].value, "a");
}

TEST(a_recorded_series_has_the_rules_name_and_labels_and_an_empty_label_removes) {
	autoarena struct arena arena = { 0 };
	struct recording recording = { 0 };
	struct label labels[] = { { STR("__name__"), STR("up") }, { STR("host"), STR("h") }, { STR("job"), STR("j") }, { STR("zone"), STR("b") } };
	CHECK(recording_add(&recording, &arena, &rule, labels, 4, 1));
	check_series(&recording);
	recording_finish(&recording);
}

TEST(an_element_without_a_name_gets_one) {
	autoarena struct arena arena = { 0 };
	struct recording recording = { 0 };
	struct label labels[] = { { STR("host"), STR("h") } };
	CHECK(recording_add(&recording, &arena, &rule, labels, 1, 1));
	check_series(&recording);
	recording_finish(&recording);
}

TEST(elements_that_differ_only_in_what_the_rule_overrides_are_duplicates) {
	autoarena struct arena arena = { 0 };
	struct recording recording = { 0 };
	struct label one[] = { { STR("host"), STR("h") }, { STR("job"), STR("x") } }, two[] = { { STR("host"), STR("h") }, { STR("job"), STR("y") } };
	CHECK(recording_add(&recording, &arena, &rule, one, 2, 1));
	CHECK(!recording_add(&recording, &arena, &rule, two, 2, 1));
	recording_begin(&recording);
	CHECK(recording_add(&recording, &arena, &rule, two, 2, 1));
	recording_finish(&recording);
}
