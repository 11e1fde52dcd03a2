// SPDX-License-Identifier: Apache-2.0
// What refines an operand or operator: offset, @, anchored, smoothed, label lists, vector matching. See expr_parser.h.
#include "base/go_text.h"
#include "promql/expr_parser.h"
#include "promql/expr_quote.h"

#include <math.h>

struct name_list {
	ARRAY_OF(struct str);
};

// A broken one is reported and left out.
static void parse_label_name(struct parser *parser, struct name_list *list) {
	struct token token = *parser_peek(parser);
	if (token.kind != TOKEN_STRING && !token_can_be_label(token.kind)) {
		parser_recover(parser, "grouping opts", "label");
		return;
	}
	parser_take(parser);
	struct str name = token.kind == TOKEN_STRING ? unquote(parser->arena, token.text) : token.text;
	if (name.len == 0 || !str_is_utf8(name)) {
		autobuf struct buf quoted = { 0 };
		go_quote(&quoted, name);
		parser_report(parser, token_span(&token), "invalid label name for grouping: %s", buf_cstr(&quoted));
	}
	array_append(list, name);
}

// After "(", up to and with ")".
static bool parse_names(struct parser *parser, struct name_list *list) {
	if (parser_accept(parser, TOKEN_RIGHT_PAREN))
		return true;
	do {
		parse_label_name(parser, list);
		while (parser_peek(parser)->kind != TOKEN_COMMA && parser_peek(parser)->kind != TOKEN_RIGHT_PAREN)
			if (!parser_discard(parser) && !parser_recover(parser, "grouping opts", "\",\" or \")\""))
				return false;
	} while (parser_accept(parser, TOKEN_COMMA) && parser_peek(parser)->kind != TOKEN_RIGHT_PAREN);
	return parser_accept(parser, TOKEN_RIGHT_PAREN);
}

struct label_names *parse_label_names(struct parser *parser) {
	struct name_list list = { 0 };
	bool is_complete = false;
	if (parser_accept(parser, TOKEN_LEFT_PAREN))
		is_complete = parse_names(parser, &list);
	else
		is_complete = parser_recover(parser, "grouping opts", "\"(\"");
	struct label_names *names = ARENA_NEW(parser->arena, struct label_names);
	names->count = list.count;
	if (list.count > 0)
		names->items = arena_dup(parser->arena, list.items, list.count * sizeof *list.items);
	array_finish(&list);
	return is_complete ? names : NULL;
}

static struct vector_matching *matching_of(struct parser *parser, struct promql_node *binary) {
	if (binary->binary.matching == NULL)
		binary->binary.matching = ARENA_NEW(parser->arena, struct vector_matching);
	return binary->binary.matching;
}

// What may follow group_left without a label list: an operand, or a fill modifier.
static bool can_follow_group(enum token_kind kind) {
	switch ((int)kind) {
	case TOKEN_NUMBER:
	case TOKEN_DURATION:
	case TOKEN_STRING:
	case TOKEN_LEFT_BRACE:
	case TOKEN_ADD:
	case TOKEN_SUB:
		return true;
	default:
		return token_can_be_metric(kind);
	}
}

static bool parse_group(struct parser *parser, struct vector_matching *matching) {
	enum token_kind kind = parser_peek(parser)->kind;
	if (kind != TOKEN_GROUP_LEFT && kind != TOKEN_GROUP_RIGHT)
		return true;
	parser_take(parser);
	matching->card = kind == TOKEN_GROUP_LEFT ? MATCHING_MANY_TO_ONE : MATCHING_ONE_TO_MANY;
	if (can_follow_group(parser_peek(parser)->kind))
		return true;
	struct label_names *names = parse_label_names(parser);
	if (names != NULL)
		matching->include = *names;
	return names != NULL;
}

static bool parse_on(struct parser *parser, struct promql_node *binary) {
	enum token_kind kind = parser_peek(parser)->kind;
	if (kind != TOKEN_ON && kind != TOKEN_IGNORING)
		return true;
	parser_take(parser);
	struct label_names *names = parse_label_names(parser);
	if (names == NULL)
		return false;
	struct vector_matching *matching = matching_of(parser, binary);
	matching->on = kind == TOKEN_ON;
	matching->labels = *names;
	return parse_group(parser, matching);
}

