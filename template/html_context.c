// SPDX-License-Identifier: Apache-2.0
// The places of an HTML document: what is printed of a text, where branches meet, names. See html_context.h; the steps of the states
// are in html_markup.c, html_script.c and html_style.c.
#include "template/html_context.h"

#include "base/go_text.h"

#include <ctype.h>

static const char *const state_names[] = {
	[HTML_TEXT] = "stateText",
	[HTML_TAG] = "stateTag",
	[HTML_ATTR_NAME] = "stateAttrName",
	[HTML_AFTER_NAME] = "stateAfterName",
	[HTML_BEFORE_VALUE] = "stateBeforeValue",
	[HTML_COMMENT] = "stateHTMLCmt",
	[HTML_RCDATA] = "stateRCDATA",
	[HTML_ATTR] = "stateAttr",
	[HTML_URL] = "stateURL",
	[HTML_SRCSET] = "stateSrcset",
	[HTML_META_CONTENT] = "stateMetaContent",
	[HTML_META_URL] = "stateMetaContentURL",
	[SCRIPT_CODE] = "stateJS",
	[SCRIPT_DOUBLE] = "stateJSDqStr",
	[SCRIPT_SINGLE] = "stateJSSqStr",
	[SCRIPT_TEMPLATE] = "stateJSTmplLit",
	[SCRIPT_REGEXP] = "stateJSRegexp",
	[SCRIPT_BLOCK_COMMENT] = "stateJSBlockCmt",
	[SCRIPT_LINE_COMMENT] = "stateJSLineCmt",
	[SCRIPT_HTML_OPEN] = "stateJSHTMLOpenCmt",
	[SCRIPT_HTML_CLOSE] = "stateJSHTMLCloseCmt",
	[STYLE_CODE] = "stateCSS",
	[STYLE_DOUBLE] = "stateCSSDqStr",
	[STYLE_SINGLE] = "stateCSSSqStr",
	[STYLE_DOUBLE_URL] = "stateCSSDqURL",
	[STYLE_SINGLE_URL] = "stateCSSSqURL",
	[STYLE_URL] = "stateCSSURL",
	[STYLE_BLOCK_COMMENT] = "stateCSSBlockCmt",
	[STYLE_LINE_COMMENT] = "stateCSSLineCmt",
	[HTML_ERROR] = "stateError",
	[HTML_DEAD] = "stateDead",
};

static const char *const delim_names[] = { "delimNone", "delimDoubleQuote", "delimSingleQuote", "delimSpaceOrTagEnd" };
static const char *const url_part_names[] = { "urlPartNone", "urlPartPreQuery", "urlPartQueryOrFrag", "urlPartUnknown" };
static const char *const slash_names[] = { "jsCtxRegexp", "jsCtxDivOp", "jsCtxUnknown" };
static const char *const attr_names[] = { "attrNone", "attrScript", "attrScriptType", "attrStyle", "attrURL", "attrSrcset", "attrMetaContent" };
static const char *const element_names[] = { "elementNone", "elementScript", "elementStyle", "elementTextarea", "elementTitle", "elementMeta" };

static void format_braces(struct buf *out, struct html_context context) {
	buf_append_char(out, '[');
	for (unsigned i = 0; i < context.brace_count; i++)
		buf_format(out, "%s%u", i > 0 ? " " : "", context.braces[i]);
	buf_append_char(out, ']');
}

void html_context_format(struct buf *out, struct html_context context) {
	buf_format(out, "{%s %s %s %s ", state_names[context.state], delim_names[context.delim], url_part_names[context.url_part], slash_names[context.slash]);
	format_braces(out, context);
	buf_format(out, " %s %s <nil>}", attr_names[context.attr], element_names[context.element]);
}

static void mangle_part(struct buf *out, const char *const *names, unsigned char part) {
	if (part != 0)
		buf_format(out, "_%s", names[part]);
}

void html_mangle(struct buf *out, struct str name, struct html_context context) {
	buf_append_str(out, name);
	if (context.state == HTML_TEXT)
		return;
	buf_format(out, "$htmltemplate_%s", state_names[context.state]);
	mangle_part(out, delim_names, context.delim);
	mangle_part(out, url_part_names, context.url_part);
	mangle_part(out, slash_names, context.slash);
	if (context.brace_count > 0) {
		buf_append_cstr(out, "_jsBraceDepth(");
		format_braces(out, context);
		buf_append_char(out, ')');
	}
	mangle_part(out, attr_names, context.attr);
	mangle_part(out, element_names, context.element);
}

bool html_is_comment(enum html_state state) {
	return state == HTML_COMMENT || (state >= SCRIPT_BLOCK_COMMENT && state <= SCRIPT_HTML_CLOSE) || state == STYLE_BLOCK_COMMENT || state == STYLE_LINE_COMMENT;
}

