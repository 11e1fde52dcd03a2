// SPDX-License-Identifier: Apache-2.0
// The texts of matchers: Alertmanager's two parsers and the choice between them, with its messages. See matcher.h.
// Sources: alertmanager matcher/parse (the UTF-8 parser), pkg/labels (the classic one), matcher/compat (the fallback).
#include "base/buf.h"
#include "base/go_text.h"
#include "model/matcher.h"

#include <stdio.h>

// --- the UTF-8 parser ---

enum token_kind {
	TOKEN_END,
	TOKEN_BROKEN,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_QUOTED,
	TOKEN_UNQUOTED,
	TOKEN_EQUAL,
	TOKEN_NOT_EQUAL,
	TOKEN_MATCHES,
	TOKEN_NOT_MATCHES,
};

struct token {
	enum token_kind kind;
	struct str text;
	unsigned from, to; // columns, in code points
};

struct lexer {
	struct str text;
	size_t start, at;         // of the current token; of what comes next
	unsigned column, columns; // the same in code points
	char why[ERROR_TEXT_MAX]; // what was wrong, after TOKEN_BROKEN
};

static bool lexer_ended(const struct lexer *lexer) {
	return lexer->at >= lexer->text.len;
}

static unsigned lexer_peek_rune(const struct lexer *lexer, size_t *len) {
	unsigned rune = 0;
	*len = lexer_ended(lexer) ? 0 : str_decode_rune(str_skip(lexer->text, lexer->at), &rune);
	return rune;
}

static void lexer_advance(struct lexer *lexer, size_t len) {
	lexer->at += len;
	lexer->columns++;
}

static bool lexer_accept(struct lexer *lexer, char wanted) {
	if (lexer_ended(lexer) || lexer->text.data[lexer->at] != wanted)
		return false;
	lexer_advance(lexer, 1);
	return true;
}

static struct token lexer_emit(struct lexer *lexer, enum token_kind kind) {
	struct token token = { kind, str_make(lexer->text.data + lexer->start, lexer->at - lexer->start), lexer->column, lexer->columns };
	lexer->start = lexer->at;
	lexer->column = lexer->columns;
	return token;
}

// `after` follows the text that was read so far.
static struct token lexer_break(struct lexer *lexer, const char *after) {
	struct str seen = str_make(lexer->text.data + lexer->start, lexer->at - lexer->start);
	snprintf(lexer->why, sizeof lexer->why, "%u:%u: %.*s: %s", lexer->column, lexer->columns, STR_ARG(seen), after);
	return (struct token){ .kind = TOKEN_BROKEN };
}

static struct token scan_operator(struct lexer *lexer) {
	if (lexer_accept(lexer, '='))
		return lexer_emit(lexer, lexer_accept(lexer, '~') ? TOKEN_MATCHES : TOKEN_EQUAL);
	lexer_accept(lexer, '!');
	if (lexer_accept(lexer, '='))
		return lexer_emit(lexer, TOKEN_NOT_EQUAL);
	if (lexer_accept(lexer, '~'))
		return lexer_emit(lexer, TOKEN_NOT_MATCHES);
	if (!lexer_ended(lexer))
		return lexer_break(lexer, "expected one of '=~'");
	snprintf(lexer->why, sizeof lexer->why, "%u:%u: unexpected end of input, expected one of '=~'", lexer->column, lexer->columns);
	return (struct token){ .kind = TOKEN_BROKEN };
}

static struct token scan_quoted(struct lexer *lexer) {
	bool is_escaped = false;
	size_t len = 0;
	lexer_advance(lexer, 1);
	while (!lexer_ended(lexer)) {
		unsigned rune = lexer_peek_rune(lexer, &len);
		lexer_advance(lexer, len);
		if (rune == '"' && !is_escaped)
			return lexer_emit(lexer, TOKEN_QUOTED);
		is_escaped = rune == '\\' && !is_escaped;
	}
	return lexer_break(lexer, "missing end \"");
}

