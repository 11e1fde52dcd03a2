// SPDX-License-Identifier: Apache-2.0
// Go's quoting. See go_text.h.
#include "base/go_text.h"

#include "base/buf.h"
#include "base/printable.h"

#include <stdint.h>

static const char escape_letters[] = "abfnrtv";
static const char escape_values[] = "\a\b\f\n\r\t\v";

static void append_escaped(struct buf *out, unsigned rune, char quote, bool is_ascii) {
	if (rune == (unsigned char)quote || rune == '\\') {
		buf_append_char(out, '\\');
		buf_append_char(out, (char)rune);
		return;
	}
	if (printable_rune(rune) && (rune < 0x80 || !is_ascii)) {
		buf_append_rune(out, rune);
		return;
	}
	const char *value = rune == 0 || rune >= 0x80 ? NULL : strchr(escape_values, (int)rune);
	if (value != NULL)
		buf_format(out, "\\%c", escape_letters[value - escape_values]);
	else if (rune < ' ' || rune == 0x7f)
		buf_format(out, "\\x%02x", rune);
	else
		buf_format(out, rune < 0x10000 ? "\\u%04x" : "\\U%08x", rune);
}

static void append_quoted(struct buf *out, struct str text, size_t runes, bool is_ascii) {
	buf_append_char(out, '"');
	for (; text.len > 0 && runes > 0; runes--) {
		unsigned rune = 0;
		size_t len = str_decode_rune(text, &rune);
		if (rune == 0xfffd && len == 1)
			buf_format(out, "\\x%02x", (unsigned char)text.data[0]);
		else
			append_escaped(out, rune, '"', is_ascii);
		text = str_skip(text, len);
	}
	buf_append_char(out, '"');
}

void go_quote(struct buf *out, struct str text) {
	append_quoted(out, text, SIZE_MAX, false);
}

void go_quote_head(struct buf *out, struct str text, size_t runes) {
	append_quoted(out, text, runes, false);
}

void go_quote_ascii(struct buf *out, struct str text) {
	append_quoted(out, text, SIZE_MAX, true);
}

static bool is_code_point(unsigned rune) {
	return rune <= 0x10ffff && (rune < 0xd800 || rune > 0xdfff);
}

void go_quote_rune(struct buf *out, unsigned rune) {
	buf_append_char(out, '\'');
	append_escaped(out, is_code_point(rune) ? rune : 0xfffd, '\'', false);
	buf_append_char(out, '\'');
}

// Reads exactly `count` digits of the base off *rest.
static bool read_digits(struct str *rest, size_t count, unsigned base, unsigned *out) {
	unsigned number = 0;
	if (rest->len < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		char c = rest->data[i];
		unsigned lower = (unsigned char)(c | 0x20);
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10
		                                                                                           : 99;
		if (digit >= base)
			return false;
		number = number * base + digit;
	}
	*rest = str_skip(*rest, count);
	*out = number;
	return true;
}

bool go_unquote_escape(struct str *rest, char quote, unsigned *out, bool *is_byte) {
	*is_byte = false;
	if (rest->len == 0 || rest->data[0] == '\0')
		return false;
	char c = rest->data[0];
	if (c >= '0' && c <= '7') {
		*is_byte = true;
		return read_digits(rest, 3, 8, out) && *out < 256;
	}
	*rest = str_skip(*rest, 1);
	const char *letter = strchr(escape_letters, c);
	*out = letter != NULL ? (unsigned char)escape_values[letter - escape_letters] : (unsigned char)c;
	if (letter != NULL || c == '\\' || c == quote)
		return true;
	*is_byte = c == 'x';
	size_t width = c == 'x' ? 2 : c == 'u' ? 4
	    : c == 'U'                         ? 8
	                                       : 0;
	return width > 0 && read_digits(rest, width, 16, out) && (*is_byte || is_code_point(*out));
}

static bool unquote(struct buf *out, struct str text) {
	while (text.len > 0) {
		size_t plain = 0;
		while (plain < text.len && text.data[plain] != '\\' && text.data[plain] != '"' && text.data[plain] != '\n')
			plain++;
		buf_append(out, text.data, plain);
		text = str_skip(text, plain);
		if (text.len == 0)
			return true;
		if (text.data[0] != '\\')
			return false;
		text = str_skip(text, 1);
		unsigned rune = 0;
		bool is_byte;
		if (!go_unquote_escape(&text, '"', &rune, &is_byte))
			return false;
		if (is_byte)
			buf_append_char(out, (char)rune);
		else
			buf_append_rune(out, rune);
	}
	return true;
}

bool go_unquote(struct buf *out, struct str quoted) {
	size_t before = out->len;
	if (quoted.len < 2 || quoted.data[0] != '"' || quoted.data[quoted.len - 1] != '"')
		return false;
	if (unquote(out, str_make(quoted.data + 1, quoted.len - 2)))
		return true;
	if (out->data != NULL)
		buf_truncate(out, before);
	return false;
}

bool go_is_space(unsigned rune) {
	if (rune < 0x80)
		return rune == ' ' || (rune >= '\t' && rune <= '\r');
	return rune == 0x85 || rune == 0xa0 || rune == 0x1680 || (rune >= 0x2000 && rune <= 0x200a) || rune == 0x2028 || rune == 0x2029 ||
	    rune == 0x202f || rune == 0x205f || rune == 0x3000;
}
