// SPDX-License-Identifier: Apache-2.0
// Lays an expression out in lines. What fits in one line stays as its normal form; what does not is opened, its parts indented by one level
// more. Source: Prometheus 3.14, promql/parser/prettier.go.
#include "model/limits.h"
#include "promql/expr_format.h"

enum { LINE_BYTES = 100,
	INDENT_BYTES = 2 };

struct layout {
	struct buf *out;
	struct buf scratch; // one normal form
	size_t end;         // the text may not grow beyond
	bool is_joined;     // the next part goes on in its line: behind a sign
	bool overflowed;
};

static void lay_out(struct layout *layout, const struct promql_node *node, size_t level);

static bool is_full(struct layout *layout, size_t more) {
	layout->overflowed |= layout->out->len + more > layout->end;
	return layout->overflowed;
}

static void indent(struct layout *layout, size_t level) {
	size_t width = layout->is_joined ? 0 : level * INDENT_BYTES;
	layout->is_joined = false;
	if (is_full(layout, width))
		return;
	buf_reserve(layout->out, width);
	for (size_t i = 0; i < width; i++)
		buf_append_char(layout->out, ' ');
}

static void append_line(struct layout *layout, struct str text, size_t level) {
	indent(layout, level);
	if (!is_full(layout, text.len))
		buf_append_str(layout->out, text);
}

// Closes what lay_out opened: the closing parenthesis in a line of its own.
static void close_parenthesis(struct layout *layout, size_t level) {
	buf_append_char(layout->out, '\n');
	indent(layout, level);
	buf_append_char(layout->out, ')');
}

static void spend(size_t *room, size_t bytes) {
	*room -= bytes < *room ? bytes : *room;
}

static void spend_selector(const struct promql_node *node, size_t *room) {
	spend(room, node->selector.name.len);
	for (size_t i = 0; i<node->selector.count && * room> 0; i++)
		spend(room, node->selector.matchers[i].name.len + node->selector.matchers[i].value.len + strlen("=\"\""));
}

// Takes from the room what the normal form has at least. Looks at no more nodes than there is room.
static void spend_node(const struct promql_node *node, size_t *room) {
	for (; node->kind == NODE_BINARY && *room > 0; node = node->binary.left) {
		spend(room, strlen(" + "));
		spend_node(node->binary.right, room);
	}
	if (node->kind == NODE_SELECTOR) {
		spend_selector(node, room);
		return;
	}
	spend(room, 1);
	if (*room == 0)
		return;
	switch ((int)node->kind) {
	case NODE_STRING:
		spend(room, node->string.len + 1);
		return;
	case NODE_SUBQUERY:
		spend_node(node->subquery.inner, room);
		return;
	case NODE_PAREN:
		spend_node(node->paren, room);
		return;
	case NODE_UNARY:
		spend_node(node->unary.inner, room);
		return;
	case NODE_AGGREGATE:
		spend_node(node->aggregate.inner, room);
		return;
	case NODE_CALL:
		for (size_t i = 0; i<node->call.count && * room> 0; i++)
			spend_node(node->call.arguments[i], room);
		return;
	default:
		return;
	}
}

// So that what stands deep in a tree is not printed once for each level above it.
static bool is_surely_long(const struct promql_node *node) {
	size_t room = LINE_BYTES + 1;
	spend_node(node, &room);
	return room == 0;
}

// How many operators of a chain, from the outermost, do not fit in one line with what is left of them. Leaves what fits in the scratch.
static size_t count_opened(struct layout *layout, const struct node_spine *spine) {
	size_t opened = spine->count;
	buf_reset(&layout->scratch);
	if (is_surely_long(spine->leftmost))
		return opened;
	promql_format(&layout->scratch, spine->leftmost);
	for (size_t before; opened > 0 && layout->scratch.len <= LINE_BYTES; opened--) {
		const struct promql_node *next = spine->items[opened - 1];
		before = layout->scratch.len;
		if (is_surely_long(next->binary.right))
			break;
		format_right_side(&layout->scratch, next);
		if (layout->scratch.len <= LINE_BYTES)
			continue;
		buf_truncate(&layout->scratch, before);
		break;
	}
	return opened;
}

