// SPDX-License-Identifier: Apache-2.0
// application/x-www-form-urlencoded. See form.h.
#include "net/form.h"

#include "base/buf.h"
#include "base/query_escape.h"

void form_append(struct buf *out, struct str name, struct str value) {
	if (out->len > 0)
		buf_append_char(out, '&');
	url_query_escape(out, name);
	buf_append_char(out, '=');
	url_query_escape(out, value);
}

static void decode(struct buf *out, struct str text) {
	for (size_t i = 0; i < text.len; i++) {
		int byte = url_escaped_byte(str_skip(text, i));
		buf_append_char(out, byte >= 0 ? (char)byte : text.data[i] == '+' ? ' '
		                                                                  : text.data[i]);
		i += byte >= 0 ? 2 : 0;
	}
}

bool form_find(struct str form, struct str name, struct buf *out) {
	autobuf struct buf decoded = { 0 };
	while (form.len > 0) {
		struct str value = str_cut(&form, '&'), raw = str_cut(&value, '=');
		buf_reset(&decoded);
		decode(&decoded, raw);
		if (!str_equal(buf_str(&decoded), name))
			continue;
		decode(out, value);
		return true;
	}
	return false;
}
