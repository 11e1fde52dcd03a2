// SPDX-License-Identifier: Apache-2.0
// Which values an expression can have, from constants, comparisons and functions with bounds; and comparisons that those decide.
#include "base/buf.h"
#include "base/number.h"
#include "promql/expr_lint.h"

#include <math.h>

// All values lie between the ends. NaN may come besides: no comparison but != holds for it.
struct span_of_values {
	double low, high;
	bool is_low_open, is_high_open; // the end itself is not among them
	bool is_constant;               // one number, written in the expression
};

enum outcome { OUTCOME_UNKNOWN,
	OUTCOME_NEVER,
	OUTCOME_ALWAYS };

static const struct span_of_values all_values = { -INFINITY, INFINITY, false, false, false };

static struct span_of_values point(double value, bool is_constant) {
	return (struct span_of_values){ value, value, false, false, is_constant };
}

static bool is_point(const struct span_of_values *span) {
	return span->low == span->high;
}

// ---- constants ----

static bool fold(enum token_kind op, double left, double right, double *out) {
	switch ((int)op) {
	case TOKEN_ADD:
		*out = left + right;
		return true;
	case TOKEN_SUB:
		*out = left - right;
		return true;
	case TOKEN_MUL:
		*out = left * right;
		return true;
	case TOKEN_DIV:
		*out = left / right;
		return true;
	case TOKEN_MOD:
		*out = fmod(left, right);
		return true;
	case TOKEN_POW:
		*out = pow(left, right);
		return true;
	default:
		return false;
	}
}

static bool spine_constant(const struct promql_node *node, double *out) {
	struct node_spine spine;
	node_spine_init(&spine, node);
	bool is_known = node_constant(spine.leftmost, out);
	for (size_t i = spine.count; i-- > 0 && is_known;) {
		double right;
		is_known = node_constant(spine.items[i]->binary.right, &right) && fold(spine.items[i]->binary.op, *out, right, out);
	}
	node_spine_finish(&spine);
	return is_known;
}

bool node_constant(const struct promql_node *node, double *out) {
	node = node_unwrap(node);
	if (node->kind == NODE_NUMBER)
		*out = node->number.value;
	if (node->kind == NODE_NUMBER)
		return true;
	if (node->kind == NODE_BINARY)
		return spine_constant(node, out);
	if (node->kind == NODE_UNARY && node_constant(node->unary.inner, out)) {
		*out = node->unary.op == TOKEN_SUB ? -*out : *out;
		return true;
	}
	return node_is_call(node, "vector") && node_constant(node->call.arguments[0], out);
}

// ---- comparisons ----

static enum token_kind mirrored(enum token_kind op) {
	switch ((int)op) {
	case TOKEN_GREATER:
		return TOKEN_LESS;
	case TOKEN_GREATER_EQUAL:
		return TOKEN_LESS_EQUAL;
	case TOKEN_LESS:
		return TOKEN_GREATER;
	case TOKEN_LESS_EQUAL:
		return TOKEN_GREATER_EQUAL;
	default:
		return op;
	}
}

static enum outcome decide_less(const struct span_of_values *left, const struct span_of_values *right, bool or_equal) {
	bool is_edge_open = left->is_low_open || right->is_high_open;
	if (left->low > right->high || (left->low == right->high && (!or_equal || is_edge_open)))
		return OUTCOME_NEVER;
	bool is_far_open = left->is_high_open || right->is_low_open;
	if (left->high < right->low || (left->high == right->low && (or_equal || is_far_open)))
		return OUTCOME_ALWAYS;
	return OUTCOME_UNKNOWN;
}

static enum outcome decide_equal(const struct span_of_values *left, const struct span_of_values *right) {
	if (decide_less(left, right, true) == OUTCOME_NEVER || decide_less(right, left, true) == OUTCOME_NEVER)
		return OUTCOME_NEVER;
	bool is_same_point = is_point(left) && is_point(right) && left->low == right->low;
	return is_same_point ? OUTCOME_ALWAYS : OUTCOME_UNKNOWN;
}

static enum outcome opposite(enum outcome outcome) {
	if (outcome == OUTCOME_UNKNOWN)
		return outcome;
	return outcome == OUTCOME_NEVER ? OUTCOME_ALWAYS : OUTCOME_NEVER;
}

static enum outcome decide(enum token_kind op, const struct span_of_values *left, const struct span_of_values *right) {
	if (isnan(left->low) || isnan(right->low))
		return op == TOKEN_NOT_EQUAL ? OUTCOME_ALWAYS : OUTCOME_NEVER;
	switch ((int)op) {
	case TOKEN_EQUAL_EQUAL:
		return decide_equal(left, right);
	case TOKEN_NOT_EQUAL:
		return opposite(decide_equal(left, right));
	case TOKEN_LESS:
	case TOKEN_LESS_EQUAL:
		return decide_less(left, right, op == TOKEN_LESS_EQUAL);
	default:
		return decide_less(right, left, op == TOKEN_GREATER_EQUAL);
	}
}

