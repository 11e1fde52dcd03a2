// SPDX-License-Identifier: Apache-2.0
// The table of words and signs. See expr_token.h. Source: Prometheus, promql/parser/lex.go and generated_parser.y.
#include "promql/expr_token.h"

#include "base/error.h"
#include "base/go_text.h"

#include <stdlib.h>

enum { METRIC = 1,
	LABEL = 2,
	BOTH = METRIC | LABEL,
	COMPARISON = 4,
	SET = 8,
	PARAMETER = 16,
	EXPERIMENTAL = 32,
	WORD = 64 };

static const struct token_row {
	const char *name;
	enum token_class class;
	unsigned char precedence;
	unsigned char flags;
} rows[TOKEN_COUNT_OF_KINDS] = {
	[TOKEN_EQUAL] = { "=", CLASS_NAMED, 0, 0 },
	[TOKEN_COLON] = { ":", CLASS_NAMED, 0, 0 },
	[TOKEN_COMMA] = { ",", CLASS_NAMED, 0, 0 },
	[TOKEN_LEFT_BRACE] = { "{", CLASS_NAMED, 0, 0 },
	[TOKEN_RIGHT_BRACE] = { "}", CLASS_NAMED, 0, 0 },
	[TOKEN_LEFT_BRACKET] = { "[", CLASS_NAMED, 0, 0 },
	[TOKEN_RIGHT_BRACKET] = { "]", CLASS_NAMED, 0, 0 },
	[TOKEN_LEFT_PAREN] = { "(", CLASS_NAMED, 0, 0 },
	[TOKEN_RIGHT_PAREN] = { ")", CLASS_NAMED, 0, 0 },
	[TOKEN_ADD] = { "+", CLASS_OPERATOR, 4, 0 },
	[TOKEN_SUB] = { "-", CLASS_OPERATOR, 4, 0 },
	[TOKEN_MUL] = { "*", CLASS_OPERATOR, 5, 0 },
	[TOKEN_DIV] = { "/", CLASS_OPERATOR, 5, 0 },
	[TOKEN_MOD] = { "%", CLASS_OPERATOR, 5, 0 },
	[TOKEN_POW] = { "^", CLASS_OPERATOR, 6, 0 },
	[TOKEN_ATAN2] = { "atan2", CLASS_OPERATOR, 5, LABEL | WORD },
	[TOKEN_EQUAL_EQUAL] = { "==", CLASS_OPERATOR, 3, COMPARISON },
	[TOKEN_NOT_EQUAL] = { "!=", CLASS_OPERATOR, 3, COMPARISON },
	[TOKEN_LESS_EQUAL] = { "<=", CLASS_OPERATOR, 3, COMPARISON },
	[TOKEN_LESS] = { "<", CLASS_OPERATOR, 3, COMPARISON },
	[TOKEN_GREATER_EQUAL] = { ">=", CLASS_OPERATOR, 3, COMPARISON },
	[TOKEN_GREATER] = { ">", CLASS_OPERATOR, 3, COMPARISON },
	[TOKEN_TRIM_UPPER] = { "</", CLASS_OPERATOR, 3, 0 },
	[TOKEN_TRIM_LOWER] = { ">/", CLASS_OPERATOR, 3, 0 },
	[TOKEN_EQUAL_REGEX] = { "=~", CLASS_OPERATOR, 0, 0 },
	[TOKEN_NOT_REGEX] = { "!~", CLASS_OPERATOR, 0, 0 },
	[TOKEN_AND] = { "and", CLASS_OPERATOR, 2, BOTH | SET | WORD },
	[TOKEN_OR] = { "or", CLASS_OPERATOR, 1, BOTH | SET | WORD },
	[TOKEN_UNLESS] = { "unless", CLASS_OPERATOR, 2, BOTH | SET | WORD },
	[TOKEN_AT] = { "@", CLASS_OPERATOR, 0, 0 },
	[TOKEN_SUM] = { "sum", CLASS_AGGREGATION, 0, BOTH | WORD },
	[TOKEN_AVG] = { "avg", CLASS_AGGREGATION, 0, BOTH | WORD },
	[TOKEN_COUNT] = { "count", CLASS_AGGREGATION, 0, BOTH | WORD },
	[TOKEN_MIN] = { "min", CLASS_AGGREGATION, 0, BOTH | WORD },
	[TOKEN_MAX] = { "max", CLASS_AGGREGATION, 0, BOTH | WORD },
	[TOKEN_GROUP] = { "group", CLASS_AGGREGATION, 0, BOTH | WORD },
	[TOKEN_STDDEV] = { "stddev", CLASS_AGGREGATION, 0, BOTH | WORD },
	[TOKEN_STDVAR] = { "stdvar", CLASS_AGGREGATION, 0, BOTH | WORD },
	[TOKEN_TOPK] = { "topk", CLASS_AGGREGATION, 0, BOTH | WORD | PARAMETER },
	[TOKEN_BOTTOMK] = { "bottomk", CLASS_AGGREGATION, 0, BOTH | WORD | PARAMETER },
	[TOKEN_COUNT_VALUES] = { "count_values", CLASS_AGGREGATION, 0, BOTH | WORD | PARAMETER },
	[TOKEN_QUANTILE] = { "quantile", CLASS_AGGREGATION, 0, BOTH | WORD | PARAMETER },
	[TOKEN_LIMITK] = { "limitk", CLASS_AGGREGATION, 0, BOTH | WORD | PARAMETER | EXPERIMENTAL },
	[TOKEN_LIMIT_RATIO] = { "limit_ratio", CLASS_AGGREGATION, 0, BOTH | WORD | PARAMETER | EXPERIMENTAL },
	[TOKEN_OFFSET] = { "offset", CLASS_KEYWORD, 0, BOTH | WORD },
	[TOKEN_SMOOTHED] = { "smoothed", CLASS_KEYWORD, 0, BOTH | WORD },
	[TOKEN_ANCHORED] = { "anchored", CLASS_KEYWORD, 0, BOTH | WORD },
	[TOKEN_BY] = { "by", CLASS_KEYWORD, 0, BOTH | WORD },
	[TOKEN_WITHOUT] = { "without", CLASS_KEYWORD, 0, METRIC | WORD },
	[TOKEN_ON] = { "on", CLASS_KEYWORD, 0, LABEL | WORD },
	[TOKEN_IGNORING] = { "ignoring", CLASS_KEYWORD, 0, LABEL | WORD },
	[TOKEN_GROUP_LEFT] = { "group_left", CLASS_KEYWORD, 0, LABEL | WORD },
	[TOKEN_GROUP_RIGHT] = { "group_right", CLASS_KEYWORD, 0, LABEL | WORD },
	[TOKEN_FILL] = { "fill", CLASS_KEYWORD, 0, BOTH | WORD },
	[TOKEN_FILL_LEFT] = { "fill_left", CLASS_KEYWORD, 0, BOTH | WORD },
	[TOKEN_FILL_RIGHT] = { "fill_right", CLASS_KEYWORD, 0, BOTH | WORD },
	[TOKEN_BOOL] = { "bool", CLASS_KEYWORD, 0, LABEL | WORD },
	[TOKEN_START] = { "start", CLASS_NAMED, 0, BOTH | WORD },
	[TOKEN_FINISH] = { "end", CLASS_NAMED, 0, BOTH | WORD },
	[TOKEN_STEP] = { "step", CLASS_NAMED, 0, BOTH | WORD },
	[TOKEN_RANGE] = { "range", CLASS_NAMED, 0, BOTH | WORD },
	[TOKEN_MAX_OF] = { "max_of", CLASS_NAMED, 0, BOTH | WORD },
	[TOKEN_MIN_OF] = { "min_of", CLASS_NAMED, 0, BOTH | WORD },
};

