// SPDX-License-Identifier: Apache-2.0
// Operators by precedence, calls, aggregations, and how problems are reported. See expr_parser.h.
// Source of grammar and messages: Prometheus 3.14, promql/parser/generated_parser.y and parse.go.
#include "promql/expr_parser.h"

#include "base/go_text.h"
#include "base/number.h"
#include "model/duration.h"
#include "model/limits.h"
#include "promql/expr_quote.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { UNARY_PRECEDENCE = 6 }; // a sign binds as * does: only ^ binds its operand tighter

struct span token_span(const struct token *token) {
	return (struct span){ token->start, token->start + token->text.len };
}

struct span node_span(const struct promql_node *node) {
	return (struct span){ node->start, node->end };
}

void parser_report(struct parser *parser, struct span at, const char *format, ...) {
	if (parser->errors.count >= LIMIT_PROBLEMS)
		return;
	autobuf struct buf text = { 0 };
	va_list args;
	va_start(args, format);
	buf_vformat(&text, format, args);
	va_end(args);
	size_t end = at.end < at.start ? at.start : at.end;
	array_append(&parser->errors, ((struct promql_error){ .offset = at.start, .end = end, .text = arena_dup_str(parser->arena, buf_str(&text)) }));
}

const struct token *parser_peek(struct parser *parser) {
	if (parser->has_token)
		return &parser->token;
	parser->token = lexer_next(&parser->lexer);
	parser->has_token = true;
	switch ((int)parser->token.kind) {
	case TOKEN_ERROR:
		parser_report(parser, (struct span){ parser->lexer.start, parser->lexer.input.len }, "%.*s", STR_ARG(parser->token.text));
		break;
	case TOKEN_RIGHT_BRACE:
	case TOKEN_RIGHT_PAREN:
	case TOKEN_RIGHT_BRACKET:
	case TOKEN_DURATION:
	case TOKEN_NUMBER:
		parser->last_closing = token_span(&parser->token).end;
		break;
	default:
		break;
	}
	return &parser->token;
}

struct token parser_take(struct parser *parser) {
	struct token token = *parser_peek(parser);
	parser->has_token = token.kind == TOKEN_ERROR || token.kind == TOKEN_END; // these two stay
	parser->recovering = false;
	return token;
}

bool parser_accept(struct parser *parser, enum token_kind kind) {
	if (parser_peek(parser)->kind != kind)
		return false;
	parser_take(parser);
	return true;
}

static void report_unexpected(struct parser *parser, const char *where, const char *expected) {
	const struct token *token = parser_peek(parser);
	if (token->kind == TOKEN_ERROR)
		return;
	autobuf struct buf text = { 0 };
	token_describe(&text, token);
	if (where != NULL)
		buf_format(&text, " in %s", where);
	if (expected != NULL)
		buf_format(&text, ", expected %s", expected);
	parser_report(parser, token_span(token), "unexpected %s", buf_cstr(&text));
}

bool parser_recover(struct parser *parser, const char *where, const char *expected) {
	if (parser->gave_up)
		return false;
	report_unexpected(parser, where, expected);
	parser->recovering = true;
	return true;
}

bool parser_discard(struct parser *parser) {
	if (!parser->recovering)
		return false;
	enum token_kind kind = parser_peek(parser)->kind;
	parser->gave_up |= kind == TOKEN_END || kind == TOKEN_ERROR;
	parser->has_token = parser->gave_up;
	return !parser->gave_up;
}

bool parser_expect(struct parser *parser, enum token_kind kind) {
	while (!parser_accept(parser, kind))
		if (!parser_discard(parser))
			return false;
	return true;
}

static void *fail_depth(struct parser *parser, struct span at) {
	if (!parser->gave_up)
		parser_report(parser, at, "expression is nested deeper than %d levels", LIMIT_EXPR_DEPTH);
	parser->gave_up = true;
	return NULL;
}