static struct token scan_unquoted(struct lexer *lexer) {
	size_t len = 0;
	while (!lexer_ended(lexer) && !matcher_is_reserved(lexer_peek_rune(lexer, &len)))
		lexer_advance(lexer, len);
	return lexer_emit(lexer, TOKEN_UNQUOTED);
}

static struct token lexer_scan(struct lexer *lexer) {
	size_t len = 0;
	while (!lexer_ended(lexer) && go_is_space(lexer_peek_rune(lexer, &len))) {
		lexer_advance(lexer, len);
		lexer_emit(lexer, TOKEN_END);
	}
	if (lexer_ended(lexer))
		return (struct token){ .kind = TOKEN_END };
	unsigned rune = lexer_peek_rune(lexer, &len);
	if (rune == '=' || rune == '!')
		return scan_operator(lexer);
	if (rune == '"')
		return scan_quoted(lexer);
	if (!matcher_is_reserved(rune))
		return scan_unquoted(lexer);
	lexer_advance(lexer, len);
	if (rune == '{' || rune == '}')
		return lexer_emit(lexer, rune == '{' ? TOKEN_OPEN : TOKEN_CLOSE);
	return rune == ',' ? lexer_emit(lexer, TOKEN_COMMA) : lexer_break(lexer, "invalid input");
}

static struct token lexer_peek(struct lexer *lexer) {
	struct lexer before = *lexer;
	struct token token = lexer_scan(lexer);
	memcpy(before.why, lexer->why, sizeof before.why);
	*lexer = before;
	return token;
}

#define KINDS(a, b) (1u << (a) | 1u << (b))
static const unsigned text_kinds = KINDS(TOKEN_QUOTED, TOKEN_UNQUOTED);
static const unsigned operator_kinds = KINDS(TOKEN_EQUAL, TOKEN_NOT_EQUAL) | KINDS(TOKEN_MATCHES, TOKEN_NOT_MATCHES);

// The next token, left in place, when it is of one of the kinds. Otherwise false and lexer->why says what came instead.
static bool lexer_sees(struct lexer *lexer, unsigned kinds, struct token *out) {
	*out = lexer_peek(lexer);
	if (1u << out->kind & kinds)
		return true;
	if (out->kind == TOKEN_END)
		snprintf(lexer->why, sizeof lexer->why, "end of input");
	else if (out->kind != TOKEN_BROKEN)
		snprintf(lexer->why, sizeof lexer->why, "%u:%u: unexpected %.*s", out->from, out->to, STR_ARG(out->text));
	return false;
}

static bool lexer_expect(struct lexer *lexer, unsigned kinds, struct token *out) {
	if (!lexer_sees(lexer, kinds, out))
		return false;
	lexer_scan(lexer);
	return true;
}

static bool fail_after(const struct lexer *lexer, const char *wanted, struct error *err) {
	return error_set(err, ERR_INVALID, "%s: %s", lexer->why, wanted);
}

// What the token means; `room` holds what had to be unquoted.
static bool token_value(struct token token, struct buf *room, struct str *out, struct error *err) {
	*out = token.text;
	if (token.kind != TOKEN_QUOTED)
		return true;
	if (!go_unquote(room, token.text) || !str_is_utf8(buf_str(room)))
		return error_set(err, ERR_INVALID, "%u:%u: %.*s: invalid input", token.from, token.to, STR_ARG(token.text));
	*out = buf_str(room);
	return true;
}

static enum matcher_op op_of(enum token_kind kind) {
	if (kind == TOKEN_MATCHES)
		return MATCH_REGEX;
	if (kind == TOKEN_NOT_MATCHES)
		return MATCH_NOT_REGEX;
	return kind == TOKEN_EQUAL ? MATCH_EQUAL : MATCH_NOT_EQUAL;
}

static bool parse_matcher(struct lexer *lexer, struct matchers *out, struct error *err) {
	struct token name_token, operator_token, value_token;
	autobuf struct buf name_room = { 0 }, value_room = { 0 };
	struct str name, value;
	if (!lexer_expect(lexer, text_kinds, &name_token))
		return fail_after(lexer, "expected label name", err);
	if (!token_value(name_token, &name_room, &name, err))
		return false;
	if (!lexer_expect(lexer, operator_kinds, &operator_token))
		return fail_after(lexer, "expected an operator such as '=', '!=', '=~' or '!~'", err);
	if (!lexer_expect(lexer, text_kinds, &value_token))
		return fail_after(lexer, "expected label value", err);
	if (!token_value(value_token, &value_room, &value, err))
		return false;
	return matchers_add(out, op_of(operator_token.kind), name, value, err) || error_wrap(err, "failed to create matcher");
}

