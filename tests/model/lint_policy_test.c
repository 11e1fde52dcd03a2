// SPDX-License-Identifier: Apache-2.0
#include "model/lint_policy.h"
#include "tests/harness/test.h"

TEST(the_policy_of_who_says_nothing_is_the_table) {
	struct lint_policy policy;
	lint_policy_init(&policy);
	for (enum lint_id id = 0; id < LINT_ID_COUNT; id++)
		CHECK(!policy.is_off[id] && policy.severity[id] == lint_finding(id)->severity);
	CHECK(lint_pattern_fits(&policy.alert_name, STR("anything")));
	lint_policy_finish(&policy);
	lint_policy_finish(&policy);
}

TEST(a_pattern_matches_the_whole_text_over_lines) {
	struct lint_policy policy;
	lint_policy_init(&policy);
	CHECK(lint_pattern_compile(&policy.alert_name, STR_NONE, STR("a.c|b"), NULL));
	CHECK(lint_pattern_fits(&policy.alert_name, STR("abc")) && lint_pattern_fits(&policy.alert_name, STR("a\nc")) && lint_pattern_fits(&policy.alert_name, STR("b")));
	CHECK(!lint_pattern_fits(&policy.alert_name, STR("abcd")) && !lint_pattern_fits(&policy.alert_name, STR("bb")) && !lint_pattern_fits(&policy.alert_name, STR_NONE));
	lint_policy_finish(&policy);
}

TEST(a_pattern_that_is_none_leaves_everything_alone) {
	struct lint_pattern pattern = { 0 };
	struct error err = { 0 };
	CHECK(!lint_pattern_compile(&pattern, STR("n"), STR("a(?=b)"), &err));
	CHECK(err.code == ERR_INVALID && pattern.regex == NULL && pattern.name.len == 0);
}

TEST(a_text_too_expensive_to_match_does_not_fit) {
	struct lint_pattern pattern = { 0 };
	char text[65];
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '!';
	CHECK(lint_pattern_compile(&pattern, STR_NONE, STR("(a|aa)+"), NULL));
	CHECK(!lint_pattern_fits(&pattern, str_make(text, sizeof text)));
	struct lint_policy policy = { .alert_name = pattern };
	lint_policy_finish(&policy);
}
