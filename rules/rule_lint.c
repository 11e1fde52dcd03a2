// SPDX-License-Identifier: Apache-2.0
// Findings that are no mistakes for Prometheus but hardly ever meant: so far, rules that are equal in name and labels.
// Source: promtool check rules --lint=duplicate-rules.
#include "base/buf.h"
#include "base/go_text.h"
#include "base/hash_map.h"
#include "rules/rule_identity.h"

static bool is_duplicate(const void *value, const void *key) {
	const struct rule *a = value, *b = key;
	if (!str_equal(a->name, b->name) || a->label_count != b->label_count)
		return false;
	for (size_t i = 0; i < a->label_count; i++) {
		if (!str_equal(a->labels[i]->name, b->labels[i]->name) || !str_equal(a->labels[i]->text, b->labels[i]->text))
			return false;
	}
	return true;
}

static void append_labels(struct buf *out, const struct rule *rule) {
	buf_append_char(out, '{');
	for (size_t i = 0; i < rule->label_count; i++) {
		buf_format(out, "%s%.*s=", i > 0 ? ", " : "", STR_ARG(rule->labels[i]->name));
		go_quote(out, rule->labels[i]->text);
	}
	buf_append_char(out, '}');
}

static void report_duplicate(struct problems *problems, const struct rule *rule, const struct rule *first) {
	autobuf struct buf text = { 0 };
	buf_format(&text, "duplicate rule: %.*s", STR_ARG(rule->name));
	append_labels(&text, rule);
	buf_format(&text, " is already at %s:%d:%d; might cause inconsistency while recording expressions", first->at.file, first->at.line, first->at.column);
	problem_add(problems, SEVERITY_WARNING, rule->at, STR("duplicate-rules"), buf_str(&text));
}

size_t rule_set_lint_duplicates(const struct rule_set *set, struct problems *problems) {
	struct hash_map seen = { 0 };
	size_t found = 0;
	hash_map_reserve(&seen, set->rule_count);
	for (size_t i = 0; i < set->group_count; i++) {
		for (size_t k = 0; k < set->groups[i].rule_count; k++) {
			struct rule *rule = &set->groups[i].rules[k];
			uint64_t hash = rule_labels_hash(rule);
			const struct rule *first = hash_map_find(&seen, hash, rule, is_duplicate);
			if (first == NULL) {
				hash_map_insert(&seen, hash, rule);
				continue;
			}
			report_duplicate(problems, rule, first);
			found++;
		}
	}
	hash_map_finish(&seen);
	return found;
}
