// SPDX-License-Identifier: Apache-2.0
// Rules equal in name and labels, in one file or in two of a run. Source: promtool check rules --lint=duplicate-rules.
#include "base/buf.h"
#include "base/go_text.h"
#include "base/hash.h"
#include "rules/rule_lint.h"

struct seen_rule {
	struct str key;     // name and labels
	struct position at; // its file is the arena's
	unsigned file_number;
};

static bool has_key(const void *value, const void *key) {
	return str_equal(((const struct seen_rule *)value)->key, *(const struct str *)key);
}

static void append_labels(struct buf *out, const struct rule *rule) {
	buf_append_char(out, '{');
	for (size_t i = 0; i < rule->label_count; i++) {
		buf_format(out, "%s%.*s=", i > 0 ? ", " : "", STR_ARG(rule->labels[i]->name));
		go_quote(out, rule->labels[i]->text);
	}
	buf_append_char(out, '}');
}

static void remember(struct linter *linter, uint64_t hash, struct str key, struct position at) {
	struct seen_rule *seen = ARENA_NEW(&linter->arena, struct seen_rule);
	seen->key = arena_dup_str(&linter->arena, key);
	seen->at = at;
	seen->file_number = linter->file_number;
	if (linter->file == NULL || strcmp(linter->file, at.file) != 0)
		linter->file = arena_cstr(&linter->arena, str_of(at.file));
	seen->at.file = linter->file;
	hash_map_insert(&linter->seen, hash, seen);
}

void lint_duplicates(const struct rule_reading *reading, const struct rule *rule, const struct promql_node *root) {
	(void)root;
	struct linter *linter = reading->builder->options->linter;
	autobuf struct buf text = { 0 };
	buf_append_str(&text, rule->name);
	append_labels(&text, rule);
	struct str key = buf_str(&text);
	uint64_t hash = hash_text(HASH_START, key);
	const struct seen_rule *first = hash_map_find(&linter->seen, hash, &key, has_key);
	if (first == NULL) {
		remember(linter, hash, key, rule->at);
		return;
	}
	bool is_same_file = first->file_number == linter->file_number;
	if (!is_same_file && strcmp(first->at.file, rule->at.file) == 0)
		return; // the file was read twice
	lint_report(reading, is_same_file ? LINT_DUPLICATE_RULES : LINT_DUPLICATE_RULES_ACROSS_FILES, lint_node(reading, NULL),
	    "duplicate rule: %.*s is already at %s:%d:%d; might cause inconsistency while recording expressions", STR_ARG(key), first->at.file, first->at.line, first->at.column);
}
