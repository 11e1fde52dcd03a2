// SPDX-License-Identifier: Apache-2.0
// The lint block: every key where it has an effect, on what linting says about one rule file.
#include "base/buf.h"
#include "daemon/config.h"
#include "tests/harness/test.h"

#define BASE "route: {receiver: r}\nreceivers: [{name: r}]\ndatasource: {url: 'http://p'}\nrule_files: [r.yml]\n"

static const char rules[] =
    "groups:\n"
    "- name: Group\n"
    "  rules:\n"
    "  - alert: some_alert\n"
    "    expr: up == 0\n"
    "    for: 5m\n"
    "    labels: {severity: critical}\n"
    "    annotations: {summary: down}\n"
    "  - record: up_sum\n"
    "    expr: sum(rate(http_requests_total[2m]))\n"
    "- name: empty\n";

static void write_file(const char *name, const char *text) {
	char path[300];
	snprintf(path, sizeof path, "%s/%s", test_directory(), name);
	CHECK(fs_write_file(path, str_of(text), NULL));
}

// The mistakes of the configuration, and the findings in its rules, without their places: "severity id; severity id".
static void describe(const char *text, struct buf *out) {
	char path[300];
	struct problems problems = { 0 };
	write_file("r.yml", rules);
	write_file("c.yml", text);
	snprintf(path, sizeof path, "%s/c.yml", test_directory());
	struct config *config = config_load(path, (struct config_features){ 0 }, &problems);
	for (size_t i = 0; i < problems.errors; i++) // they come first
		buf_format(out, "%d:%d: %.*s\n", problems.items[i].at.line, problems.items[i].at.column, STR_ARG(problems.items[i].text));
	problems_finish(&problems);
	if (config == NULL)
		return;
	struct linter *linter = linter_create(&config->lint);
	rule_set_unref(config_load_rules(config, linter, &problems));
	for (size_t i = 0; i < problems.count; i++) {
		if (problems.items[i].id.len > 0)
			buf_format(out, "%s%s %.*s", out->len > 0 ? "; " : "", severity_name(problems.items[i].severity), STR_ARG(problems.items[i].id));
	}
	linter_destroy(linter);
	config_unref(config);
	problems_finish(&problems);
}

static void check_says(const char *lint, const char *wanted) {
	autobuf struct buf text = { 0 }, got = { 0 };
	buf_format(&text, "%slint: %s\n", BASE, lint);
	describe(buf_cstr(&text), &got);
	CHECK_CSTR(buf_cstr(&got), wanted);
}

#define ALWAYS "warning group-empty"

TEST(every_key_of_lint_has_its_effect) {
	static const struct {
		const char *lint, *said;
	} cases[] = {
		{ "{}", ALWAYS },
		{ "", ALWAYS },
		{ "{disabled: [group-empty]}", "" },
		{ "{severity: {group-empty: error}}", "error group-empty" },
		{ "{severity: {group-empty: info, rule-order: warning}}", "info group-empty" },
		{ "{alert_name: '[A-Z].*'}", "warning alert-name; " ALWAYS },
		{ "{alert_name: 'some'}", "warning alert-name; " ALWAYS }, // anchored
		{ "{alert_name: 'some_.*'}", ALWAYS },
		{ "{recording_rule_name: '.+:.+'}", "warning recording-rule-name; " ALWAYS },
		{ "{group_name: '[a-z]+'}", "warning group-name; " ALWAYS },
		{ "{required_labels: [severity, team]}", "warning label-required; " ALWAYS },
		{ "{required_annotations: [summary, runbook_url]}", "warning annotation-required; " ALWAYS },
		{ "{label_values: {severity: 'warning|info', team: x}}", "warning label-value; " ALWAYS },
		{ "{label_values: {severity: 'critical|info'}}", ALWAYS },
		{ "{annotation_values: {summary: 'up'}}", "warning annotation-value; " ALWAYS },
		{ "{min_for: 5m1s}", "warning for-too-short; " ALWAYS },
		{ "{max_for: 4m59s}", "warning for-too-long; " ALWAYS },
		{ "{min_for: 5m, max_for: 5m}", ALWAYS },
		{ "{min_range: 2m}", ALWAYS },
		{ "{min_range: 2m1s}", "warning range-short; " ALWAYS },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_says(cases[i].lint, cases[i].said);
}

TEST(mistakes_of_lint_are_told_where_they_stand) {
	check_says("{disabled: [group-empty, gruop-empty]}", "5:32: unknown finding \"gruop-empty\"; see tocsin check rules --list-lints\n");
	check_says("{severity: {group-emtpy: info}}", "5:19: unknown finding \"group-emtpy\"; see tocsin check rules --list-lints\n");
	check_says("{severity: {group-empty: fatal}}", "5:32: unknown severity \"fatal\", expected error, warning or info\n");
	check_says("{alert_name: '('}", "5:20: error parsing regexp: missing closing ): `^(?s:()$`\n");
	check_says("{label_values: {a: '[', b: 'b'}}", "5:26: error parsing regexp: missing closing ]: `[)$`\n");
	check_says("[]", "5:7: expected a map, found a list\n");
}

TEST(the_evaluation_interval_is_known_to_linting) {
	autobuf struct buf got = { 0 };
	describe(BASE "global: {evaluation_interval: 10m}\n", &got);
	CHECK_CSTR(buf_cstr(&got), "warning for-below-interval; " ALWAYS);
}
