// SPDX-License-Identifier: Apache-2.0
// The lexer's modes and its one-character decisions. See expr_lexer.h. Source: Prometheus, promql/parser/lex.go.
#include "promql/expr_lexer.h"

#include "base/error.h"
#include "base/go_text.h"

int lexer_peek_wide(const struct lexer *lexer) {
	unsigned rune = 0;
	str_decode_rune(str_skip(lexer->input, lexer->pos), &rune);
	return (int)rune;
}

int lexer_advance(struct lexer *lexer) {
	if (lexer->pos >= lexer->input.len)
		return RUNE_END;
	unsigned rune = (unsigned char)lexer->input.data[lexer->pos];
	lexer->pos += rune < 0x80 ? 1 : str_decode_rune(str_skip(lexer->input, lexer->pos), &rune);
	return (int)rune;
}

static bool is_space(int rune) {
	return rune == ' ' || rune == '\t' || rune == '\n' || rune == '\r';
}

struct token lexer_emit(struct lexer *lexer, enum token_kind kind) {
	struct token token = { kind, lexer->start, str_make(lexer->input.data + lexer->start, lexer->pos - lexer->start) };
	lexer->start = lexer->pos;
	return token;
}

struct token lexer_fail(struct lexer *lexer, const char *format, ...) {
	autobuf struct buf text = { 0 };
	va_list args;
	va_start(args, format);
	buf_vformat(&text, format, args);
	va_end(args);
	return (struct token){ TOKEN_ERROR, lexer->start, arena_dup_str(lexer->arena, buf_str(&text)) };
}

// `before` 'x' `after`, where x is the rune.
static struct token fail_rune(struct lexer *lexer, const char *before, int rune, const char *after) {
	autobuf struct buf quoted = { 0 };
	go_quote_rune(&quoted, rune == RUNE_END ? 0xfffd : (unsigned)rune);
	return lexer_fail(lexer, "%s %s%s", before, buf_cstr(&quoted), after);
}

static void skip_spaces(struct lexer *lexer) {
	while (is_space(lexer_peek(lexer)))
		lexer->pos++;
	lexer->start = lexer->pos;
}

static void skip_comment(struct lexer *lexer) {
	while (lexer->pos < lexer->input.len && lexer->input.data[lexer->pos] != '\n' && lexer->input.data[lexer->pos] != '\r')
		lexer->pos++;
	lexer->start = lexer->pos;
}

static bool is_number_start(const struct lexer *lexer) {
	int rune = lexer_peek(lexer);
	size_t next = lexer->pos + 1;
	return lexer_is_digit(rune) || (rune == '.' && next < lexer->input.len && lexer_is_digit(lexer->input.data[next]));
}

static struct str pending(const struct lexer *lexer) {
	return str_make(lexer->input.data + lexer->start, lexer->pos - lexer->start);
}

static bool is_before_paren(const struct lexer *lexer) {
	size_t at = lexer->pos;
	while (at < lexer->input.len && is_space(lexer->input.data[at]))
		at++;
	return at < lexer->input.len && lexer->input.data[at] == '(';
}

static struct token scan_word(struct lexer *lexer) {
	const char *data = lexer->input.data;
	size_t at = lexer->pos;
	while (at < lexer->input.len && (lexer_is_letter(data[at]) || lexer_is_digit(data[at]) || data[at] == ':'))
		at++;
	lexer->pos = at;
	enum token_kind kind = token_keyword(pending(lexer));
	bool is_fill = kind == TOKEN_FILL || kind == TOKEN_FILL_LEFT || kind == TOKEN_FILL_RIGHT;
	if (is_fill && !is_before_paren(lexer))
		kind = TOKEN_IDENTIFIER; // so that metrics may be called fill
	if (kind == TOKEN_IDENTIFIER && str_find_char(pending(lexer), ':') >= 0)
		kind = TOKEN_METRIC_IDENTIFIER;
	return lexer_emit(lexer, kind);
}

// step, range, max_of and min_of inside brackets. TOKEN_END when the word is none of them.
static enum token_kind scan_duration_word(struct lexer *lexer) {
	int first = lexer_peek(lexer) | 0x20;
	if (first != 's' && first != 'r' && first != 'm')
		return TOKEN_END;
	while (lexer_is_letter(lexer_peek(lexer)))
		lexer->pos++;
	enum token_kind kind = token_keyword(pending(lexer));
	return kind == TOKEN_STEP || kind == TOKEN_RANGE || kind == TOKEN_MAX_OF || kind == TOKEN_MIN_OF ? kind : TOKEN_END;
}

