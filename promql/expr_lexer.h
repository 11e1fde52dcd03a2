// SPDX-License-Identifier: Apache-2.0
// Cuts an expression into tokens, one at a time. Knows brackets and braces, because they change what a character means; knows no grammar.
#pragma once
#include "base/arena.h"
#include "promql/expr_token.h"

enum lexer_mode {
	LEXER_PLAIN,
	LEXER_BRACES,   // after {: every word is a label name
	LEXER_DURATION, // after [, until the first number
};

struct lexer {
	struct arena *arena; // for messages
	struct str input;
	size_t pos, start; // next byte; first byte of the pending token. After an error `start` is where it is reported
	enum lexer_mode mode;
	int paren_depth;
	bool bracket_open, got_colon, got_duration;
};

void lexer_init(struct lexer *lexer, struct arena *arena, struct str input);
// The next token; comments are skipped. TOKEN_END at the end. After TOKEN_ERROR the lexer must not be asked again.
struct token lexer_next(struct lexer *lexer);

// For expr_scan.c, the other half of the lexer.
enum { RUNE_END = -1 };
int lexer_peek_wide(const struct lexer *lexer); // of a byte from 0x80 on
int lexer_advance(struct lexer *lexer);         // as lexer_peek, and goes past it

// The next code point, U+FFFD for a broken one, RUNE_END at the end.
static inline int lexer_peek(const struct lexer *lexer) {
	if (lexer->pos >= lexer->input.len)
		return RUNE_END;
	unsigned char byte = (unsigned char)lexer->input.data[lexer->pos];
	return byte < 0x80 ? byte : lexer_peek_wide(lexer);
}

static inline bool lexer_is_letter(int rune) { // ASCII letters and _
	return rune == '_' || ((unsigned)(rune | 0x20) - 'a' < 26 && rune < 0x80);
}

static inline bool lexer_is_digit(int rune) {
	return (unsigned)rune - '0' < 10;
}

struct token lexer_emit(struct lexer *lexer, enum token_kind kind);
PRINTF_LIKE(2, 3)
struct token lexer_fail(struct lexer *lexer, const char *format, ...);

struct token lexer_scan_number(struct lexer *lexer);             // a number or a duration; the next character is a digit, or a dot and a digit
struct token lexer_scan_string(struct lexer *lexer, char quote); // the opening quote has been read
