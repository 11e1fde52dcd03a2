// SPDX-License-Identifier: Apache-2.0
// Prints the normal form of an expression. Source: Prometheus 3.14, promql/parser/printer.go.
#include "base/array.h"
#include "base/go_text.h"
#include "base/number.h"
#include "model/duration.h"
#include "promql/expr_format.h"

#include <math.h>
#include <stdlib.h>

// Go's 'f' with the fewest digits that read back the same.
static void append_number(struct buf *out, double value) {
	if (isnan(value))
		buf_append_cstr(out, "NaN");
	else if (isinf(value))
		buf_append_cstr(out, value < 0 ? "-Inf" : "+Inf");
	else
		number_append_fixed(out, number_shortest(value));
}

// Go's %v: the exponent form for very small and large numbers.
static void append_number_plain(struct buf *out, double value) {
	double size = fabs(value);
	if (isfinite(value) && value != 0 && (size < 1e-4 || size >= 1e6))
		number_append_exponent(out, number_shortest(value), 2);
	else
		append_number(out, value);
}

static void append_ns(struct buf *out, int64_t ns) {
	int64_t ms = ns / 1000000;
	if (ms < 0)
		buf_append_char(out, '-');
	duration_format(out, ms < 0 ? -ms : ms);
}

static bool is_plain_label(struct str name) {
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		bool is_digit = c >= '0' && c <= '9';
		if (c != '_' && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(is_digit && i > 0))
			return false;
	}
	return name.len > 0;
}

static void append_label(struct buf *out, struct str name) {
	if (is_plain_label(name))
		buf_append_str(out, name);
	else
		go_quote(out, name);
}

static void append_labels(struct buf *out, const struct label_names *names) {
	for (size_t i = 0; i < names->count; i++) {
		buf_append_cstr(out, i > 0 ? ", " : "");
		append_label(out, names->items[i]);
	}
}

static void append_literal(struct buf *out, const struct promql_node *node) {
	double value = node->number.value;
	if (!node->number.is_duration) {
		append_number(out, value);
		return;
	}
	if (value < 0)
		buf_append_char(out, '-');
	double ns = fabs(value) * 1e9;
	append_ns(out, ns < 0x1p63 ? (int64_t)ns : INT64_MIN);
}

static void append_duration_operand(struct buf *out, const struct promql_node *node);

static void append_duration_inside(struct buf *out, const struct promql_node *node) {
	switch ((int)node->duration.op) {
	case TOKEN_STEP:
	case TOKEN_RANGE:
		buf_format(out, "%s()", token_name(node->duration.op));
		return;
	case TOKEN_MAX_OF:
	case TOKEN_MIN_OF:
		buf_format(out, "%s(", token_name(node->duration.op));
		append_duration_operand(out, node->duration.left);
		buf_append_cstr(out, ", ");
		append_duration_operand(out, node->duration.right);
		buf_append_char(out, ')');
		return;
	default:
		break;
	}
	if (node->duration.left != NULL) {
		append_duration_operand(out, node->duration.left);
		buf_format(out, " %s ", token_name(node->duration.op));
	} else if (node->duration.op == TOKEN_SUB) {
		buf_append_char(out, '-');
	}
	append_duration_operand(out, node->duration.right);
}

static void append_duration_spine(struct buf *out, const struct promql_node *node) {
	struct node_spine spine;
	node_spine_init(&spine, node);
	append_duration_operand(out, spine.leftmost);
	for (size_t i = spine.count; i-- > 0;) {
		buf_format(out, " %s ", token_name(spine.items[i]->duration.op));
		append_duration_operand(out, spine.items[i]->duration.right);
	}
	node_spine_finish(&spine);
}

static void append_duration_operand(struct buf *out, const struct promql_node *node) {
	if (node->kind == NODE_NUMBER) {
		append_literal(out, node);
		return;
	}
	if (node_is_spine(node)) {
		append_duration_spine(out, node);
		return;
	}
	buf_append_cstr(out, node->duration.is_wrapped ? "(" : "");
	append_duration_inside(out, node);
	buf_append_cstr(out, node->duration.is_wrapped ? ")" : "");
}

