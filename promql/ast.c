// SPDX-License-Identifier: Apache-2.0
// Walking the left side of the tree without recursion, and the walks that the door offers.
#include "promql/ast.h"

#include "base/mem.h"

#include <stdlib.h>

static const struct promql_node *left_of(const struct promql_node *node) {
	return node->kind == NODE_BINARY ? node->binary.left : node->duration.left;
}

bool node_is_spine(const struct promql_node *node) {
	if (node->kind == NODE_BINARY)
		return true;
	return node->kind == NODE_DURATION && !node->duration.is_wrapped && node->duration.left != NULL &&
	    token_precedence(node->duration.op) > 0;
}

void node_spine_init(struct node_spine *spine, const struct promql_node *node) {
	*spine = (struct node_spine){ .leftmost = node };
	for (const struct promql_node *at = node; node_is_spine(at); at = left_of(at))
		spine->count++;
	spine->items = mem_realloc_array(NULL, spine->count, sizeof *spine->items);
	for (size_t i = 0; i < spine->count; i++) {
		spine->items[i] = spine->leftmost;
		spine->leftmost = left_of(spine->leftmost);
	}
}

void node_spine_finish(struct node_spine *spine) {
	free(spine->items);
}

struct str node_metric_name(const struct promql_node *selector) {
	if (selector->selector.name.len > 0)
		return selector->selector.name;
	for (size_t i = 0; i < selector->selector.count; i++) {
		const struct node_matcher *matcher = &selector->selector.matchers[i];
		if (matcher->op == TOKEN_EQUAL && str_equal(matcher->name, STR("__name__")))
			return matcher->value;
	}
	return STR_NONE;
}

static void visit_spine(const struct promql_node *node, promql_selector_visit *visit, void *context) {
	struct node_spine spine;
	node_spine_init(&spine, node);
	promql_each_selector(spine.leftmost, visit, context);
	for (size_t i = spine.count; i-- > 0;)
		promql_each_selector(spine.items[i]->binary.right, visit, context);
	node_spine_finish(&spine);
}

void promql_each_selector(const struct promql_node *node, promql_selector_visit *visit, void *context) {
	switch (node->kind) {
	case NODE_SELECTOR:
		visit(context, node_metric_name(node), node);
		return;
	case NODE_MATRIX:
		promql_each_selector(node->matrix.selector, visit, context);
		return;
	case NODE_SUBQUERY:
		promql_each_selector(node->subquery.inner, visit, context);
		return;
	case NODE_PAREN:
		promql_each_selector(node->paren, visit, context);
		return;
	case NODE_UNARY:
		promql_each_selector(node->unary.inner, visit, context);
		return;
	case NODE_BINARY:
		visit_spine(node, visit, context);
		return;
	case NODE_AGGREGATE:
		if (node->aggregate.parameter != NULL)
			promql_each_selector(node->aggregate.parameter, visit, context);
		promql_each_selector(node->aggregate.inner, visit, context);
		return;
	case NODE_CALL:
		for (size_t i = 0; i < node->call.count; i++)
			promql_each_selector(node->call.arguments[i], visit, context);
		return;
	case NODE_NUMBER:
	case NODE_STRING:
	case NODE_DURATION:
		return;
	}
}

bool promql_selector_is_shifted(const struct promql_node *selector) {
	return selector->selector.shift != NULL;
}

void promql_node_span(const struct promql_node *node, size_t *start, size_t *end) {
	*start = node->start;
	*end = node->end;
}