// The kinds that are words, sorted by word.
// clang-format off: packed rows
static const enum token_kind words[] = {
	TOKEN_ANCHORED,
	TOKEN_AND,
	TOKEN_ATAN2,
	TOKEN_AVG,
	TOKEN_BOOL,
	TOKEN_BOTTOMK,
	TOKEN_BY,
	TOKEN_COUNT,
	TOKEN_COUNT_VALUES,
	TOKEN_FINISH,
	TOKEN_FILL,
	TOKEN_FILL_LEFT,
	TOKEN_FILL_RIGHT,
	TOKEN_GROUP,
	TOKEN_GROUP_LEFT,
	TOKEN_GROUP_RIGHT,
	TOKEN_IGNORING,
	TOKEN_LIMIT_RATIO,
	TOKEN_LIMITK,
	TOKEN_MAX,
	TOKEN_MAX_OF,
	TOKEN_MIN,
	TOKEN_MIN_OF,
	TOKEN_OFFSET,
	TOKEN_ON,
	TOKEN_OR,
	TOKEN_QUANTILE,
	TOKEN_RANGE,
	TOKEN_SMOOTHED,
	TOKEN_START,
	TOKEN_STDDEV,
	TOKEN_STDVAR,
	TOKEN_STEP,
	TOKEN_SUM,
	TOKEN_TOPK,
	TOKEN_UNLESS,
	TOKEN_WITHOUT,
};
// clang-format on
enum { LONGEST_WORD = 12 };

