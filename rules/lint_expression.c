// SPDX-License-Identifier: Apache-2.0
// What promql/ finds in the expression of a rule.
#include "promql/promql_lint.h"
#include "rules/rule_lint.h"

static void report(void *context, enum lint_id id, uint32_t start, uint32_t end, struct str text) {
	const struct rule_reading *reading = context;
	struct lint_place place = lint_text(reading, reading->fields.expr.node, start, end);
	lint_report(reading, id, place, "%.*s", STR_ARG(text));
}

void lint_expression(const struct rule_reading *reading, const struct rule *rule, const struct promql_node *root) {
	const struct promql_lint_options options = {
		.min_range = reading->builder->options->linter->policy->min_range,
		.is_alert = rule->kind == RULE_ALERTING,
	};
	const struct promql_lint lint = { &reading->builder->scratch, reading->fields.expr.text, &options, report, (void *)reading };
	promql_lint(&lint, root);
}
