// SPDX-License-Identifier: Apache-2.0
#include "evaluator/rule_order.h"

#include "base/buf.h"
#include "base/problems.h"
#include "tests/harness/test.h"

// "2<0" rule 2 needs what rule 0 writes stored; "1<-0" rule 1 comes after rule 0; "strict".
static void describe(struct buf *out, const char *rules) {
	struct problems problems = { 0 };
	struct rule_order order;
	autobuf struct buf text = { 0 };
	buf_format(&text, "groups: [{name: g, rules: [%s]}]", rules);
	struct rule_set *set = rule_set_parse("r.yml", buf_str(&text), &(struct rule_options){ .default_interval = 1000, .promql_features = ~0U }, &problems);
	CHECK(set != NULL);
	rule_order_init(&order, &set->groups[0]);
	buf_append_cstr(out, order.is_strict ? "strict" : "");
	for (size_t i = 0; i < set->rule_count && !order.is_strict; i++) {
		size_t count;
		const struct rule_edge *edges = rule_order_edges(&order, i, &count);
		for (size_t k = 0; k < count; k++)
			buf_format(out, "%s%zu<%s%u", out->len > 0 ? " " : "", i, edges[k].is_read ? "" : "-", edges[k].before);
	}
	rule_order_finish(&order);
	rule_set_unref(set);
	problems_finish(&problems);
}

static void expect(const char *rules, const char *order) {
	autobuf struct buf out = { 0 };
	describe(&out, rules);
	CHECK_CSTR(buf_cstr(&out), order);
}

TEST(rules_that_need_nothing_of_each_other_have_no_order) {
	expect("{record: a, expr: x}", "");
	expect("{record: a, expr: x}, {record: b, expr: y}, {alert: C, expr: z > 1}", "");
}

TEST(a_rule_needs_what_an_earlier_one_writes_wherever_its_expression_names_it) {
	expect("{record: a, expr: x}, {record: b, expr: a}", "1<0");
	expect("{record: a, expr: x}, {alert: B, expr: 'sum by (j) (rate(a[5m])) / ignoring (k) (y offset 1h) > 0'}", "1<0");
	expect("{record: a, expr: x}, {record: b, expr: 'max_over_time(a[1h:1m])'}", "1<0");
	expect("{record: a, expr: x}, {record: b, expr: 'y and on () (z or -a)'}", "1<0");
	expect("{record: a, expr: x}, {record: b, expr: 'topk(scalar(a), y)'}", "1<0");
	expect("{record: a, expr: x}, {record: b, expr: '{\"a\"}'}", "1<0");
	expect("{record: a, expr: x}, {record: b, expr: '{__name__=\"a\"}'}", "1<0");
}

TEST(a_chain_has_its_links_and_no_others) {
	expect("{record: a, expr: x}, {record: b, expr: a}, {record: c, expr: b}, {alert: D, expr: c + a > 0}", "1<0 2<1 3<0 3<2");
}

TEST(a_pattern_on_the_name_is_tried_on_names) {
	expect("{record: 'job:a', expr: x}, {record: 'job:b', expr: x}, {record: other, expr: x}, {record: s, expr: 'sum({__name__=~\"job:.*\"})'}", "3<0 3<1");
	expect("{record: a, expr: x}, {record: ab, expr: x}, {record: s, expr: '{__name__=~\"a\"}'}", "2<0");
	expect("{record: a, expr: x}, {record: b, expr: x}, {record: s, expr: '{__name__!=\"a\",j=\"1\"}'}", "2<1");
	expect("{record: a, expr: x}, {record: b, expr: x}, {record: s, expr: '{__name__!~\"a|s\",j=\"1\"}'}", "2<1");
}

TEST(the_series_of_alerts_are_needed_by_alertname) {
	expect("{alert: A, expr: x}, {alert: B, expr: x}, {record: n, expr: 'count(ALERTS{alertname=\"A\"})'}", "2<0");
	expect("{alert: A, expr: x}, {alert: B, expr: x}, {record: n, expr: count(ALERTS)}", "2<0 2<1");
	expect("{alert: A, expr: x}, {alert: B, expr: x}, {record: n, expr: 'ALERTS_FOR_STATE{alertname=~\"B|C\"}'}", "2<1");
	expect("{alert: A, expr: x}, {alert: B, expr: x}, {record: n, expr: '{__name__=~\"ALERTS.*\",alertname!=\"B\"}'}", "2<0");
	expect("{alert: a, expr: x}, {record: b, expr: a}", ""); // an alert writes no series of its name
}

TEST(what_a_later_rule_writes_is_not_seen_by_an_earlier_one) {
	expect("{record: a, expr: b}, {record: b, expr: x}", "1<-0");
	expect("{record: a, expr: 'a + b'}, {record: b, expr: a}", "1<0");
}

TEST(two_rules_of_one_name_keep_their_order) {
	expect("{record: a, expr: x, labels: {l: '1'}}, {record: b, expr: x}, {record: a, expr: y, labels: {l: '2'}}", "2<-0");
	expect("{record: a, expr: x}, {record: a, expr: a offset 1m, labels: {l: '2'}}", "1<0");
}

TEST(a_selector_without_a_name_reads_everything) {
	expect("{record: a, expr: x}, {record: b, expr: '{job=\"j\"}'}, {record: c, expr: x}", "strict");
	expect("{record: a, expr: '{job=\"j\"}'}", ""); // alone
}

TEST(a_group_of_ten_thousand_chained_rules_is_ordered_quickly) {
	autobuf struct buf rules = { 0 };
	struct problems problems = { 0 };
	struct rule_order order;
	buf_append_cstr(&rules, "groups: [{name: g, rules: [{record: r0, expr: x}");
	for (int i = 1; i < 10000; i++)
		buf_format(&rules, ", {record: r%d, expr: r%d}", i, i - 1);
	buf_append_cstr(&rules, "]}]");
	struct rule_set *set = rule_set_parse("r.yml", buf_str(&rules), &(struct rule_options){ .default_interval = 1000 }, &problems);
	rule_order_init(&order, &set->groups[0]);
	CHECK(!order.is_strict);
	CHECK_INT(order.starts[10000], 9999);
	rule_order_finish(&order);
	rule_set_unref(set);
	problems_finish(&problems);
}
