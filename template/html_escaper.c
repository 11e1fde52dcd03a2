// SPDX-License-Identifier: Apache-2.0
// The escapers of HTML mode. See html_escaper.h. Source: Go's html/template (html.go, url.go, css.go, js.go).
#include "template/html_escaper.h"

#include "base/buf.h"
#include "template/html_context.h"
#include "template/value_query.h"

#include <ctype.h>

#define FAILSAFE "ZgotmplZ" // Go's sign that a value was not safe in its place

static void append_bytes(struct buf *out, struct str text, const char *special, bool keeps_ampersand) {
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (c == '\0')
			buf_append_cstr(out, "\xEF\xBF\xBD");
		else if (c == '&')
			buf_append_cstr(out, keeps_ampersand ? "&" : "&amp;");
		else if (c == '<' || c == '>')
			buf_append_cstr(out, c == '<' ? "&lt;" : "&gt;");
		else if (strchr(special, c) != NULL)
			buf_format(out, "&#%d;", c);
		else
			buf_append_char(out, c);
	}
}

static void escape_unquoted(struct buf *out, struct str text, bool keeps_ampersand) {
	if (text.len == 0)
		buf_append_cstr(out, FAILSAFE);
	else
		append_bytes(out, text, "\"'+=`\t\n\v\f\r ", keeps_ampersand);
}

// Only names that mean nothing to a browser's security.
static void escape_attr_name(struct buf *out, struct str text) {
	bool good = text.len > 0 && html_attr_of(text) == ATTR_PLAIN;
	for (size_t i = 0; i < text.len; i++)
		good &= isalnum((unsigned char)text.data[i]) != 0;
	if (!good) {
		buf_append_cstr(out, FAILSAFE);
		return;
	}
	for (size_t i = 0; i < text.len; i++)
		buf_append_char(out, (char)tolower((unsigned char)text.data[i]));
}

static bool is_safe_url(struct str url) {
	ptrdiff_t colon = str_find_char(url, ':');
	if (colon < 0 || str_find_char(str_head(url, (size_t)colon), '/') >= 0)
		return true;
	struct str scheme = str_head(url, (size_t)colon);
	return str_equal_nocase(scheme, STR("http")) || str_equal_nocase(scheme, STR("https")) || str_equal_nocase(scheme, STR("mailto"));
}

static bool is_escape_at(struct str text, size_t at) {
	return at + 2 < text.len && isxdigit((unsigned char)text.data[at + 1]) && isxdigit((unsigned char)text.data[at + 2]);
}

static void escape_url(struct buf *out, struct str text, const char *reserved) {
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		bool is_kept = c < 0x80 && c != 0 && (isalnum(c) || strchr("-._~", c) != NULL || strchr(reserved, c) != NULL);
		if (is_kept || (c == '%' && *reserved != '\0' && is_escape_at(text, i)))
			buf_append_char(out, (char)c);
		else
			buf_format(out, "%%%02x", c);
	}
}

// One address with a width or density behind it; lists and what looks like a script are refused.
static void escape_srcset(struct buf *out, struct str text) {
	bool good = is_safe_url(str_trim(text)) && str_find_char(text, ',') < 0;
	if (good)
		escape_url(out, text, "!#$&*+/:;=?@[] ");
	else
		buf_append_cstr(out, "#" FAILSAFE);
}

// Go: letters, digits and a little punctuation; nothing that could end a value or load something.
static void escape_style(struct buf *out, struct str text) {
	bool good = true;
	autobuf struct buf letters = { 0 };
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		good &= c >= 0x80 || isalnum(c) || (c != 0 && strchr(" \t\n#.%-_+,", c) != NULL);
		good &= !(c == '-' && i > 0 && text.data[i - 1] == '-');
		if (isalpha(c))
			buf_append_char(&letters, (char)(c | 0x20));
	}
	good &= str_find(buf_str(&letters), STR("expression")) < 0 && str_find(buf_str(&letters), STR("mozbinding")) < 0;
	if (good)
		buf_append_str(out, text);
	else
		buf_append_cstr(out, FAILSAFE);
}

static void escape_script_string(struct buf *out, struct str text) {
	while (text.len > 0) {
		unsigned rune;
		size_t width = str_decode_rune(text, &rune);
		if (rune < ' ' || rune == 0x7F || rune == 0x2028 || rune == 0x2029 || (rune < 0x80 && strchr("\"'`&+<>", (int)rune) != NULL))
			buf_format(out, "\\u%04x", rune);
		else if (rune == '\\' || rune == '/')
			buf_format(out, "\\%c", (int)rune);
		else
			buf_append_rune(out, rune);
		text = str_skip(text, width);
	}
}

// A type's word that its text is good where it stands.
static bool is_trusted(const struct value_type *type, enum html_escaper escaper) {
	bool is_html = escaper == ESCAPER_TEXT;
	bool is_url = escaper == ESCAPER_URL_FILTER;
	return (is_html && type == &type_safe_html) || (is_url && type == &type_safe_url);
}

static void escape_text(struct buf *out, struct str text, enum html_escaper escaper, const struct value_type *type) {
	bool keeps_ampersand = type == &type_safe_html;
	switch (escaper) {
	case ESCAPER_NONE:
	case ESCAPER_SCRIPT:
	case ESCAPER_COMMENT: return;
	case ESCAPER_TEXT:
	case ESCAPER_MARKUP: append_bytes(out, text, "\"'+", false); return;
	case ESCAPER_RCDATA:
	case ESCAPER_ATTR: append_bytes(out, text, "\"'+", keeps_ampersand); return;
	case ESCAPER_ATTR_UNQUOTED: escape_unquoted(out, text, keeps_ampersand); return;
	case ESCAPER_ATTR_NAME: escape_attr_name(out, text); return;
	case ESCAPER_URL_FILTER: buf_append_str(out, is_safe_url(text) ? text : STR("#" FAILSAFE)); return;
	case ESCAPER_URL_NORMALIZE: escape_url(out, text, "!#$&*+,/:;=?@[]"); return;
	case ESCAPER_URL_QUERY: escape_url(out, text, type == &type_safe_url ? "!#$&*+,/:;=?@[]" : ""); return;
	case ESCAPER_SRCSET: escape_srcset(out, text); return;
	case ESCAPER_STYLE: escape_style(out, text); return;
	case ESCAPER_SCRIPT_STRING: escape_script_string(out, text); return;
	}
}

// The text of a value as html/template sees it: no value is empty.
static struct str plain_text(struct arena *arena, const struct value *value) {
	struct value plain = value_dereference(value);
	return value_is_nil(&plain) ? STR_NONE : value_text(arena, &plain);
}

void html_escape_value(struct arena *arena, const unsigned char escapers[3], const struct value *value, struct buf *out) {
	autobuf struct buf result = { 0 };
	struct str text = plain_text(arena, value);
	const struct value_type *type = value->type;
	for (int i = 0; i < 3 && escapers[i] != ESCAPER_NONE; i++) {
		enum html_escaper escaper = (enum html_escaper)escapers[i];
		if (is_trusted(type, escaper))
			continue;
		buf_reset(&result);
		if (escaper == ESCAPER_SCRIPT)
			value_to_json(&result, value);
		else
			escape_text(&result, text, escaper, type);
		text = arena_dup_str(arena, buf_str(&result));
		if (escaper != ESCAPER_URL_FILTER)
			type = NULL; // trust ends with the first change
	}
	buf_append_str(out, text);
}
