// SPDX-License-Identifier: Apache-2.0
// The parts of a rule that are languages of their own: expression and templates. Private to rules/.
#pragma once
#include "rules/rule_check.h"

struct promql_node;

// Parses and types the expression and keeps its normal form. Problems point at the very character in the file.
// Returns the syntax tree, in builder->scratch, or NULL when there were errors.
const struct promql_node *rule_read_expr(const struct rule_reading *reading, struct rule *rule);
// Group labels overlaid by the rule's, and its annotations: sorted, and compiled for alerting rules.
void rule_read_texts(const struct rule_reading *reading, struct rule *rule);
