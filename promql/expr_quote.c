// SPDX-License-Identifier: Apache-2.0
// Quoting as Go does it. See expr_quote.h.
#include "promql/expr_quote.h"

#include "promql/printable.h"

static const char escape_letters[] = "abfnrtv";
static const char escape_values[] = "\a\b\f\n\r\t\v";

static void append_rune_escaped(struct buf *out, unsigned rune, char quote) {
	if (rune == (unsigned char)quote || rune == '\\') {
		buf_append_char(out, '\\');
		buf_append_char(out, (char)rune);
		return;
	}
	if (printable_rune(rune)) {
		buf_append_rune(out, rune);
		return;
	}
	const char *letter = rune != 0 && rune < 0x20 ? strchr(escape_values, (int)rune) : NULL;
	if (letter != NULL)
		buf_format(out, "\\%c", escape_letters[letter - escape_values]);
	else if (rune < ' ' || rune == 0x7f)
		buf_format(out, "\\x%02x", rune);
	else if (rune < 0x10000)
		buf_format(out, "\\u%04x", rune);
	else
		buf_format(out, "\\U%08x", rune);
}

void quote_append_head(struct buf *out, struct str text, size_t runes) {
	buf_append_char(out, '"');
	for (; text.len > 0 && runes > 0; runes--) {
		unsigned rune = 0;
		size_t len = str_decode_rune(text, &rune);
		if (rune == 0xfffd && len == 1)
			buf_format(out, "\\x%02x", (unsigned char)text.data[0]);
		else
			append_rune_escaped(out, rune, '"');
		text = str_skip(text, len);
	}
	buf_append_char(out, '"');
}

void quote_append(struct buf *out, struct str text) {
	quote_append_head(out, text, SIZE_MAX);
}

void quote_append_rune(struct buf *out, unsigned rune) {
	buf_append_char(out, '\'');
	append_rune_escaped(out, rune, '\'');
	buf_append_char(out, '\'');
}

void quote_append_unicode(struct buf *out, unsigned rune) {
	buf_format(out, "U+%04X", rune);
	if (!printable_rune(rune))
		return;
	buf_append_cstr(out, " '");
	buf_append_rune(out, rune);
	buf_append_char(out, '\'');
}

static unsigned digit_value(char c) {
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a') + 10;
}

static unsigned read_digits(struct str *rest, size_t count, unsigned base) {
	unsigned value = 0;
	for (size_t i = 0; i < count && i < rest->len; i++)
		value = value * base + digit_value(rest->data[i]);
	*rest = str_skip(*rest, count);
	return value;
}

// Appends what the escape sequence at the front of `rest` (after the backslash) stands for. Octal and \x give bytes, \u and \U code points.
static void append_unescaped(struct buf *out, struct str *rest) {
	char c = rest->data[0];
	if (c >= '0' && c <= '7') {
		buf_append_char(out, (char)read_digits(rest, 3, 8));
		return;
	}
	*rest = str_skip(*rest, 1);
	const char *letter = memchr(escape_letters, c, sizeof escape_letters - 1);
	if (c == 'x')
		buf_append_char(out, (char)read_digits(rest, 2, 16));
	else if (c == 'u')
		buf_append_rune(out, read_digits(rest, 4, 16));
	else if (c == 'U')
		buf_append_rune(out, read_digits(rest, 8, 16));
	else
		buf_append_char(out, letter == NULL ? c : escape_values[letter - escape_letters]);
}

struct str unquote(struct arena *arena, struct str quoted) {
	struct str inner = str_make(quoted.data + 1, quoted.len - 2);
	if (quoted.data[0] == '`' || str_find_char(inner, '\\') < 0)
		return inner;
	autobuf struct buf out = { 0 };
	while (inner.len > 0) {
		ptrdiff_t plain = str_find_char(inner, '\\');
		buf_append_str(&out, plain < 0 ? inner : str_head(inner, (size_t)plain));
		if (plain < 0)
			break;
		inner = str_skip(inner, (size_t)plain + 1);
		append_unescaped(&out, &inner);
	}
	return arena_dup_str(arena, buf_str(&out));
}
