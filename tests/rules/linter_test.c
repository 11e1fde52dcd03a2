// SPDX-License-Identifier: Apache-2.0
// The frame of linting: policy, comments, places, and what is remembered from file to file. The findings themselves are in tests/cases/lint.
#include "base/buf.h"
#include "rules/rules.h"
#include "tests/harness/test.h"

struct linted {
	struct lint_policy policy;
	struct linter *linter;
	struct problems problems;
};

static void setup(struct linted *linted) {
	*linted = (struct linted){ 0 };
	lint_policy_init(&linted->policy);
	linted->linter = linter_create(&linted->policy);
}

static void finish(struct linted *linted) {
	linter_destroy(linted->linter);
	problems_finish(&linted->problems);
}

// Whether the text gave a set.
static bool lint(struct linted *linted, const char *file, const char *text) {
	const struct rule_options options = { .default_interval = MINUTES(1), .linter = linted->linter };
	struct rule_set *set = rule_set_parse(file, str_of(text), &options, &linted->problems);
	rule_set_unref(set);
	return set != NULL;
}

// What is said about one file, without source lines.
static void check_said(const char *text, const char *expected) {
	struct linted linted;
	autobuf struct buf got = { 0 };
	setup(&linted);
	lint(&linted, "f.yml", text);
	for (size_t i = 0; i < linted.problems.count; i++)
		problem_format(&got, &linted.problems.items[i], STR_NONE);
	if (strcmp(buf_cstr(&got), expected) != 0)
		FAIL_TEST("%s\n--- got\n%s--- wanted\n%s", text, buf_cstr(&got), expected);
	finish(&linted);
}

TEST(duplicate_rules_are_found_within_and_across_groups) {
	struct linted linted;
	setup(&linted);
	CHECK(lint(&linted, "f.yml",
	    "groups:\n"
	    "- name: g\n"
	    "  labels: {a: b}\n"
	    "  rules: [{record: r, expr: up}, {record: r, expr: down}, {record: r, expr: up, labels: {a: c}}, {alert: r, expr: up == 0}]\n"
	    "- name: h\n"
	    "  rules:\n"
	    "  - {record: r, expr: up, labels: {a: b}}\n"));
	CHECK_INT(linter_count(linted.linter, LINT_DUPLICATE_RULES), 3);
	CHECK_INT(linter_total(linted.linter), 3);
	CHECK_INT(linted.problems.count, 3);
	CHECK_INT(linted.problems.errors, 0);
	CHECK_STR(linted.problems.items[0].id, "duplicate-rules");
	CHECK_STR(linted.problems.items[0].scope, "g");
	CHECK_STR(linted.problems.items[0].subject, "r");
	CHECK_INT(linted.problems.items[2].at.line, 7);
	CHECK_STR(linted.problems.items[2].text, "duplicate rule: r{a=\"b\"} is already at f.yml:4:11; might cause inconsistency while recording expressions");
	finish(&linted);
}

TEST(duplicates_in_another_file_are_another_finding_and_a_file_read_twice_is_none) {
	struct linted linted;
	setup(&linted);
	const char *text = "groups: [{name: g, rules: [{record: r, expr: up}]}]\n";
	CHECK(lint(&linted, "a.yml", text) && lint(&linted, "a.yml", text) && lint(&linted, "b.yml", text));
	CHECK_INT(linter_total(linted.linter), 1);
	CHECK_INT(linter_count(linted.linter, LINT_DUPLICATE_RULES_ACROSS_FILES), 1);
	CHECK(strcmp(linted.problems.items[0].at.file, "b.yml") == 0);
	CHECK(lint(&linted, "c.yml", "groups: [{name: g, rules: [{record: r, expr: up}, {record: r, expr: up}]}]\n"));
	CHECK_INT(linter_count(linted.linter, LINT_DUPLICATE_RULES_ACROSS_FILES), 2);
	CHECK_INT(linter_count(linted.linter, LINT_DUPLICATE_RULES), 1);
	finish(&linted);
}

TEST(a_policy_turns_findings_off_and_makes_errors_of_them) {
	const char *text = "groups: [{name: g, rules: [{record: r, expr: up}, {record: r, expr: up}]}] # tocsin: ignore expression-type\n";
	struct linted linted;
	setup(&linted);
	linted.policy.is_off[LINT_DUPLICATE_RULES] = true;
	CHECK(lint(&linted, "f.yml", text));
	CHECK_INT(linter_count(linted.linter, LINT_DUPLICATE_RULES), 0);
	CHECK_INT(linter_count(linted.linter, LINT_IGNORE_UNUSED), 1);
	finish(&linted);
	setup(&linted);
	linted.policy.severity[LINT_DUPLICATE_RULES] = SEVERITY_ERROR;
	CHECK(!lint(&linted, "f.yml", text));
	CHECK_INT(linted.problems.errors, 1);
	CHECK_INT(linter_count(linted.linter, LINT_IGNORE_UNUSED), 1); // a finding is no mistake of the file
	finish(&linted);
}

