// SPDX-License-Identifier: Apache-2.0
// Which labels the series of an expression's result can have, told from the expression alone. Never claims more than is certain: "never" and
// "always" hold for every series of every result on any data, everything else is "maybe". Pure, any thread.
// Source of its rules: Prometheus 3.x, promql/engine.go and functions.go. Metric names count as removed where they are without delayed removal.
#pragma once
#include "promql/promql.h"

#include <stdint.h>

enum promql_label_state { PROMQL_LABEL_MAYBE,
	PROMQL_LABEL_ALWAYS, // with a value that is not empty
	PROMQL_LABEL_NEVER };

// What makes that a label is never there: the node that removes it, or that never had it. For other states node is NULL.
struct promql_label_reason {
	const struct promql_node *node;
	uint32_t start; // byte of the node in the text
};

struct promql_label {
	struct str name;
	enum promql_label_state state;
	struct promql_label_reason why;
};

// One branch of `or`: the labels that are known, and what holds for all others.
struct promql_label_set {
	struct promql_label *items; // each name once, in no order; at most LIMIT_LABELS
	uint32_t count, cap;
	bool is_closed;                    // other labels: never; else maybe
	struct promql_label_reason others; // why it is closed
};

struct promql_labels {
	struct promql_label_set *branches; // at least one; in the arena
	uint32_t count, cap;
};

// The labels of the result of a parsed expression. Lives in `arena`, and borrows from the tree.
struct promql_labels promql_labels_of(struct arena *arena, const struct promql_node *root);
// Never or always when that holds in all branches. `why` may be NULL; it is set for a label that is never there.
enum promql_label_state promql_labels_find(const struct promql_labels *labels, struct str name, struct promql_label_reason *why);
// "`sum by (job)` keeps only job": a clause that says why, for the end of a message.
void promql_label_reason_format(struct buf *out, struct promql_label_reason why);
