// SPDX-License-Identifier: Apache-2.0
// The checks of a rule, in the order they are run. See rule_lint.h.
#include "rules/rule_lint.h"

static rule_lint_check *const checks[] = {
	lint_duplicates,
	lint_order,
	lint_timing,
	lint_texts,
	lint_conventions,
	lint_expression,
	lint_templates,
};

void rule_lint(const struct rule_reading *reading, const struct rule *rule, const struct promql_node *root) {
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
		checks[i](reading, rule, root);
}
