// SPDX-License-Identifier: Apache-2.0
// Vector selectors: a name, label matchers in braces, or both. See expr_parser.h.
#include "base/regex.h"
#include "promql/expr_parser.h"
#include "promql/expr_quote.h"

struct matcher_list {
	ARRAY_OF(struct node_matcher);
};

// Prometheus does not parse a pattern without these as an expression.
static bool has_meta(struct str pattern) {
	for (size_t i = 0; i < pattern.len; i++)
		if (pattern.data[i] != '\0' && strchr("\\.+*?()[]{}^$", pattern.data[i]) != NULL)
			return true;
	return false;
}

static void check_matcher(struct parser *parser, const struct node_matcher *matcher, struct span at) {
	bool is_regex = matcher->op == TOKEN_EQUAL_REGEX || matcher->op == TOKEN_NOT_REGEX;
	struct error err;
	if (is_regex && has_meta(matcher->value) && !regex_check(matcher->value, &err))
		parser_report(parser, at, "%s", err.text);
}

static bool is_match_operator(enum token_kind kind) {
	return kind == TOKEN_EQUAL || kind == TOKEN_NOT_EQUAL || kind == TOKEN_EQUAL_REGEX || kind == TOKEN_NOT_REGEX;
}

// name OP "value", "quoted name" OP "value", or "metric name". A broken one is reported and left out.
static void parse_matcher(struct parser *parser, struct matcher_list *list) {
	enum token_kind kind = parser_peek(parser)->kind;
	if (kind != TOKEN_IDENTIFIER && kind != TOKEN_STRING) {
		parser_recover(parser, "label matching", "identifier or \"}\"");
		return;
	}
	struct token name = parser_take(parser);
	struct str text = kind == TOKEN_STRING ? unquote(parser->arena, name.text) : name.text;
	if (!is_match_operator(parser_peek(parser)->kind)) {
		if (kind == TOKEN_IDENTIFIER)
			parser_recover(parser, "label matching", "label matching operator");
		else
			array_append(list, ((struct node_matcher){ TOKEN_EQUAL, STR("__name__"), text }));
		return;
	}
	struct node_matcher matcher = { .op = parser_take(parser).kind, .name = text };
	if (parser_peek(parser)->kind != TOKEN_STRING) {
		parser_recover(parser, "label matching", "string");
		return;
	}
	struct token value = parser_take(parser);
	matcher.value = unquote(parser->arena, value.text);
	// upstream measures a quoted name without its quotes and escapes
	check_matcher(parser, &matcher, (struct span){ name.start, token_span(&value).end });
	array_append(list, matcher);
}

// After "{", up to and with "}".
static bool parse_matchers(struct parser *parser, struct matcher_list *list) {
	if (parser_accept(parser, TOKEN_RIGHT_BRACE))
		return true;
	do {
		parse_matcher(parser, list);
		while (parser_peek(parser)->kind != TOKEN_COMMA && parser_peek(parser)->kind != TOKEN_RIGHT_BRACE)
			if (!parser_discard(parser) && !parser_recover(parser, "label matching", "\",\" or \"}\""))
				return false;
	} while (parser_accept(parser, TOKEN_COMMA) && parser_peek(parser)->kind != TOKEN_RIGHT_BRACE);
	return parser_accept(parser, TOKEN_RIGHT_BRACE);
}

struct promql_node *parse_selector(struct parser *parser, struct token name) {
	bool is_named = name.kind != TOKEN_END;
	struct span at = is_named ? token_span(&name) : token_span(parser_peek(parser));
	struct promql_node *node = parser_node(parser, NODE_SELECTOR, PROMQL_VECTOR, at);
	if (is_named)
		node->selector.name = name.text;
	if (!parser_accept(parser, TOKEN_LEFT_BRACE))
		return node;
	struct matcher_list list = { 0 };
	bool is_complete = parse_matchers(parser, &list);
	node->end = (uint32_t)parser->last_closing;
	node->selector.count = list.count;
	if (list.count > 0)
		node->selector.matchers = arena_dup(parser->arena, list.items, list.count * sizeof *list.items);
	array_finish(&list);
	return is_complete ? node : NULL;
}
