// SPDX-License-Identifier: Apache-2.0
// The normal form in pieces, for whoever lays them out in lines. Private to promql/.
#pragma once
#include "base/buf.h"
#include "promql/ast.h"

void format_aggregation(struct buf *out, const struct promql_node *node);    // "sum by (job) ", "sum"
void format_operator(struct buf *out, const struct promql_node *node);       // "== bool on (job)"
void format_right_side(struct buf *out, const struct promql_node *node);     // " + right", of a NODE_BINARY
void format_subquery_range(struct buf *out, const struct promql_node *node); // "[5m:1m] offset 1m"
