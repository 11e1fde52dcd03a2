// SPDX-License-Identifier: Apache-2.0
// Every plain file of tests/cases/rules as a text in a ConfigMap: judged alike, with the same words, and each place moved by as much as the
// text was.
#include "base/buf.h"
#include "rules/rules.h"
#include "tests/harness/test.h"

#define HEAD "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata:\n  r: |2+\n"
enum { HEAD_LINES = 5,
	INDENT = 4 };

struct verdict {
	struct problems problems;
	struct rule_set *set;
};

static struct verdict judge(struct str text) {
	const struct rule_options options = { .default_interval = MINUTES(1) };
	struct verdict verdict = { 0 };
	verdict.set = rule_set_parse("t.yml", text, &options, &verdict.problems);
	return verdict;
}

static void release(struct verdict *verdict) {
	rule_set_unref(verdict->set);
	problems_finish(&verdict->problems);
}

static int count_lines(struct str text) {
	int lines = 1;
	for (size_t i = 0; i < text.len; i++)
		lines += text.data[i] == '\n';
	return lines;
}

static void wrap(struct buf *out, struct str text) {
	buf_append_cstr(out, HEAD);
	while (text.len > 0) {
		struct str line = str_cut(&text, '\n');
		buf_format(out, "%*s%.*s\n", INDENT, "", STR_ARG(line));
	}
}

static void check_problem(const char *path, const struct problem *plain, const struct problem *wrapped, int lines) {
	bool names_line = str_find(plain->text, STR("already defined at line")) >= 0;
	if (!names_line && !str_equal(plain->text, wrapped->text))
		FAIL_TEST("%s: \"%.*s\", wrapped \"%.*s\"", path, STR_ARG(plain->text), STR_ARG(wrapped->text));
	bool is_end = plain->at.line >= lines; // there a block's last character is meant
	if (!is_end && (wrapped->at.line != plain->at.line + HEAD_LINES || wrapped->at.column != plain->at.column + INDENT))
		FAIL_TEST("%s: %d:%d, wrapped %d:%d: %.*s", path, plain->at.line, plain->at.column, wrapped->at.line, wrapped->at.column, STR_ARG(plain->text));
}

static void check_places(const char *path, const struct verdict *plain, const struct verdict *wrapped) {
	for (size_t i = 0; i < plain->set->group_count; i++) {
		const struct rule_group *a = &plain->set->groups[i], *b = &wrapped->set->groups[i];
		CHECK_STR(b->file, "t.yml#m/r");
		for (size_t k = 0; k < a->rule_count; k++) {
			const struct position *was = &a->rules[k].at, *is = &b->rules[k].at;
			if (is->line != was->line + HEAD_LINES || is->column != was->column + INDENT)
				FAIL_TEST("%s: rule at %d:%d, wrapped at %d:%d", path, was->line, was->column, is->line, is->column);
		}
	}
}

// False when the wrapped text is not taken for a rule file, or cannot be wrapped.
static bool check_case(const char *path) {
	autobuf struct buf text = { 0 }, outer = { 0 };
	CHECK(fs_read_file(path, 1 << 20, &text, NULL));
	wrap(&outer, buf_str(&text));
	struct verdict plain = judge(buf_str(&text)), wrapped = judge(buf_str(&outer));
	bool is_passed_over = wrapped.problems.count > 0 && str_equal_cstr(wrapped.problems.items[0].id, "other-kind");
	bool is_comparable = !is_passed_over && !str_has_prefix(buf_str(&text), STR("\xEF\xBB\xBF")); // a mark within a text is no mark
	if (is_comparable) {
		if ((plain.set == NULL) != (wrapped.set == NULL) || plain.problems.count != wrapped.problems.count)
			FAIL_TEST("%s: %zu problems, wrapped %zu", path, plain.problems.count, wrapped.problems.count);
		for (size_t i = 0; i < plain.problems.count; i++)
			check_problem(path, &plain.problems.items[i], &wrapped.problems.items[i], count_lines(buf_str(&text)));
		if (plain.set != NULL && wrapped.set != NULL)
			check_places(path, &plain, &wrapped);
	}
	release(&plain);
	release(&wrapped);
	return is_comparable;
}

TEST(a_file_is_judged_alike_within_a_config_map) {
	struct fs_paths paths = { 0 };
	autobuf struct buf pattern = { 0 };
	size_t compared = 0;
	buf_format(&pattern, "%s/*.yml", test_source_path("cases/rules"));
	CHECK(fs_glob(buf_cstr(&pattern), &paths, NULL));
	for (size_t i = 0; i < paths.count; i++)
		compared += check_case(paths.items[i]);
	CHECK(compared >= 50);
	fs_paths_finish(&paths);
}