bool parser_enter(struct parser *parser) {
	if (parser->depth < LIMIT_EXPR_DEPTH) {
		parser->depth++;
		return true;
	}
	fail_depth(parser, token_span(parser_peek(parser)));
	return false;
}

void parser_leave(struct parser *parser) {
	parser->depth--;
}

struct promql_node *parser_node(struct parser *parser, enum node_kind kind, enum promql_type type, struct span at) {
	struct promql_node *node = ARENA_NEW(parser->arena, struct promql_node);
	node->kind = kind;
	node->type = type;
	node->start = (uint32_t)at.start;
	node->end = (uint32_t)at.end;
	node->depth = 1;
	return node;
}

struct promql_node *parser_set_depth(struct parser *parser, struct promql_node *node, uint32_t depth_of_children) {
	node->depth = depth_of_children + 1;
	return node->depth <= LIMIT_EXPR_DEPTH ? node : fail_depth(parser, node_span(node));
}

// The left side of a chain is walked with a loop: it does not make the tree deeper.
uint32_t parser_operand_depth(const struct promql_node *left, const struct promql_node *right) {
	uint32_t left_depth = left == NULL ? 0 : node_is_spine(left) ? left->depth - 1
	                                                             : left->depth;
	return left_depth > right->depth ? left_depth : right->depth;
}

// Go's strconv.ParseInt with base 0: 0x… is hexadecimal, a leading 0 octal. False when it is not an integer or too large.
static bool parse_integer(const char *digits, double *out) {
	char *end = NULL;
	errno = 0;
	long long value = strtoll(digits, &end, 0);
	if (*digits == '\0' || *end != '\0' || errno != 0)
		return false;
	*out = (double)value;
	return true;
}

// Underscores may stand between digits, and after 0x.
static bool copy_without_underscores(struct str text, char *out) {
	bool is_hexadecimal = text.len > 1 && text.data[0] == '0' && (text.data[1] | 0x20) == 'x';
	bool after_digit = false;
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		bool is_digit = (c >= '0' && c <= '9') || (is_hexadecimal && ((c | 0x20) >= 'a') && ((c | 0x20) <= 'f')) || (is_hexadecimal && i == 1);
		bool before_digit = i + 1 < text.len && (lexer_is_digit(text.data[i + 1]) || (is_hexadecimal && lexer_is_letter(text.data[i + 1]) && text.data[i + 1] != '_'));
		if (c == '_' && (!after_digit || !before_digit))
			return false;
		if (c != '_')
			out[len++] = c;
		after_digit = is_digit;
	}
	out[len] = '\0';
	return true;
}

static double number_value(struct parser *parser, const struct token *token) {
	double value = 0;
	char *digits = arena_alloc_bytes(parser->arena, token->text.len + 1);
	bool is_well_formed = copy_without_underscores(token->text, digits);
	if (is_well_formed && parse_integer(digits, &value))
		return value;
	const char *reason = "invalid syntax";
	if (is_well_formed && number_parse_go(str_of(digits), &value)) {
		if (!isinf(value) || lexer_is_letter(digits[0]))
			return value;
		reason = "value out of range";
	}
	autobuf struct buf quoted = { 0 };
	go_quote(&quoted, token->text);
	parser_report(parser, token_span(token), "error parsing number: strconv.ParseFloat: parsing %s: %s", buf_cstr(&quoted), reason);
	return value;
}

struct promql_node *parse_number(struct parser *parser) {
	struct token token = parser_take(parser);
	struct promql_node *node = parser_node(parser, NODE_NUMBER, PROMQL_SCALAR, token_span(&token));
	if (token.kind == TOKEN_NUMBER) {
		node->number.value = number_value(parser, &token);
		return node;
	}
	dur_ms span = 0;
	struct error err;
	if (!duration_parse(token.text, &span, &err))
		parser_report(parser, token_span(&token), "%s", err.text);
	dur_ms seconds = span / 1000;
	node->number.value = (double)seconds + (double)(span % 1000) / 1000;
	node->number.is_duration = true;
	return node;
}

