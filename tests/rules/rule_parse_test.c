// SPDX-License-Identifier: Apache-2.0
// What the fields of a rule file become. What is refused, and with which words: tests/cases/rules.
#include "base/buf.h"
#include "model/limits.h"
#include "promql/promql.h"
#include "rules/rules.h"
#include "tests/harness/test.h"

struct parsed {
	struct problems problems;
	struct rule_set *set;
};

static struct parsed parse_with(const char *text, struct rule_options options) {
	struct parsed parsed = { 0 };
	parsed.set = rule_set_parse("t.yml", str_of(text), &options, &parsed.problems);
	return parsed;
}

static struct parsed parse(const char *text) {
	return parse_with(text, (struct rule_options){ .default_interval = MINUTES(2), .default_query_offset = SECONDS(7) });
}

static void release(struct parsed *parsed) {
	rule_set_unref(parsed->set);
	problems_finish(&parsed->problems);
}

static void check_first_problem(const char *text, int line, int column, const char *wanted) {
	struct parsed parsed = parse(text);
	CHECK(parsed.set == NULL);
	CHECK(parsed.problems.count > 0);
	CHECK_STR(parsed.problems.items[0].text, wanted);
	CHECK_INT(parsed.problems.items[0].at.line, line);
	CHECK_INT(parsed.problems.items[0].at.column, column);
	release(&parsed);
}

TEST(every_field_of_groups_and_rules_is_kept) {
	struct parsed parsed = parse(
	    "groups:\n"
	    "- name: g\n"
	    "  interval: 30s\n"
	    "  query_offset: 1m\n"
	    "  limit: 5\n"
	    "  labels: {team: a, tier: x}\n"
	    "  rules:\n"
	    "  - alert: A\n"
	    "    expr: 'up   == 0'\n"
	    "    for: 5m\n"
	    "    keep_firing_for: 1m30s\n"
	    "    labels: {severity: page, team: b}\n"
	    "    annotations: {summary: 'down: {{ $labels.job }}', about: text}\n"
	    "  - record: m:r\n"
	    "    expr: sum(up)\n"
	    "    labels: {kept: '{{ as it is }}'}\n");
	CHECK(parsed.set != NULL);
	CHECK_INT(parsed.problems.count, 0);
	CHECK_INT(parsed.set->group_count, 1);
	CHECK_INT(parsed.set->rule_count, 2);
	const struct rule_group *group = &parsed.set->groups[0];
	CHECK_STR(group->name, "g");
	CHECK_STR(group->file, "t.yml");
	CHECK_INT(group->interval, SECONDS(30));
	CHECK_INT(group->query_offset, MINUTES(1));
	CHECK_INT(group->limit, 5);
	CHECK_INT(group->at.line, 2);
	const struct rule *alert = &group->rules[0], *record = &group->rules[1];
	CHECK(alert->kind == RULE_ALERTING && record->kind == RULE_RECORDING);
	CHECK(alert->group == group && record->group == group);
	CHECK_STR(alert->name, "A");
	CHECK_STR(alert->expr, "up == 0");
	CHECK_INT(alert->hold, MINUTES(5));
	CHECK_INT(alert->keep_firing_for, SECONDS(90));
	CHECK_INT(alert->at.line, 8);
	CHECK_INT(alert->at.column, 5);
	CHECK_INT(alert->label_count, 3);
	CHECK_STR(alert->labels[0]->name, "severity");
	CHECK_STR(alert->labels[1]->name, "team");
	CHECK_STR(alert->labels[1]->text, "b"); // the rule's own wins
	CHECK_STR(alert->labels[2]->text, "x");
	CHECK_INT(alert->annotation_count, 2);
	CHECK_STR(alert->annotations[0]->name, "about");
	CHECK_STR(record->expr, "sum(up)");
	CHECK_INT(record->label_count, 3);
	CHECK_STR(record->labels[0]->text, "{{ as it is }}");
	CHECK(record->labels[0]->template == NULL);
	release(&parsed);
}

TEST(null_groups_and_rules_do_not_count) {
	struct parsed parsed = parse("groups: [~, {name: g, rules: [~, {record: r, expr: up}, null]}]\n");
	CHECK(parsed.set != NULL);
	CHECK_INT(parsed.set->group_count, 1);
	CHECK_INT(parsed.set->rule_count, 1);
	CHECK_STR(parsed.set->groups[0].rules[0].name, "r");
	release(&parsed);
}

