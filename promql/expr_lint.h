// SPDX-License-Identifier: Apache-2.0
// The checks of expressions, by theme, and how they report. Private to promql/. A check looks at one node; promql_lint.c walks.
#pragma once
#include "promql/ast.h"
#include "promql/label_flow.h"
#include "promql/promql_lint.h"

PRINTF_LIKE(4, 5)
void expr_report(const struct promql_lint *lint, enum lint_id id, struct str where, const char *format, ...); // `where` is a part of the text
struct str expr_text(const struct promql_lint *lint, const struct promql_node *node);                         // the node as written
// The part of the text that a name was read from; the node's where that was quoted.
struct str expr_name(const struct promql_lint *lint, struct str name, const struct promql_node *node);

typedef void expr_check(const struct promql_lint *lint, const struct promql_node *node);
expr_check lint_matchers;    // a selector (lint_matchers.c)
expr_check lint_shift;       // a selector or subquery: offset and @ (lint_series.c)
expr_check lint_series;      // a call over a range (lint_series.c)
expr_check lint_quantile;    // a call or aggregation (lint_histogram.c)
expr_check lint_histogram;   // a call (lint_histogram.c)
expr_check lint_absent;      // a call (lint_histogram.c)
expr_check lint_label_lists; // an aggregation or operator that names a label twice (lint_labels.c)
expr_check lint_division;    // an aggregation (lint_series.c)
expr_check lint_counter;     // a comparison (lint_series.c)
expr_check lint_alert;       // the whole expression of an alert (lint_alert.c)
expr_check lint_values;      // the whole expression: what comparisons can give (lint_values.c)
expr_check lint_labels;      // the whole expression: labels that cannot be there (lint_labels.c)

bool node_is_call(const struct promql_node *node, const char *name);
// A number that the expression alone decides, looking through parentheses, signs, arithmetic and vector().
bool node_constant(const struct promql_node *node, double *out);
