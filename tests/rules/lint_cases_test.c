// SPDX-License-Identifier: Apache-2.0
// tests/cases/lint/NAME.yml against NAME.txt: what linting says about the file, and what it does not say.
// conventions*.yml is linted by the policy below, known_interval*.yml with an evaluation interval of 30s.
// `TOCSIN_REGENERATE=1 meson test -C build lint_cases` writes the .txt files anew; review them as a diff.
#include "base/buf.h"
#include "rules/rules.h"
#include "tests/harness/test.h"

static struct str required[3];
static struct lint_pattern values[3];

static void set_conventions(struct lint_policy *policy) {
	CHECK(lint_pattern_compile(&policy->alert_name, STR_NONE, STR("[A-Z][A-Za-z]+"), NULL));
	CHECK(lint_pattern_compile(&policy->recording_rule_name, STR_NONE, STR("[^:]+:[^:]+:[^:]+"), NULL));
	CHECK(lint_pattern_compile(&policy->group_name, STR_NONE, STR("[a-z]+"), NULL));
	CHECK(lint_pattern_compile(&values[0], STR("severity"), STR("critical|warning|info"), NULL));
	CHECK(lint_pattern_compile(&values[1], STR("team"), STR("[a-z]+"), NULL));
	CHECK(lint_pattern_compile(&values[2], STR("runbook_url"), STR("https://\\S+"), NULL));
	policy->label_values = (struct lint_patterns){ values, 2 };
	policy->annotation_values = (struct lint_patterns){ values + 2, 1 };
	required[0] = STR("severity");
	required[1] = STR("team");
	required[2] = STR("summary");
	policy->required_labels = (struct lint_names){ required, 2 };
	policy->required_annotations = (struct lint_names){ required + 2, 1 };
	policy->min_for = MINUTES(1);
	policy->max_for = MINUTES(60);
}

static void describe(const char *path, struct buf *out) {
	autobuf struct buf source = { 0 };
	struct problems problems = { 0 };
	struct lint_policy policy;
	const char *name = strrchr(path, '/') + 1;
	lint_policy_init(&policy);
	if (strncmp(name, "conventions", strlen("conventions")) == 0)
		set_conventions(&policy);
	struct linter *linter = linter_create(&policy);
	const struct rule_options options = { .default_interval = strncmp(name, "known_interval", strlen("known_interval")) == 0 ? SECONDS(30) : 0, .linter = linter };
	CHECK(fs_read_file(path, 1 << 20, &source, NULL));
	struct rule_set *set = rule_set_parse(name, buf_str(&source), &options, &problems);
	problems_sort(&problems);
	for (size_t i = 0; i < problems.count; i++)
		problem_format(out, &problems.items[i], buf_str(&source));
	if (set == NULL)
		FAIL_TEST("%s: refused\n%s", path, buf_cstr(out));
	rule_set_unref(set);
	linter_destroy(linter);
	lint_policy_finish(&policy);
	problems_finish(&problems);
}

static void check_case(const char *path) {
	autobuf struct buf got = { 0 }, expected = { 0 }, wanted = { 0 };
	describe(path, &got);
	buf_format(&expected, "%.*s.txt", (int)(strlen(path) - strlen(".yml")), path);
	if (getenv("TOCSIN_REGENERATE") != NULL)
		CHECK(fs_write_file(buf_cstr(&expected), buf_str(&got), NULL));
	CHECK(fs_read_file(buf_cstr(&expected), 1 << 20, &wanted, NULL));
	if (!str_equal(buf_str(&got), buf_str(&wanted)))
		FAIL_TEST("%s\n--- got\n%s--- wanted\n%s", path, buf_cstr(&got), buf_cstr(&wanted));
}

static void each_case(void (*act)(const char *path)) {
	struct fs_paths paths = { 0 };
	autobuf struct buf pattern = { 0 };
	buf_format(&pattern, "%s/*.yml", test_source_path("cases/lint"));
	CHECK(fs_glob(buf_cstr(&pattern), &paths, NULL));
	CHECK(paths.count >= 8);
	for (size_t i = 0; i < paths.count; i++)
		act(paths.items[i]);
	fs_paths_finish(&paths);
}

TEST(every_case_gives_the_findings_it_expects) {
	each_case(check_case);
}

static struct buf all_findings;

static void collect(const char *path) {
	describe(path, &all_findings);
}

TEST(every_finding_of_one_file_has_a_case) {
	each_case(collect);
	for (enum lint_id id = 0; id < LINT_ID_COUNT; id++) {
		autobuf struct buf mark = { 0 };
		buf_format(&mark, "[%s]\n", lint_finding(id)->id);
		if (id != LINT_DUPLICATE_RULES_ACROSS_FILES && str_find(buf_str(&all_findings), buf_str(&mark)) < 0)
			FAIL_TEST("no case finds %s", lint_finding(id)->id);
	}
	buf_finish(&all_findings);
}
