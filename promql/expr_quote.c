// SPDX-License-Identifier: Apache-2.0
// Quoting as Go does it. See expr_quote.h.
#include "promql/expr_quote.h"

#include "base/go_text.h"
#include "base/printable.h"

void quote_append_unicode(struct buf *out, unsigned rune) {
	buf_format(out, "U+%04X", rune);
	if (!printable_rune(rune))
		return;
	buf_append_cstr(out, " '");
	buf_append_rune(out, rune);
	buf_append_char(out, '\'');
}

// Appends what the escape sequence at the front of `rest` (after the backslash) stands for; the lexer has found it good.
static void append_unescaped(struct buf *out, struct str *rest, char quote) {
	unsigned rune = 0;
	bool is_byte;
	if (!go_unquote_escape(rest, quote, &rune, &is_byte))
		return;
	if (is_byte)
		buf_append_char(out, (char)rune);
	else
		buf_append_rune(out, rune);
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
		append_unescaped(&out, &inner, quoted.data[0]);
	}
	return arena_dup_str(arena, buf_str(&out));
}
