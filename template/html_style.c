// SPDX-License-Identifier: Apache-2.0
// How text moves through CSS. See html_context.h and html_style.h. Source: Go's html/template/transition.go and css.go.
#include "template/html_style.h"

#include "template/html_context.h"

#include <ctype.h>
#include <stdlib.h>

enum { ESCAPE_DIGITS_MAX = 6,
	RUNE_MAX = 0x10FFFF };

static bool is_space(char c) {
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

bool style_is_name_char(unsigned rune) {
	if (rune < 0x80)
		return isalnum((int)rune) || rune == '-' || rune == '_';
	return rune <= 0xD7FF || (rune >= 0xE000 && rune <= 0xFFFD) || (rune >= 0x10000 && rune <= RUNE_MAX);
}

// After the backslash, at a hexadecimal digit: up to six of them and one space.
static struct str unescape_digits(struct buf *out, struct str text) {
	char digits[ESCAPE_DIGITS_MAX + 1] = { 0 };
	size_t count = 0;
	while (count < ESCAPE_DIGITS_MAX && count < text.len && isxdigit((unsigned char)text.data[count])) {
		digits[count] = text.data[count];
		count++;
	}
	unsigned rune = (unsigned)strtoul(digits, NULL, 16);
	if (rune > RUNE_MAX) {
		rune /= 16;
		count--;
	}
	buf_append_rune(out, rune);
	text = str_skip(text, count);
	if (str_has_prefix(text, STR("\r\n")))
		return str_skip(text, 2);
	return str_skip(text, text.len > 0 && is_space(text.data[0]));
}

void style_unescape(struct buf *out, struct str text) {
	while (text.len > 0) {
		ptrdiff_t slash = str_find_char(text, '\\');
		size_t plain = slash < 0 ? text.len : (size_t)slash;
		buf_append(out, text.data, plain);
		text = str_skip(text, plain);
		if (text.len < 2)
			return;
		text = str_skip(text, 1);
		if (isxdigit((unsigned char)text.data[0])) {
			text = unescape_digits(out, text);
			continue;
		}
		unsigned rune;
		size_t width = str_decode_rune(text, &rune);
		buf_append(out, text.data, width);
		text = str_skip(text, width);
	}
}

// Does the text end with the word "url"?
static bool ends_with_url(struct str text) {
	if (text.len < 3 || !str_equal_nocase(str_skip(text, text.len - 3), STR("url")))
		return false;
	size_t at = text.len - 3;
	if (at == 0)
		return true;
	unsigned char last = (unsigned char)text.data[at - 1];
	return last < 0x80 && !style_is_name_char(last); // whatever is not ASCII may stand in names
}

// At "(" of "url(": the address begins, in quotes or without.
static size_t enter_url(struct html_context *context, struct str text, size_t at) {
	while (at < text.len && is_space(text.data[at]))
		at++;
	bool is_quoted = at < text.len && (text.data[at] == '"' || text.data[at] == '\'');
	context->state = !is_quoted ? STYLE_URL : text.data[at] == '"' ? STYLE_DOUBLE_URL
	                                                               : STYLE_SINGLE_URL;
	return at + is_quoted;
}

static struct str trim_space_end(struct str text) {
	while (text.len > 0 && is_space(text.data[text.len - 1]))
		text.len--;
	return text;
}

static size_t step_code(struct html_context *context, struct str text, struct buf *problem) {
	(void)problem;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i], next = i + 1 < text.len ? text.data[i + 1] : '\0';
		if (c == '(' && ends_with_url(trim_space_end(str_head(text, i))))
			return enter_url(context, text, i + 1);
		if (c == '/' && (next == '/' || next == '*')) {
			context->state = next == '/' ? STYLE_LINE_COMMENT : STYLE_BLOCK_COMMENT;
			return i + 2;
		}
		if (c == '"' || c == '\'') {
			context->state = c == '"' ? STYLE_DOUBLE : STYLE_SINGLE;
			return i + 1;
		}
	}
	return text.len;
}

static void follow_url(struct html_context *context, struct str text) {
	autobuf struct buf plain = { 0 };
	style_unescape(&plain, text);
	url_step(context, buf_str(&plain), NULL);
}

// All strings are taken for addresses. At each backslash Go reads the string anew from its start; from the backslash before is as good.
static size_t step_string(struct html_context *context, struct str text, struct buf *problem) {
	bool is_double = context->state == STYLE_DOUBLE || context->state == STYLE_DOUBLE_URL;
	const char *ends = context->state == STYLE_URL ? "\t\n\f\r )" : is_double ? "\""
	                                                                          : "'";
	size_t from = 0, escape = 0;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (c != '\0' && strchr(ends, c) != NULL) {
			context->state = STYLE_CODE;
			return i + 1;
		}
		if (c != '\\')
			continue;
		size_t last_escape = escape;
		escape = i;
		if (++i == text.len)
			return html_fail(context, text, problem, "unfinished escape sequence in CSS string: %s", text);
		from = i + 1;
		follow_url(context, str_make(text.data + last_escape, from - last_escape));
	}
	follow_url(context, str_skip(text, from));
	return text.len;
}

static size_t step_block_comment(struct html_context *context, struct str text, struct buf *problem) {
	ptrdiff_t end = str_find(text, STR("*/"));
	(void)problem;
	if (end < 0)
		return text.len;
	context->state = STYLE_CODE;
	return (size_t)end + 2;
}

// No standard knows them; browsers do.
static size_t step_line_comment(struct html_context *context, struct str text, struct buf *problem) {
	(void)problem;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] != '\n' && text.data[i] != '\f' && text.data[i] != '\r')
			continue;
		context->state = STYLE_CODE;
		return i;
	}
	return text.len;
}

static html_transition *const transitions[] = {
	[STYLE_CODE] = step_code,
	[STYLE_DOUBLE] = step_string,
	[STYLE_SINGLE] = step_string,
	[STYLE_DOUBLE_URL] = step_string,
	[STYLE_SINGLE_URL] = step_string,
	[STYLE_URL] = step_string,
	[STYLE_BLOCK_COMMENT] = step_block_comment,
	[STYLE_LINE_COMMENT] = step_line_comment,
};

size_t style_step(struct html_context *context, struct str text, struct buf *problem) {
	return transitions[context->state](context, text, problem);
}
