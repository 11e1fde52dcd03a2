// SPDX-License-Identifier: Apache-2.0
// Character references of HTML, as far as scripts, styles and addresses read them: those that stand for ASCII. See html_context.h.
// Source: Go's html.UnescapeString; the others of its two thousand names stand for letters and signs that mean nothing there.
#include "template/html_context.h"

#include <ctype.h>
#include <stdlib.h>

static const struct {
	const char *name;
	char meaning;
	bool may_be_open; // known without the semicolon, too
} references[] = {
	{ "amp", '&', true },
	{ "AMP", '&', true },
	{ "lt", '<', true },
	{ "LT", '<', true },
	{ "gt", '>', true },
	{ "GT", '>', true },
	{ "quot", '"', true },
	{ "QUOT", '"', true },
	{ "apos", '\'', false },
	{ "Tab", '\t', false },
	{ "NewLine", '\n', false },
	{ "excl", '!', false },
	{ "num", '#', false },
	{ "dollar", '$', false },
	{ "percnt", '%', false },
	{ "lpar", '(', false },
	{ "rpar", ')', false },
	{ "ast", '*', false },
	{ "midast", '*', false },
	{ "plus", '+', false },
	{ "comma", ',', false },
	{ "period", '.', false },
	{ "sol", '/', false },
	{ "colon", ':', false },
	{ "semi", ';', false },
	{ "equals", '=', false },
	{ "quest", '?', false },
	{ "commat", '@', false },
	{ "lsqb", '[', false },
	{ "lbrack", '[', false },
	{ "bsol", '\\', false },
	{ "rsqb", ']', false },
	{ "rbrack", ']', false },
	{ "Hat", '^', false },
	{ "lowbar", '_', false },
	{ "UnderBar", '_', false },
	{ "grave", '`', false },
	{ "DiacriticalGrave", '`', false },
	{ "lcub", '{', false },
	{ "lbrace", '{', false },
	{ "verbar", '|', false },
	{ "vert", '|', false },
	{ "VerticalLine", '|', false },
	{ "rcub", '}', false },
	{ "rbrace", '}', false },
};
enum { REFERENCE_COUNT = sizeof references / sizeof *references };

// "#38;" or "#x26;". Returns its length; 0: no number.
static size_t read_number(struct str text, unsigned *rune) {
	bool is_hex = text.len > 1 && (text.data[1] | 0x20) == 'x';
	size_t at = is_hex ? 2 : 1, first = at;
	unsigned long value = 0;
	while (at < text.len && (is_hex ? isxdigit((unsigned char)text.data[at]) : isdigit((unsigned char)text.data[at]))) {
		const char digit[2] = { text.data[at++], '\0' };
		if (value <= 0x10FFFF)
			value = value * (is_hex ? 16 : 10) + strtoul(digit, NULL, 16);
	}
	if (at == first)
		return 0;
	bool is_rune = value > 0 && value <= 0x10FFFF && !(value >= 0xD800 && value <= 0xDFFF);
	*rune = is_rune ? (unsigned)value : 0xFFFD;
	return at + (at < text.len && text.data[at] == ';');
}

static size_t read_name(struct str text, unsigned *rune) {
	size_t end = 0;
	while (end < text.len && isalnum((unsigned char)text.data[end]))
		end++;
	bool is_closed = end < text.len && text.data[end] == ';';
	for (size_t i = 0; i < REFERENCE_COUNT; i++) {
		struct str name = str_of(references[i].name);
		bool is_whole = is_closed && end == name.len;
		if (!str_has_prefix(text, name) || !(is_whole || (references[i].may_be_open && !is_closed)))
			continue;
		*rune = (unsigned char)references[i].meaning;
		return name.len + is_whole;
	}
	return 0;
}

void html_unescape(struct buf *out, struct str text) {
	while (text.len > 0) {
		ptrdiff_t at = str_find_char(text, '&');
		size_t plain = at < 0 ? text.len : (size_t)at;
		buf_append(out, text.data, plain);
		text = str_skip(text, plain);
		if (text.len == 0)
			return;
		unsigned rune;
		struct str name = str_skip(text, 1);
		size_t width = name.len > 0 && name.data[0] == '#' ? read_number(name, &rune) : read_name(name, &rune);
		if (width > 0)
			buf_append_rune(out, rune);
		else
			buf_append_char(out, '&');
		text = str_skip(name, width);
	}
}