// (5), (-5)
static bool parse_fill_value(struct parser *parser, double *out) {
	if (!parser_expect(parser, TOKEN_LEFT_PAREN))
		return false;
	bool is_negative = parser_peek(parser)->kind == TOKEN_SUB;
	if (is_negative || parser_peek(parser)->kind == TOKEN_ADD)
		parser_take(parser);
	enum token_kind kind = parser_peek(parser)->kind;
	if (kind != TOKEN_NUMBER && kind != TOKEN_DURATION)
		return false;
	double value = parse_number(parser)->number.value;
	*out = is_negative ? -value : value;
	return parser_expect(parser, TOKEN_RIGHT_PAREN);
}

static bool parse_fill_side(struct parser *parser, struct vector_matching *matching, bool left) {
	parser_take(parser);
	if (left)
		matching->has_fill_left = true;
	else
		matching->has_fill_right = true;
	return parse_fill_value(parser, left ? &matching->fill_left : &matching->fill_right);
}

static bool parse_fill(struct parser *parser, struct promql_node *binary) {
	enum token_kind kind = parser_peek(parser)->kind;
	if (kind == TOKEN_FILL) {
		struct vector_matching *matching = matching_of(parser, binary);
		bool is_complete = parse_fill_side(parser, matching, true);
		matching->has_fill_right = true;
		matching->fill_right = matching->fill_left;
		return is_complete;
	}
	if (kind != TOKEN_FILL_LEFT && kind != TOKEN_FILL_RIGHT)
		return true;
	struct vector_matching *matching = matching_of(parser, binary);
	if (!parse_fill_side(parser, matching, kind == TOKEN_FILL_LEFT))
		return false;
	enum token_kind other = kind == TOKEN_FILL_LEFT ? TOKEN_FILL_RIGHT : TOKEN_FILL_LEFT;
	return parser_peek(parser)->kind != other || parse_fill_side(parser, matching, other == TOKEN_FILL_LEFT);
}

bool parse_matching(struct parser *parser, struct promql_node *binary) {
	binary->binary.returns_bool = parser_accept(parser, TOKEN_BOOL);
	return parse_on(parser, binary) && parse_fill(parser, binary);
}

// The place for modifiers of what stands before them. NULL after reporting `problem`, or that a range needs a selector.
static struct time_shift **shift_slot(struct parser *parser, struct promql_node *node, const char *problem) {
	switch ((int)node->kind) {
	case NODE_SELECTOR:
		return &node->selector.shift;
	case NODE_SUBQUERY:
		return &node->subquery.shift;
	case NODE_MATRIX:
		if (node->matrix.selector->kind == NODE_SELECTOR)
			return &node->matrix.selector->selector.shift;
		parser_report(parser, node_span(node), "ranges only allowed for vector selectors");
		return NULL;
	default:
		parser_report(parser, node_span(node), "%s modifier must be preceded by an instant vector selector or range vector selector or a subquery", problem);
		return NULL;
	}
}

static struct time_shift *shift_of(struct parser *parser, struct promql_node *node, const char *problem) {
	struct time_shift **slot = shift_slot(parser, node, problem);
	if (slot == NULL)
		return NULL;
	if (*slot == NULL)
		*slot = ARENA_NEW(parser->arena, struct time_shift);
	return *slot;
}

static struct promql_node *deepen(struct parser *parser, struct promql_node *node, const struct promql_node *offset) {
	return offset->depth < node->depth ? node : parser_set_depth(parser, node, offset->depth);
}

struct promql_node *parse_offset(struct parser *parser, struct promql_node *left) {
	parser_take(parser);
	struct promql_node *offset = parse_offset_duration(parser);
	if (offset == NULL)
		return parser_recover(parser, "offset", "number, duration, step(), or range()") ? left : NULL;
	struct time_shift *shift = shift_of(parser, left, "offset");
	if (shift == NULL)
		return left;
	if (shift->offset_ns != 0 || shift->offset_expr != NULL)
		parser_report(parser, node_span(left), "offset may not be set multiple times");
	else if (offset->kind == NODE_DURATION)
		shift->offset_expr = offset;
	else
		shift->offset_ns = seconds_scaled(offset->number.value, 1e9);
	left->end = (uint32_t)parser->last_closing;
	return deepen(parser, left, offset);
}