const char *token_name(enum token_kind kind) {
	return rows[kind].name;
}

int token_precedence(enum token_kind kind) {
	return rows[kind].precedence;
}

bool token_is_comparison(enum token_kind kind) {
	return rows[kind].flags & COMPARISON;
}

bool token_is_set_operator(enum token_kind kind) {
	return rows[kind].flags & SET;
}

bool token_is_aggregation(enum token_kind kind) {
	return rows[kind].class == CLASS_AGGREGATION;
}

bool token_has_parameter(enum token_kind kind) {
	return rows[kind].flags & PARAMETER;
}

bool token_is_experimental(enum token_kind kind) {
	return rows[kind].flags & EXPERIMENTAL;
}

bool token_can_be_metric(enum token_kind kind) {
	return kind == TOKEN_IDENTIFIER || kind == TOKEN_METRIC_IDENTIFIER || (rows[kind].flags & METRIC);
}

bool token_can_be_label(enum token_kind kind) {
	return kind == TOKEN_IDENTIFIER || kind == TOKEN_METRIC_IDENTIFIER || (rows[kind].flags & LABEL);
}

static int compare_word(const void *key, const void *item) {
	return strcmp(key, rows[*(const enum token_kind *)item].name);
}

enum token_kind token_keyword(struct str word) {
	static const char firsts[] = "abcefgilmnoqrstuw"; // of all words
	char lower[LONGEST_WORD + 1] = { 0 };
	if (word.len < 2 || word.len > LONGEST_WORD || strchr(firsts, word.data[0] | 0x20) == NULL)
		return TOKEN_IDENTIFIER;
	for (size_t i = 0; i < word.len; i++)
		lower[i] = word.data[i] >= 'A' && word.data[i] <= 'Z' ? (char)(word.data[i] | 0x20) : word.data[i];
	if (strcmp(lower, "inf") == 0 || strcmp(lower, "nan") == 0)
		return TOKEN_NUMBER;
	const enum token_kind *found = bsearch(lower, words, sizeof words / sizeof *words, sizeof *words, compare_word);
	return found == NULL ? TOKEN_IDENTIFIER : *found;
}

static void describe_text(struct buf *out, struct str text) {
	if (text.len > 10) { // upstream counts bytes here and cuts after ten code points
		go_quote_head(out, text, 10);
		buf_append_cstr(out, "...");
		return;
	}
	go_quote(out, text);
}

static void describe_named(struct buf *out, const struct token *token) {
	switch (rows[token->kind].class) {
	case CLASS_OPERATOR:
		buf_format(out, "<op:%.*s>", STR_ARG(token->text));
		return;
	case CLASS_AGGREGATION:
		buf_format(out, "<aggr:%.*s>", STR_ARG(token->text));
		return;
	case CLASS_KEYWORD:
		buf_format(out, "<%.*s>", STR_ARG(token->text));
		return;
	case CLASS_NAMED:
	case CLASS_OTHER:
		describe_text(out, token->text);
		return;
	}
	unreachable("token class");
}

static const char *kind_noun(enum token_kind kind) {
	static const char *const nouns[] = {
		[TOKEN_IDENTIFIER] = "identifier ",
		[TOKEN_METRIC_IDENTIFIER] = "metric identifier ",
		[TOKEN_STRING] = "string ",
		[TOKEN_NUMBER] = "number ",
		[TOKEN_DURATION] = "duration ",
	};
	return kind < sizeof nouns / sizeof *nouns && nouns[kind] != NULL ? nouns[kind] : "";
}

void token_describe(struct buf *out, const struct token *token) {
	if (token->kind == TOKEN_END) {
		buf_append_cstr(out, "end of input");
		return;
	}
	buf_append_cstr(out, kind_noun(token->kind));
	if (token->kind == TOKEN_IDENTIFIER || token->kind == TOKEN_METRIC_IDENTIFIER)
		go_quote(out, token->text);
	else
		describe_named(out, token);
}
