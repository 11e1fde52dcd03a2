// SPDX-License-Identifier: Apache-2.0
// What a template depends on. See template_classify.h.
#include "template/template_classify.h"

#include "template/template_function.h"

struct walk {
	struct template_dependence found;
	unsigned inner; // inside `with` and `range`, where the dot is what their pipeline gave
};

static void mark(struct walk *walk, enum template_class class) {
	if (class > walk->found.class)
		walk->found.class = class;
}

// "$" and "$.Value" are the document; "$value" is its value.
static void walk_variable(struct walk *walk, const struct node *node) {
	bool is_root = str_equal(node->names[0], STR("$"));
	bool reads_value = is_root && (node->count == 1 || str_equal(node->names[1], STR("Value")));
	mark(walk, reads_value || str_equal(node->names[0], STR("$value")) ? TEMPLATE_VOLATILE : TEMPLATE_PURE_IN_LABELS);
}

static void walk_function(struct walk *walk, const struct node *node) {
	mark(walk, node->function->flags & CALL_VOLATILE ? TEMPLATE_VOLATILE : TEMPLATE_PURE_IN_LABELS);
	walk->found.uses_query |= (node->function->flags & CALL_QUERY) != 0;
}

static void walk_expression(struct walk *walk, const struct node *node) {
	if (node->kind == NODE_FIELD)
		mark(walk, str_equal(node->names[0], STR("Value")) ? TEMPLATE_VOLATILE : TEMPLATE_PURE_IN_LABELS);
	else if (node->kind == NODE_VARIABLE)
		walk_variable(walk, node);
	else if (node->kind == NODE_DOT)
		mark(walk, walk->inner > 0 ? TEMPLATE_PURE_IN_LABELS : TEMPLATE_VOLATILE);
	else if (node->kind == NODE_IDENTIFIER)
		walk_function(walk, node);
	else if (node->kind == NODE_CHAIN)
		walk_expression(walk, node->inner);
	else if (node->kind == NODE_PIPE || node->kind == NODE_COMMAND)
		for (uint32_t i = 0; i < node->count; i++)
			walk_expression(walk, node->items[i]);
}

static void walk_node(void *context, const struct node *node) {
	struct walk *walk = context;
	bool changes_dot = node->kind == NODE_WITH || node->kind == NODE_RANGE;
	if (node->kind == NODE_TEXT)
		return;
	mark(walk, node->kind == NODE_TEMPLATE ? TEMPLATE_VOLATILE : TEMPLATE_PURE_IN_LABELS);
	if (node->kind == NODE_BREAK || node->kind == NODE_CONTINUE)
		return;
	if (node->pipe != NULL)
		walk_expression(walk, node->pipe);
	if (node->kind != NODE_IF && !changes_dot)
		return;
	walk->inner += changes_dot;
	node_list_walk(node->body, walk_node, walk);
	walk->inner -= changes_dot;
}

struct template_dependence template_depends_on(struct node_list body) {
	struct walk walk = { .found = { .class = TEMPLATE_CONSTANT } };
	node_list_walk(body, walk_node, &walk);
	return walk.found;
}
