// SPDX-License-Identifier: Apache-2.0
#include "evaluator/alert_restore.h"

#include "base/buf.h"
#include "base/problems.h"
#include "tests/harness/test.h"

static void expect(const char *rule, const char *selector) {
	struct problems problems = { 0 };
	autobuf struct buf text = { 0 }, out = { 0 };
	buf_format(&text, "groups: [{name: g, labels: {team: a}, rules: [%s]}]", rule);
	struct rule_set *set = rule_set_parse("r.yml", buf_str(&text), &(struct rule_options){ .default_interval = 1000 }, &problems);
	CHECK(set != NULL);
	alert_restore_selector(&out, &set->groups[0].rules[0]);
	CHECK_CSTR(buf_cstr(&out), selector);
	rule_set_unref(set);
	problems_finish(&problems);
}

TEST(the_selector_names_the_alert_and_the_labels_that_all_its_alerts_have) {
	expect("{alert: Down, expr: up}", "ALERTS_FOR_STATE{alertname=\"Down\",team=\"a\"}");
	expect("{alert: Down, expr: up, labels: {severity: page}}", "ALERTS_FOR_STATE{alertname=\"Down\",severity=\"page\",team=\"a\"}");
}

TEST(templates_and_names_that_not_every_server_reads_are_left_out_of_the_selector) {
	expect("{alert: Down, expr: up, labels: {severity: page, who: '{{ $labels.who }}'}}", "ALERTS_FOR_STATE{alertname=\"Down\",severity=\"page\",team=\"a\"}");
	expect("{alert: Down, expr: up, labels: {'a.b': c, _9: d}}", "ALERTS_FOR_STATE{alertname=\"Down\",_9=\"d\",team=\"a\"}");
}

TEST(a_label_that_the_rule_removes_is_asked_for_as_absent) {
	expect("{alert: Down, expr: up, labels: {host: ''}}", "ALERTS_FOR_STATE{alertname=\"Down\",host=\"\",team=\"a\"}");
}

TEST(an_alertname_of_its_own_does_not_come_twice) {
	expect("{alert: Down, expr: up, labels: {alertname: Up}}", "ALERTS_FOR_STATE{alertname=\"Down\",team=\"a\"}");
}

TEST(values_are_quoted_as_the_query_language_wants_them) {
	expect("{alert: 'Say \"hi\"', expr: up, labels: {path: 'C:\\x', more: \"a\\nb\"}}", "ALERTS_FOR_STATE{alertname=\"Say \\\"hi\\\"\",more=\"a\\nb\",path=\"C:\\\\x\",team=\"a\"}");
}
