// SPDX-License-Identifier: Apache-2.0
// The lexer of templates. See template_lex.h. Source of every rule and message: Go's text/template/parse/lex.go.
#include "template/template_lex.h"

#include "base/go_text.h"
#include "base/printable.h"
#include "template/go_quote.h"

#include <stdarg.h>

enum { RUNE_END = 0x110000 }; // no code point: the end of the input

static const struct {
	const char *word;
	enum item_kind kind;
} keywords[] = {
	{ "block", ITEM_BLOCK },
	{ "break", ITEM_BREAK },
	{ "continue", ITEM_CONTINUE },
	{ "define", ITEM_DEFINE },
	{ "else", ITEM_ELSE },
	{ "end", ITEM_END },
	{ "if", ITEM_IF },
	{ "nil", ITEM_NIL },
	{ "range", ITEM_RANGE },
	{ "template", ITEM_TEMPLATE },
	{ "with", ITEM_WITH },
	{ "true", ITEM_BOOL },
	{ "false", ITEM_BOOL },
};

static bool is_space(unsigned c) {
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_alphanumeric(unsigned rune) {
	return rune == '_' || (rune != RUNE_END && (rune_is_letter(rune) || rune_is_digit(rune)));
}

static struct str rest_of(const struct lexer *lexer) {
	return str_skip(lexer->input, lexer->at);
}

static unsigned char byte_at(const struct lexer *lexer, size_t at) {
	return at < lexer->input.len ? (unsigned char)lexer->input.data[at] : 0;
}

static unsigned rune_peek(const struct lexer *lexer, size_t *width) {
	struct str rest = rest_of(lexer);
	unsigned rune = RUNE_END;
	*width = rest.len == 0 ? 0 : str_decode_rune(rest, &rune);
	return rune;
}

static unsigned rune_next(struct lexer *lexer) {
	size_t width;
	unsigned rune = rune_peek(lexer, &width);
	lexer->at += width;
	return rune;
}

static void count_lines(struct lexer *lexer) {
	for (size_t i = lexer->start; i < lexer->at; i++)
		lexer->line += lexer->input.data[i] == '\n';
}

static struct item take_item(struct lexer *lexer, enum item_kind kind) {
	struct str text = str_make(lexer->input.data + lexer->start, lexer->at - lexer->start);
	struct item item = { kind, text, (uint32_t)lexer->start, lexer->start_line };
	count_lines(lexer);
	lexer->start = lexer->at;
	lexer->start_line = lexer->line;
	return item;
}

static void ignore(struct lexer *lexer) {
	take_item(lexer, ITEM_SPACE);
}

// The error is the last item: the rest of the input is dropped.
PRINTF_LIKE(2, 3)
static struct item fail(struct lexer *lexer, const char *format, ...) {
	struct item item = { ITEM_ERROR, STR_NONE, (uint32_t)lexer->start, lexer->start_line };
	va_list args;
	va_start(args, format);
	buf_reset(&lexer->message);
	buf_vformat(&lexer->message, format, args);
	va_end(args);
	item.text = buf_str(&lexer->message);
	lexer->input.len = lexer->at = lexer->start = 0;
	lexer->is_inside = false;
	return item;
}

// "U+0021 '!'", as Go's %#U.
static struct item fail_at_rune(struct lexer *lexer, const char *what, unsigned rune) {
	autobuf struct buf shown = { 0 };
	if (rune == RUNE_END)
		return fail(lexer, "%s U+FFFFFFFFFFFFFFFF", what);
	buf_format(&shown, "U+%04X", rune);
	if (printable_rune(rune)) {
		buf_append_cstr(&shown, " '");
		buf_append_rune(&shown, rune);
		buf_append_char(&shown, '\'');
	}
	return fail(lexer, "%s %s", what, buf_cstr(&shown));
}

// "}}", or " -}}".
static bool at_right_delim(const struct lexer *lexer, bool *trims) {
	struct str rest = rest_of(lexer);
	*trims = rest.len >= 4 && is_space((unsigned char)rest.data[0]) && rest.data[1] == '-' && rest.data[2] == '}' && rest.data[3] == '}';
	return *trims || str_has_prefix(rest, STR("}}"));
}

static bool at_left_trim(const struct lexer *lexer, size_t at) {
	return byte_at(lexer, at) == '-' && is_space(byte_at(lexer, at + 1));
}

static void skip_spaces(struct lexer *lexer) {
	while (lexer->at < lexer->input.len && is_space(byte_at(lexer, lexer->at)))
		lexer->at++;
}

// Skips a comment with its delimiters. False: *error is the item.
static bool lex_comment(struct lexer *lexer, struct item *error) {
	bool trims;
	lexer->at += 2;
	ptrdiff_t end = str_find(rest_of(lexer), STR("*/"));
	if (end < 0) {
		*error = fail(lexer, "unclosed comment");
		return false;
	}
	lexer->at += (size_t)end + 2;
	if (!at_right_delim(lexer, &trims)) {
		*error = fail(lexer, "comment ends before closing delimiter");
		return false;
	}
	lexer->at += trims ? 4 : 2;
	if (trims)
		skip_spaces(lexer);
	ignore(lexer);
	return true;
}

// At "{{": the delimiter, or false after a comment that was skipped.
static bool lex_left_delim(struct lexer *lexer, struct item *out) {
	lexer->at += 2;
	size_t marker = at_left_trim(lexer, lexer->at) ? 2 : 0;
	if (str_has_prefix(str_skip(rest_of(lexer), marker), STR("/*"))) {
		lexer->at += marker;
		ignore(lexer);
		return !lex_comment(lexer, out);
	}
	*out = take_item(lexer, ITEM_LEFT_DELIM);
	lexer->is_inside = true;
	lexer->paren_depth = 0;
	lexer->at += marker;
	ignore(lexer);
	return true;
}

static struct item lex_text(struct lexer *lexer) {
	for (;;) {
		struct item item;
		ptrdiff_t found = str_find(rest_of(lexer), STR("{{"));
		if (found < 0) {
			lexer->at = lexer->input.len;
			return take_item(lexer, lexer->at > lexer->start ? ITEM_TEXT : ITEM_EOF);
		}
		size_t delim = lexer->at + (size_t)found;
		lexer->at = delim;
		if (at_left_trim(lexer, delim + 2))
			while (lexer->at > lexer->start && is_space(byte_at(lexer, lexer->at - 1)))
				lexer->at--;
		item = take_item(lexer, ITEM_TEXT);
		lexer->at = delim;
		ignore(lexer);
		if (item.text.len > 0)
			return item;
		if (lex_left_delim(lexer, &item))
			return item;
	}
}

static struct item lex_right_delim(struct lexer *lexer, bool trims) {
	if (trims) {
		lexer->at += 2;
		ignore(lexer);
	}
	lexer->at += 2;
	struct item item = take_item(lexer, ITEM_RIGHT_DELIM);
	if (trims) {
		skip_spaces(lexer);
		ignore(lexer);
	}
	lexer->is_inside = false;
	return item;
}

// Spaces, but not the one that belongs to " -}}".
static struct item lex_space(struct lexer *lexer) {
	bool trims;
	skip_spaces(lexer);
	lexer->at--;
	if (at_right_delim(lexer, &trims) && trims) {
		if (lexer->at == lexer->start)
			return lex_right_delim(lexer, true);
	} else {
		lexer->at++;
	}
	return take_item(lexer, ITEM_SPACE);
}

// What may follow an identifier.
static bool at_terminator(const struct lexer *lexer) {
	struct str rest = rest_of(lexer);
	return rest.len == 0 || str_find_char(STR(" \t\r\n.,|:)("), rest.data[0]) >= 0 || str_has_prefix(rest, STR("}}"));
}

static void skip_word(struct lexer *lexer) {
	size_t width;
	while (is_alphanumeric(rune_peek(lexer, &width)))
		lexer->at += width;
}

static struct item fail_at_next(struct lexer *lexer) {
	size_t width;
	return fail_at_rune(lexer, "bad character", rune_peek(lexer, &width));
}

static struct item lex_identifier(struct lexer *lexer) {
	skip_word(lexer);
	if (!at_terminator(lexer))
		return fail_at_next(lexer);
	struct item item = take_item(lexer, ITEM_IDENTIFIER);
	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
		if (str_equal_cstr(item.text, keywords[i].word))
			item.kind = keywords[i].kind;
	return item;
}

// After "." or "$".
static struct item lex_field_or_variable(struct lexer *lexer, enum item_kind kind) {
	if (at_terminator(lexer))
		return take_item(lexer, kind == ITEM_VARIABLE ? ITEM_VARIABLE : ITEM_DOT);
	skip_word(lexer);
	if (!at_terminator(lexer))
		return fail_at_next(lexer);
	return take_item(lexer, kind);
}

// After the opening quote; `kind` tells what is quoted.
static struct item lex_quoted(struct lexer *lexer, char quote, enum item_kind kind, const char *what) {
	for (;;) {
		unsigned rune = rune_next(lexer);
		if (rune == '\\' && quote != '`') {
			rune = rune_next(lexer);
			if (rune != RUNE_END && rune != '\n')
				continue;
		}
		if (rune == RUNE_END || (rune == '\n' && quote != '`'))
			return fail(lexer, "unterminated %s", what);
		if (rune == (unsigned char)quote)
			return take_item(lexer, kind);
	}
}

static bool accept(struct lexer *lexer, const char *any) {
	unsigned char c = byte_at(lexer, lexer->at);
	if (c == 0 || strchr(any, c) == NULL)
		return false;
	lexer->at++;
	return true;
}

static void accept_run(struct lexer *lexer, const char *any) {
	while (accept(lexer, any))
		continue;
}

static const char *digits_of_base(struct lexer *lexer, char *exponent) {
	*exponent = '\0';
	if (accept(lexer, "0")) {
		if (accept(lexer, "xX")) {
			*exponent = 'p';
			return "0123456789abcdefABCDEF_";
		}
		if (accept(lexer, "oO"))
			return "01234567_";
		if (accept(lexer, "bB"))
			return "01_";
	}
	*exponent = 'e';
	return "0123456789_";
}

static bool scan_number(struct lexer *lexer) {
	char exponent;
	accept(lexer, "+-");
	const char *digits = digits_of_base(lexer, &exponent);
	accept_run(lexer, digits);
	if (accept(lexer, "."))
		accept_run(lexer, digits);
	if (exponent != '\0' && accept(lexer, exponent == 'e' ? "eE" : "pP")) {
		accept(lexer, "+-");
		accept_run(lexer, "0123456789_");
	}
	accept(lexer, "i");
	size_t width;
	if (!is_alphanumeric(rune_peek(lexer, &width)))
		return true;
	lexer->at += width;
	return false;
}

static struct item fail_number(struct lexer *lexer) {
	autobuf struct buf shown = { 0 };
	go_quote(&shown, str_make(lexer->input.data + lexer->start, lexer->at - lexer->start));
	return fail(lexer, "bad number syntax: %s", buf_cstr(&shown));
}

static struct item lex_number(struct lexer *lexer) {
	if (!scan_number(lexer))
		return fail_number(lexer);
	unsigned char sign = byte_at(lexer, lexer->at);
	if (sign != '+' && sign != '-')
		return take_item(lexer, ITEM_NUMBER);
	if (!scan_number(lexer) || lexer->input.data[lexer->at - 1] != 'i')
		return fail_number(lexer);
	return take_item(lexer, ITEM_COMPLEX);
}

static struct item lex_punctuation(struct lexer *lexer, unsigned rune) {
	switch (rune) {
	case '=':
		return take_item(lexer, ITEM_ASSIGN);
	case ':':
		return rune_next(lexer) == '=' ? take_item(lexer, ITEM_DECLARE) : fail(lexer, "expected :=");
	case '|':
		return take_item(lexer, ITEM_PIPE);
	case '(':
		lexer->paren_depth++;
		return take_item(lexer, ITEM_LEFT_PAREN);
	case ')':
		if (--lexer->paren_depth < 0)
			return fail(lexer, "unexpected right paren");
		return take_item(lexer, ITEM_RIGHT_PAREN);
	}
	if (rune < 0x7F && rune >= ' ')
		return take_item(lexer, ITEM_CHAR);
	return fail_at_rune(lexer, "unrecognized character in action:", rune);
}

static struct item lex_word(struct lexer *lexer, unsigned rune, size_t width) {
	unsigned char next = byte_at(lexer, lexer->at + 1);
	bool is_digit = rune >= '0' && rune <= '9';
	if (is_digit || rune == '+' || rune == '-' || (rune == '.' && ((next >= '0' && next <= '9') || lexer->at + 1 == lexer->input.len)))
		return lex_number(lexer);
	if (is_alphanumeric(rune))
		return lex_identifier(lexer);
	lexer->at += width;
	switch (rune) {
	case '"':
		return lex_quoted(lexer, '"', ITEM_STRING, "quoted string");
	case '`':
		return lex_quoted(lexer, '`', ITEM_RAW_STRING, "raw quoted string");
	case '\'':
		return lex_quoted(lexer, '\'', ITEM_CHAR_CONSTANT, "character constant");
	case '$':
		return lex_field_or_variable(lexer, ITEM_VARIABLE);
	case '.':
		return lex_field_or_variable(lexer, ITEM_FIELD);
	}
	return lex_punctuation(lexer, rune);
}

static struct item lex_inside(struct lexer *lexer) {
	bool trims;
	size_t width;
	if (at_right_delim(lexer, &trims)) {
		if (lexer->paren_depth > 0)
			return fail(lexer, "unclosed left paren");
		return lex_right_delim(lexer, trims);
	}
	unsigned rune = rune_peek(lexer, &width);
	if (rune == RUNE_END)
		return fail(lexer, "unclosed action");
	if (is_space(rune))
		return lex_space(lexer);
	return lex_word(lexer, rune, width);
}

void template_lexer_init(struct lexer *lexer, struct str input) {
	*lexer = (struct lexer){ .input = input, .line = 1, .start_line = 1 };
}

void lexer_finish(struct lexer *lexer) {
	buf_finish(&lexer->message);
}

struct item template_lexer_next(struct lexer *lexer) {
	return lexer->is_inside ? lex_inside(lexer) : lex_text(lexer);
}