static bool parse_end(struct lexer *lexer, struct error *err) {
	struct token token = lexer_scan(lexer);
	if (token.kind == TOKEN_BROKEN)
		return fail_after(lexer, "expected end of input", err);
	if (token.kind == TOKEN_END)
		return true;
	return error_set(err, ERR_INVALID, "%u:%u: %.*s: expected end of input", token.from, token.to, STR_ARG(token.text));
}

static bool parse_close(struct lexer *lexer, bool has_open, struct error *err) {
	struct token token;
	bool has_close = lexer_expect(lexer, 1u << TOKEN_CLOSE, &token);
	if (has_open && !has_close)
		return error_set(err, ERR_INVALID, "0:%u: %s: expected close brace", lexer->columns, lexer->why);
	if (!has_open && has_close)
		return error_set(err, ERR_INVALID, "0:%u: }: expected opening brace", lexer->columns);
	return parse_end(lexer, err);
}

// After a matcher. *is_last: no further one follows.
static bool parse_separator(struct lexer *lexer, bool *is_last, struct error *err) {
	struct token token;
	if (!lexer_sees(lexer, KINDS(TOKEN_COMMA, TOKEN_CLOSE), &token) && token.kind != TOKEN_END)
		return fail_after(lexer, "expected a comma or close brace", err);
	*is_last = token.kind != TOKEN_COMMA;
	if (*is_last)
		return true;
	lexer_scan(lexer);
	if (!lexer_sees(lexer, text_kinds | 1u << TOKEN_CLOSE, &token) && token.kind != TOKEN_END)
		return fail_after(lexer, "expected a matcher or close brace after comma", err);
	*is_last = token.kind == TOKEN_CLOSE || token.kind == TOKEN_END;
	return true;
}

static bool parse_utf8(struct matchers *out, struct str text, struct error *err) {
	struct lexer lexer = { .text = text };
	struct token token = lexer_peek(&lexer);
	if (token.kind == TOKEN_END)
		return parse_end(&lexer, err);
	bool has_open = token.kind == TOKEN_OPEN, is_last = false;
	if (has_open) {
		lexer_scan(&lexer);
		token = lexer_peek(&lexer);
	}
	if (token.kind == TOKEN_BROKEN)
		return error_set(err, ERR_INVALID, "%s", lexer.why);
	is_last = token.kind == TOKEN_CLOSE || token.kind == TOKEN_END;
	while (!is_last)
		if (!parse_matcher(&lexer, out, err) || !parse_separator(&lexer, &is_last, err))
			return false;
	return parse_close(&lexer, has_open, err);
}

// --- the classic parser ---

static bool is_classic_space(char c) {
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static struct str skip_classic_space(struct str text) {
	while (text.len > 0 && is_classic_space(text.data[0]))
		text = str_skip(text, 1);
	return text;
}

static size_t classic_name_length(struct str text) {
	size_t len = 0;
	for (; len < text.len; len++) {
		char c = text.data[len], lower = (char)(c | 0x20);
		if (c != '_' && c != ':' && (lower < 'a' || lower > 'z') && (len == 0 || c < '0' || c > '9'))
			break;
	}
	return len;
}

static bool read_classic_op(struct str *text, enum matcher_op *out) {
	static const struct {
		const char *text;
		enum matcher_op op;
	} ops[] = {
		{ "=~", MATCH_REGEX },
		{ "=", MATCH_EQUAL },
		{ "!=", MATCH_NOT_EQUAL },
		{ "!~", MATCH_NOT_REGEX },
	};
	for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
		if (!str_has_prefix(*text, str_of(ops[i].text)))
			continue;
		*text = str_skip(*text, strlen(ops[i].text));
		*out = ops[i].op;
		return true;
	}
	return false;
}