static struct token emit_next(struct lexer *lexer, enum token_kind kind) {
	lexer->pos++;
	return lexer_emit(lexer, kind);
}

// One sign, or the longer one when `second` follows.
static struct token emit_pair(struct lexer *lexer, enum token_kind kind, char second, enum token_kind longer) {
	lexer->pos++;
	if (lexer_peek(lexer) != second)
		return lexer_emit(lexer, kind);
	return emit_next(lexer, longer);
}

static struct token close_paren(struct lexer *lexer) {
	struct token token = emit_next(lexer, TOKEN_RIGHT_PAREN);
	return --lexer->paren_depth < 0 ? fail_rune(lexer, "unexpected right parenthesis", ')', "") : token;
}

static struct token open_paren(struct lexer *lexer) {
	lexer->paren_depth++;
	return emit_next(lexer, TOKEN_LEFT_PAREN);
}

static struct token close_bracket(struct lexer *lexer) {
	lexer->bracket_open = false;
	lexer->mode = LEXER_PLAIN;
	return emit_next(lexer, TOKEN_RIGHT_BRACKET);
}

static struct token open_bracket(struct lexer *lexer) {
	if (lexer->bracket_open)
		return fail_rune(lexer, "unexpected left bracket", '[', "");
	lexer->got_colon = false; // got_duration stays as it was, as upstream
	lexer->bracket_open = true;
	lexer->mode = LEXER_DURATION;
	return emit_next(lexer, TOKEN_LEFT_BRACKET);
}

static struct token next_end(struct lexer *lexer) {
	if (lexer->paren_depth != 0)
		return lexer_fail(lexer, "unclosed left parenthesis");
	if (lexer->bracket_open)
		return lexer_fail(lexer, "unclosed left bracket");
	return lexer_emit(lexer, TOKEN_END);
}

static struct token next_word(struct lexer *lexer, int rune) {
	if (!lexer->bracket_open)
		return scan_word(lexer);
	if (rune == ':' && lexer->got_colon)
		return fail_rune(lexer, "unexpected colon", ':', "");
	if (rune == ':') {
		lexer->got_colon = true;
		return emit_next(lexer, TOKEN_COLON);
	}
	enum token_kind kind = scan_duration_word(lexer);
	if (kind != TOKEN_END)
		return lexer_emit(lexer, kind);
	return fail_rune(lexer, "unexpected character:", rune, ", expected ':'");
}

static struct token next_equal(struct lexer *lexer) {
	lexer->pos++;
	if (lexer_peek(lexer) == '~')
		return fail_rune(lexer, "unexpected character after '=':", '~', "");
	return lexer_peek(lexer) == '=' ? emit_next(lexer, TOKEN_EQUAL_EQUAL) : lexer_emit(lexer, TOKEN_EQUAL);
}

static struct token next_bang(struct lexer *lexer) {
	lexer->pos++;
	int rune = lexer_advance(lexer);
	return rune == '=' ? lexer_emit(lexer, TOKEN_NOT_EQUAL) : fail_rune(lexer, "unexpected character after '!':", rune, "");
}

static struct token next_less(struct lexer *lexer) {
	struct token token = emit_pair(lexer, TOKEN_LESS, '=', TOKEN_LESS_EQUAL);
	if (token.kind != TOKEN_LESS || lexer_peek(lexer) != '/')
		return token;
	lexer->start = token.start;
	return emit_next(lexer, TOKEN_TRIM_UPPER);
}

static struct token next_greater(struct lexer *lexer) {
	struct token token = emit_pair(lexer, TOKEN_GREATER, '=', TOKEN_GREATER_EQUAL);
	if (token.kind != TOKEN_GREATER || lexer_peek(lexer) != '/')
		return token;
	lexer->start = token.start;
	return emit_next(lexer, TOKEN_TRIM_LOWER);
}

static struct token next_string(struct lexer *lexer, int rune) {
	lexer->pos++;
	return lexer_scan_string(lexer, (char)rune);
}

static enum token_kind arithmetic_kind(int rune) {
	switch (rune) {
	case ',': return TOKEN_COMMA;
	case '*': return TOKEN_MUL;
	case '/': return TOKEN_DIV;
	case '%': return TOKEN_MOD;
	case '+': return TOKEN_ADD;
	case '-': return TOKEN_SUB;
	case '^': return TOKEN_POW;
	default: return TOKEN_ERROR;
	}
}