static void append_at(struct buf *out, const struct time_shift *shift) {
	if (shift->has_time)
		buf_format(out, " @ %.3f", (double)shift->time_ms / 1000.0);
	else if (shift->edge != TOKEN_END)
		buf_format(out, " @ %s()", token_name(shift->edge));
}

static void append_range_kind(struct buf *out, const struct time_shift *shift) {
	if (shift->is_anchored)
		buf_append_cstr(out, " anchored");
	else if (shift->is_smoothed)
		buf_append_cstr(out, " smoothed");
}

static void append_offset(struct buf *out, const struct time_shift *shift) {
	if (shift->offset_expr == NULL && shift->offset_ns == 0)
		return;
	buf_append_cstr(out, " offset ");
	if (shift->offset_expr != NULL)
		append_duration_operand(out, shift->offset_expr);
	else if (shift->offset_ns < 0 && shift->offset_ns / 1000000 == 0)
		buf_append_cstr(out, "-0s");
	else
		append_ns(out, shift->offset_ns);
}

struct texts {
	ARRAY_OF(char *);
};

static int compare_texts(const void *a, const void *b) {
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *matcher_text(const struct node_matcher *matcher) {
	struct buf text = { 0 };
	append_label(&text, matcher->name);
	buf_append_cstr(&text, token_name(matcher->op));
	go_quote(&text, matcher->value);
	return buf_take(&text);
}

// Sorted as texts. A matcher that only repeats the name before the braces cannot be: the checker refuses it.
static void append_matchers(struct buf *out, const struct promql_node *node) {
	if (node->selector.count == 0)
		return;
	struct texts texts = { 0 };
	for (size_t i = 0; i < node->selector.count; i++)
		array_append(&texts, matcher_text(&node->selector.matchers[i]));
	qsort(texts.items, texts.count, sizeof *texts.items, compare_texts);
	for (size_t i = 0; i < texts.count; i++) {
		buf_append_char(out, i == 0 ? '{' : ',');
		buf_append_cstr(out, texts.items[i]);
		free(texts.items[i]);
	}
	buf_append_char(out, '}');
	array_finish(&texts);
}

static void append_selector(struct buf *out, const struct promql_node *node) {
	buf_append_str(out, node->selector.name);
	append_matchers(out, node);
}

static void append_range(struct buf *out, const struct promql_node *expr, int64_t ns) {
	if (expr != NULL)
		append_duration_operand(out, expr);
	else
		append_ns(out, ns);
}

static void append_vector(struct buf *out, const struct promql_node *node) {
	append_selector(out, node);
	const struct time_shift *shift = node->selector.shift;
	if (shift == NULL)
		return;
	append_at(out, shift);
	append_range_kind(out, shift);
	append_offset(out, shift);
}

static void append_matrix(struct buf *out, const struct promql_node *node) {
	const struct promql_node *selector = node->matrix.selector;
	append_selector(out, selector);
	buf_append_char(out, '[');
	append_range(out, node->matrix.range_expr, node->matrix.range_ns);
	buf_append_char(out, ']');
	const struct time_shift *shift = selector->selector.shift;
	if (shift == NULL)
		return;
	append_range_kind(out, shift);
	append_at(out, shift);
	append_offset(out, shift);
}

void format_subquery_range(struct buf *out, const struct promql_node *node) {
	buf_append_char(out, '[');
	append_range(out, node->subquery.range_expr, node->subquery.range_ns);
	buf_append_char(out, ':');
	if (node->subquery.step_ns != 0 || node->subquery.step_expr != NULL)
		append_range(out, node->subquery.step_expr, node->subquery.step_ns);
	buf_append_char(out, ']');
	if (node->subquery.shift == NULL)
		return;
	append_at(out, node->subquery.shift);
	append_offset(out, node->subquery.shift);
}

static void append_fill(struct buf *out, const struct vector_matching *matching) {
	bool left = matching->has_fill_left, right = matching->has_fill_right;
	bool same = left && right && matching->fill_left == matching->fill_right;
	const struct {
		bool is_shown;
		const char *name;
		double value;
	} parts[] = {
		{ same, "fill", matching->fill_left },
		{ left && !same, "fill_left", matching->fill_left },
		{ right && !same, "fill_right", matching->fill_right },
	};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (!parts[i].is_shown)
			continue;
		buf_format(out, " %s (", parts[i].name);
		append_number_plain(out, parts[i].value);
		buf_append_char(out, ')');
	}
}

