// SPDX-License-Identifier: Apache-2.0
// Which rules of a group need what others of it write. Pure. Source: Prometheus rules/group.go, buildDependencyMap.
// A rule reads what an earlier one writes: it is asked only when that was stored. It reads what a later one writes: that one is asked only
// when it was. Two write the same metric: in file order. Names are those of the rules, before any relabelling of what is written.
#pragma once
#include "rules/rules.h"

#include <stdint.h>

struct rule_edge {
	uint32_t before;
	bool is_read; // what `before` writes must have been stored; else it must have been decided
};

// A zeroed one says that no rule needs another.
struct rule_order {
	bool is_strict;          // some selector names no metric, or there are too many edges: each rule needs all before it stored
	struct rule_edge *edges; // of the first rule, then of the second, …
	uint32_t *starts;        // rule_count + 1 indices into edges; NULL without edges
};

void rule_order_init(struct rule_order *order, const struct rule_group *group);
void rule_order_finish(struct rule_order *order);
// The edges that lead to a rule. Not for a strict order.
const struct rule_edge *rule_order_edges(const struct rule_order *order, size_t rule, size_t *count);
