// SPDX-License-Identifier: Apache-2.0
// Cuts a template's text into items. Private to the parser. Source: Go's text/template/parse/lex.go.
#pragma once
#include "base/buf.h"

#include <stdint.h>

enum item_kind {
	ITEM_ERROR, // text is the message
	ITEM_BOOL,
	ITEM_CHAR, // a printable character without a meaning of its own: a comma, and what does not belong
	ITEM_CHAR_CONSTANT,
	ITEM_COMPLEX,
	ITEM_ASSIGN,
	ITEM_DECLARE,
	ITEM_EOF,
	ITEM_FIELD,
	ITEM_IDENTIFIER,
	ITEM_LEFT_DELIM,
	ITEM_LEFT_PAREN,
	ITEM_NUMBER,
	ITEM_PIPE,
	ITEM_RAW_STRING,
	ITEM_RIGHT_DELIM,
	ITEM_RIGHT_PAREN,
	ITEM_SPACE,
	ITEM_STRING,
	ITEM_TEXT,
	ITEM_VARIABLE,
	ITEM_KEYWORD, // keywords follow
	ITEM_BLOCK,
	ITEM_BREAK,
	ITEM_CONTINUE,
	ITEM_DOT,
	ITEM_DEFINE,
	ITEM_ELSE,
	ITEM_END,
	ITEM_IF,
	ITEM_NIL,
	ITEM_RANGE,
	ITEM_TEMPLATE,
	ITEM_WITH,
};

struct item {
	enum item_kind kind;
	struct str text; // a slice of the input, or of the lexer's message
	uint32_t at;     // byte offset
	int line;        // where it begins, 1-based
};

struct lexer {
	struct str input;
	size_t at, start; // the item being read
	int line, start_line;
	int paren_depth;
	bool is_inside; // an action
	struct buf message;
};

void template_lexer_init(struct lexer *lexer, struct str input); // input outlives the items
void lexer_finish(struct lexer *lexer);
// After an error item or the end: the end again.
struct item template_lexer_next(struct lexer *lexer);