static void append_matching(struct buf *out, const struct vector_matching *matching) {
	bool groups = matching->card == MATCHING_MANY_TO_ONE || matching->card == MATCHING_ONE_TO_MANY;
	if (matching->labels.count > 0 || matching->on || groups) {
		buf_append_cstr(out, matching->on ? " on (" : " ignoring (");
		append_labels(out, &matching->labels);
		buf_append_char(out, ')');
	}
	if (groups) {
		buf_append_cstr(out, matching->card == MATCHING_MANY_TO_ONE ? " group_left (" : " group_right (");
		append_labels(out, &matching->include);
		buf_append_char(out, ')');
	}
	append_fill(out, matching);
}

void format_operator(struct buf *out, const struct promql_node *node) {
	buf_append_cstr(out, token_name(node->binary.op));
	buf_append_cstr(out, node->binary.returns_bool ? " bool" : "");
	if (node->binary.matching != NULL)
		append_matching(out, node->binary.matching);
}

void format_right_side(struct buf *out, const struct promql_node *node) {
	buf_append_char(out, ' ');
	format_operator(out, node);
	buf_append_char(out, ' ');
	promql_format(out, node->binary.right);
}

static void append_binary(struct buf *out, const struct promql_node *node) {
	struct node_spine spine;
	node_spine_init(&spine, node);
	promql_format(out, spine.leftmost);
	for (size_t i = spine.count; i-- > 0;)
		format_right_side(out, spine.items[i]);
	node_spine_finish(&spine);
}

void format_aggregation(struct buf *out, const struct promql_node *node) {
	const struct label_names *grouping = node->aggregate.grouping;
	buf_append_cstr(out, token_name(node->aggregate.op));
	if (grouping != NULL && (node->aggregate.without || grouping->count > 0)) {
		buf_append_cstr(out, node->aggregate.without ? " without (" : " by (");
		append_labels(out, grouping);
		buf_append_cstr(out, ") ");
	}
}

static void append_aggregate(struct buf *out, const struct promql_node *node) {
	format_aggregation(out, node);
	buf_append_char(out, '(');
	if (node->aggregate.parameter != NULL) {
		promql_format(out, node->aggregate.parameter);
		buf_append_cstr(out, ", ");
	}
	promql_format(out, node->aggregate.inner);
	buf_append_char(out, ')');
}

static void append_call(struct buf *out, const struct promql_node *node) {
	buf_append_cstr(out, node->call.function->name);
	buf_append_char(out, '(');
	for (size_t i = 0; i < node->call.count; i++) {
		buf_append_cstr(out, i > 0 ? ", " : "");
		promql_format(out, node->call.arguments[i]);
	}
	buf_append_char(out, ')');
}

void promql_format(struct buf *out, const struct promql_node *node) {
	switch (node->kind) {
	case NODE_NUMBER:
		append_literal(out, node);
		return;
	case NODE_STRING:
		go_quote(out, node->string);
		return;
	case NODE_SELECTOR:
		append_vector(out, node);
		return;
	case NODE_MATRIX:
		append_matrix(out, node);
		return;
	case NODE_SUBQUERY:
		promql_format(out, node->subquery.inner);
		format_subquery_range(out, node);
		return;
	case NODE_PAREN:
		buf_append_char(out, '(');
		promql_format(out, node->paren);
		buf_append_char(out, ')');
		return;
	case NODE_UNARY:
		buf_append_cstr(out, token_name(node->unary.op));
		promql_format(out, node->unary.inner);
		return;
	case NODE_BINARY:
		append_binary(out, node);
		return;
	case NODE_AGGREGATE:
		append_aggregate(out, node);
		return;
	case NODE_CALL:
		append_call(out, node);
		return;
	case NODE_DURATION:
		append_duration_operand(out, node);
		return;
	}
}
