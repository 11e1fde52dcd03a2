// SPDX-License-Identifier: Apache-2.0
// Durations that may be computed: inside [] and after offset. See expr_parser.h.
#include "promql/expr_parser.h"

#include <math.h>

enum { SIGN_PRECEDENCE = 6 }; // only ^ binds tighter

static struct promql_node *parse_duration(struct parser *parser, int least_precedence);

int64_t seconds_scaled(double seconds, double scale) {
	double scaled = round(seconds * scale);
	return scaled >= -0x1p63 && scaled < 0x1p63 ? (int64_t)scaled : INT64_MIN;
}

static struct promql_node *zero(struct parser *parser) {
	return parser_node(parser, NODE_NUMBER, PROMQL_SCALAR, (struct span){ 0 });
}

static struct promql_node *check_range(struct parser *parser, struct promql_node *number, struct span at) {
	static const double LARGEST = 0x1p63 / 1e9;
	if (number->number.value <= LARGEST && number->number.value >= -LARGEST)
		return number;
	if (isnan(number->number.value))
		return number; // as upstream
	parser_report(parser, at, "duration out of range");
	return zero(parser);
}

static struct promql_node *duration_node(struct parser *parser, enum token_kind op, struct span at) {
	struct promql_node *node = parser_node(parser, NODE_DURATION, PROMQL_SCALAR, at);
	node->duration.op = op;
	return node;
}

static struct promql_node *sign_node(struct parser *parser, const struct token *sign, struct promql_node *inner) {
	struct promql_node *node = duration_node(parser, sign->kind, (struct span){ sign->start, inner->end });
	node->duration.right = inner;
	return parser_set_depth(parser, node, inner->depth);
}

static struct promql_node *apply_sign(struct parser *parser, const struct token *sign, struct promql_node *inner) {
	if (inner->kind == NODE_NUMBER) {
		inner->number.value = sign->kind == TOKEN_SUB ? -inner->number.value : inner->number.value;
		inner->start = (uint32_t)sign->start;
		return check_range(parser, inner, token_span(sign));
	}
	return sign->kind == TOKEN_ADD ? inner : sign_node(parser, sign, inner);
}

// step() or range()
static struct promql_node *parse_query_span(struct parser *parser) {
	struct token name = parser_take(parser);
	if (!parser_expect(parser, TOKEN_LEFT_PAREN) || !parser_expect(parser, TOKEN_RIGHT_PAREN))
		return NULL;
	return duration_node(parser, name.kind, (struct span){ name.start, parser->last_closing });
}

// max_of(a, b) or min_of(a, b)
static struct promql_node *parse_extreme(struct parser *parser) {
	struct token name = parser_take(parser);
	if (!parser_expect(parser, TOKEN_LEFT_PAREN))
		return NULL;
	struct promql_node *left = parse_duration(parser, 1);
	if (left == NULL || !parser_expect(parser, TOKEN_COMMA))
		return NULL;
	struct promql_node *right = parse_duration(parser, 1);
	if (right == NULL || !parser_expect(parser, TOKEN_RIGHT_PAREN))
		return NULL;
	struct promql_node *node = duration_node(parser, name.kind, (struct span){ name.start, parser->last_closing });
	node->duration.left = left;
	node->duration.right = right;
	return parser_set_depth(parser, node, left->depth > right->depth ? left->depth : right->depth);
}

static struct promql_node *parse_wrapped(struct parser *parser) {
	parser_take(parser);
	struct promql_node *inner = parse_duration(parser, 1);
	if (inner == NULL || !parser_expect(parser, TOKEN_RIGHT_PAREN))
		return NULL;
	if (inner->kind == NODE_DURATION)
		inner->duration.is_wrapped = true; // a mere number loses its parentheses, as upstream
	return inner;
}

static struct promql_node *parse_signed(struct parser *parser) {
	struct token sign = parser_take(parser);
	struct promql_node *inner = parse_duration(parser, SIGN_PRECEDENCE);
	return inner == NULL ? NULL : apply_sign(parser, &sign, inner);
}

