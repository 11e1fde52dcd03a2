// SPDX-License-Identifier: Apache-2.0
// The escapers of HTML mode. See html_escaper.h. Source: Go's html/template (html.go, url.go, css.go, js.go).
#include "template/html_escaper.h"

#include "base/buf.h"
#include "base/query_escape.h"
#include "template/html_context.h"
#include "template/html_strip.h"
#include "template/html_style.h"
#include "template/text_escape.h"
#include "template/value_query.h"

#include <ctype.h>

#define FAILSAFE "ZgotmplZ" // Go's sign that a value was not safe in its place

const char *html_escaper_name(enum html_escaper escaper) {
	static const char *const names[] = {
		[ESCAPER_NONE] = "",
		[ESCAPER_TEXT] = "_html_template_htmlescaper",
		[ESCAPER_RCDATA] = "_html_template_rcdataescaper",
		[ESCAPER_ATTR] = "_html_template_attrescaper",
		[ESCAPER_ATTR_UNQUOTED] = "_html_template_nospaceescaper",
		[ESCAPER_ATTR_NAME] = "_html_template_htmlnamefilter",
		[ESCAPER_COMMENT] = "_html_template_commentescaper",
		[ESCAPER_URL_FILTER] = "_html_template_urlfilter",
		[ESCAPER_URL_NORMALIZE] = "_html_template_urlnormalizer",
		[ESCAPER_URL_QUERY] = "_html_template_urlescaper",
		[ESCAPER_SRCSET] = "_html_template_srcsetescaper",
		[ESCAPER_STYLE] = "_html_template_cssvaluefilter",
		[ESCAPER_STYLE_STRING] = "_html_template_cssescaper",
		[ESCAPER_SCRIPT] = "_html_template_jsvalescaper",
		[ESCAPER_SCRIPT_STRING] = "_html_template_jsstrescaper",
		[ESCAPER_SCRIPT_TEMPLATE] = "_html_template_jstmpllitescaper",
		[ESCAPER_SCRIPT_REGEXP] = "_html_template_jsregexpescaper",
		[ESCAPER_HTML] = "html",
		[ESCAPER_URLQUERY] = "urlquery",
	};
	return names[escaper];
}

// ---- text and attributes ----

static bool is_one_of(char c, const char *set) {
	return c != '\0' && strchr(set, c) != NULL;
}

static void append_bytes(struct buf *out, struct str text, bool keeps_ampersand) {
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (c == '\0')
			buf_append_cstr(out, "\xEF\xBF\xBD");
		else if (c == '&')
			buf_append_cstr(out, keeps_ampersand ? "&" : "&amp;");
		else if (c == '<' || c == '>')
			buf_append_cstr(out, c == '<' ? "&lt;" : "&gt;");
		else if (is_one_of(c, "\"'+"))
			buf_format(out, "&#%d;", c);
		else
			buf_append_char(out, c);
	}
}

static void append_unquoted(struct buf *out, struct str text, bool keeps_ampersand) {
	while (text.len > 0) {
		unsigned rune;
		struct str one = str_head(text, str_decode_rune(text, &rune));
		if (rune == 0 || (rune >= 0xFDD0 && rune <= 0xFDEF) || (rune >= 0xFFF0 && rune <= 0xFFFF))
			buf_format(out, "&#x%x;", rune == 0 ? 0xFFFD : rune);
		else if (one.len == 1 && is_one_of(*one.data, "=`\t\n\v\f\r "))
			buf_format(out, "&#%u;", rune);
		else
			append_bytes(out, one, keeps_ampersand);
		text = str_skip(text, one.len);
	}
}

static void escape_attr(struct buf *out, struct str text, bool is_html, bool is_quoted) {
	autobuf struct buf plain = { 0 };
	if (!is_quoted && text.len == 0) {
		buf_append_cstr(out, FAILSAFE);
		return;
	}
	if (is_html)
		html_strip_tags(&plain, text);
	else
		buf_append_str(&plain, text);
	if (is_quoted)
		append_bytes(out, buf_str(&plain), is_html);
	else
		append_unquoted(out, buf_str(&plain), is_html);
}

static void append_lower(struct buf *out, char c) {
	int lower = tolower((unsigned char)c);
	buf_append_char(out, (char)lower);
}

