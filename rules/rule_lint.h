// SPDX-License-Identifier: Apache-2.0
// The checks that make findings of rules. Private to rules/. A check reads what it is given, keeps nothing and reports by lint_report (linter.h).
#pragma once
#include "rules/linter.h"

struct promql_node;

// `root` is the rule's expression; its offsets are bytes of reading->fields.expr.text.
typedef void rule_lint_check(const struct rule_reading *reading, const struct rule *rule, const struct promql_node *root);

// Run all checks: on a rule and on a group that were read without errors. Only with a linter.
rule_lint_check rule_lint;
void rule_lint_group(const struct rule_reading *reading, const struct rule_group *group); // reading->node is the group's

// The checks, by theme.
rule_lint_check lint_conventions, lint_duplicates, lint_order, lint_texts, lint_timing;
rule_lint_check lint_expression, lint_templates;
void lint_order_begin(struct linter *linter, const struct yaml_node *rules); // before the rules of a group; NULL: it has none
void lint_group_texts(const struct rule_reading *reading, bool has_alerts);
void lint_group_conventions(const struct rule_reading *reading, bool has_alerts);
