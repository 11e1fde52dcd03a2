// SPDX-License-Identifier: Apache-2.0
// Nodes back to text, for messages. See template_node.h. Source: Go's text/template/parse, String of each node.
#include "template/template_node.h"

#include "template/html_escaper.h"

void node_list_append(struct node_list *list, struct node *node) {
	if (list->first == NULL)
		list->first = node;
	else
		list->last->next = node;
	list->last = node;
}

bool template_tree_is_empty(const struct template_tree *tree) {
	for (const struct node *node = tree->body.first; node != NULL; node = node->next)
		if (node->kind != NODE_TEXT || str_trim(node->text).len > 0)
			return false;
	return true;
}

void node_location(struct buf *out, const struct node *node) {
	const struct template_source *source = node->source;
	int line = 1;
	size_t column = node->at + source->hidden_bytes;
	for (size_t i = 0; i < node->at; i++) {
		if (source->text.data[i] != '\n')
			continue;
		line++;
		column = node->at - i - 1;
	}
	buf_append_str(out, source->name);
	buf_format(out, ":%d:%zu", line, column);
}

static void format_names(struct buf *out, const struct node *node, uint32_t from, const char *before_first) {
	for (uint32_t i = from; i < node->count; i++) {
		buf_append_cstr(out, i == from ? before_first : ".");
		buf_append_str(out, node->names[i]);
	}
}

static void format_declarations(struct buf *out, const struct node *pipe) {
	if (pipe->declared == 0)
		return;
	for (uint32_t i = 0; i < pipe->declared; i++) {
		buf_append_cstr(out, i == 0 ? "" : ", ");
		buf_append_str(out, pipe->names[i]);
	}
	buf_append_cstr(out, pipe->is_assign ? " = " : " := ");
}

static void format_operand(struct buf *out, const struct node *node) {
	if (node->kind == NODE_PIPE)
		buf_append_char(out, '(');
	node_format(out, node);
	if (node->kind == NODE_PIPE)
		buf_append_char(out, ')');
}

static void format_items(struct buf *out, const struct node *node, const char *between) {
	for (uint32_t i = 0; i < node->count; i++) {
		buf_append_cstr(out, i == 0 ? "" : between);
		if (node->kind == NODE_COMMAND)
			format_operand(out, node->items[i]);
		else
			node_format(out, node->items[i]);
	}
}

// HTML mode: what was added to the pipeline shows in messages.
static void format_pipe(struct buf *out, const struct node *pipe) {
	format_declarations(out, pipe);
	format_items(out, pipe, " | ");
	for (int i = 0; i < 3 && pipe->escapers[i] != ESCAPER_NONE; i++)
		buf_format(out, " | %s", html_escaper_name((enum html_escaper)pipe->escapers[i]));
}

static void format_list(struct buf *out, struct node_list list) {
	for (const struct node *node = list.first; node != NULL; node = node->next)
		node_format(out, node);
}

static void format_control(struct buf *out, const struct node *node, const char *keyword) {
	buf_format(out, "{{%s ", keyword);
	node_format(out, node->pipe);
	buf_append_cstr(out, "}}");
	format_list(out, node->body);
	if (node->has_else) {
		buf_append_cstr(out, "{{else}}");
		format_list(out, node->otherwise);
	}
	buf_append_cstr(out, "{{end}}");
}

static void format_template(struct buf *out, const struct node *node) {
	buf_append_cstr(out, "{{template \"");
	buf_append_str(out, node->value);
	buf_append_char(out, '"');
	if (node->pipe != NULL) {
		buf_append_char(out, ' ');
		node_format(out, node->pipe);
	}
	buf_append_cstr(out, "}}");
}

static void format_action(struct buf *out, const struct node *node) {
	buf_append_cstr(out, "{{");
	node_format(out, node->pipe);
	buf_append_cstr(out, "}}");
}

void node_format(struct buf *out, const struct node *node) {
	switch (node->kind) {
	case NODE_TEXT:
	case NODE_IDENTIFIER:
	case NODE_NUMBER:
	case NODE_STRING:
		buf_append_str(out, node->text);
		return;
	case NODE_ACTION:
		format_action(out, node);
		return;
	case NODE_IF:
		format_control(out, node, "if");
		return;
	case NODE_WITH:
		format_control(out, node, "with");
		return;
	case NODE_RANGE:
		format_control(out, node, "range");
		return;
	case NODE_TEMPLATE:
		format_template(out, node);
		return;
	case NODE_BREAK:
		buf_append_cstr(out, "{{break}}");
		return;
	case NODE_CONTINUE:
		buf_append_cstr(out, "{{continue}}");
		return;
	case NODE_PIPE:
		format_pipe(out, node);
		return;
	case NODE_COMMAND:
		format_items(out, node, " ");
		return;
	case NODE_FIELD:
		format_names(out, node, 0, ".");
		return;
	case NODE_VARIABLE:
		format_names(out, node, 0, "");
		return;
	case NODE_CHAIN:
		format_operand(out, node->inner);
		format_names(out, node, 0, ".");
		return;
	case NODE_DOT:
		buf_append_char(out, '.');
		return;
	case NODE_NIL:
		buf_append_cstr(out, "nil");
		return;
	case NODE_BOOL:
		buf_append_cstr(out, node->is_true ? "true" : "false");
		return;
	}
}

static bool has_else(const struct node *node) {
	return (node->kind == NODE_IF || node->kind == NODE_WITH || node->kind == NODE_RANGE) && node->has_else;
}

// The else of the last node is walked in this loop, so that long `else if` chains need no stack.
void node_list_walk(struct node_list list, node_visit *visit, void *context) {
	const struct node *node = list.first;
	while (node != NULL) {
		visit(context, node);
		if (has_else(node) && node->next == NULL) {
			node = node->otherwise.first;
			continue;
		}
		if (has_else(node))
			node_list_walk(node->otherwise, visit, context);
		node = node->next;
	}
}