TEST(templates_are_compiled_and_classed) {
	struct parsed parsed = parse(
	    "groups:\n"
	    "- name: g\n"
	    "  rules:\n"
	    "  - {alert: A, expr: up, labels: {a: plain, b: '{{ $labels.job }}'}, annotations: {a: plain, v: '{{ $value }}', z: '{{ query \"up\" }}'}}\n"
	    "  - {alert: B, expr: up, labels: {a: plain}}\n");
	CHECK(parsed.set != NULL);
	const struct rule *a = &parsed.set->groups[0].rules[0], *b = &parsed.set->groups[0].rules[1];
	CHECK(a->labels[0]->class == TEMPLATE_CONSTANT && a->labels[1]->class == TEMPLATE_PURE_IN_LABELS);
	CHECK(a->label_class == TEMPLATE_PURE_IN_LABELS);
	CHECK(a->annotations[1]->class == TEMPLATE_VOLATILE && !a->annotations[1]->uses_query);
	CHECK(a->annotations[2]->uses_query);
	CHECK(a->annotation_class == TEMPLATE_VOLATILE);
	CHECK(b->label_class == TEMPLATE_CONSTANT);
	CHECK(a->labels[0] == b->labels[0]); // equal ones are one
	CHECK(a->labels[0]->template == NULL && a->labels[1]->template != NULL);
	release(&parsed);
}

TEST(absent_fields_have_the_defaults_and_explicit_zeros_count) {
	struct parsed parsed = parse("groups: [{name: a}, {name: b, interval: 0s, query_offset: 0s, rules: ~}, {name: c, interval: ~, query_offset: ~}]\n");
	CHECK_INT(parsed.set->group_count, 3);
	CHECK_INT(parsed.set->groups[0].interval, MINUTES(2));
	CHECK_INT(parsed.set->groups[0].query_offset, SECONDS(7));
	CHECK_INT(parsed.set->groups[1].interval, MINUTES(2));
	CHECK_INT(parsed.set->groups[1].query_offset, 0);
	CHECK_INT(parsed.set->groups[2].query_offset, SECONDS(7));
	CHECK_INT(parsed.set->groups[0].limit, 0);
	release(&parsed);
}

TEST(files_without_groups_are_fine) {
	static const char *const texts[] = { "", "# nothing\n", "groups:\n", "groups: []\n", "{}\n", "---\n" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct parsed parsed = parse(texts[i]);
		CHECK(parsed.set != NULL);
		CHECK_INT(parsed.set->group_count, 0);
		release(&parsed);
	}
}

TEST(label_values_are_the_literal_text) {
	struct parsed parsed = parse("groups: [{name: g, rules: [{record: r, expr: 1, labels: {a: 5, b: 0x10, c: true, d: yes, e: 1.0, f: 010, g: 2020-01-01, h: ~, i: '', j: !!binary aGk=}}]}]\n");
	static const char *const wanted[] = { "5", "0x10", "true", "yes", "1.0", "010", "2020-01-01", "", "", "hi" };
	const struct rule *rule = &parsed.set->groups[0].rules[0];
	CHECK_INT(rule->label_count, 10); // the null one is empty
	for (size_t i = 0; i < rule->label_count; i++)
		CHECK_STR(rule->labels[i]->text, wanted[i]);
	CHECK_STR(rule->expr, "1");
	release(&parsed);
}

TEST(a_broken_expression_points_at_the_character_in_the_file) {
	check_first_problem("groups:\n- name: a\n  rules:\n  - alert: A\n    expr: |\n      sum(rate(x[5m]))\n        /\n      foo bar\n", 8, 11,
	    "group \"a\", rule 1, \"A\": could not parse expression: 3:5: parse error: unexpected identifier \"bar\"");
	check_first_problem("groups:\n- name: a\n  rules:\n  - alert: A\n    expr: >-\n      sum(rate(x[5m]))\n      / foo bar\n", 7, 13,
	    "group \"a\", rule 1, \"A\": could not parse expression: 1:24: parse error: unexpected identifier \"bar\"");
	check_first_problem("groups:\r\n- name: a\r\n  rules:\r\n  - record: r\r\n    expr: 'up{a=\"''\"}\r\n\r\n      foo'\r\n", 7, 7,
	    "group \"a\", rule 1, \"r\": could not parse expression: 2:1: parse error: unexpected identifier \"foo\"");
}

TEST(a_broken_template_points_at_what_is_wrong_in_it) {
	struct parsed parsed = parse("groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up\n    annotations:\n      s: |\n        fine\n        {{ nofunc }}\n");
	CHECK(parsed.set == NULL);
	CHECK_INT(parsed.problems.count, 1);
	CHECK_STR(parsed.problems.items[0].text, "group \"a\", rule 1, \"A\": annotation \"s\": template: __alert_A:2: function \"nofunc\" not defined");
	CHECK_INT(parsed.problems.items[0].at.line, 9);
	CHECK_INT(parsed.problems.items[0].at.column, 12);
	release(&parsed);
}