static struct token next_plain(struct lexer *lexer) {
	int rune = lexer_peek(lexer);
	if (arithmetic_kind(rune) != TOKEN_ERROR)
		return emit_next(lexer, arithmetic_kind(rune));
	if (is_number_start(lexer))
		return lexer_scan_number(lexer);
	if (lexer_is_letter(rune) || rune == ':')
		return next_word(lexer, rune);
	switch (rune) {
	case RUNE_END: return next_end(lexer);
	case '=': return next_equal(lexer);
	case '!': return next_bang(lexer);
	case '<': return next_less(lexer);
	case '>': return next_greater(lexer);
	case '"':
	case '\'':
	case '`': return next_string(lexer, rune);
	case '(': return open_paren(lexer);
	case ')': return close_paren(lexer);
	case '[': return open_bracket(lexer);
	case '@': return emit_next(lexer, TOKEN_AT);
	case ']':
		if (lexer->bracket_open)
			return close_bracket(lexer);
		return fail_rune(lexer, "unexpected right bracket", rune, "");
	case '{':
		lexer->mode = LEXER_BRACES;
		return emit_next(lexer, TOKEN_LEFT_BRACE);
	default:
		return fail_rune(lexer, "unexpected character:", rune, "");
	}
}

static struct token next_brace_bang(struct lexer *lexer) {
	lexer->pos++;
	int rune = lexer_advance(lexer);
	if (rune != '~' && rune != '=')
		return fail_rune(lexer, "unexpected character after '!' inside braces:", rune, "");
	return lexer_emit(lexer, rune == '~' ? TOKEN_NOT_REGEX : TOKEN_NOT_EQUAL);
}

static struct token next_label(struct lexer *lexer) {
	while (lexer_is_letter(lexer_peek(lexer)) || lexer_is_digit(lexer_peek(lexer)))
		lexer->pos++;
	return lexer_emit(lexer, TOKEN_IDENTIFIER);
}

static struct token next_in_braces(struct lexer *lexer) {
	int rune = lexer_peek(lexer);
	if (lexer_is_letter(rune))
		return next_label(lexer);
	switch (rune) {
	case RUNE_END: return lexer_fail(lexer, "unexpected end of input inside braces");
	case ',': return emit_next(lexer, TOKEN_COMMA);
	case '"':
	case '\'':
	case '`': return next_string(lexer, rune);
	case '=': return emit_pair(lexer, TOKEN_EQUAL, '~', TOKEN_EQUAL_REGEX);
	case '!': return next_brace_bang(lexer);
	case '{': return fail_rune(lexer, "unexpected left brace", rune, "");
	case '}':
		lexer->mode = LEXER_PLAIN;
		return emit_next(lexer, TOKEN_RIGHT_BRACE);
	default:
		return fail_rune(lexer, "unexpected character inside braces:", rune, "");
	}
}

static struct token next_duration_colon(struct lexer *lexer) {
	struct token token = emit_next(lexer, TOKEN_COLON);
	if (!lexer->got_duration)
		return lexer_fail(lexer, "unexpected colon before duration in duration expression");
	if (lexer->got_colon)
		return lexer_fail(lexer, "unexpected repeated colon in duration expression");
	lexer->got_colon = true;
	return token;
}

static struct token next_in_duration(struct lexer *lexer) {
	int rune = lexer_peek(lexer);
	if (arithmetic_kind(rune) != TOKEN_ERROR)
		return emit_next(lexer, arithmetic_kind(rune));
	if (is_number_start(lexer)) {
		lexer->got_duration = true;
		lexer->mode = LEXER_PLAIN; // upstream goes on in its general state, inside the bracket
		return lexer_scan_number(lexer);
	}
	enum token_kind word = scan_duration_word(lexer);
	if (word != TOKEN_END)
		return lexer_emit(lexer, word);
	switch (rune) {
	case RUNE_END: return lexer_fail(lexer, "unexpected end of input in duration expression");
	case ']': return close_bracket(lexer);
	case ':': return next_duration_colon(lexer);
	case '(': return open_paren(lexer);
	case ')': return close_paren(lexer);
	default: return fail_rune(lexer, "unexpected character in duration expression:", rune, "");
	}
}

void lexer_init(struct lexer *lexer, struct arena *arena, struct str input) {
	*lexer = (struct lexer){ .arena = arena, .input = input.len == 0 ? STR("") : input };
}

struct token lexer_next(struct lexer *lexer) {
	skip_spaces(lexer);
	while (lexer_peek(lexer) == '#' && lexer->mode != LEXER_DURATION) {
		skip_comment(lexer);
		skip_spaces(lexer);
	}
	switch (lexer->mode) {
	case LEXER_PLAIN: return next_plain(lexer);
	case LEXER_BRACES: return next_in_braces(lexer);
	case LEXER_DURATION: return next_in_duration(lexer);
	}
	unreachable("lexer mode");
}
