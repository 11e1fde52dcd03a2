// SPDX-License-Identifier: Apache-2.0
// The walk that computes labels from the leaves up, and lets others look at each node with what flows into it. Private to promql/.
#pragma once
#include "promql/label_set.h"

// What flows into a node: of a binary operator both sides, of other nodes one (`left`). A side is NULL where it is no vector.
struct label_inflow {
	const struct promql_labels *left, *right;
};

struct label_flow {
	struct arena *arena;
	// Called for each vector node with operands, inner ones first, before the node's own effect. May be NULL.
	void (*visit)(void *context, const struct promql_node *node, const struct label_inflow *inflow);
	void *context;
	size_t *work; // spent so far; past a bound nothing is known of operators' results any more
};

struct promql_labels label_flow_walk(const struct label_flow *flow, const struct promql_node *node);
// What a call does to the labels of its vector argument, `labels`.
void label_flow_call(const struct label_flow *flow, const struct promql_node *call, struct promql_labels *labels);
// The argument whose series a call works on; NULL when there is none.
const struct promql_node *call_vector_argument(const struct promql_node *call);
const struct promql_node *node_unwrap(const struct promql_node *node); // without parentheses around it