static struct promql_node *parse_duration_operand(struct parser *parser) {
	switch ((int)parser_peek(parser)->kind) {
	case TOKEN_NUMBER:
	case TOKEN_DURATION: {
		struct promql_node *number = parse_number(parser);
		return check_range(parser, number, node_span(number));
	}
	case TOKEN_ADD:
	case TOKEN_SUB:
		return parse_signed(parser);
	case TOKEN_STEP:
	case TOKEN_RANGE:
		return parse_query_span(parser);
	case TOKEN_MAX_OF:
	case TOKEN_MIN_OF:
		return parse_extreme(parser);
	case TOKEN_LEFT_PAREN:
		return parse_wrapped(parser);
	default:
		return NULL;
	}
}

static bool is_arithmetic(enum token_kind kind) {
	return kind == TOKEN_ADD || kind == TOKEN_SUB || kind == TOKEN_MUL || kind == TOKEN_DIV || kind == TOKEN_MOD || kind == TOKEN_POW;
}

static struct promql_node *parse_duration_operator(struct parser *parser, struct promql_node *left) {
	struct token op = parser_take(parser);
	int precedence = token_precedence(op.kind);
	struct promql_node *right = parse_duration(parser, op.kind == TOKEN_POW ? precedence : precedence + 1);
	if (right == NULL)
		return NULL;
	bool divides = op.kind == TOKEN_DIV || op.kind == TOKEN_MOD;
	if (divides && right->kind == NODE_NUMBER && right->number.value == 0) {
		parser_report(parser, token_span(&op), op.kind == TOKEN_DIV ? "division by zero" : "modulo by zero");
		return zero(parser);
	}
	struct promql_node *node = duration_node(parser, op.kind, (struct span){ left->start, right->end });
	node->duration.left = left;
	node->duration.right = right;
	return parser_set_depth(parser, node, parser_operand_depth(left, right));
}

static struct promql_node *parse_duration_operators(struct parser *parser, struct promql_node *node, int least_precedence) {
	while (node != NULL) {
		enum token_kind kind = parser_peek(parser)->kind;
		if (!is_arithmetic(kind) || token_precedence(kind) < least_precedence)
			break;
		node = parse_duration_operator(parser, node);
	}
	return node;
}

static struct promql_node *parse_duration(struct parser *parser, int least_precedence) {
	if (!parser_enter(parser))
		return NULL;
	struct promql_node *node = parse_duration_operators(parser, parse_duration_operand(parser), least_precedence);
	parser_leave(parser);
	return node;
}

// After a sign: what upstream's grammar takes as the whole offset, so that "offset -1^2" is "(… offset -1)^2".
static struct promql_node *parse_signed_offset(struct parser *parser) {
	struct token sign = parser_take(parser);
	enum token_kind kind = parser_peek(parser)->kind;
	struct promql_node *inner = NULL;
	if (kind == TOKEN_NUMBER || kind == TOKEN_DURATION) {
		return apply_sign(parser, &sign, parse_number(parser));
	}
	if (kind == TOKEN_ADD || kind == TOKEN_SUB) {
		inner = parse_duration(parser, SIGN_PRECEDENCE);
		if (inner != NULL)
			inner = apply_sign(parser, &sign, inner);
		return parse_duration_operators(parser, inner, 1);
	}
	inner = parse_duration_operand(parser);
	if (inner == NULL || kind == TOKEN_LEFT_PAREN)
		return inner == NULL ? NULL : apply_sign(parser, &sign, inner);
	return sign_node(parser, &sign, inner); // upstream keeps a plus before a name
}

// Only what begins with a parenthesis, or with two signs, goes on over operators.
struct promql_node *parse_offset_duration(struct parser *parser) {
	if (!parser_enter(parser))
		return NULL;
	enum token_kind kind = parser_peek(parser)->kind;
	struct promql_node *node = NULL;
	if (kind == TOKEN_ADD || kind == TOKEN_SUB)
		node = parse_signed_offset(parser);
	else
		node = parse_duration_operand(parser);
	if (kind == TOKEN_LEFT_PAREN)
		node = parse_duration_operators(parser, node, 1);
	parser_leave(parser);
	return node;
}

