// SPDX-License-Identifier: Apache-2.0
#include "evaluator/rule_twins.h"

#include "base/problems.h"
#include "tests/harness/test.h"

static uint32_t *twins_of(const char *text, struct rule_set **set) {
	struct problems problems = { 0 };
	*set = rule_set_parse("r.yml", str_of(text), &(struct rule_options){ .default_interval = 1000 }, &problems);
	CHECK(*set != NULL);
	problems_finish(&problems);
	return rule_twins_create(&(*set)->groups[0]);
}

TEST(each_rule_leads_to_the_next_that_asks_the_same) {
	struct rule_set *set;
	autofree uint32_t *next = twins_of("groups: [{name: g, rules: [{alert: A, expr: x}, {alert: B, expr: y}, {alert: C, expr: ' x '}, {record: d, expr: y}, {alert: E, expr: x}]}]", &set);
	static const uint32_t wanted[] = { 2, 3, 4, 0, 0 };
	CHECK(next != NULL);
	for (size_t i = 0; i < 5; i++)
		CHECK_INT(next[i], wanted[i]);
	rule_set_unref(set);
}

TEST(rules_that_all_differ_have_no_twins) {
	struct rule_set *set;
	CHECK(twins_of("groups: [{name: g, rules: [{alert: A, expr: x}, {alert: B, expr: y}]}]", &set) == NULL);
	rule_set_unref(set);
}
