// SPDX-License-Identifier: Apache-2.0
// Quoting as Go's strconv does it. See go_quote.h. The C library's Unicode tables stand for Go's.
#include "template/go_quote.h"

#include <locale.h>
#include <pthread.h>
#include <wctype.h>

static locale_t unicode_locale;
static pthread_once_t unicode_once = PTHREAD_ONCE_INIT;

static void unicode_load(void) {
	unicode_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (unicode_locale == (locale_t)0)
		unicode_locale = newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
}

static locale_t unicode(void) {
	pthread_once(&unicode_once, unicode_load);
	return unicode_locale;
}

bool rune_is_printable(unsigned rune) {
	if (rune < 0x7F)
		return rune >= ' ';
	if (rune == 0xAD || rune == 0xA0)
		return false;
	return iswprint_l((wint_t)rune, unicode()) != 0 && iswspace_l((wint_t)rune, unicode()) == 0;
}

bool rune_is_letter(unsigned rune) {
	if (rune < 0x80)
		return (rune | 0x20) >= 'a' && (rune | 0x20) <= 'z';
	return iswalpha_l((wint_t)rune, unicode()) != 0;
}

bool rune_is_digit(unsigned rune) {
	return rune >= '0' && rune <= '9'; // the C library counts the digits of other scripts as letters
}

unsigned rune_to_upper(unsigned rune) {
	if (rune < 0x80)
		return rune >= 'a' && rune <= 'z' ? rune - 32 : rune;
	return (unsigned)towupper_l((wint_t)rune, unicode());
}

unsigned rune_to_lower(unsigned rune) {
	if (rune < 0x80)
		return rune >= 'A' && rune <= 'Z' ? rune + 32 : rune;
	return (unsigned)towlower_l((wint_t)rune, unicode());
}

static const char escape_letters[] = "abfnrtv";
static const char escape_values[] = "\a\b\f\n\r\t\v";

static void append_escaped(struct buf *out, unsigned rune, char quote, bool ascii) {
	if (rune == (unsigned char)quote || rune == '\\') {
		buf_append_char(out, '\\');
		buf_append_char(out, (char)rune);
		return;
	}
	if (rune < 0x80 ? rune_is_printable(rune) : !ascii && rune_is_printable(rune)) {
		buf_append_rune(out, rune);
		return;
	}
	const char *value = rune == 0 || rune >= 0x80 ? NULL : strchr(escape_values, (int)rune);
	if (value != NULL)
		buf_format(out, "\\%c", escape_letters[value - escape_values]);
	else if (rune < ' ' || rune == 0x7F)
		buf_format(out, "\\x%02x", rune);
	else
		buf_format(out, rune < 0x10000 ? "\\u%04x" : "\\U%08x", rune);
}

static void append_quoted(struct buf *out, struct str text, bool ascii) {
	buf_append_char(out, '"');
	while (text.len > 0) {
		unsigned rune;
		size_t width = str_decode_rune(text, &rune);
		if (width == 1 && rune == 0xFFFD)
			buf_format(out, "\\x%02x", (unsigned char)text.data[0]);
		else
			append_escaped(out, rune, '"', ascii);
		text = str_skip(text, width);
	}
	buf_append_char(out, '"');
}

void go_append_quoted(struct buf *out, struct str text) {
	append_quoted(out, text, false);
}

void go_append_quoted_ascii(struct buf *out, struct str text) {
	append_quoted(out, text, true);
}

void go_append_quoted_rune(struct buf *out, unsigned rune) {
	if (rune > 0x10FFFF || (rune >= 0xD800 && rune < 0xE000))
		rune = 0xFFFD;
	buf_append_char(out, '\'');
	append_escaped(out, rune, '\'', false);
	buf_append_char(out, '\'');
}

static int hex_value(char c) {
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

// Reads `count` digits of `base` at the front of *rest.
static bool read_digits(struct str *rest, size_t count, int base, unsigned *out) {
	unsigned sum = 0;
	if (rest->len < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		int digit = hex_value(rest->data[i]);
		if (digit >= base)
			return false;
		sum = sum * (unsigned)base + (unsigned)digit;
	}
	*rest = str_skip(*rest, count);
	*out = sum;
	return true;
}

// One escape, after its backslash. *is_byte: it stands for a byte, not for a code point.
static bool read_escape(struct str *rest, char quote, unsigned *out, bool *is_byte) {
	if (rest->len == 0)
		return false;
	char c = rest->data[0];
	if (c >= '0' && c <= '7') {
		*is_byte = true;
		return read_digits(rest, 3, 8, out) && *out < 256;
	}
	*rest = str_skip(*rest, 1);
	const char *letter = strchr(escape_letters, c);
	if (c != '\0' && letter != NULL) {
		*out = (unsigned char)escape_values[letter - escape_letters];
		return true;
	}
	*out = (unsigned char)c;
	if (c == '\\' || c == quote)
		return true;
	*is_byte = c == 'x';
	size_t width = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
	if (width == 0 || !read_digits(rest, width, 16, out))
		return false;
	return *is_byte || (*out <= 0x10FFFF && !(*out >= 0xD800 && *out < 0xE000));
}

static bool unquote_raw(struct arena *arena, struct str text, struct str *out) {
	char *plain = arena_alloc_bytes(arena, text.len + 1);
	size_t length = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '`')
			return false;
		if (text.data[i] != '\r') // Go: carriage returns are dropped from raw strings
			plain[length++] = text.data[i];
	}
	*out = str_make(plain, length);
	return true;
}

bool go_unquote_constant(struct arena *arena, struct str quoted, struct str *out) {
	if (quoted.len < 2 || quoted.data[0] != quoted.data[quoted.len - 1])
		return false;
	char quote = quoted.data[0];
	struct str rest = str_make(quoted.data + 1, quoted.len - 2);
	if (quote == '`')
		return unquote_raw(arena, rest, out);
	char *plain = arena_alloc_bytes(arena, rest.len + 4);
	size_t length = 0;
	while (rest.len > 0) {
		char c = rest.data[0];
		if (c == quote || c == '\n')
			return false;
		rest = str_skip(rest, 1);
		if (c != '\\') {
			plain[length++] = c;
			continue;
		}
		unsigned rune = 0;
		bool is_byte = false;
		if (!read_escape(&rest, quote, &rune, &is_byte))
			return false;
		if (is_byte)
			plain[length++] = (char)rune;
		else
			length += str_encode_rune(rune, plain + length);
	}
	*out = str_make(plain, length);
	return true;
}

bool go_unquote_char(struct str quoted, unsigned *out, bool *is_whole) {
	struct str rest = str_skip(quoted, 1);
	if (rest.len == 0 || rest.data[0] == '\'' || rest.data[0] == '\n')
		return false;
	if (rest.data[0] == '\\') {
		bool is_byte = false;
		rest = str_skip(rest, 1);
		if (!read_escape(&rest, '\'', out, &is_byte))
			return false;
	} else {
		rest = str_skip(rest, str_decode_rune(rest, out));
	}
	*is_whole = rest.len == 1 && rest.data[0] == '\'';
	return true;
}
