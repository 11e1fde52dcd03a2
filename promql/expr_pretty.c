// SPDX-License-Identifier: Apache-2.0
// Lays an expression out in lines. What fits in one line stays as its normal form; what does not is opened, its parts indented by one level
// more. Source: Prometheus 3.14, promql/parser/prettier.go.
#include "base/mem.h"
#include "model/limits.h"
#include "promql/expr_format.h"

#include <stdlib.h>

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

// Where the normal form of each operator of a chain ends, outermost first; of the leftmost operand last. Leaves the whole in the scratch.
static size_t *measure_chain(struct layout *layout, const struct node_spine *spine) {
	size_t *ends = mem_realloc_array(NULL, spine->count + 1, sizeof *ends);
	buf_reset(&layout->scratch);
	promql_format(&layout->scratch, spine->leftmost);
	ends[spine->count] = layout->scratch.len;
	for (size_t i = spine->count; i-- > 0;) {
		format_right_side(&layout->scratch, spine->items[i]);
		ends[i] = layout->scratch.len;
	}
	return ends;
}

// One line more for each operator, outermost last. The left side of each is indented by one level more than it.
static void lay_out_chain(struct layout *layout, const struct promql_node *node, size_t level) {
	struct node_spine spine;
	node_spine_init(&spine, node);
	size_t *ends = measure_chain(layout, &spine);
	size_t opened = 0;
	while (opened < spine.count && ends[opened] > LINE_BYTES)
		opened++;
	if (opened < spine.count)
		append_line(layout, str_head(buf_str(&layout->scratch), ends[opened]), level + opened);
	else
		lay_out(layout, spine.leftmost, level + opened);
	for (size_t i = opened; i-- > 0 && !layout->overflowed;) {
		buf_append_char(layout->out, '\n');
		indent(layout, level + i);
		format_operator(layout->out, spine.items[i]);
		buf_append_char(layout->out, '\n');
		lay_out(layout, spine.items[i]->binary.right, level + i + 1);
	}
	free(ends);
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
		append_line(layout, buf_str(&layout->scratch), level);
		return;
	}
}

static void lay_out_whole(struct layout *layout, const struct promql_node *node, size_t level) {
	buf_reset(&layout->scratch);
	promql_format(&layout->scratch, node);
	if (layout->scratch.len > LINE_BYTES)
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
