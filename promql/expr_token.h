// SPDX-License-Identifier: Apache-2.0
// The words and signs of the query language, with what the parser must know of each. Pure data.
#pragma once
#include "base/buf.h"

// clang-format off: packed rows
enum token_kind {
	TOKEN_END,
	TOKEN_ERROR,
	TOKEN_IDENTIFIER,
	TOKEN_METRIC_IDENTIFIER,
	TOKEN_STRING,
	TOKEN_NUMBER,
	TOKEN_DURATION,
	TOKEN_EQUAL,
	TOKEN_COLON,
	TOKEN_COMMA,
	TOKEN_LEFT_BRACE,
	TOKEN_RIGHT_BRACE,
	TOKEN_LEFT_BRACKET,
	TOKEN_RIGHT_BRACKET,
	TOKEN_LEFT_PAREN,
	TOKEN_RIGHT_PAREN,
	// operators
	TOKEN_ADD,
	TOKEN_SUB,
	TOKEN_MUL,
	TOKEN_DIV,
	TOKEN_MOD,
	TOKEN_POW,
	TOKEN_ATAN2,
	TOKEN_EQUAL_EQUAL,
	TOKEN_NOT_EQUAL,
	TOKEN_LESS_EQUAL,
	TOKEN_LESS,
	TOKEN_GREATER_EQUAL,
	TOKEN_GREATER,
	TOKEN_TRIM_UPPER,
	TOKEN_TRIM_LOWER,
	TOKEN_EQUAL_REGEX,
	TOKEN_NOT_REGEX,
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_UNLESS,
	TOKEN_AT,
	// aggregations
	TOKEN_SUM,
	TOKEN_AVG,
	TOKEN_COUNT,
	TOKEN_MIN,
	TOKEN_MAX,
	TOKEN_GROUP,
	TOKEN_STDDEV,
	TOKEN_STDVAR,
	TOKEN_TOPK,
	TOKEN_BOTTOMK,
	TOKEN_COUNT_VALUES,
	TOKEN_QUANTILE,
	TOKEN_LIMITK,
	TOKEN_LIMIT_RATIO,
	// keywords
	TOKEN_OFFSET,
	TOKEN_SMOOTHED,
	TOKEN_ANCHORED,
	TOKEN_BY,
	TOKEN_WITHOUT,
	TOKEN_ON,
	TOKEN_IGNORING,
	TOKEN_GROUP_LEFT,
	TOKEN_GROUP_RIGHT,
	TOKEN_FILL,
	TOKEN_FILL_LEFT,
	TOKEN_FILL_RIGHT,
	TOKEN_BOOL,
	// names with parentheses
	TOKEN_START,
	TOKEN_FINISH,
	TOKEN_STEP,
	TOKEN_RANGE,
	TOKEN_MAX_OF,
	TOKEN_MIN_OF,
	TOKEN_COUNT_OF_KINDS,
};
// clang-format on

enum token_class { CLASS_OTHER,
	CLASS_NAMED,
	CLASS_OPERATOR,
	CLASS_AGGREGATION,
	CLASS_KEYWORD };

struct token {
	enum token_kind kind;
	size_t start;    // byte offset in the expression
	struct str text; // as written; of TOKEN_ERROR the message
};

const char *token_name(enum token_kind kind);   // "sum", "==", "{"; NULL for kinds without one spelling
int token_precedence(enum token_kind kind);     // of a binary operator, 1 (or) to 6 (^); else 0
bool token_is_comparison(enum token_kind kind); // those that take `bool`
bool token_is_set_operator(enum token_kind kind);
bool token_is_aggregation(enum token_kind kind);
bool token_has_parameter(enum token_kind kind);   // aggregations with two arguments
bool token_is_experimental(enum token_kind kind); // aggregations behind promql-experimental-functions
bool token_can_be_metric(enum token_kind kind);   // keywords that are metric names where an operand is expected
bool token_can_be_label(enum token_kind kind);    // keywords that are label names in by (…), on (…)
enum token_kind token_keyword(struct str word);   // in any case; TOKEN_IDENTIFIER for other words
// The token as messages name it: `identifier "x"`, `<op:+>`, `end of input`. Source: promql/parser/lex.go, Item.desc.
void token_describe(struct buf *out, const struct token *token);