TEST(an_expression_that_cannot_be_a_rule_is_a_warning) {
	struct parsed parsed = parse("groups: [{name: g, rules: [{record: r, expr: 'up[5m]'}]}]\n");
	CHECK(parsed.set != NULL);
	CHECK_INT(parsed.problems.count, 1);
	CHECK(parsed.problems.items[0].severity == SEVERITY_WARNING);
	release(&parsed);
}

TEST(features_reach_the_expressions) {
	static const char text[] = "groups: [{name: g, rules: [{record: r, expr: 'sort_by_label(up, \"a\")'}]}]\n";
	struct parsed parsed = parse(text);
	CHECK(parsed.set == NULL);
	release(&parsed);
	parsed = parse_with(text, (struct rule_options){ .promql_features = PROMQL_EXPERIMENTAL_FUNCTIONS });
	CHECK(parsed.set != NULL);
	CHECK_INT(parsed.set->groups[0].interval, MINUTES(1));
	release(&parsed);
}

TEST(inputs_beyond_their_bounds_are_refused) {
	autobuf struct buf text = { 0 };
	buf_append_cstr(&text, "groups: [{name: g, rules: [{record: r, expr: '");
	for (int i = 0; i < LIMIT_EXPR_BYTES; i++)
		buf_append_char(&text, i % 2 == 0 ? '1' : '+');
	buf_append_cstr(&text, "1'}]}]\n");
	struct parsed parsed = parse(buf_cstr(&text));
	CHECK(parsed.set == NULL);
	CHECK_STR(parsed.problems.items[0].text, "group \"g\", rule 1, \"r\": expression of 1048577 bytes, at most 1048576 are accepted");
	release(&parsed);
	buf_reset(&text);
	buf_append_cstr(&text, "groups: [{name: g, rules: [{record: r, expr: up, labels: {");
	for (int i = 0; i <= LIMIT_LABELS; i++)
		buf_format(&text, "%sl%d: x", i > 0 ? ", " : "", i);
	buf_append_cstr(&text, "}}]}]\n");
	parsed = parse(buf_cstr(&text));
	CHECK(parsed.set == NULL);
	CHECK_STR(parsed.problems.items[0].text, "group \"g\", rule 1, \"r\": 129 labels or annotations, at most 128 are accepted");
	release(&parsed);
}

TEST(problems_of_a_file_are_told_in_the_order_of_their_places) {
	struct parsed parsed = parse("nosuch: 1\ngroups:\n- name: g\n  nosuch: 1\n- {name: h, nosuch: 1}\n");
	CHECK(parsed.set == NULL);
	CHECK_INT(parsed.problems.count, 3);
	CHECK_INT(parsed.problems.items[0].at.line, 1);
	CHECK_INT(parsed.problems.items[1].at.line, 4);
	CHECK_INT(parsed.problems.items[2].at.line, 5);
	release(&parsed);
}

TEST(the_keys_document_themselves) {
	autobuf struct buf out = { 0 };
	rule_keys_format(&out);
	CHECK(strstr(buf_cstr(&out), "| `keep_firing_for` | duration |  | How long an alert keeps firing") != NULL);
	CHECK(strstr(buf_cstr(&out), "| `query_offset` | duration |") != NULL);
	CHECK(strstr(buf_cstr(&out), "| `expr` | string |") != NULL);
}

TEST(how_a_group_is_asked_is_kept) {
	struct parsed parsed = parse("groups: [{name: g, interval: 1m, eval_offset: 10s, concurrency: 4, datasource: far, headers: ['X-Scope-OrgID: a', 'B:b'],\n"
	                             "  params: {extra_label: [a=b, c=d], nocache: 1}, rules: [{alert: A, expr: up, debug: true}, {alert: B, expr: up}]}, {name: plain}]\n");
	CHECK(parsed.set != NULL);
	const struct rule_group *group = &parsed.set->groups[0], *plain = &parsed.set->groups[1];
	CHECK_INT(group->eval_offset, SECONDS(10));
	CHECK_INT(group->concurrency, 4);
	CHECK_STR(group->datasource, "far");
	CHECK_CSTR(group->headers[0], "X-Scope-OrgID: a");
	CHECK_CSTR(group->headers[1], "B:b");
	CHECK(group->headers[2] == NULL);
	CHECK_INT(group->params.count, 3);
	CHECK_STR(group->params.items[1].name, "extra_label");
	CHECK_STR(group->params.items[1].value, "c=d");
	CHECK_STR(group->params.items[2].value, "1");
	CHECK(group->rules[0].is_debugged && !group->rules[1].is_debugged);
	CHECK(plain->eval_offset == -1 && plain->concurrency == 1 && plain->datasource.len == 0 && plain->headers == NULL && plain->params.count == 0);
	release(&parsed);
}