// Reports what forbids @ here. True when it may be set.
static struct time_shift *settable_time(struct parser *parser, struct promql_node *left) {
	struct time_shift *shift = shift_of(parser, left, "@");
	if (shift == NULL)
		return NULL;
	if (!shift->has_time && shift->edge == TOKEN_END)
		return shift;
	parser_report(parser, node_span(left), "@ <timestamp> may not be set multiple times");
	return NULL;
}

static struct promql_node *parse_at_edge(struct parser *parser, struct promql_node *left) {
	struct token edge = parser_take(parser);
	if (!parser_accept(parser, TOKEN_LEFT_PAREN) || !parser_accept(parser, TOKEN_RIGHT_PAREN))
		return parser_recover(parser, "@", "timestamp") ? left : NULL;
	struct time_shift *shift = settable_time(parser, left);
	if (shift == NULL)
		return left;
	shift->edge = edge.kind;
	left->end = (uint32_t)parser->last_closing;
	return left;
}

static void check_timestamp(struct parser *parser, const struct promql_node *left, double seconds) {
	if (seconds > -0x1p63 && seconds < 0x1p63)
		return;
	if (isfinite(seconds))
		parser_report(parser, node_span(left), "timestamp out of bounds for @ modifier: %f", seconds);
	else
		parser_report(parser, node_span(left), "timestamp out of bounds for @ modifier: %s", isnan(seconds) ? "NaN" : seconds > 0 ? "+Inf"
		                                                                                                                          : "-Inf");
}

struct promql_node *parse_at(struct parser *parser, struct promql_node *left) {
	parser_take(parser);
	enum token_kind kind = parser_peek(parser)->kind;
	if (kind == TOKEN_START || kind == TOKEN_FINISH)
		return parse_at_edge(parser, left);
	bool is_negative = kind == TOKEN_SUB;
	if (is_negative || kind == TOKEN_ADD)
		kind = (parser_take(parser), parser_peek(parser)->kind);
	if (kind != TOKEN_NUMBER && kind != TOKEN_DURATION)
		return parser_recover(parser, "@", "timestamp") ? left : NULL;
	double seconds = parse_number(parser)->number.value;
	seconds = is_negative ? -seconds : seconds;
	check_timestamp(parser, left, seconds);
	struct time_shift *shift = settable_time(parser, left);
	if (shift == NULL)
		return left;
	shift->has_time = true;
	shift->time_ms = seconds_scaled(seconds, 1000);
	left->end = (uint32_t)parser->last_closing;
	return left;
}

static void set_range_kind(struct parser *parser, struct promql_node *left, bool is_anchored) {
	struct promql_node *selector = left->kind == NODE_MATRIX ? left->matrix.selector : left;
	const char *name = is_anchored ? "anchored" : "smoothed";
	if (left->kind == NODE_SUBQUERY) {
		parser_report(parser, node_span(left), "%s modifier is not supported for subqueries", name);
		return;
	}
	if (selector->kind != NODE_SELECTOR) {
		if (left->kind != NODE_MATRIX) // of a range over something else that was reported already
			parser_report(parser, node_span(left), "%s modifier not implemented", name);
		return;
	}
	struct time_shift *shift = shift_of(parser, selector, name);
	shift->is_anchored |= is_anchored;
	shift->is_smoothed |= !is_anchored;
	if (shift->is_anchored && shift->is_smoothed)
		parser_report(parser, node_span(left), "anchored and smoothed modifiers cannot be used together");
}

struct promql_node *parse_range_kind(struct parser *parser, struct promql_node *left) {
	bool is_anchored = parser_take(parser).kind == TOKEN_ANCHORED;
	if (parser->features & PROMQL_EXTENDED_RANGE_SELECTORS)
		set_range_kind(parser, left, is_anchored);
	else
		parser_report(parser, node_span(left), "%s modifier is experimental and not enabled", is_anchored ? "anchored" : "smoothed");
	return left;
}
