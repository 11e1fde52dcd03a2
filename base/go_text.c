// SPDX-License-Identifier: Apache-2.0
// Go's quoting. See go_text.h.
#include "base/go_text.h"

#include "base/buf.h"
#include "base/regex.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

static const char escape_names[] = "abfnrtv\\\"", escape_meanings[] = "\a\b\f\n\r\t\v\\\"";

static pthread_once_t printable_once = PTHREAD_ONCE_INIT;
static struct regex *printable; // beyond ASCII

static void make_printable(void) {
	printable = regex_compile(STR("[\\pL\\pM\\pN\\pP\\pS]"), REGEX_ANCHORED, NULL);
	if (printable == NULL)
		abort();
}

static bool is_printable(unsigned rune, struct str bytes) {
	if (rune < 0x80)
		return rune >= ' ' && rune < 0x7f;
	pthread_once(&printable_once, make_printable);
	return regex_test(printable, bytes) == REGEX_MATCH;
}

// The first code point of text, as it is shown; returns its length.
static size_t quote_rune(struct buf *out, struct str text) {
	unsigned rune = 0;
	size_t len = str_decode_rune(text, &rune);
	const char *meaning = rune == 0 || rune >= 0x80 ? NULL : strchr(escape_meanings, (int)rune);
	if (meaning != NULL)
		buf_format(out, "\\%c", escape_names[meaning - escape_meanings]);
	else if (rune == 0xfffd && len == 1)
		buf_format(out, "\\x%02x", (unsigned char)text.data[0]);
	else if (is_printable(rune, str_head(text, len)))
		buf_append(out, text.data, len);
	else if (rune < ' ' || rune == 0x7f)
		buf_format(out, "\\x%02x", rune);
	else
		buf_format(out, rune < 0x10000 ? "\\u%04x" : "\\U%08x", rune);
	return len;
}

void go_quote(struct buf *out, struct str text) {
	buf_append_char(out, '"');
	while (text.len > 0)
		text = str_skip(text, quote_rune(out, text));
	buf_append_char(out, '"');
}

// Reads exactly `count` digits of the base off *text.
static bool read_digits(struct str *text, size_t count, unsigned base, unsigned *out) {
	uint64_t number = 0;
	if (text->len < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		char c = text->data[i];
		unsigned lower = (unsigned char)(c | 0x20);
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 99;
		if (digit >= base)
			return false;
		number = number * base + digit;
	}
	*text = str_skip(*text, count);
	*out = number > UINT32_MAX ? UINT32_MAX : (unsigned)number;
	return true;
}

static bool unquote_byte(struct buf *out, struct str *text, size_t digits, unsigned base) {
	unsigned number = 0;
	if (!read_digits(text, digits, base, &number) || number > 255)
		return false;
	buf_append_char(out, (char)number);
	return true;
}

static bool unquote_rune(struct buf *out, struct str *text, size_t digits) {
	unsigned rune = 0;
	if (!read_digits(text, digits, 16, &rune) || rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
		return false;
	buf_append_rune(out, rune);
	return true;
}

// After a backslash.
static bool unquote_escape(struct buf *out, struct str *text) {
	if (text->len == 0 || text->data[0] == '\0')
		return false;
	char c = text->data[0];
	if (c >= '0' && c <= '7')
		return unquote_byte(out, text, 3, 8);
	*text = str_skip(*text, 1);
	if (c == 'x')
		return unquote_byte(out, text, 2, 16);
	if (c == 'u' || c == 'U')
		return unquote_rune(out, text, c == 'u' ? 4 : 8);
	const char *name = strchr(escape_names, c);
	if (name == NULL)
		return false;
	buf_append_char(out, escape_meanings[name - escape_names]);
	return true;
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
		if (!unquote_escape(out, &text))
			return false;
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