bool html_is_in_tag(enum html_state state) {
	return (state >= HTML_TAG && state <= HTML_BEFORE_VALUE) || state == HTML_ATTR;
}

static bool is_script_literal(enum html_state state) {
	return state >= SCRIPT_DOUBLE && state <= SCRIPT_REGEXP;
}

size_t html_fail(struct html_context *context, struct str text, struct buf *problem, const char *what, struct str shown) {
	const char *mark = strchr(what, '%');
	buf_append(problem, what, (size_t)(mark - what));
	if (mark[1] == '.')
		go_quote_head(problem, shown, 32);
	else
		go_quote(problem, shown);
	context->state = HTML_ERROR;
	return text.len;
}

size_t html_step(struct html_context *context, struct str text, struct buf *problem) {
	if (context->state >= HTML_ERROR)
		return text.len;
	if (context->state >= STYLE_CODE)
		return style_step(context, text, problem);
	return context->state >= SCRIPT_CODE ? script_step(context, text, problem) : markup_step(context, text, problem);
}

const char *html_delim_ends(enum html_delim delim) {
	static const char *const ends[] = { [DELIM_NONE] = "", [DELIM_DOUBLE] = "\"", [DELIM_SINGLE] = "'", [DELIM_SPACE] = " \t\n\f\r>" };
	return ends[delim];
}

// Where the end tag of the element is; the text's length when there is none.
static size_t find_end_tag(enum html_element element, struct str text) {
	static const char *const tags[] = { [ELEMENT_NONE] = "", [ELEMENT_SCRIPT] = "</script", [ELEMENT_STYLE] = "</style", [ELEMENT_TEXTAREA] = "</textarea", [ELEMENT_TITLE] = "</title", [ELEMENT_META] = "</" };
	struct str tag = str_of(tags[element]);
	for (size_t i = 0; i + tag.len < text.len; i++) {
		char after = text.data[i + tag.len];
		if (text.data[i] == '<' && str_equal_nocase(str_head(str_skip(text, i), tag.len), tag) && after != '\0' && strchr("> \t\n\f/", after) != NULL)
			return i;
	}
	return text.len;
}

// In a script's strings an end tag is no end: it is printed in another way.
static bool sees_end_tag(struct html_context context) {
	enum html_state state = (enum html_state)context.state;
	if (context.element == ELEMENT_NONE)
		return false;
	return context.element != ELEMENT_SCRIPT || !(is_script_literal(state) || html_is_comment(state));
}

size_t html_raw_end(struct html_context context, struct str text) {
	return sees_end_tag(context) ? find_end_tag((enum html_element)context.element, text) : text.len;
}

// The end tag that was found last: a script is read in small steps, but searched once.
struct end_tag {
	unsigned char element; // ELEMENT_NONE: none was looked for
	const char *at;
};

// Outside of attributes.
static size_t step_outside(struct html_context *context, struct str text, struct end_tag *found, struct buf *problem) {
	if (!sees_end_tag(*context))
		return html_step(context, text, problem);
	if (found->element != context->element || found->at < text.data) {
		found->element = context->element;
		found->at = text.data + find_end_tag((enum html_element)context->element, text);
	}
	if (found->at > text.data)
		return html_step(context, str_head(text, (size_t)(found->at - text.data)), problem);
	*context = (struct html_context){ .state = HTML_TEXT };
	return 0;
}

static size_t find_any(struct str text, const char *any) {
	size_t at = 0;
	while (at < text.len && (text.data[at] == '\0' || strchr(any, text.data[at]) == NULL))
		at++;
	return at;
}

static size_t fail_unquoted(struct html_context *context, struct str text, struct str value, struct buf *problem) {
	go_quote(problem, str_make(value.data + find_any(value, "\"'<=`"), 1));
	buf_append_cstr(problem, " in unquoted attr: ");
	go_quote(problem, value);
	context->state = HTML_ERROR;
	return text.len;
}

// The value goes on in the next node: its states read it without character references.
static size_t step_open_value(struct html_context *context, struct str text, struct buf *problem) {
	autobuf struct buf plain = { 0 };
	html_unescape(&plain, text);
	for (struct str rest = buf_str(&plain); rest.len > 0;)
		rest = str_skip(rest, html_step(context, rest, problem));
	return text.len;
}

static size_t step_value(struct html_context *context, struct str text, struct buf *problem) {
	size_t end = find_any(text, html_delim_ends((enum html_delim)context->delim));
	struct str value = str_head(text, end);
	if (context->delim == DELIM_SPACE && find_any(value, "\"'<=`") < end)
		return fail_unquoted(context, text, value, problem);
	if (end == text.len)
		return step_open_value(context, text, problem);
	enum html_element element = (enum html_element)context->element;
	if (context->state == HTML_ATTR && context->attr == ATTR_SCRIPT_TYPE && element == ELEMENT_SCRIPT && !html_is_script_type(value))
		element = ELEMENT_NONE;
	size_t quote = context->delim != DELIM_SPACE;
	*context = (struct html_context){ .state = HTML_TAG, .element = element };
	return end + quote;
}

