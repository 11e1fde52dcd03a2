// SPDX-License-Identifier: Apache-2.0
// tests/cases/rules/NAME.{ok,fail}.yml against NAME.{ok,fail}.txt: what is said about the file and, for good ones, what was read.
// `TOCSIN_REGENERATE=1 meson test -C build rule_cases` writes the .txt files anew; review them as a diff.
#include "base/buf.h"
#include "base/go_text.h"
#include "rules/rules.h"
#include "tests/harness/test.h"

static void dump_texts(struct buf *out, const char *title, const struct rule_text *const *texts, size_t count) {
	for (size_t i = 0; i < count; i++) {
		buf_format(out, "    %s %.*s=", title, STR_ARG(texts[i]->name));
		go_quote(out, texts[i]->text);
		buf_append_char(out, '\n');
	}
}

static void dump_rule(struct buf *out, const struct rule *rule) {
	buf_format(out, "  %d:%d %s %.*s\n", rule->at.line, rule->at.column, rule->kind == RULE_ALERTING ? "alert" : "record", STR_ARG(rule->name));
	buf_format(out, "    expr %.*s\n", STR_ARG(rule->expr));
	if (rule->hold != 0 || rule->keep_firing_for != 0)
		buf_format(out, "    for %lld ms, keep_firing_for %lld ms\n", (long long)rule->hold, (long long)rule->keep_firing_for);
	dump_texts(out, "label", rule->labels, rule->label_count);
	dump_texts(out, "annotation", rule->annotations, rule->annotation_count);
}

static void dump_set(struct buf *out, const struct rule_set *set) {
	for (size_t i = 0; i < set->group_count; i++) {
		const struct rule_group *group = &set->groups[i];
		buf_format(out, "%d:%d group %.*s: every %lld ms, offset %lld ms, limit %lld\n", group->at.line, group->at.column, STR_ARG(group->name),
		    (long long)group->interval, (long long)group->query_offset, (long long)group->limit);
		if (!str_equal_cstr(group->file, group->at.file))
			buf_format(out, "  of %.*s\n", STR_ARG(group->file));
		for (size_t k = 0; k < group->rule_count; k++)
			dump_rule(out, &group->rules[k]);
	}
}

// Reads the case and says everything there is to say; true when it was accepted.
static bool describe(const char *path, struct buf *out) {
	autobuf struct buf source = { 0 };
	struct problems problems = { 0 };
	const struct rule_options options = { .default_interval = MINUTES(1) };
	CHECK(fs_read_file(path, 1 << 20, &source, NULL));
	struct rule_set *set = rule_set_parse(strrchr(path, '/') + 1, buf_str(&source), &options, &problems);
	problems_sort(&problems);
	for (size_t i = 0; i < problems.count; i++)
		problem_format(out, &problems.items[i], buf_str(&source));
	if (set != NULL)
		dump_set(out, set);
	bool accepted = set != NULL;
	rule_set_unref(set);
	problems_finish(&problems);
	return accepted;
}

static void check_case(const char *path) {
	autobuf struct buf got = { 0 }, expected = { 0 }, wanted = { 0 };
	bool accepted = describe(path, &got);
	if (accepted != (strstr(path, ".ok.yml") != NULL))
		FAIL_TEST("%s: %s\n%s", path, accepted ? "accepted" : "refused", buf_cstr(&got));
	buf_format(&expected, "%.*s.txt", (int)(strlen(path) - strlen(".yml")), path);
	if (getenv("TOCSIN_REGENERATE") != NULL)
		CHECK(fs_write_file(buf_cstr(&expected), buf_str(&got), NULL));
	CHECK(fs_read_file(buf_cstr(&expected), 1 << 20, &wanted, NULL));
	if (!str_equal(buf_str(&got), buf_str(&wanted)))
		FAIL_TEST("%s\n--- got\n%s--- wanted\n%s", path, buf_cstr(&got), buf_cstr(&wanted));
}

TEST(every_case_is_judged_as_its_expectation_says) {
	struct fs_paths paths = { 0 };
	autobuf struct buf pattern = { 0 };
	buf_format(&pattern, "%s/*.yml", test_source_path("cases/rules"));
	CHECK(fs_glob(buf_cstr(&pattern), &paths, NULL));
	CHECK(paths.count >= 40);
	for (size_t i = 0; i < paths.count; i++)
		check_case(paths.items[i]);
	fs_paths_finish(&paths);
}
