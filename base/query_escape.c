// SPDX-License-Identifier: Apache-2.0
// See query_escape.h.
#include "base/query_escape.h"

#include "base/buf.h"

static bool is_unreserved(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
}

static size_t plain_len(struct str text, const char *plain) {
	size_t len = 0;
	while (len < text.len && (is_unreserved(text.data[len]) || (text.data[len] != '\0' && strchr(plain, text.data[len]) != NULL)))
		len++;
	return len;
}

// `plain` stays as it is, a space becomes `space`.
static void escape(struct buf *out, struct str text, const char *plain, const char *space) {
	static const char digits[] = "0123456789ABCDEF";
	for (;;) {
		size_t len = plain_len(text, plain);
		buf_append(out, text.data, len);
		text = str_skip(text, len);
		if (text.len == 0)
			return;
		unsigned char c = (unsigned char)text.data[0];
		char escaped[3] = { '%', digits[c >> 4], digits[c & 15] };
		if (c == ' ')
			buf_append_cstr(out, space);
		else
			buf_append(out, escaped, sizeof escaped);
		text = str_skip(text, 1);
	}
}

void url_query_escape(struct buf *out, struct str text) {
	escape(out, text, "", "+");
}

void url_path_escape(struct buf *out, struct str text) {
	escape(out, text, "$&+=:@", "%20");
}

void url_paths_escape(struct buf *out, struct str text) {
	escape(out, text, "$&+=:@/;,", "%20");
}

static int hex_digit(char c) {
	if (c >= '0' && c <= '9')
		return c - '0';
	char lower = (char)(c | 0x20);
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

int url_escaped_byte(struct str text) {
	if (text.len < 3 || text.data[0] != '%')
		return -1;
	int high = hex_digit(text.data[1]), low = hex_digit(text.data[2]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}