static struct promql_node *parse_operators(struct parser *parser, struct promql_node *node, int least_precedence);

static struct promql_node *parse_paren(struct parser *parser) {
	struct token open = parser_take(parser);
	struct promql_node *inner = parse_expression(parser, 1);
	while (inner != NULL && !parser_accept(parser, TOKEN_RIGHT_PAREN))
		inner = parser_discard(parser) ? parse_operators(parser, inner, 1) : NULL;
	if (inner == NULL)
		return NULL;
	struct promql_node *node = parser_node(parser, NODE_PAREN, inner->type, (struct span){ open.start, parser->last_closing });
	node->paren = inner;
	return parser_set_depth(parser, node, inner->depth);
}

static struct promql_node *parse_unary(struct parser *parser) {
	struct token sign = parser_take(parser);
	struct promql_node *inner = parse_expression(parser, UNARY_PRECEDENCE);
	if (inner == NULL)
		return NULL;
	if (inner->kind == NODE_NUMBER) {
		inner->number.value = sign.kind == TOKEN_SUB ? -inner->number.value : inner->number.value;
		inner->start = (uint32_t)sign.start;
		return inner;
	}
	struct promql_node *node = parser_node(parser, NODE_UNARY, inner->type, (struct span){ sign.start, inner->end });
	node->unary.op = sign.kind;
	node->unary.inner = inner;
	return parser_set_depth(parser, node, inner->depth);
}

static struct promql_node *parse_string(struct parser *parser) {
	struct token token = parser_take(parser);
	struct promql_node *node = parser_node(parser, NODE_STRING, PROMQL_STRING, token_span(&token));
	node->string = unquote(parser->arena, token.text);
	return node;
}

struct node_list {
	ARRAY_OF(struct promql_node *);
	uint32_t depth; // of the deepest
};

static bool can_start_operand(enum token_kind kind) {
	switch ((int)kind) {
	case TOKEN_NUMBER:
	case TOKEN_DURATION:
	case TOKEN_STRING:
	case TOKEN_LEFT_PAREN:
	case TOKEN_LEFT_BRACE:
	case TOKEN_ADD:
	case TOKEN_SUB:
		return true;
	default:
		return token_can_be_metric(kind);
	}
}

// After an argument: true when another one follows. Commas without one are reported and passed over.
static bool accept_comma(struct parser *parser) {
	while (parser_peek(parser)->kind == TOKEN_COMMA) {
		struct token comma = parser_take(parser);
		if (can_start_operand(parser_peek(parser)->kind))
			return true;
		parser_report(parser, token_span(&comma), "trailing commas not allowed in function call args");
	}
	return false;
}

// The arguments after "(", up to and with ")".
static bool parse_arguments(struct parser *parser, struct node_list *list) {
	if (parser_accept(parser, TOKEN_RIGHT_PAREN))
		return true;
	for (;;) {
		struct promql_node *argument = parse_expression(parser, 1);
		if (argument == NULL)
			return false;
		array_append(list, argument);
		list->depth = argument->depth > list->depth ? argument->depth : list->depth;
		while (!accept_comma(parser)) {
			if (parser_accept(parser, TOKEN_RIGHT_PAREN))
				return true;
			if (!parser_discard(parser))
				return false;
		}
	}
}

static struct promql_node *build_call(struct parser *parser, struct token name, const struct node_list *list) {
	const struct expr_function *function = function_find(name.text);
	autobuf struct buf quoted = { 0 };
	go_quote(&quoted, name.text);
	if (function == NULL)
		parser_report(parser, token_span(&name), "unknown function with name %s", buf_cstr(&quoted));
	else if (function->is_experimental && !(parser->features & PROMQL_EXPERIMENTAL_FUNCTIONS))
		parser_report(parser, token_span(&name), "function %s is not enabled", buf_cstr(&quoted));
	enum promql_type type = function == NULL ? PROMQL_VECTOR : function->returns;
	struct promql_node *node = parser_node(parser, NODE_CALL, type, (struct span){ name.start, parser->last_closing });
	node->call.function = function;
	node->call.count = list->count;
	if (list->count > 0)
		node->call.arguments = arena_dup(parser->arena, list->items, list->count * sizeof *list->items);
	return parser_set_depth(parser, node, list->depth);
}

