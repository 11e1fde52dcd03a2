// SPDX-License-Identifier: Apache-2.0
// The checks that make findings of rules. Private to rules/. A check reads what it is given, keeps nothing and reports by lint_report (linter.h).
#pragma once
#include "rules/linter.h"

struct promql_node;

// `root` is the rule's expression; its offsets are bytes of reading->fields.expr.text.
typedef void rule_lint_check(const struct rule_reading *reading, const struct rule *rule, const struct promql_node *root);

// Runs all checks on a rule that was read without errors. Only with a linter.
rule_lint_check rule_lint;

// The checks, by theme.
rule_lint_check lint_duplicates;
rule_lint_check lint_expression;
