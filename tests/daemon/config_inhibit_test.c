// SPDX-License-Identifier: Apache-2.0
// inhibit_rules.
#include "tests/daemon/loaded_config.h"
#include "tests/harness/test.h"

TEST(the_three_forms_of_conditions_go_together) {
	struct config *config = good_config(BASE
	    "inhibit_rules:\n"
	    "- name: a\n"
	    "  source_match: {severity: critical}\n"
	    "  source_match_re: {job: a|b}\n"
	    "  source_matchers: ['x!=\"1\"', '{y=~\"z\",a=\"b\"}']\n"
	    "  target_match: {severity: warning}\n"
	    "  target_match_re: {}\n"
	    "  target_matchers: [c=\"d\"]\n"
	    "  equal: [instance, \"a b\"]\n");
	autobuf struct buf source = { 0 }, target = { 0 };
	const struct inhibit_rule *rule = &config->notify.inhibit_rules[0];
	CHECK(config->notify.inhibit_rule_count == 1);
	matchers_format(&source, &rule->source);
	matchers_format(&target, &rule->target);
	CHECK_CSTR(buf_cstr(&source), "{a=\"b\",job=~\"^(?:a|b)$\",severity=\"critical\",x!=\"1\",y=~\"z\"}");
	CHECK_CSTR(buf_cstr(&target), "{c=\"d\",severity=\"warning\"}");
	CHECK_CSTR(rule->name, "a");
	CHECK(rule->equal_count == 2);
	CHECK_STR(rule->equal[1], "a b");
	config_unref(config);
}

TEST(an_empty_rule_is_legal) {
	struct config *config = good_config(BASE "inhibit_rules:\n-\n- {}\n");
	CHECK(config->notify.inhibit_rule_count == 2);
	CHECK(config->notify.inhibit_rules[0].source.count == 0 && config->notify.inhibit_rules[1].equal_count == 0);
	config_unref(config);
}

TEST(what_is_wrong_is_said_where_it_stands) {
	check_problems(BASE "inhibit_rules: {}\n", "c.yml:3:16: error: \"inhibit_rules\": expected a list, found a map\n");
	check_problems(BASE "inhibit_rules: [{source: {}}]\n", "c.yml:3:18: error: unknown key \"source\"; expected one of name, source_match, source_match_re, source_matchers, target_match, target_match_re, target_matchers, equal\n");
	check_problems(BASE "inhibit_rules: [{source_match: {a.b: c}, target_match: {'': x}}]\n",
	    "c.yml:3:33: error: invalid label name \"a.b\"\nc.yml:3:57: error: invalid label name \"\"\n");
	check_problems(BASE "inhibit_rules: [{source_match_re: {a: '('}, target_match_re: {b: }}]\n",
	    "c.yml:3:39: error: error parsing regexp: missing closing ): `^(?:()$`\nc.yml:3:66: error: invalid regexp value for \"b\"\n");
	check_problems(BASE "inhibit_rules: [{source_matchers: [a], equal: [x, '']}]\n",
	    "c.yml:3:36: error: bad matcher format: a\nc.yml:3:51: error: invalid label name \"\" in equal list\n");
}

TEST(the_features_decide_what_a_name_is) {
	static const char *const text = BASE "inhibit_rules: [{equal: [a.b]}]\n";
	autobuf struct buf problems = { 0 };
	config_unref(good_config(text));
	CHECK(config_of(text, (struct config_features){ .matchers = MATCHER_CLASSIC }, &problems) == NULL);
	CHECK_CSTR(buf_cstr(&problems), "c.yml:3:26: error: invalid label name \"a.b\" in equal list\n");
}
