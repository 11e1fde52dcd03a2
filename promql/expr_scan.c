// SPDX-License-Identifier: Apache-2.0
// The tokens with an inside: numbers, durations and strings. Whether a number has a value is the parser's to find out.
// Source: Prometheus, promql/parser/lex.go.
#include "base/go_text.h"
#include "promql/expr_lexer.h"
#include "promql/expr_quote.h"

static bool is_one_of(int rune, const char *set) {
	return rune > 0 && rune < 0x80 && strchr(set, rune) != NULL;
}

static bool accept(struct lexer *lexer, const char *set) {
	if (!is_one_of(lexer_peek(lexer), set))
		return false;
	lexer->pos++;
	return true;
}

static void accept_run(struct lexer *lexer, const char *set) {
	while (accept(lexer, set))
		continue;
}

// Reads one dot, exponent sign or underscore with what may not follow it. False when the number is broken here.
static bool scan_number_mark(struct lexer *lexer, bool hexadecimal, bool *dot_seen, bool *exponent_seen) {
	if (accept(lexer, ".")) {
		bool repeated = *dot_seen;
		*dot_seen = true;
		return !repeated && !accept(lexer, "_.") && !hexadecimal;
	}
	if (accept(lexer, "eE")) {
		if (*exponent_seen)
			return false;
		*exponent_seen = true;
		accept(lexer, "+-");
	} else {
		accept(lexer, "_");
	}
	return !accept(lexer, "._eE") && lexer_peek(lexer) != RUNE_END;
}

static bool scan_number(struct lexer *lexer) {
	const char *digits = "0123456789";
	bool hexadecimal = accept(lexer, "0") && accept(lexer, "xX");
	if (hexadecimal) {
		accept(lexer, "_");
		digits = "0123456789abcdefABCDEF";
	}
	accept(lexer, ".");
	accept(lexer, digits);
	for (bool dot_seen = false, exponent_seen = false;;) {
		if (is_one_of(lexer_peek(lexer), "._eE")) {
			if (!scan_number_mark(lexer, hexadecimal, &dot_seen, &exponent_seen))
				return false;
		} else if (is_one_of(lexer_peek(lexer), digits)) {
			accept_run(lexer, digits);
		} else {
			break;
		}
	}
	return !lexer_is_letter(lexer_peek(lexer)) && !lexer_is_digit(lexer_peek(lexer));
}

// The rest of a duration after its first digits. Units out of order are found when its value is taken.
static bool scan_duration_rest(struct lexer *lexer) {
	if (!accept(lexer, "smhdwy"))
		return false;
	accept(lexer, "s");
	while (accept(lexer, "0123456789")) {
		accept_run(lexer, "0123456789");
		if (!accept(lexer, "smhdw"))
			return false;
		accept(lexer, "s");
	}
	int rune = lexer_peek(lexer);
	if (!lexer_is_letter(rune) && !lexer_is_digit(rune))
		return true;
	lexer->pos++; // upstream shows one character more
	return false;
}

struct token lexer_scan_number(struct lexer *lexer) {
	if (scan_number(lexer))
		return lexer_emit(lexer, TOKEN_NUMBER);
	if (scan_duration_rest(lexer))
		return lexer_emit(lexer, TOKEN_DURATION);
	autobuf struct buf text = { 0 };
	go_quote(&text, str_make(lexer->input.data + lexer->start, lexer->pos - lexer->start));
	return lexer_fail(lexer, "bad number or duration syntax: %s", buf_cstr(&text));
}

static unsigned digit_value(int rune) {
	if (rune >= '0' && rune <= '9')
		return (unsigned)(rune - '0');
	if ((rune >= 'a' && rune <= 'f') || (rune >= 'A' && rune <= 'F'))
		return (unsigned)((rune | 0x20) - 'a') + 10;
	return 16;
}

static const struct escape_form {
	char letter;
	unsigned char digits, base;
	unsigned largest;
} escape_forms[] = {
	{ 'x', 2, 16, 255 },
	{ 'u', 4, 16, 0x10ffff },
	{ 'U', 8, 16, 0x10ffff },
	{ '0', 3, 8, 255 },
};

static const struct escape_form *escape_form(int rune) {
	if (rune >= '0' && rune <= '7')
		return &escape_forms[3];
	for (size_t i = 0; i < 3; i++)
		if (escape_forms[i].letter == rune)
			return &escape_forms[i];
	return NULL;
}

static struct token fail_escape(struct lexer *lexer, const char *before, int rune, const char *after) {
	if (rune == RUNE_END)
		return lexer_fail(lexer, "escape sequence not terminated");
	autobuf struct buf shown = { 0 };
	quote_append_unicode(&shown, (unsigned)rune);
	return lexer_fail(lexer, "%s %s%s", before, buf_cstr(&shown), after);
}

// Reads the escape sequence after a backslash. A token of kind TOKEN_STRING means it is fine.
static struct token scan_escape(struct lexer *lexer, char quote) {
	const struct token fine = { .kind = TOKEN_STRING };
	int rune = lexer_advance(lexer);
	if (rune == quote || is_one_of(rune, "abfnrtv\\"))
		return fine;
	const struct escape_form *form = escape_form(rune);
	if (form == NULL)
		return fail_escape(lexer, "unknown escape sequence", rune, "");
	if (form->base == 16)
		rune = lexer_advance(lexer);
	unsigned value = 0;
	for (int left = form->digits; left > 0; left--) {
		unsigned digit = digit_value(rune);
		if (digit >= form->base)
			return fail_escape(lexer, "illegal character", rune, " in escape sequence");
		value = value * form->base + digit;
		if (left > 1)
			rune = lexer_advance(lexer);
	}
	if (value > form->largest || (value >= 0xd800 && value < 0xe000))
		return lexer_fail(lexer, "escape sequence is an invalid Unicode code point");
	return fine;
}

struct token lexer_scan_string(struct lexer *lexer, char quote) {
	bool raw = quote == '`';
	for (;;) {
		int rune = lexer_advance(lexer);
		if (rune == quote)
			return lexer_emit(lexer, TOKEN_STRING);
		if (rune == 0xfffd)
			return lexer_fail(lexer, "invalid UTF-8 rune");
		if (rune == RUNE_END || (rune == '\n' && !raw))
			return lexer_fail(lexer, raw ? "unterminated raw string" : "unterminated quoted string");
		if (rune != '\\' || raw)
			continue;
		struct token escape = scan_escape(lexer, quote);
		if (escape.kind == TOKEN_ERROR)
			return escape;
	}
}