// A "<" that begins no tag is printed as one that cannot.
static void print_text(struct buf *out, struct str text, bool has_left) {
	size_t end = text.len;
	if (has_left)
		for (size_t i = text.len; i > 0 && end == text.len; i--)
			if (text.data[i - 1] == '<')
				end = i - 1;
	for (size_t i = 0; i < end; i++) {
		bool is_plain = text.data[i] != '<' || str_equal_nocase(str_head(str_skip(text, i), 9), STR("<!DOCTYPE"));
		if (is_plain)
			buf_append_char(out, text.data[i]);
		else
			buf_append_cstr(out, "&lt;");
	}
	buf_append(out, text.data + end, text.len - end);
}

// Comments of scripts and styles leave what they mean to the code around them: a space, or a line's end.
static void print_comment(struct buf *out, enum html_state state, struct str text) {
	bool has_line = find_any(text, "\n\r") < text.len || str_find(text, STR("\xE2\x80\xA8")) >= 0 || str_find(text, STR("\xE2\x80\xA9")) >= 0;
	if (state == SCRIPT_BLOCK_COMMENT)
		buf_append_char(out, has_line ? '\n' : ' ');
	else if (state == STYLE_BLOCK_COMMENT)
		buf_append_char(out, ' ');
}

static size_t comment_mark(enum html_state state) {
	return state == HTML_COMMENT || state == SCRIPT_HTML_OPEN ? 4 : state == SCRIPT_HTML_CLOSE ? 3
	                                                                                           : 2;
}

// "<script", "</script" and "<!--" in a script's string must not be seen by the reader of HTML.
static void print_literal(struct buf *out, struct str text) {
	static const char *const tags[] = { "<script", "</script", "<!--" };
	for (size_t i = 0; i < text.len; i++) {
		bool is_tag = false;
		for (size_t k = 0; k < sizeof tags / sizeof *tags; k++)
			is_tag |= str_equal_nocase(str_head(str_skip(text, i), strlen(tags[k])), str_of(tags[k]));
		if (is_tag)
			buf_append_cstr(out, "\\x3C");
		else
			buf_append_char(out, text.data[i]);
	}
}

// What is printed of a piece of text that led from one context to the next.
static void print_piece(struct buf *out, struct html_context before, struct html_context after, struct str piece) {
	enum html_state state = (enum html_state)before.state, next = (enum html_state)after.state;
	if (html_is_comment(state) && before.delim == DELIM_NONE) {
		print_comment(out, state, piece);
		return;
	}
	if (state != next && html_is_comment(next) && after.delim == DELIM_NONE)
		piece.len -= comment_mark(next);
	if (state == HTML_TEXT || state == HTML_RCDATA)
		print_text(out, piece, state != next && !html_is_comment(next));
	else if (is_script_literal(state))
		print_literal(out, piece);
	else
		buf_append_str(out, piece);
}

struct html_context html_after_text(struct html_context context, struct str text, struct buf *out, struct buf *problem) {
	struct end_tag found = { 0 };
	while (text.len > 0 && context.state != HTML_ERROR) {
		struct html_context before = context;
		size_t width = before.delim == DELIM_NONE ? step_outside(&context, text, &found, problem) : step_value(&context, text, problem);
		print_piece(out, before, context, str_head(text, width));
		text = str_skip(text, width);
	}
	return context;
}

struct html_context html_nudge(struct html_context context) {
	if (context.state == HTML_TAG) {
		context.state = HTML_ATTR_NAME;
	} else if (context.state == HTML_AFTER_NAME) {
		context.state = HTML_ATTR_NAME;
		context.attr = ATTR_NONE;
	} else if (context.state == HTML_BEFORE_VALUE) {
		context.state = html_attr_state((enum html_attr)context.attr);
		context.delim = DELIM_SPACE;
		context.attr = ATTR_NONE;
	}
	return context;
}

struct html_context html_join(struct html_context a, struct html_context b) {
	if (a.state == HTML_ERROR || b.state == HTML_DEAD)
		return a;
	if (b.state == HTML_ERROR || a.state == HTML_DEAD || html_context_equal(a, b))
		return b;
	struct html_context same_url = a;
	same_url.url_part = b.url_part;
	if (html_context_equal(same_url, b)) {
		same_url.url_part = URL_UNKNOWN;
		return same_url;
	}
	struct html_context same_slash = a;
	same_slash.slash = b.slash;
	if (html_context_equal(same_slash, b)) {
		same_slash.slash = SLASH_UNKNOWN;
		return same_slash;
	}
	struct html_context nudged = html_nudge(a), other = html_nudge(b);
	if (!html_context_equal(nudged, a) || !html_context_equal(other, b))
		return html_join(nudged, other);
	return (struct html_context){ .state = HTML_ERROR };
}