static struct promql_node *parse_call(struct parser *parser, struct token name) {
	parser_take(parser); // (
	struct node_list list = { 0 };
	struct promql_node *node = parse_arguments(parser, &list) ? build_call(parser, name, &list) : NULL;
	array_finish(&list);
	return node;
}

static void report_no_arguments(struct parser *parser, const struct promql_node *node, bool is_echo) {
	size_t before = parser->errors.count;
	parser_report(parser, node_span(node), "no arguments for aggregate expression provided");
	if (parser->errors.count > before)
		parser->errors.items[before].is_echo = is_echo;
}

// Puts the arguments into place, or reports that they do not fit.
static void place_arguments(struct parser *parser, struct promql_node *node, const struct node_list *list) {
	enum token_kind op = node->aggregate.op;
	size_t wanted = token_has_parameter(op) ? 2 : 1;
	if (list->count == 0)
		report_no_arguments(parser, node, false);
	else if (token_is_experimental(op) && !(parser->features & PROMQL_EXPERIMENTAL_FUNCTIONS))
		parser_report(parser, node_span(node), "%s() is experimental and must be enabled with --enable-feature=promql-experimental-functions", token_name(op));
	else if (list->count != wanted)
		parser_report(parser, node_span(node), "wrong number of arguments for aggregate expression provided, expected %zu, got %zu", wanted, list->count);
	if (list->count != wanted)
		return;
	node->aggregate.parameter = wanted == 2 ? list->items[0] : NULL;
	node->aggregate.inner = list->items[wanted - 1];
}

// by (…) or without (…), when it is there.
static bool parse_grouping(struct parser *parser, struct promql_node *node) {
	enum token_kind kind = parser_peek(parser)->kind;
	if (kind != TOKEN_BY && kind != TOKEN_WITHOUT)
		return true;
	parser_take(parser);
	node->aggregate.without = kind == TOKEN_WITHOUT;
	node->aggregate.grouping = parse_label_names(parser);
	return node->aggregate.grouping != NULL;
}

static bool parse_aggregate_body(struct parser *parser, struct promql_node *node, struct node_list *list) {
	if (!parse_grouping(parser, node))
		return false;
	if (!parser_expect(parser, TOKEN_LEFT_PAREN) || !parse_arguments(parser, list))
		return false;
	size_t end = parser->last_closing;
	if (node->aggregate.grouping == NULL) {
		if (!parse_grouping(parser, node))
			return false;
		end = node->aggregate.grouping == NULL ? end : parser->last_closing;
	}
	node->end = (uint32_t)end;
	return true;
}

static struct promql_node *parse_aggregate(struct parser *parser, struct token op) {
	struct promql_node *node = parser_node(parser, NODE_AGGREGATE, PROMQL_VECTOR, token_span(&op));
	node->aggregate.op = op.kind;
	struct node_list list = { 0 };
	if (parse_aggregate_body(parser, node, &list)) {
		place_arguments(parser, node, &list);
	} else if (parser_recover(parser, "aggregation", NULL)) {
		node->end = (uint32_t)parser->last_closing;
		report_no_arguments(parser, node, true); // as upstream, which goes on as if it had read "()"
	}
	array_finish(&list);
	return parser->gave_up ? NULL : parser_set_depth(parser, node, list.depth);
}

static bool is_callable(enum token_kind kind) {
	return kind == TOKEN_IDENTIFIER || (kind >= TOKEN_START && kind <= TOKEN_MIN_OF);
}