TEST(a_comment_speaks_for_its_line_or_the_next_and_for_the_rule_or_group_that_begins_there) {
	static const char said[] = "f.yml:8:11: warning: the expression is of type range vector, expected instant vector or scalar: every evaluation will fail [expression-type]\n";
	static const struct {
		const char *at_group, *before_rule, *at_rule, *in_expr, *at_expr;
		bool is_silent;
	} cases[] = {
		{ "", "", "", "", "", false },
		{ " # tocsin: ignore expression-type", "", "", "", "", true },
		{ "", "# tocsin: ignore expression-type", "", "", "", true },
		{ "", "# tocsin:ignore expression-type", "", "", "", true },
		{ "", "# tocsin: ignore-file expression-type", "", "", "", true },
		{ "", "", " # tocsin: ignore all", "", "", true },
		{ "", "", "", " # tocsin: ignore expression-type -- it is a test", "", true },
		{ "", "", "", "", " # tocsin: ignore expression-type # it is a test", true },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		autobuf struct buf text = { 0 };
		buf_format(&text, "groups:\n- name: g%s\n  rules:\n  %s\n\n  - record: r%s\n    expr: |%s\n          up[1m]%s\n", cases[i].at_group, cases[i].before_rule, cases[i].at_rule, cases[i].in_expr, cases[i].at_expr);
		check_said(buf_cstr(&text), cases[i].is_silent ? "" : said);
	}
}

TEST(a_comment_that_is_not_understood_or_not_needed_is_a_finding) {
	check_said("# tocsin: ignore duplicate-rule, expression-type\n"
	           "groups: [] # tocsin: ignroe all\n"
	           "# tocsin: ignore\n"
	           "# tocsin: ignore-file duplicate-rules\r\n"
	           "# about tocsin: ignore all\n",
	    "f.yml:1:18: warning: \"duplicate-rule\" in a tocsin comment, expected the name of a finding or \"all\" [ignore-unknown]\n"
	    "f.yml:1:34: info: nothing to ignore: there is no finding \"expression-type\" here; remove the comment [ignore-unused]\n"
	    "f.yml:2:22: warning: \"ignroe\" in a tocsin comment, expected \"ignore\" or \"ignore-file\" [ignore-unknown]\n"
	    "f.yml:3:11: warning: \"ignore\" in a tocsin comment, expected the name of a finding or \"all\" after it [ignore-unknown]\n"
	    "f.yml:4:23: info: nothing to ignore: there is no finding \"duplicate-rules\" here; remove the comment [ignore-unused]\n");

	check_said("groups: # tocsin: ignore duplicate-rules\n- name: \"\"\n  rules: [{record: a, expr: up}]\n", "f.yml:2:3: error: Groupname must not be empty\n");
}

TEST(a_comment_that_is_almost_one_of_ours_is_a_finding) {
	check_said("# tocsin ignore rule-order\n"
	           "groups: [] # TOCSIN: ignore rule-order\n"
	           "# tocsin : ignore-file all\n"
	           "# tocsin: ignore rule-order label-space\n"
	           "# Tocsin is loud\n"
	           "# tocsins ignore all\n"
	           "# tocsin\n"
	           "#tocsin",
	    "f.yml:1:3: warning: \"tocsin\" in a tocsin comment, expected \"tocsin:\" [ignore-unknown]\n"
	    "f.yml:2:14: warning: \"TOCSIN\" in a tocsin comment, expected \"tocsin:\" [ignore-unknown]\n"
	    "f.yml:3:3: warning: \"tocsin\" in a tocsin comment, expected \"tocsin:\" [ignore-unknown]\n"
	    "f.yml:4:18: warning: \"rule-order label-space\" in a tocsin comment, expected commas between the names, and -- before a remark [ignore-unknown]\n");
}

TEST(comments_of_one_file_have_a_limit) {
	struct linted linted;
	autobuf struct buf text = { 0 };
	setup(&linted);
	buf_append_cstr(&text, "groups: []\n# tocsin: ignore-file ");
	for (int i = 0; i < 10002; i++)
		buf_append_cstr(&text, i > 0 ? ", rule-order" : "rule-order");
	CHECK(lint(&linted, "f.yml", buf_cstr(&text)));
	CHECK_INT(linter_count(linted.linter, LINT_IGNORE_UNKNOWN), 2);
	CHECK_INT(linter_count(linted.linter, LINT_IGNORE_UNUSED), 10000);
	finish(&linted);
}
