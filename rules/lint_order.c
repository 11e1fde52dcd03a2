// SPDX-License-Identifier: Apache-2.0
// Rules of a group that read what a later one records. Rules run in order: each sees the results of those before it, and of those behind it
// what they gave an interval ago. Ranges and shifted selectors look into the past anyway.
#include "base/hash.h"
#include "promql/promql.h"
#include "rules/rule_lint.h"

struct recorded {
	struct str name;   // borrowed from the tree
	size_t first_rule; // number of the first rule that records it
};

static bool is_recorded(const void *value, const void *key) {
	return str_equal(((const struct recorded *)value)->name, *(const struct str *)key);
}

static void note_recorded(struct linter *linter, struct str name, size_t number) {
	uint64_t hash = hash_text(HASH_START, name);
	if (hash_map_find(&linter->recorded, hash, &name, is_recorded) != NULL)
		return;
	struct recorded *recorded = ARENA_NEW(&linter->group_arena, struct recorded);
	*recorded = (struct recorded){ name, number };
	hash_map_insert(&linter->recorded, hash, recorded);
}

void lint_order_begin(struct linter *linter, const struct yaml_node *rules) {
	size_t number = 0;
	hash_map_clear(&linter->recorded);
	arena_reset(&linter->group_arena);
	for (size_t i = 0; rules != NULL && i < rules->count; i++) {
		if (yaml_is_null(rules->items[i]))
			continue;
		number++;
		const struct yaml_node *record = rules->items[i]->kind == YAML_MAPPING ? yaml_find(rules->items[i], "record") : NULL;
		if (record != NULL && record->kind == YAML_SCALAR)
			note_recorded(linter, record->text, number);
	}
}

// Of a range selector the inner one is visited: its range follows it.
static bool has_range(struct str text, size_t end) {
	struct str rest = str_trim(str_skip(text, end));
	return rest.len > 0 && *rest.data == '[';
}

static void visit_selector(void *context, struct str name, const struct promql_node *selector) {
	const struct rule_reading *reading = context;
	const struct linter *linter = reading->builder->options->linter;
	const struct recorded *recorded = name.len == 0 ? NULL : hash_map_find(&linter->recorded, hash_text(HASH_START, name), &name, is_recorded);
	if (recorded == NULL || recorded->first_rule <= reading->number || promql_selector_is_shifted(selector))
		return;
	const struct placed_text *expr = &reading->fields.expr;
	size_t start = 0, end = 0;
	promql_node_span(selector, &start, &end);
	if (has_range(expr->text, end))
		return;
	lint_report(reading, LINT_RULE_ORDER, lint_text(reading, expr->node, start, end),
	    "rule %zu of the group records \"%.*s\" after this one is evaluated: it is an interval old here; put that rule first", recorded->first_rule, STR_ARG(name));
}

void lint_order(const struct rule_reading *reading, const struct rule *rule, const struct promql_node *root) {
	(void)rule;
	if (reading->builder->options->linter->recorded.count > 0)
		promql_each_selector(root, visit_selector, (void *)reading);
}
