// SPDX-License-Identifier: Apache-2.0
// See query_escape.h.
#include "base/query_escape.h"

#include "base/buf.h"

static bool is_unreserved(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
}

static size_t unreserved_len(struct str text) {
	size_t len = 0;
	while (len < text.len && is_unreserved(text.data[len]))
		len++;
	return len;
}

void url_query_escape(struct buf *out, struct str text) {
	static const char digits[] = "0123456789ABCDEF";
	for (;;) {
		size_t plain = unreserved_len(text);
		buf_append(out, text.data, plain);
		text = str_skip(text, plain);
		if (text.len == 0)
			return;
		unsigned char c = (unsigned char)text.data[0];
		char escaped[3] = { '%', digits[c >> 4], digits[c & 15] };
		if (c == ' ')
			buf_append_char(out, '+');
		else
			buf_append(out, escaped, sizeof escaped);
		text = str_skip(text, 1);
	}
}