// Only names that mean nothing to a browser's security.
static void escape_attr_name(struct buf *out, struct str text) {
	autobuf struct buf lower = { 0 };
	bool good = text.len > 0;
	for (size_t i = 0; i < text.len; i++) {
		good &= isalnum((unsigned char)text.data[i]) != 0;
		append_lower(&lower, text.data[i]);
	}
	good = good && html_attr_type_of(buf_str(&lower)) == ATTR_TYPE_PLAIN;
	buf_append_str(out, good ? buf_str(&lower) : STR(FAILSAFE));
}

// ---- addresses ----

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

static void escape_url(struct buf *out, struct str text, bool normalizes) {
	const char *kept = normalizes ? "-._~!#$&*+,/:;=?@[]" : "-._~";
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		bool is_kept = c < 0x80 && (isalnum(c) || is_one_of((char)c, kept));
		if (is_kept || (c == '%' && normalizes && is_escape_at(text, i)))
			buf_append_char(out, (char)c);
		else
			buf_format(out, "%%%02x", c);
	}
}

static bool is_html_space(char c) {
	return is_one_of(c, " \t\n\f\r");
}

// One address with a width or density behind it.
static void escape_source(struct buf *out, struct str text) {
	size_t start = 0;
	while (start < text.len && is_html_space(text.data[start]))
		start++;
	size_t end = start;
	while (end < text.len && !is_html_space(text.data[end]))
		end++;
	struct str url = str_head(str_skip(text, start), end - start);
	bool good = is_safe_url(url);
	for (size_t i = end; i < text.len; i++)
		good &= is_html_space(text.data[i]) || isalnum((unsigned char)text.data[i]);
	if (!good) {
		buf_append_cstr(out, "#" FAILSAFE);
		return;
	}
	buf_append(out, text.data, start);
	escape_url(out, url, true);
	buf_append_str(out, str_skip(text, end));
}

static void escape_srcset(struct buf *out, struct str text, bool is_url) {
	autobuf struct buf url = { 0 };
	if (!is_url) {
		struct str rest = text;
		while (str_find_char(rest, ',') >= 0) {
			escape_source(out, str_cut(&rest, ','));
			buf_append_char(out, ',');
		}
		escape_source(out, rest);
		return;
	}
	escape_url(&url, text, true);
	for (size_t i = 0; i < url.len; i++)
		if (url.data[i] == ',')
			buf_append_cstr(out, "%2c");
		else
			buf_append_char(out, url.data[i]);
}

// ---- CSS ----

// Letters, digits and a little punctuation; nothing that could end a value or load something.
static void escape_style(struct buf *out, struct str text) {
	autobuf struct buf plain = { 0 }, name = { 0 };
	bool good = true;
	style_unescape(&plain, text);
	for (size_t i = 0; i < plain.len; i++) {
		char c = plain.data[i];
		good &= c != '\0' && !is_one_of(c, "\"'()/;@[\\]`{}<>");
		good &= !(c == '-' && i > 0 && plain.data[i - 1] == '-');
		if ((unsigned char)c < 0x80 && c != '-' && style_is_name_char((unsigned char)c))
			append_lower(&name, c);
	}
	good = good && str_find(buf_str(&name), STR("expression")) < 0 && str_find(buf_str(&name), STR("mozbinding")) < 0;
	buf_append_str(out, good ? buf_str(&plain) : STR(FAILSAFE));
}

static void escape_style_string(struct buf *out, struct str text) {
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i], next = i + 1 < text.len ? text.data[i + 1] : ' ';
		if (c == '\\') {
			buf_append_cstr(out, "\\\\");
		} else if (c == '\0' || is_one_of(c, "\t\n\f\r\"&'()+/:;<>{}")) {
			buf_format(out, "\\%x", (unsigned)c);
			if (isxdigit((unsigned char)next) || is_one_of(next, " \t\n\f\r"))
				buf_append_char(out, ' '); // it ends the number
		} else {
			buf_append_char(out, c);
		}
	}
}

// ---- JavaScript ----

static void append_script_rune(struct buf *out, unsigned rune) {
	if (rune == '\t' || rune == '\n' || rune == '\f' || rune == '\r')
		buf_format(out, "\\%c", rune == '\t' ? 't' : rune == '\n' ? 'n'
		        : rune == '\f'                                    ? 'f'
		                                                          : 'r');
	else
		buf_format(out, "\\u%04x", rune);
}

// Characters of `by_number` become \u00xx, those of `by_slash` get a backslash.
static void escape_script_text(struct buf *out, struct str text, const char *by_number, const char *by_slash) {
	while (text.len > 0) {
		unsigned rune;
		size_t width = str_decode_rune(text, &rune);
		bool is_ascii = rune < 0x80;
		if (rune < ' ' || rune == 0x2028 || rune == 0x2029 || (is_ascii && is_one_of((char)rune, by_number)))
			append_script_rune(out, rune);
		else if (is_ascii && is_one_of((char)rune, by_slash))
			buf_format(out, "\\%c", (int)rune);
		else
			buf_append(out, text.data, width);
		text = str_skip(text, width);
	}
}

