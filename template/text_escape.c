// SPDX-License-Identifier: Apache-2.0
// Escapes of text. See text_escape.h. Source: Go's text/template/funcs.go and net/url.
#include "template/text_escape.h"

#include "base/printable.h"

#include <ctype.h>
#include <stdlib.h>

void escape_html(struct buf *out, struct str text) {
	for (size_t i = 0; i < text.len; i++) {
		switch (text.data[i]) {
		case '\0': buf_append_cstr(out, "\xEF\xBF\xBD"); break;
		case '"': buf_append_cstr(out, "&#34;"); break;
		case '\'': buf_append_cstr(out, "&#39;"); break;
		case '&': buf_append_cstr(out, "&amp;"); break;
		case '<': buf_append_cstr(out, "&lt;"); break;
		case '>': buf_append_cstr(out, "&gt;"); break;
		default: buf_append_char(out, text.data[i]);
		}
	}
}

static void escape_js_rune(struct buf *out, unsigned rune) {
	if (rune == '\\' || rune == '\'' || rune == '"')
		buf_format(out, "\\%c", (int)rune);
	else if (rune < ' ' || (rune < 0x80 && strchr("<>&=", (int)rune) != NULL))
		buf_format(out, "\\u%04X", rune);
	else if (rune < 0x80 || printable_rune(rune))
		buf_append_rune(out, rune);
	else
		buf_format(out, "\\u%04X", rune);
}

void escape_js(struct buf *out, struct str text) {
	while (text.len > 0) {
		unsigned rune;
		size_t width = str_decode_rune(text, &rune);
		if (width == 1 && rune == 0xFFFD)
			buf_append_char(out, text.data[0]);
		else
			escape_js_rune(out, rune);
		text = str_skip(text, width);
	}
}

enum unescaped unescape_query(struct buf *out, struct str text, struct str *broken) {
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (c == '+') {
			buf_append_char(out, ' ');
		} else if (c != '%') {
			buf_append_char(out, c);
		} else if (i + 2 < text.len && isxdigit((unsigned char)text.data[i + 1]) && isxdigit((unsigned char)text.data[i + 2])) {
			const char digits[3] = { text.data[i + 1], text.data[i + 2], '\0' };
			buf_append_char(out, (char)strtoul(digits, NULL, 16));
			i += 2;
		} else {
			*broken = str_head(str_skip(text, i), 3);
			return UNESCAPE_BROKEN;
		}
	}
	return UNESCAPED;
}