// The value as written, quotes and all, into what it means.
static bool read_classic_value(struct str written, struct buf *out, struct error *err) {
	struct str raw = written;
	bool is_quoted = str_has_prefix(raw, STR("\""));
	raw = is_quoted ? str_skip(raw, 1) : raw;
	if (!str_is_utf8(raw))
		return error_set(err, ERR_INVALID, "matcher value not valid UTF-8: %.*s", STR_ARG(written));
	bool expects_quote = is_quoted;
	for (size_t i = 0; i < raw.len; i++) {
		char c = raw.data[i], next = i + 1 < raw.len ? raw.data[i + 1] : '\0';
		bool is_last = i + 1 == raw.len;
		if (c == '\\' && !is_last && (next == 'n' || next == '"' || next == '\\')) {
			buf_append_char(out, next == 'n' ? '\n' : next);
			i++;
			continue;
		}
		if (c != '"') {
			buf_append_char(out, c);
			continue;
		}
		if (!expects_quote || !is_last)
			return error_set(err, ERR_INVALID, "matcher value contains unescaped double quote: %.*s", STR_ARG(written));
		expects_quote = false;
	}
	if (expects_quote)
		return error_set(err, ERR_INVALID, "matcher value contains unescaped double quote: %.*s", STR_ARG(written));
	return true;
}

static bool parse_classic_one(struct matchers *out, struct str text, struct error *err) {
	struct str rest = skip_classic_space(text);
	struct str name = str_head(rest, classic_name_length(rest));
	enum matcher_op op = MATCH_EQUAL;
	rest = skip_classic_space(str_skip(rest, name.len));
	if (name.len == 0 || !read_classic_op(&rest, &op))
		return error_set(err, ERR_INVALID, "bad matcher format: %.*s", STR_ARG(text));
	rest = skip_classic_space(rest);
	while (rest.len > 0 && is_classic_space(rest.data[rest.len - 1]))
		rest.len--;
	autobuf struct buf value = { 0 };
	return read_classic_value(rest, &value, err) && matchers_add(out, op, name, buf_str(&value), err);
}

// The part of *rest before the first comma outside quotes. *has_comma: there was one. *is_escaped: a backslash is pending, which commas
// do not end (as upstream).
static struct str cut_classic(struct str *rest, bool *is_escaped, bool *has_comma) {
	bool in_quotes = false;
	struct str whole = *rest;
	for (size_t i = 0; i < whole.len; i++) {
		char c = whole.data[i];
		*has_comma = c == ',' && !in_quotes;
		if (*has_comma) {
			*rest = str_skip(whole, i + 1);
			return str_head(whole, i);
		}
		if (c == '"' && !*is_escaped)
			in_quotes = !in_quotes;
		if (c != ',')
			*is_escaped = c == '\\' && !*is_escaped;
	}
	*has_comma = false;
	return whole;
}

static struct str trim_go_space(struct str text) {
	unsigned rune = 0;
	while (text.len > 0) {
		size_t len = str_decode_rune(text, &rune);
		if (!go_is_space(rune))
			break;
		text = str_skip(text, len);
	}
	while (text.len > 0) {
		size_t len = 1;
		while (len < text.len && len < 4 && ((unsigned char)text.data[text.len - len] & 0xc0) == 0x80)
			len++;
		str_decode_rune(str_make(text.data + text.len - len, len), &rune);
		if (!go_is_space(rune))
			break;
		text.len -= len;
	}
	return text;
}

static bool parse_classic(struct matchers *out, struct str text, struct error *err) {
	if (str_has_prefix(text, STR("{")))
		text = str_skip(text, 1);
	if (str_has_suffix(text, STR("}")))
		text.len--;
	bool is_escaped = false;
	for (bool has_comma = true; has_comma;) {
		struct str token = cut_classic(&text, &is_escaped, &has_comma);
		if (!has_comma)
			token = trim_go_space(token);
		if (!has_comma && token.len == 0)
			return true;
		if (!parse_classic_one(out, token, err))
			return false;
	}
	return true;
}

