// SPDX-License-Identifier: Apache-2.0
// Labels of a result, and how it is said why one is not there. See promql_labels.h.
#include "promql/promql_labels.h"

#include "base/buf.h"
#include "promql/label_flow.h"

struct promql_labels promql_labels_of(struct arena *arena, const struct promql_node *root) {
	size_t work = 0;
	const struct label_flow flow = { .arena = arena, .work = &work };
	return label_flow_walk(&flow, root);
}

enum promql_label_state promql_labels_find(const struct promql_labels *labels, struct str name, struct promql_label_reason *why) {
	enum promql_label_state state = label_set_find(&labels->branches[0], name, why);
	for (uint32_t i = 1; i < labels->count; i++) {
		if (label_set_find(&labels->branches[i], name, NULL) != state)
			return PROMQL_LABEL_MAYBE;
	}
	return state;
}

static void append_names(struct buf *out, const struct label_names *names) {
	for (size_t i = 0; i < names->count && i < 8; i++)
		buf_format(out, "%s%.*s", i > 0 ? ", " : "", STR_ARG(names->items[i]));
	if (names->count > 8)
		buf_append_cstr(out, ", …");
}

static void explain_aggregate(struct buf *out, const struct promql_node *node) {
	const struct label_names *grouping = node->aggregate.grouping;
	if (grouping == NULL || (grouping->count == 0 && !node->aggregate.without)) {
		buf_format(out, "`%s` without `by` keeps no label", token_name(node->aggregate.op));
		return;
	}
	buf_format(out, "`%s %s (", token_name(node->aggregate.op), node->aggregate.without ? "without" : "by");
	append_names(out, grouping);
	if (node->aggregate.without) {
		buf_append_cstr(out, ")` removes it");
		return;
	}
	buf_append_cstr(out, ")` keeps only ");
	append_names(out, grouping);
}

static void explain_binary(struct buf *out, const struct promql_node *node) {
	const struct vector_matching *matching = node->binary.matching;
	if (matching == NULL) {
		buf_format(out, "`%s` removes it", token_name(node->binary.op));
		return;
	}
	buf_format(out, "`%s (", matching->on ? "on" : "ignoring");
	append_names(out, &matching->labels);
	buf_append_cstr(out, matching->on && matching->labels.count > 0 ? ")` keeps only " : matching->on ? ")` keeps no label"
	                                                                                                  : ")` removes it");
	if (matching->on)
		append_names(out, &matching->labels);
}

static bool is_absent_call(const struct promql_node *node) {
	return str_has_prefix(str_of(node->call.function->name), STR("absent"));
}

static void explain_call(struct buf *out, const struct promql_node *node) {
	const char *name = node->call.function->name;
	const struct promql_node *vector = call_vector_argument(node);
	if (is_absent_call(node))
		buf_format(out, "`%s()` has only the labels that its selector matches with `=`", name);
	else if (vector == NULL || node->type == PROMQL_SCALAR)
		buf_format(out, "`%s()` has no labels", name);
	else
		buf_format(out, "`%s()` removes it", name);
}

void promql_label_reason_format(struct buf *out, struct promql_label_reason why) {
	switch (why.node->kind) {
	case NODE_AGGREGATE:
		explain_aggregate(out, why.node);
		return;
	case NODE_BINARY:
		explain_binary(out, why.node);
		return;
	case NODE_CALL:
		explain_call(out, why.node);
		return;
	case NODE_SELECTOR:
		buf_append_cstr(out, "the selector asks for series without it");
		return;
	case NODE_UNARY:
		buf_append_cstr(out, "`-` removes it");
		return;
	case NODE_NUMBER:
	case NODE_STRING:
	case NODE_MATRIX:
	case NODE_SUBQUERY:
	case NODE_PAREN:
	case NODE_DURATION:
		buf_append_cstr(out, "a constant has no labels");
		return;
	}
}
