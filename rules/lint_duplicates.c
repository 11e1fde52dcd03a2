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

// The newest place counts: what follows in the same file is a duplicate within it.
static void move_to(struct linter *linter, struct seen_rule *seen, struct position at) {
	if (linter->file == NULL || strcmp(linter->file, at.file) != 0)
		linter->file = arena_cstr(&linter->arena, str_of(at.file));
	seen->at = (struct position){ linter->file, at.line, at.column };
	seen->file_number = linter->file_number;
}

static void remember(struct linter *linter, uint64_t hash, struct str key, struct position at) {
	struct seen_rule *seen = ARENA_NEW(&linter->arena, struct seen_rule);
	seen->key = arena_dup_str(&linter->arena, key);
	move_to(linter, seen, at);
	hash_map_insert(&linter->seen, hash, seen);
}

static void report(const struct rule_reading *reading, enum lint_id id, const struct seen_rule *seen) {
	lint_report(reading, id, lint_node(reading, NULL), "duplicate rule: %.*s is already at %s:%d:%d; might cause inconsistency while recording expressions",
	    STR_ARG(seen->key), seen->at.file, seen->at.line, seen->at.column);
}

void lint_duplicates(const struct rule_reading *reading, const struct rule *rule, const struct promql_node *root) {
	(void)root;
	struct linter *linter = reading->builder->options->linter;
	autobuf struct buf text = { 0 };
	buf_append_str(&text, rule->name);
	append_labels(&text, rule);
	struct str key = buf_str(&text);
	uint64_t hash = hash_text(HASH_START, key);
	struct seen_rule *seen = hash_map_find(&linter->seen, hash, &key, has_key);
	if (seen == NULL) {
		remember(linter, hash, key, rule->at);
		return;
	}
	if (seen->file_number == linter->file_number) {
		report(reading, LINT_DUPLICATE_RULES, seen);
		return;
	}
	if (strcmp(seen->at.file, rule->at.file) != 0) // else the file was read twice
		report(reading, LINT_DUPLICATE_RULES_ACROSS_FILES, seen);
	move_to(linter, seen, rule->at);
}