// --- the choice ---

typedef bool matcher_parser(struct matchers *out, struct str text, struct error *err);

static void move_all(struct matchers *out, struct matchers *from) {
	for (size_t i = 0; i < from->count; i++)
		array_append(out, from->items[i]);
	array_finish(from);
}

static bool parse_with(matcher_parser *parser, struct matchers *out, struct str text, struct error *err) {
	struct matchers parsed = { 0 };
	if (!parser(&parsed, text, err)) {
		matchers_finish(&parsed);
		return false;
	}
	move_all(out, &parsed);
	return true;
}

// Where both understand the text and disagree, the old meaning stands; where neither does, the old parser's words are shown.
static bool read_with_both(struct matchers *out, struct str text, matcher_parser *classic_parser, matcher_parser *utf8_parser, struct matcher_reading *reading) {
	struct matchers classic = { 0 }, utf8 = { 0 };
	reading->is_classic = parse_with(classic_parser, &classic, text, &reading->classic_error);
	reading->is_utf8 = parse_with(utf8_parser, &utf8, text, &reading->utf8_error);
	reading->differs = reading->is_classic && reading->is_utf8 && !matchers_equal(&classic, &utf8);
	if (reading->is_utf8 && !reading->differs)
		move_all(out, &utf8);
	else if (reading->is_classic)
		move_all(out, &classic);
	matchers_finish(&classic);
	matchers_finish(&utf8);
	return reading->is_classic || reading->is_utf8;
}

struct parsers {
	matcher_parser *classic, *utf8;
};

static bool read_by_mode(struct matchers *out, struct str text, enum matcher_mode mode, struct parsers parsers, struct matcher_reading *reading) {
	*reading = (struct matcher_reading){ 0 };
	switch (mode) {
	case MATCHER_CLASSIC: return reading->is_classic = parse_with(parsers.classic, out, text, &reading->classic_error);
	case MATCHER_UTF8: return reading->is_utf8 = parse_with(parsers.utf8, out, text, &reading->utf8_error);
	case MATCHER_FALLBACK: return read_with_both(out, text, parsers.classic, parsers.utf8, reading);
	}
	unreachable("matcher mode");
}

static bool read_or_fail(struct matchers *out, struct str text, enum matcher_mode mode, struct parsers parsers, struct matcher_reading *reading, struct error *err) {
	if (read_by_mode(out, text, mode, parsers, reading))
		return true;
	if (err != NULL)
		*err = mode == MATCHER_UTF8 ? reading->utf8_error : reading->classic_error;
	return false;
}

bool matchers_read(struct matchers *out, struct str text, enum matcher_mode mode, struct matcher_reading *reading, struct error *err) {
	return read_or_fail(out, text, mode, (struct parsers){ parse_classic, parse_utf8 }, reading, err);
}

bool matchers_parse(struct matchers *out, struct str text, enum matcher_mode mode, struct error *err) {
	struct matcher_reading reading;
	return matchers_read(out, text, mode, &reading, err);
}

bool matcher_reading_is_old(const struct matcher_reading *reading, enum matcher_mode mode) {
	return mode == MATCHER_FALLBACK && reading->is_classic && (!reading->is_utf8 || reading->differs);
}

static bool parse_utf8_one(struct matchers *out, struct str text, struct error *err) {
	if (!parse_utf8(out, text, err))
		return false;
	if (out->count == 0)
		return error_set(err, ERR_INVALID, "no matchers");
	return out->count == 1 || error_set(err, ERR_INVALID, "expected 1 matcher, found %zu", out->count);
}

bool matchers_parse_one(struct matchers *out, struct str text, enum matcher_mode mode, struct error *err) {
	if (mode != MATCHER_CLASSIC && (str_has_prefix(text, STR("{")) || str_has_suffix(text, STR("}"))))
		return error_set(err, ERR_INVALID, "unexpected open or close brace: %.*s", STR_ARG(text));
	struct matcher_reading reading;
	return read_or_fail(out, text, mode, (struct parsers){ parse_classic_one, parse_utf8_one }, &reading, err);
}