// What is left of the values for which `op bound` holds.
static struct span_of_values narrow(struct span_of_values span, enum token_kind op, const struct span_of_values *bound) {
	bool is_strict = op == TOKEN_LESS || op == TOKEN_GREATER;
	bool is_lower = op == TOKEN_GREATER || op == TOKEN_GREATER_EQUAL || op == TOKEN_EQUAL_EQUAL;
	bool is_upper = op == TOKEN_LESS || op == TOKEN_LESS_EQUAL || op == TOKEN_EQUAL_EQUAL;
	span.is_constant = false;
	if (is_lower && (bound->low > span.low || (bound->low == span.low && is_strict))) {
		span.low = bound->low;
		span.is_low_open = is_strict || bound->is_low_open;
	}
	if (is_upper && (bound->high < span.high || (bound->high == span.high && is_strict))) {
		span.high = bound->high;
		span.is_high_open = is_strict || bound->is_high_open;
	}
	return span;
}

static void append_number(struct buf *out, double value) {
	buf_format(out, "%.10g", value);
}

// "is at least 1", "is above 5", "is between 0 and 6"
static void append_span(struct buf *out, const struct span_of_values *span) {
	if (is_point(span)) {
		buf_append_cstr(out, "is ");
		append_number(out, span->low);
	} else if (isfinite(span->low) && isfinite(span->high)) {
		buf_format(out, "is between %.10g and %.10g", span->low, span->high);
	} else if (isfinite(span->low)) {
		buf_format(out, "is %s %.10g", span->is_low_open ? "above" : "at least", span->low);
	} else {
		buf_format(out, "is %s %.10g", span->is_high_open ? "below" : "at most", span->high);
	}
}

static struct str trimmed(struct str text) {
	while (text.len > 0 && strchr(" \t\r\n)", text.data[0]) != NULL)
		text = str_skip(text, 1);
	return text;
}

// The operator and its right side, as written.
static struct str operator_text(const struct promql_lint *lint, const struct promql_node *node) {
	return trimmed(str_make(lint->text.data + node->binary.left->end, node->end - node->binary.left->end));
}

static bool is_count(const struct promql_node *node) {
	node = node_unwrap(node);
	return node->kind == NODE_AGGREGATE && node->aggregate.op == TOKEN_COUNT;
}

static void report_never(const struct promql_lint *lint, const struct promql_node *node, const struct span_of_values *left) {
	struct str where = operator_text(lint, node);
	autobuf struct buf value = { 0 };
	if (isnan(left->low) || (left->low == -INFINITY && left->high == INFINITY)) {
		expr_report(lint, LINT_COMPARISON_IMPOSSIBLE, where, "no number compares so with NaN: only `x != x` finds NaN");
		return;
	}
	append_span(&value, left);
	if (is_count(node->binary.left))
		expr_report(lint, LINT_COMPARISON_IMPOSSIBLE, where, "count() is at least 1, and nothing where there is nothing to count: use absent(), or count(…) or vector(0)");
	else
		expr_report(lint, LINT_COMPARISON_IMPOSSIBLE, where, "the value to its left %s: the comparison never holds, correct one of them", buf_cstr(&value));
}

static void report_outcome(const struct promql_lint *lint, const struct promql_node *node, const struct span_of_values *left, const struct span_of_values *right, enum outcome outcome) {
	bool is_constant = left->is_constant && right->is_constant;
	struct str text = expr_text(lint, node);
	if (is_constant && node->binary.returns_bool)
		expr_report(lint, LINT_COMPARISON_CONSTANT, text, "the result is always %d: write that, or compare with something that changes", outcome == OUTCOME_ALWAYS);
	else if (is_constant && outcome == OUTCOME_ALWAYS)
		expr_report(lint, LINT_COMPARISON_CONSTANT, text, "the comparison always holds: leave it out, or put parentheses around what it is to compare");
	else if (is_constant)
		expr_report(lint, LINT_COMPARISON_CONSTANT, text, "the comparison never holds: leave it out, or put parentheses around what it is to compare");
	else if (outcome == OUTCOME_NEVER)
		report_never(lint, node, left);
}

// ---- the walk ----

static struct span_of_values values_of(const struct promql_lint *lint, const struct promql_node *node);

static struct span_of_values compare(const struct promql_lint *lint, const struct promql_node *node, struct span_of_values left, struct span_of_values right) {
	enum token_kind op = node->binary.op;
	enum outcome outcome = decide(op, &left, &right);
	if (outcome != OUTCOME_UNKNOWN)
		report_outcome(lint, node, &left, &right, outcome);
	if (node->binary.returns_bool)
		return (struct span_of_values){ 0, 1, false, false, false };
	if (outcome == OUTCOME_NEVER || isnan(right.low) || isnan(left.low))
		return all_values; // reported once
	if (node->binary.left->type == PROMQL_VECTOR)
		return narrow(left, op, &right);
	return narrow(right, mirrored(op), &left);
}

static struct span_of_values hull(struct span_of_values a, struct span_of_values b) {
	struct span_of_values both = { fmin(a.low, b.low), fmax(a.high, b.high), false, false, false };
	bool is_number = !isnan(a.low) && !isnan(b.low);
	return is_number ? both : all_values;
}

