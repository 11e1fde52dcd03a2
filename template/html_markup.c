// SPDX-License-Identifier: Apache-2.0
// How text moves through tags, attributes and addresses. See html_context.h. Source: Go's html/template/transition.go.
#include "base/go_text.h"
#include "template/html_context.h"

#include <ctype.h>

static bool is_space(char c) {
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static size_t skip_space(struct str text, size_t at) {
	while (at < text.len && is_space(text.data[at]))
		at++;
	return at;
}

static void restart(struct html_context *context, enum html_state state, enum html_element element) {
	*context = (struct html_context){ .state = state, .element = element };
}

static enum html_element element_of(struct str name) {
	static const char *const names[] = { [ELEMENT_NONE] = "", [ELEMENT_SCRIPT] = "script", [ELEMENT_STYLE] = "style", [ELEMENT_TEXTAREA] = "textarea", [ELEMENT_TITLE] = "title", [ELEMENT_META] = "meta" };
	for (int i = ELEMENT_SCRIPT; i <= ELEMENT_META; i++)
		if (str_equal_nocase(name, str_of(names[i])))
			return (enum html_element)i;
	return ELEMENT_NONE;
}

static bool is_alnum_at(struct str text, size_t at) {
	return at < text.len && isalnum((unsigned char)text.data[at]);
}

// "x-y" and "x:y", but not "x-" or "x--y". Returns `at` when there is no name.
static size_t skip_tag_name(struct str text, size_t at) {
	if (at == text.len || !isalpha((unsigned char)text.data[at]))
		return at;
	for (at++; at < text.len;) {
		if (is_alnum_at(text, at))
			at++;
		else if ((text.data[at] == ':' || text.data[at] == '-') && is_alnum_at(text, at + 1))
			at += 2;
		else
			break;
	}
	return at;
}

static size_t step_text(struct html_context *context, struct str text, struct buf *problem) {
	size_t from = 0;
	(void)problem;
	for (;;) {
		ptrdiff_t less = str_find_char(str_skip(text, from), '<');
		size_t at = less < 0 ? text.len : from + (size_t)less;
		if (at + 1 >= text.len)
			return text.len;
		if (str_has_prefix(str_skip(text, at), STR("<!--"))) {
			restart(context, HTML_COMMENT, ELEMENT_NONE);
			return at + 4;
		}
		bool is_end = text.data[++at] == '/';
		if (is_end && ++at == text.len)
			return text.len;
		size_t end = skip_tag_name(text, at);
		if (end != at) {
			restart(context, HTML_TAG, is_end ? ELEMENT_NONE : element_of(str_make(text.data + at, end - at)));
			return end;
		}
		from = end;
	}
}

// False: a character that no name may have.
static bool skip_attr_name(struct str text, size_t from, size_t *end, struct html_context *context, struct buf *problem) {
	for (*end = from; *end < text.len; ++*end) {
		char c = text.data[*end];
		if (is_space(c) || c == '=' || c == '>')
			return true;
		if (c != '\'' && c != '"' && c != '<')
			continue;
		go_quote(problem, str_make(&text.data[*end], 1));
		buf_append_cstr(problem, " in attribute name: ");
		go_quote_head(problem, text, 32);
		context->state = HTML_ERROR;
		return false;
	}
	return true;
}

static enum html_attr attr_of(enum html_element element, struct str name) {
	autobuf struct buf lower = { 0 };
	for (size_t i = 0; i < name.len; i++)
		buf_append_char(&lower, (char)tolower((unsigned char)name.data[i]));
	if (element == ELEMENT_SCRIPT && str_equal(buf_str(&lower), STR("type")))
		return ATTR_SCRIPT_TYPE;
	if (element == ELEMENT_META && str_equal(buf_str(&lower), STR("content")))
		return ATTR_META_CONTENT;
	switch (html_attr_type_of(buf_str(&lower))) {
	case ATTR_TYPE_URL: return ATTR_URL;
	case ATTR_TYPE_SRCSET: return ATTR_SRCSET;
	case ATTR_TYPE_STYLE: return ATTR_STYLE;
	case ATTR_TYPE_SCRIPT: return ATTR_SCRIPT;
	case ATTR_TYPE_PLAIN:
	case ATTR_TYPE_UNSAFE:
	case ATTR_TYPE_MARKUP: break;
	}
	return ATTR_NONE;
}

// Behind the ">" of a start tag.
static void enter_element(struct html_context *context) {
	static const enum html_state states[] = {
		[ELEMENT_NONE] = HTML_TEXT,
		[ELEMENT_SCRIPT] = SCRIPT_CODE,
		[ELEMENT_STYLE] = STYLE_CODE,
		[ELEMENT_TEXTAREA] = HTML_RCDATA,
		[ELEMENT_TITLE] = HTML_RCDATA,
		[ELEMENT_META] = HTML_TEXT,
	};
	enum html_element element = (enum html_element)context->element;
	restart(context, states[element], element == ELEMENT_META ? ELEMENT_NONE : element); // <meta> holds nothing
}

static size_t step_tag(struct html_context *context, struct str text, struct buf *problem) {
	size_t at = skip_space(text, 0), end;
	if (at == text.len)
		return text.len;
	if (text.data[at] == '>') {
		enter_element(context);
		return at + 1;
	}
	if (!skip_attr_name(text, at, &end, context, problem))
		return text.len;
	if (end == at)
		return html_fail(context, text, problem, "expected space, attr name, or end of tag, but got %s", str_skip(text, at));
	enum html_element element = (enum html_element)context->element;
	restart(context, end == text.len ? HTML_ATTR_NAME : HTML_AFTER_NAME, element);
	context->attr = attr_of(element, str_make(text.data + at, end - at));
	return end;
}

static size_t step_attr_name(struct html_context *context, struct str text, struct buf *problem) {
	size_t end;
	if (!skip_attr_name(text, 0, &end, context, problem))
		return text.len;
	if (end < text.len)
		context->state = HTML_AFTER_NAME;
	return end;
}

static size_t step_after_name(struct html_context *context, struct str text, struct buf *problem) {
	size_t at = skip_space(text, 0);
	(void)problem;
	if (at == text.len)
		return text.len;
	bool has_value = text.data[at] == '=';
	context->state = has_value ? HTML_BEFORE_VALUE : HTML_TAG;
	return at + has_value;
}

static size_t step_before_value(struct html_context *context, struct str text, struct buf *problem) {
	size_t at = skip_space(text, 0);
	(void)problem;
	if (at == text.len)
		return text.len;
	char quote = text.data[at];
	context->state = html_attr_state((enum html_attr)context->attr);
	context->delim = quote == '"' ? DELIM_DOUBLE : quote == '\'' ? DELIM_SINGLE
	                                                             : DELIM_SPACE;
	return at + (context->delim != DELIM_SPACE);
}

static size_t step_comment(struct html_context *context, struct str text, struct buf *problem) {
	ptrdiff_t end = str_find(text, STR("-->"));
	(void)problem;
	if (end < 0)
		return text.len;
	restart(context, HTML_TEXT, ELEMENT_NONE);
	return (size_t)end + 3;
}

size_t url_step(struct html_context *context, struct str text, struct buf *problem) {
	(void)problem;
	if (str_find_char(text, '?') >= 0 || str_find_char(text, '#') >= 0)
		context->url_part = URL_QUERY;
	else if (skip_space(text, 0) < text.len && context->url_part == URL_START)
		context->url_part = URL_PATH;
	return text.len;
}

// content="5; url=…"
static size_t step_meta_content(struct html_context *context, struct str text, struct buf *problem) {
	(void)problem;
	for (size_t i = 0; i + 3 < text.len; i++) {
		if (!str_equal_nocase(str_head(str_skip(text, i), 3), STR("url")))
			continue;
		size_t at = skip_space(text, i + 3);
		if (at == text.len || text.data[at] != '=')
			continue;
		context->state = HTML_META_URL;
		return at + 1;
	}
	return text.len;
}

static size_t step_meta_url(struct html_context *context, struct str text, struct buf *problem) {
	ptrdiff_t end = str_find_char(text, ';');
	(void)problem;
	if (end < 0)
		return text.len;
	context->state = HTML_META_CONTENT;
	return (size_t)end + 1;
}

static size_t step_none(struct html_context *context, struct str text, struct buf *problem) {
	(void)context, (void)problem;
	return text.len;
}

// <title> and the like end at their end tag only; the caller sees to that.
static html_transition *const transitions[] = {
	[HTML_TEXT] = step_text,
	[HTML_TAG] = step_tag,
	[HTML_ATTR_NAME] = step_attr_name,
	[HTML_AFTER_NAME] = step_after_name,
	[HTML_BEFORE_VALUE] = step_before_value,
	[HTML_COMMENT] = step_comment,
	[HTML_RCDATA] = step_none,
	[HTML_ATTR] = step_none,
	[HTML_URL] = url_step,
	[HTML_SRCSET] = url_step,
	[HTML_META_CONTENT] = step_meta_content,
	[HTML_META_URL] = step_meta_url,
};

size_t markup_step(struct html_context *context, struct str text, struct buf *problem) {
	return transitions[context->state](context, text, problem);
}