static struct promql_node *parse_named(struct parser *parser) {
	struct token name = parser_take(parser);
	enum token_kind next = parser_peek(parser)->kind;
	if (token_is_aggregation(name.kind) && (next == TOKEN_LEFT_PAREN || next == TOKEN_BY || next == TOKEN_WITHOUT))
		return parse_aggregate(parser, name);
	if (next == TOKEN_LEFT_PAREN && is_callable(name.kind))
		return parse_call(parser, name);
	return parse_selector(parser, name);
}

static struct promql_node *parse_operand(struct parser *parser) {
	while (!can_start_operand(parser_peek(parser)->kind))
		if (!parser_discard(parser))
			return NULL;
	enum token_kind kind = parser_peek(parser)->kind;
	if (token_can_be_metric(kind))
		return parse_named(parser);
	switch ((int)kind) {
	case TOKEN_NUMBER:
	case TOKEN_DURATION:
		return parse_number(parser);
	case TOKEN_STRING:
		return parse_string(parser);
	case TOKEN_LEFT_PAREN:
		return parse_paren(parser);
	case TOKEN_LEFT_BRACE:
		return parse_selector(parser, (struct token){ .kind = TOKEN_END });
	default: // + or -
		return parse_unary(parser);
	}
}

// What stands behind an operand and binds tighter than any operator.
static struct promql_node *parse_suffix(struct parser *parser, struct promql_node *left) {
	switch ((int)parser_peek(parser)->kind) {
	case TOKEN_LEFT_BRACKET:
		return parse_bracket(parser, left);
	case TOKEN_OFFSET:
		return parse_offset(parser, left);
	case TOKEN_AT:
		return parse_at(parser, left);
	default:
		return parse_range_kind(parser, left);
	}
}

static bool is_suffix(enum token_kind kind) {
	return kind == TOKEN_LEFT_BRACKET || kind == TOKEN_OFFSET || kind == TOKEN_AT || kind == TOKEN_ANCHORED || kind == TOKEN_SMOOTHED;
}

static struct promql_node *parse_binary(struct parser *parser, struct promql_node *left) {
	struct token op = parser_take(parser);
	struct promql_node *node = parser_node(parser, NODE_BINARY, PROMQL_VECTOR, node_span(left));
	node->binary.op = op.kind;
	node->binary.left = left;
	if (!parse_matching(parser, node))
		return NULL;
	int precedence = token_precedence(op.kind);
	struct promql_node *right = parse_expression(parser, op.kind == TOKEN_POW ? precedence : precedence + 1);
	if (right == NULL)
		return NULL;
	node->binary.right = right;
	node->end = right->end;
	if (left->type == PROMQL_SCALAR && right->type == PROMQL_SCALAR)
		node->type = PROMQL_SCALAR;
	const struct vector_matching *matching = node->binary.matching;
	if (matching != NULL && (matching->has_fill_left || matching->has_fill_right) && !(parser->features & PROMQL_BINOP_FILL_MODIFIERS))
		parser_report(parser, node_span(node), "binop fill modifiers are experimental and not enabled");
	return parser_set_depth(parser, node, parser_operand_depth(left, right));
}

// Operators below least_precedence are left to the caller. A node of NULL stays one.
static struct promql_node *parse_operators(struct parser *parser, struct promql_node *node, int least_precedence) {
	while (node != NULL) {
		enum token_kind kind = parser_peek(parser)->kind;
		int precedence = token_precedence(kind);
		if (is_suffix(kind))
			node = parse_suffix(parser, node);
		else if (precedence > 0 && precedence >= least_precedence)
			node = parse_binary(parser, node);
		else
			break;
	}
	return node;
}

struct promql_node *parse_expression(struct parser *parser, int least_precedence) {
	if (!parser_enter(parser))
		return NULL;
	struct promql_node *node = parse_operators(parser, parse_operand(parser), least_precedence);
	parser_leave(parser);
	return node;
}