static struct promql_node *parse_positive(struct parser *parser) {
	struct promql_node *node = parse_duration(parser, 1);
	if (node == NULL)
		return NULL;
	parser_peek(parser); // upstream has read on before it judges
	if (node->kind != NODE_NUMBER || !(node->number.value <= 0))
		return node;
	parser_report(parser, node_span(node), "duration must be greater than 0");
	return zero(parser);
}

// Upstream (3.14) lets computed offsets and @ start() stand before the range.
static struct promql_node *build_matrix(struct parser *parser, struct promql_node *left, struct token open, struct promql_node *range) {
	size_t end = parser->last_closing;
	const char *problem = NULL;
	if (left->kind != NODE_SELECTOR)
		problem = "ranges only allowed for vector selectors";
	else if (left->selector.shift != NULL && left->selector.shift->offset_ns != 0)
		problem = "no offset modifiers allowed before range";
	else if (left->selector.shift != NULL && left->selector.shift->has_time)
		problem = "no @ modifiers allowed before range";
	if (problem != NULL)
		parser_report(parser, (struct span){ open.start, end }, "%s", problem);
	struct promql_node *node = parser_node(parser, NODE_MATRIX, PROMQL_MATRIX, (struct span){ left->start, end });
	node->matrix.selector = left;
	node->matrix.range_expr = range->kind == NODE_DURATION ? range : NULL;
	node->matrix.range_ns = range->kind == NODE_NUMBER ? seconds_scaled(range->number.value, 1e9) : 0;
	return parser_set_depth(parser, node, left->depth > range->depth ? left->depth : range->depth);
}

static struct promql_node *build_subquery(struct parser *parser, struct promql_node *inner, struct promql_node *range, struct promql_node *step) {
	struct promql_node *node = parser_node(parser, NODE_SUBQUERY, PROMQL_MATRIX, (struct span){ inner->start, parser->last_closing });
	uint32_t depth = inner->depth > range->depth ? inner->depth : range->depth;
	node->subquery.inner = inner;
	node->subquery.range_expr = range->kind == NODE_DURATION ? range : NULL;
	node->subquery.range_ns = range->kind == NODE_NUMBER ? seconds_scaled(range->number.value, 1e9) : 0;
	if (step != NULL) {
		node->subquery.step_expr = step->kind == NODE_DURATION ? step : NULL;
		node->subquery.step_ns = step->kind == NODE_NUMBER ? seconds_scaled(step->number.value, 1e9) : 0;
		depth = depth > step->depth ? depth : step->depth;
	}
	return parser_set_depth(parser, node, depth);
}

struct promql_node *parse_bracket(struct parser *parser, struct promql_node *left) {
	struct token open = parser_take(parser);
	struct promql_node *range = parse_positive(parser);
	if (range == NULL)
		return parser_recover(parser, "subquery or range selector", "number, duration, step(), or range()") ? left : NULL;
	if (parser_accept(parser, TOKEN_RIGHT_BRACKET))
		return build_matrix(parser, left, open, range);
	if (!parser_accept(parser, TOKEN_COLON))
		return parser_recover(parser, "subquery or range", "\":\" or \"]\"") ? left : NULL;
	if (parser_accept(parser, TOKEN_RIGHT_BRACKET))
		return build_subquery(parser, left, range, NULL);
	struct promql_node *step = parse_positive(parser);
	if (step == NULL)
		return parser_recover(parser, "subquery selector", "number, duration, step(), range(), or \"]\"") ? left : NULL;
	if (!parser_accept(parser, TOKEN_RIGHT_BRACKET))
		return parser_recover(parser, "subquery selector", "\"]\"") ? left : NULL;
	return build_subquery(parser, left, range, step);
}