static struct span_of_values combine(const struct promql_lint *lint, const struct promql_node *node, struct span_of_values left, struct span_of_values right) {
	enum token_kind op = node->binary.op;
	double value;
	if (token_is_comparison(op))
		return compare(lint, node, left, right);
	if (op == TOKEN_OR)
		return hull(left, right);
	if (op == TOKEN_AND || op == TOKEN_UNLESS)
		return left;
	if (left.is_constant && right.is_constant && fold(op, left.low, right.low, &value))
		return point(value, true);
	return all_values;
}

static struct span_of_values values_of_spine(const struct promql_lint *lint, const struct promql_node *node) {
	struct node_spine spine;
	node_spine_init(&spine, node);
	struct span_of_values left = values_of(lint, spine.leftmost);
	for (size_t i = spine.count; i-- > 0;)
		left = combine(lint, spine.items[i], left, values_of(lint, spine.items[i]->binary.right));
	node_spine_finish(&spine);
	return left;
}

static struct span_of_values values_of_aggregate(const struct promql_lint *lint, const struct promql_node *node) {
	if (node->aggregate.parameter != NULL)
		values_of(lint, node->aggregate.parameter);
	struct span_of_values inner = values_of(lint, node->aggregate.inner);
	inner.is_constant = false;
	switch ((int)node->aggregate.op) {
	case TOKEN_COUNT:
	case TOKEN_COUNT_VALUES:
		return (struct span_of_values){ 1, INFINITY, false, false, false };
	case TOKEN_GROUP:
		return point(1, false);
	case TOKEN_STDDEV:
	case TOKEN_STDVAR:
		return (struct span_of_values){ 0, INFINITY, false, false, false };
	case TOKEN_MIN:
	case TOKEN_MAX:
	case TOKEN_TOPK:
	case TOKEN_BOTTOMK:
	case TOKEN_LIMITK:
	case TOKEN_LIMIT_RATIO:
		return inner;
	case TOKEN_SUM:
		return inner.low >= 0 ? (struct span_of_values){ 0, INFINITY, false, false, false } : all_values;
	default:
		return all_values;
	}
}

// Functions whose results have bounds whatever they are given.
static const struct bounds_row {
	const char *function;
	double low, high;
} bounds[] = {
	{ "abs", 0, INFINITY },
	{ "absent", 1, 1 },
	{ "absent_over_time", 1, 1 },
	{ "changes", 0, INFINITY },
	{ "count_over_time", 1, INFINITY },
	{ "day_of_month", 1, 31 },
	{ "day_of_week", 0, 6 },
	{ "day_of_year", 1, 366 },
	{ "days_in_month", 28, 31 },
	{ "exp", 0, INFINITY },
	{ "hour", 0, 23 },
	{ "minute", 0, 59 },
	{ "month", 1, 12 },
	{ "present_over_time", 1, 1 },
	{ "resets", 0, INFINITY },
	{ "sgn", -1, 1 },
	{ "sqrt", 0, INFINITY },
	{ "stddev_over_time", 0, INFINITY },
	{ "stdvar_over_time", 0, INFINITY },
};

static bool keeps_values(const struct promql_node *call) {
	static const char *const names[] = { "label_join", "label_replace", "sort", "sort_by_label", "sort_by_label_desc", "sort_desc", "vector" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (node_is_call(call, names[i]))
			return true;
	}
	return false;
}

static struct span_of_values values_of_call(const struct promql_lint *lint, const struct promql_node *node) {
	struct span_of_values first = all_values;
	for (size_t i = 0; i < node->call.count; i++) {
		struct span_of_values argument = values_of(lint, node->call.arguments[i]);
		first = i == 0 ? argument : first;
	}
	if (keeps_values(node))
		return first;
	for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
		if (node_is_call(node, bounds[i].function))
			return (struct span_of_values){ bounds[i].low, bounds[i].high, false, false, false };
	}
	return all_values;
}

static struct span_of_values negated(struct span_of_values span) {
	return (struct span_of_values){ 0 - span.high, 0 - span.low, span.is_high_open, span.is_low_open, span.is_constant };
}

static struct span_of_values values_of(const struct promql_lint *lint, const struct promql_node *node) {
	switch (node->kind) {
	case NODE_NUMBER:
		return point(node->number.value, true);
	case NODE_PAREN:
		return values_of(lint, node->paren);
	case NODE_UNARY: {
		struct span_of_values inner = values_of(lint, node->unary.inner);
		return node->unary.op == TOKEN_SUB ? negated(inner) : inner;
	}
	case NODE_BINARY:
		return values_of_spine(lint, node);
	case NODE_AGGREGATE:
		return values_of_aggregate(lint, node);
	case NODE_CALL:
		return values_of_call(lint, node);
	case NODE_SUBQUERY:
		values_of(lint, node->subquery.inner);
		return all_values;
	case NODE_SELECTOR:
	case NODE_MATRIX:
	case NODE_STRING:
	case NODE_DURATION:
		return all_values;
	}
	unreachable("node kind");
}

void lint_values(const struct promql_lint *lint, const struct promql_node *root) {
	values_of(lint, root);
}
