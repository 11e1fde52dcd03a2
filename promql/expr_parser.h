// SPDX-License-Identifier: Apache-2.0
// The parser's inside, shared by its files: expr_parser.c (operators, calls), expr_selector.c, expr_duration.c, expr_modifier.c.
// Syntax errors as upstream's yacc has them. A parse_… function returns NULL (or false) when the next token cannot follow, unreported; the
// first caller whose rule of the grammar has an `error` reports it in its own words (parser_recover) and goes on. Until a token has been
// read again, those that do not fit are passed over in silence (parser_discard). Errors of meaning are reported and change nothing else.
#pragma once
#include "base/array.h"
#include "base/cleanup.h"
#include "promql/ast.h"
#include "promql/expr_lexer.h"

struct expr_errors {
	ARRAY_OF(struct promql_error);
};

struct parser {
	struct arena *arena;
	struct lexer lexer;
	unsigned features;  // enum promql_feature
	struct token token; // the next token, once has_token
	bool has_token;
	bool recovering;           // no token was read since the last recovery
	bool gave_up;              // the text ended while recovering, or is nested too deeply: nobody recovers
	unsigned depth;            // of recursion
	size_t last_closing;       // end of the last token read that may end an expression: ) } ] number duration
	struct expr_errors errors; // the texts live in the arena
};

struct span {
	size_t start, end;
};

const struct token *parser_peek(struct parser *parser);          // reads the next token when needed, never further
struct token parser_take(struct parser *parser);                 // the next token, consumed
bool parser_accept(struct parser *parser, enum token_kind kind); // consumes the next token when it is of this kind
// Reports a problem and goes on. At most LIMIT_PROBLEMS are kept.
PRINTF_LIKE(3, 4)
void parser_report(struct parser *parser, struct span at, const char *format, ...);
// Reports "unexpected TOKEN in WHERE, expected EXPECTED" of the next token, unless it is the lexer's error, which was reported when it was
// read. Either text may be NULL. False after giving up.
bool parser_recover(struct parser *parser, const char *where, const char *expected);
bool parser_discard(struct parser *parser);                      // drops the next token when recovering; false: the caller is to fail
bool parser_expect(struct parser *parser, enum token_kind kind); // consumes it, or fails
bool parser_enter(struct parser *parser);                        // one level of recursion more; gives up at LIMIT_EXPR_DEPTH
void parser_leave(struct parser *parser);
struct promql_node *parser_node(struct parser *parser, enum node_kind kind, enum promql_type type, struct span at);
// Sets the depth from that of the deepest child. Returns node, or NULL after giving up when it is too deep.
struct promql_node *parser_set_depth(struct parser *parser, struct promql_node *node, uint32_t depth_of_children);
uint32_t parser_operand_depth(const struct promql_node *left, const struct promql_node *right);

struct span token_span(const struct token *token);
struct span node_span(const struct promql_node *node);

struct promql_node *parse_expression(struct parser *parser, int least_precedence);
struct promql_node *parse_number(struct parser *parser);                            // the next token is a number or duration
struct promql_node *parse_selector(struct parser *parser, struct token name);       // of kind TOKEN_END: no name before the braces
struct promql_node *parse_bracket(struct parser *parser, struct promql_node *left); // [5m] or [5m:1m]
struct promql_node *parse_offset_duration(struct parser *parser);
struct promql_node *parse_offset(struct parser *parser, struct promql_node *left);
struct promql_node *parse_at(struct parser *parser, struct promql_node *left);
struct promql_node *parse_range_kind(struct parser *parser, struct promql_node *left); // anchored, smoothed
struct label_names *parse_label_names(struct parser *parser);                          // (a, "b"); NULL only after giving up
bool parse_matching(struct parser *parser, struct promql_node *binary);                // bool on (…) group_left (…) fill (…)

// seconds * scale, rounded: 1000 gives ms, 1e9 ns. What does not fit becomes INT64_MIN, as with Go's conversion on amd64.
int64_t seconds_scaled(double seconds, double scale);

// expr_check.c: reports what is wrong with the types of a tree whose syntax is right.
void check_types(struct parser *parser, struct promql_node *node);