// One line more for each operator, outermost last. The left side of each is indented by one level more than it.
static void lay_out_chain(struct layout *layout, const struct promql_node *node, size_t level) {
	struct node_spine spine;
	node_spine_init(&spine, node);
	size_t opened = count_opened(layout, &spine);
	if (opened < spine.count)
		append_line(layout, buf_str(&layout->scratch), level + opened);
	else
		lay_out(layout, spine.leftmost, level + opened);
	for (size_t i = opened; i-- > 0 && !layout->overflowed;) {
		buf_append_char(layout->out, '\n');
		indent(layout, level + i);
		format_operator(layout->out, spine.items[i]);
		buf_append_char(layout->out, '\n');
		lay_out(layout, spine.items[i]->binary.right, level + i + 1);
	}
	node_spine_finish(&spine);
}

static void lay_out_aggregate(struct layout *layout, const struct promql_node *node, size_t level) {
	indent(layout, level);
	format_aggregation(layout->out, node);
	buf_append_cstr(layout->out, "(\n");
	if (node->aggregate.parameter != NULL) {
		lay_out(layout, node->aggregate.parameter, level + 1);
		buf_append_cstr(layout->out, ",\n");
	}
	lay_out(layout, node->aggregate.inner, level + 1);
	close_parenthesis(layout, level);
}

static void lay_out_call(struct layout *layout, const struct promql_node *node, size_t level) {
	append_line(layout, str_of(node->call.function->name), level);
	buf_append_cstr(layout->out, "(\n");
	for (size_t i = 0; i < node->call.count && !layout->overflowed; i++) {
		buf_append_cstr(layout->out, i > 0 ? ",\n" : "");
		lay_out(layout, node->call.arguments[i], level + 1);
	}
	close_parenthesis(layout, level);
}

// What is longer than a line.
static void open_node(struct layout *layout, const struct promql_node *node, size_t level) {
	switch ((int)node->kind) {
	case NODE_SUBQUERY:
		lay_out(layout, node->subquery.inner, level);
		format_subquery_range(layout->out, node);
		return;
	case NODE_PAREN:
		append_line(layout, STR("(\n"), level);
		lay_out(layout, node->paren, level + 1);
		close_parenthesis(layout, level);
		return;
	case NODE_AGGREGATE:
		lay_out_aggregate(layout, node, level);
		return;
	case NODE_CALL:
		lay_out_call(layout, node, level);
		return;
	default: // cannot be opened
		buf_reset(&layout->scratch);
		promql_format(&layout->scratch, node);
		append_line(layout, buf_str(&layout->scratch), level);
		return;
	}
}

static void lay_out_whole(struct layout *layout, const struct promql_node *node, size_t level) {
	buf_reset(&layout->scratch);
	bool is_long = is_surely_long(node);
	if (!is_long)
		promql_format(&layout->scratch, node);
	if (is_long || layout->scratch.len > LINE_BYTES)
		open_node(layout, node, level);
	else // upstream does not indent a subquery that fits
		append_line(layout, buf_str(&layout->scratch), node->kind == NODE_SUBQUERY ? 0 : level);
}

static void lay_out(struct layout *layout, const struct promql_node *node, size_t level) {
	if (is_full(layout, 0))
		return;
	if (node->kind == NODE_BINARY) {
		lay_out_chain(layout, node, level);
	} else if (node->kind == NODE_UNARY) {
		append_line(layout, str_of(token_name(node->unary.op)), level);
		layout->is_joined = true;
		lay_out(layout, node->unary.inner, level);
	} else {
		lay_out_whole(layout, node, level);
	}
}

bool promql_format_pretty(struct buf *out, const struct promql_node *node) {
	size_t start = out->len;
	struct layout layout = { .out = out, .end = start + LIMIT_PRETTY_BYTES };
	lay_out(&layout, node, 0);
	buf_finish(&layout.scratch);
	if (layout.overflowed)
		buf_truncate(out, start);
	return !layout.overflowed;
}