static void escape_script_regexp(struct buf *out, struct str text) {
	if (text.len == 0)
		buf_append_cstr(out, "(?:)"); // "//" would be a comment
	else
		escape_script_text(out, text, "\"&'+<>", "$()*-./?[\\]^{|}");
}

static bool is_identifier_part(char c) {
	return isalnum((unsigned char)c) || c == '$' || c == '_';
}

// Spaces keep words and numbers apart from those around.
static void escape_script_value(struct buf *out, const struct value *value) {
	autobuf struct buf json = { 0 }, text = { 0 };
	struct value plain = *value;
	if (value_json_problem(&text, value)) {
		buf_format(out, " /* %s */null ", buf_cstr(&text));
		return;
	}
	if (value->type != NULL && value->type->format != NULL && value->type->kind != KIND_TIME) {
		value->type->format(&text, value);
		plain = value_string(buf_str(&text));
	}
	value_to_json(&json, &plain);
	bool pads = is_identifier_part(json.data[0]) || is_identifier_part(json.data[json.len - 1]);
	buf_format(out, pads ? " %s " : "%s", buf_cstr(&json));
}

// ---- all of them ----

static void escape_text(struct buf *out, struct str text, enum html_escaper escaper, const struct value_type *type) {
	bool is_html = type == &type_safe_html, is_url = type == &type_safe_url;
	switch (escaper) {
	case ESCAPER_NONE:
	case ESCAPER_SCRIPT:
	case ESCAPER_COMMENT: return;
	case ESCAPER_TEXT:
		if (is_html)
			buf_append_str(out, text);
		else
			append_bytes(out, text, false);
		return;
	case ESCAPER_RCDATA: append_bytes(out, text, is_html); return;
	case ESCAPER_ATTR: escape_attr(out, text, is_html, true); return;
	case ESCAPER_ATTR_UNQUOTED: escape_attr(out, text, is_html, false); return;
	case ESCAPER_ATTR_NAME: escape_attr_name(out, text); return;
	case ESCAPER_URL_FILTER: buf_append_str(out, is_url || is_safe_url(text) ? text : STR("#" FAILSAFE)); return;
	case ESCAPER_URL_NORMALIZE: escape_url(out, text, true); return;
	case ESCAPER_URL_QUERY: escape_url(out, text, is_url); return;
	case ESCAPER_SRCSET: escape_srcset(out, text, is_url); return;
	case ESCAPER_STYLE: escape_style(out, text); return;
	case ESCAPER_STYLE_STRING: escape_style_string(out, text); return;
	case ESCAPER_SCRIPT_STRING: escape_script_text(out, text, "\"`&'+<>", "/\\"); return;
	case ESCAPER_SCRIPT_TEMPLATE: escape_script_text(out, text, "\"`&'+<>${}", "/\\"); return;
	case ESCAPER_SCRIPT_REGEXP: escape_script_regexp(out, text); return;
	case ESCAPER_HTML: escape_html(out, text); return;
	case ESCAPER_URLQUERY: url_query_escape(out, text); return;
	}
}

// The text of a value as html/template sees it: no value is empty; but not for the functions of text/template.
static struct str plain_text(struct arena *arena, const struct value *value, enum html_escaper first) {
	struct value plain = value_dereference(value);
	if (!value_is_nil(&plain))
		return value_text(arena, &plain);
	return first == ESCAPER_HTML || first == ESCAPER_URLQUERY ? STR("<no value>") : STR_NONE;
}

void html_escape_value(struct arena *arena, const unsigned char escapers[3], const struct value *value, struct buf *out) {
	autobuf struct buf result = { 0 };
	struct str text = plain_text(arena, value, (enum html_escaper)escapers[0]);
	const struct value_type *type = value->type;
	for (int i = 0; i < 3 && escapers[i] != ESCAPER_NONE; i++) {
		buf_reset(&result);
		if (escapers[i] == ESCAPER_SCRIPT)
			escape_script_value(&result, value);
		else
			escape_text(&result, text, (enum html_escaper)escapers[i], type);
		text = arena_dup_str(arena, buf_str(&result));
		type = NULL; // trust ends with the first change
	}
	buf_append_str(out, text);
}
