// SPDX-License-Identifier: Apache-2.0
// A vector selector that stands alone, as matchers: what the API's match[] parameters hold. Source: Prometheus promql/parser, ParseMetricSelector.
#include "model/limits.h"
#include "model/matcher.h"
#include "promql/expr_parser.h"

// Upstream's grammar for this start knows one rule, so that whatever is wrong around it is unexpected without saying where.
static struct promql_node *parse_alone(struct parser *parser) {
	struct token name = { .kind = TOKEN_END };
	enum token_kind kind = parser_peek(parser)->kind;
	struct promql_node *node = NULL;
	if (token_can_be_metric(kind))
		name = parser_take(parser);
	if (name.kind != TOKEN_END || kind == TOKEN_LEFT_BRACE)
		node = parse_selector(parser, name);
	bool is_whole = node != NULL && parser_peek(parser)->kind == TOKEN_END;
	if (!is_whole && parser->errors.count == 0)
		parser_recover(parser, NULL, NULL);
	return is_whole ? node : NULL;
}

static enum matcher_op matcher_op_of(enum token_kind kind) {
	if (kind == TOKEN_EQUAL)
		return MATCH_EQUAL;
	if (kind == TOKEN_NOT_EQUAL)
		return MATCH_NOT_EQUAL;
	return kind == TOKEN_EQUAL_REGEX ? MATCH_REGEX : MATCH_NOT_REGEX;
}

static bool add_matchers(const struct promql_node *node, struct matchers *out, struct error *err) {
	if (node->selector.name.len > 0 && !matchers_add(out, MATCH_EQUAL, STR("__name__"), node->selector.name, err))
		return false;
	for (size_t i = 0; i < node->selector.count; i++) {
		const struct node_matcher *matcher = &node->selector.matchers[i];
		if (!matchers_add(out, matcher_op_of(matcher->op), matcher->name, matcher->value, err))
			return false;
	}
	return true;
}

bool promql_selector_parse(struct arena *arena, struct str text, struct matchers *out, struct error *err) {
	if (text.len > LIMIT_EXPR_BYTES)
		return error_set(err, ERR_LIMIT, "selector is longer than %d bytes", LIMIT_EXPR_BYTES);
	struct parser parser = { .arena = arena };
	struct matchers matchers = { .dot_takes_newline = true };
	lexer_init(&parser.lexer, arena, text);
	struct promql_node *node = parse_alone(&parser);
	bool is_good = node != NULL && parser.errors.count == 0;
	if (!is_good) {
		autobuf struct buf message = { 0 };
		promql_error_format(&message, text, &parser.errors.items[0]);
		error_set(err, ERR_INVALID, "%s", buf_cstr(&message));
	}
	array_finish(&parser.errors);
	if (!is_good || !add_matchers(node, &matchers, err)) {
		matchers_finish(&matchers);
		return false;
	}
	*out = matchers;
	return true;
}
