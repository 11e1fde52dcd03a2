// SPDX-License-Identifier: Apache-2.0
// The functions that templates of alerts' links have besides those of rules. Source: vmalert, app/vmalert/templates.
#include "base/buf.h"
#include "base/query_escape.h"
#include "template/functions_shared.h"
#include "template/value_query.h"

// One character and what stands for it; others stay.
struct replacement {
	char character;
	const char *text;
};

static void replace(struct buf *out, struct str text, const struct replacement *table) {
	for (size_t i = 0; i < text.len; i++) {
		const struct replacement *row = table;
		while (row->text != NULL && row->character != text.data[i])
			row++;
		if (row->text != NULL)
			buf_append_cstr(out, row->text);
		else
			buf_append_char(out, text.data[i]);
	}
}

static bool give_replaced(struct template_call *call, const struct value *arg, const struct replacement *table, struct value *out) {
	autobuf struct buf text = { 0 };
	replace(&text, arg->text, table);
	return call_give_text(call, &text, out);
}

static bool call_crlf_escape(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	static const struct replacement table[] = { { '\n', "\\n" }, { '\r', "\\r" }, { 0 } };
	(void)count;
	return give_replaced(call, &args[0], table, out);
}

static bool call_html_escape(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	static const struct replacement table[] = { { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&#39;" }, { '&', "&amp;" }, { 0 } };
	(void)count;
	return give_replaced(call, &args[0], table, out);
}

// Within the quotes of a JSON string, and of HTML's attributes.
static void append_json(struct buf *out, struct str text) {
	static const struct replacement table[] = { { '\n', "\\n" }, { '\r', "\\r" }, { '\t', "\\t" }, { '"', "\\\"" }, { '\\', "\\\\" }, { '<', "\\u003c" }, { '\'', "\\u0027" }, { 0 } };
	for (; text.len > 0; text = str_skip(text, 1)) {
		unsigned char c = (unsigned char)text.data[0];
		if (c < 0x20 && c != '\n' && c != '\r' && c != '\t')
			buf_format(out, "\\u%04x", c);
		else
			replace(out, str_head(text, 1), table);
	}
}

static bool call_quotes_escape(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	(void)count;
	append_json(&text, args[0].text);
	return call_give_text(call, &text, out);
}

static bool call_json_escape(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	(void)count;
	buf_append_char(&text, '"');
	append_json(&text, args[0].text);
	buf_append_char(&text, '"');
	return call_give_text(call, &text, out);
}

static bool call_query_escape(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	(void)count;
	url_query_escape(&text, args[0].text);
	return call_give_text(call, &text, out);
}

static bool call_path_escape(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	(void)count;
	url_path_escape(&text, args[0].text);
	return call_give_text(call, &text, out);
}

const struct template_callable functions_alert_source[] = {
	{ "crlfEscape", call_crlf_escape, false, 0, { &type_string } },
	{ "htmlEscape", call_html_escape, false, 0, { &type_string } },
	{ "jsonEscape", call_json_escape, false, 0, { &type_string } },
	{ "pathEscape", call_path_escape, false, 0, { &type_string } },
	{ "queryEscape", call_query_escape, false, 0, { &type_string } },
	{ "quotesEscape", call_quotes_escape, false, 0, { &type_string } },
	{ 0 },
};