TEST(how_a_group_is_asked_is_checked) {
	check_first_problem("groups:\n- name: g\n  interval: 10s\n  eval_offset: 10s\n", 4, 16, "\"eval_offset\": expected less than the interval");
	check_first_problem("groups:\n- name: g\n  headers:\n  - 'no colon'\n", 4, 5, "\"headers\": expected \"NAME: VALUE\"");
	check_first_problem("groups:\n- name: g\n  headers: ['Host: a']\n", 3, 13, "\"headers\": this header may not be set");
	check_first_problem("groups:\n- name: g\n  headers: [\"A: a\\nB: b\"]\n", 3, 13, "\"headers\": a line break inside the value");
	check_first_problem("groups:\n- name: g\n  params: {time: 1}\n", 3, 12, "setting parameter \"time\" is not allowed");
	check_first_problem("groups:\n- name: g\n  concurrency: -1\n", 3, 16, "\"concurrency\": -1 is out of range, expected 0 to 1024");
}

TEST(a_datasource_must_be_known_where_they_are) {
	static const struct str names[] = { { .data = "far", .len = 3 } };
	struct rule_options options = { .default_interval = MINUTES(1), .datasources = names, .datasource_count = 1, .knows_datasources = true };
	struct parsed known = parse_with("groups: [{name: g, datasource: far}, {name: h, datasource: ''}]", options);
	CHECK(known.set != NULL);
	release(&known);
	struct parsed unknown = parse_with("groups:\n- name: g\n  datasource: near\n", options);
	CHECK(unknown.set == NULL);
	CHECK_STR(unknown.problems.items[0].text, "there is no datasource \"near\"");
	CHECK(unknown.problems.items[0].at.line == 3 && unknown.problems.items[0].at.column == 15);
	release(&unknown);
}

static uint64_t content_of(const char *keys) {
	autobuf struct buf text = { 0 };
	buf_format(&text, "groups: [{name: g, %s}]", keys);
	struct parsed parsed = parse(buf_cstr(&text));
	CHECK(parsed.set != NULL);
	uint64_t hash = parsed.set->groups[0].content_hash;
	release(&parsed);
	return hash;
}

TEST(a_group_asked_otherwise_is_another_group) {
	static const char *const keys[] = { "datasource: a", "datasource: b", "headers: ['A: a']", "headers: ['A: b']", "params: {a: b}", "params: {a: c}", "concurrency: 2", "eval_offset: 1s",
		"rules: [{alert: A, expr: up}]", "rules: [{alert: A, expr: up, debug: true}]" };
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		CHECK(content_of(keys[i]) != content_of("interval: 2m"));
		for (size_t k = 0; k < i; k++)
			CHECK(content_of(keys[i]) != content_of(keys[k]));
	}
}

// Prometheus: rulefmt with model.LegacyValidation.
TEST(legacy_names_are_all_that_rules_may_give_then_but_expressions_read_any) {
	static const char text[] =
	    "groups:\n"
	    "- name: any name\n"
	    "  labels: {a.b: x}\n"
	    "  rules:\n"
	    "  - record: job:up.sum\n"
	    "    expr: '{\"up.down\", \"a.b\"=\"c\"}'\n"
	    "    labels: {äh: x}\n"
	    "  - alert: Any alert.\n"
	    "    expr: up\n"
	    "    labels: {fine: x}\n"
	    "    annotations: {run-book: x}\n";
	static const struct {
		const char *text;
		int line, column;
	} wanted[] = {
		{ "invalid label name: a.b", 3, 12 },
		{ "group \"any name\", rule 1, \"job:up.sum\": invalid recording rule name: job:up.sum", 5, 13 },
		{ "group \"any name\", rule 1, \"job:up.sum\": invalid label name: äh", 7, 14 },
		{ "group \"any name\", rule 2, \"Any alert.\": invalid annotation name: run-book", 11, 19 },
	};
	struct parsed legacy = parse_with(text, (struct rule_options){ .default_interval = MINUTES(1), .names = NAME_LEGACY });
	CHECK(legacy.set == NULL);
	CHECK_INT(legacy.problems.count, sizeof wanted / sizeof *wanted);
	for (size_t i = 0; i < legacy.problems.count; i++) {
		CHECK_STR(legacy.problems.items[i].text, wanted[i].text);
		CHECK_INT(legacy.problems.items[i].at.line, wanted[i].line);
		CHECK_INT(legacy.problems.items[i].at.column, wanted[i].column);
	}
	release(&legacy);
	struct parsed any = parse(text);
	CHECK(any.set != NULL);
	release(&any);
}
