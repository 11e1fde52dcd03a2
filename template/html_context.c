// SPDX-License-Identifier: Apache-2.0
// The places of an HTML document. See html_context.h.
#include "template/html_context.h"

#include <ctype.h>

struct scan {
	struct html_context context;
	struct str text;
	size_t at;
	struct buf *out, *problem;
};

static const char *const url_attrs[] = { "action", "archive", "background", "cite", "classid", "codebase", "data", "formaction", "href", "icon", "longdesc", "manifest", "poster", "profile", "src", "usemap", "xmlns" };

static bool contains(struct str text, const char *part) {
	return str_find(text, str_of(part)) >= 0;
}

// `name` in lower case. Names we do not know: those that look like addresses are treated as such.
static enum html_attr attr_of_lower(struct str name) {
	ptrdiff_t colon = str_find_char(name, ':');
	if (str_has_prefix(name, STR("data-"))) {
		name = str_skip(name, 5);
	} else if (colon >= 0) {
		if (str_equal(str_head(name, (size_t)colon), STR("xmlns")))
			return ATTR_URL;
		name = str_skip(name, (size_t)colon + 1);
	}
	if (str_equal(name, STR("srcset")) || str_equal(name, STR("imagesrcset")))
		return ATTR_SRCSET;
	if (str_equal(name, STR("srcdoc")))
		return ATTR_MARKUP;
	if (str_equal(name, STR("style")))
		return ATTR_STYLE;
	if (str_has_prefix(name, STR("on")))
		return ATTR_SCRIPT;
	for (size_t i = 0; i < sizeof url_attrs / sizeof *url_attrs; i++)
		if (str_equal_cstr(name, url_attrs[i]))
			return ATTR_URL;
	return contains(name, "src") || contains(name, "uri") || contains(name, "url") ? ATTR_URL : ATTR_PLAIN;
}

enum html_attr html_attr_of(struct str name) {
	autobuf struct buf lower = { 0 };
	for (size_t i = 0; i < name.len; i++)
		buf_append_char(&lower, (char)tolower((unsigned char)name.data[i]));
	return attr_of_lower(buf_str(&lower));
}

const char *html_state_name(struct html_context context) {
	switch ((enum html_state)context.state) {
	case HTML_TEXT: return "text";
	case HTML_TAG: return "a tag";
	case HTML_ATTR_NAME: return "the name of an attribute";
	case HTML_AFTER_NAME: return "a tag, after the name of an attribute";
	case HTML_BEFORE_VALUE: return "a tag, before the value of an attribute";
	case HTML_COMMENT: return "a comment";
	case HTML_RCDATA: return "a title or textarea";
	case HTML_ATTR: return "the value of an attribute";
	case HTML_SCRIPT: return "a script";
	case HTML_STYLE: return "a style";
	case HTML_ERROR: break;
	}
	return "an error";
}

static bool is_space(char c) {
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static struct str rest_of(const struct scan *scan) {
	return str_skip(scan->text, scan->at);
}

// Copies text up to `end` and moves there.
static void keep(struct scan *scan, size_t end) {
	buf_append(scan->out, scan->text.data + scan->at, end - scan->at);
	scan->at = end;
}

static void fail(struct scan *scan, const char *what) {
	struct str near = str_head(rest_of(scan), 20);
	buf_format(scan->problem, "%s near \"%.*s\"", what, STR_ARG(near));
	scan->context.state = HTML_ERROR;
}

static bool has_prefix_nocase(struct str text, const char *prefix) {
	return str_equal_nocase(str_head(text, strlen(prefix)), str_of(prefix));
}

static enum html_element element_of(struct str name) {
	static const char *const names[] = { "", "script", "style", "title", "textarea" };
	for (int i = ELEMENT_SCRIPT; i <= ELEMENT_TEXTAREA; i++)
		if (str_equal_nocase(name, str_of(names[i])))
			return (enum html_element)i;
	return ELEMENT_NONE;
}

// At "<": a tag, a comment, or just text.
static void scan_less_than(struct scan *scan) {
	struct str rest = rest_of(scan);
	if (str_has_prefix(rest, STR("<!--"))) {
		scan->at += 4;
		scan->context.state = HTML_COMMENT;
		return;
	}
	size_t name = 1 + (rest.len > 1 && rest.data[1] == '/');
	bool is_end = name == 2;
	size_t end = name;
	while (end < rest.len && (isalnum((unsigned char)rest.data[end]) || ((rest.data[end] == ':' || rest.data[end] == '-') && end > name)))
		end++;
	if (end == name || !isalpha((unsigned char)rest.data[name])) {
		keep(scan, scan->at + 1);
		return;
	}
	scan->context.state = HTML_TAG;
	scan->context.element = is_end ? ELEMENT_NONE : element_of(str_make(rest.data + name, end - name));
	keep(scan, scan->at + end);
}

static void scan_text(struct scan *scan) {
	ptrdiff_t less = str_find_char(rest_of(scan), '<');
	if (less < 0) {
		keep(scan, scan->text.len);
		return;
	}
	keep(scan, scan->at + (size_t)less);
	scan_less_than(scan);
}

static void scan_comment(struct scan *scan) {
	ptrdiff_t end = str_find(rest_of(scan), STR("-->"));
	scan->at = end < 0 ? scan->text.len : scan->at + (size_t)end + 3;
	if (end >= 0)
		scan->context.state = HTML_TEXT;
}

// Behind the ">" of a start tag.
static void enter_element(struct scan *scan) {
	static const enum html_state states[] = { HTML_TEXT, HTML_SCRIPT, HTML_STYLE, HTML_RCDATA, HTML_RCDATA };
	enum html_element element = (enum html_element)scan->context.element;
	scan->context = (struct html_context){ .state = states[element], .element = element };
}

static void scan_tag(struct scan *scan) {
	while (scan->at < scan->text.len && is_space(scan->text.data[scan->at]))
		keep(scan, scan->at + 1);
	if (scan->at == scan->text.len)
		return;
	if (scan->text.data[scan->at] == '>') {
		keep(scan, scan->at + 1);
		enter_element(scan);
		return;
	}
	size_t end = scan->at;
	while (end < scan->text.len && !is_space(scan->text.data[end]) && strchr("=>", scan->text.data[end]) == NULL) {
		if (strchr("\"'<", scan->text.data[end]) != NULL) {
			fail(scan, "a quote or < in the name of an attribute");
			return;
		}
		end++;
	}
	if (end == scan->at) {
		fail(scan, "expected space, attr name, or end of tag");
		return;
	}
	scan->context.attr = html_attr_of(str_make(scan->text.data + scan->at, end - scan->at));
	scan->context.state = end == scan->text.len ? HTML_ATTR_NAME : HTML_AFTER_NAME;
	keep(scan, end);
}

// The name went on behind an action: it stays as plain as the action was made.
static void scan_attr_name(struct scan *scan) {
	size_t end = scan->at;
	while (end < scan->text.len && !is_space(scan->text.data[end]) && strchr("=>", scan->text.data[end]) == NULL) {
		if (strchr("\"'<", scan->text.data[end]) != NULL) {
			fail(scan, "a quote or < in the name of an attribute");
			return;
		}
		end++;
	}
	if (end > scan->at)
		scan->context.attr = ATTR_SCRIPT; // a name in pieces: the strictest kind
	scan->context.state = HTML_AFTER_NAME;
	keep(scan, end);
}

static void scan_after_name(struct scan *scan) {
	while (scan->at < scan->text.len && is_space(scan->text.data[scan->at]))
		keep(scan, scan->at + 1);
	if (scan->at == scan->text.len)
		return;
	scan->context.state = scan->text.data[scan->at] == '=' ? HTML_BEFORE_VALUE : HTML_TAG;
	if (scan->context.state == HTML_BEFORE_VALUE)
		keep(scan, scan->at + 1);
	else
		scan->context.attr = ATTR_PLAIN;
}

static void scan_before_value(struct scan *scan) {
	while (scan->at < scan->text.len && is_space(scan->text.data[scan->at]))
		keep(scan, scan->at + 1);
	if (scan->at == scan->text.len)
		return;
	char quote = scan->text.data[scan->at];
	scan->context.state = HTML_ATTR;
	scan->context.url_part = URL_START;
	scan->context.script = SCRIPT_CODE;
	scan->context.delim = quote == '"' ? DELIM_DOUBLE : quote == '\'' ? DELIM_SINGLE
	                                                                  : DELIM_SPACE;
	if (scan->context.delim != DELIM_SPACE)
		keep(scan, scan->at + 1);
}

static bool is_blank(struct str text) {
	for (size_t i = 0; i < text.len; i++)
		if (!is_space(text.data[i]))
			return false;
	return true;
}

static void follow_url(struct html_context *context, struct str text) {
	if (str_find_char(text, '?') >= 0 || str_find_char(text, '#') >= 0)
		context->url_part = URL_QUERY;
	else if (!is_blank(text) && context->url_part == URL_START)
		context->url_part = URL_PATH;
}

// One character of code. Slashes that begin no comment may begin a regular expression, backquotes a template: unclear from there on.
static size_t follow_code(struct html_context *context, struct str rest) {
	if (str_has_prefix(rest, STR("//")) || str_has_prefix(rest, STR("/*"))) {
		context->script = rest.data[1] == '/' ? SCRIPT_LINE_COMMENT : SCRIPT_BLOCK_COMMENT;
		return 2;
	}
	if (rest.data[0] == '"' || rest.data[0] == '\'')
		context->script = rest.data[0] == '"' ? SCRIPT_DOUBLE : SCRIPT_SINGLE;
	else if (rest.data[0] == '/' || rest.data[0] == '`' || rest.data[0] == '<')
		context->script = SCRIPT_UNCLEAR;
	return 1;
}

static size_t follow_string(struct html_context *context, struct str rest, char quote) {
	if (rest.data[0] == '\\')
		return 2;
	if (rest.data[0] == quote)
		context->script = SCRIPT_CODE;
	return 1;
}

static void follow_script(struct html_context *context, struct str text) {
	for (size_t i = 0; i < text.len;) {
		struct str rest = str_skip(text, i);
		switch ((enum html_script)context->script) {
		case SCRIPT_CODE:
			i += follow_code(context, rest);
			break;
		case SCRIPT_DOUBLE:
			i += follow_string(context, rest, '"');
			break;
		case SCRIPT_SINGLE:
			i += follow_string(context, rest, '\'');
			break;
		case SCRIPT_LINE_COMMENT:
			if (rest.data[0] == '\n' || rest.data[0] == '\r')
				context->script = SCRIPT_CODE;
			i++;
			break;
		case SCRIPT_BLOCK_COMMENT:
			if (str_has_prefix(rest, STR("*/"))) {
				context->script = SCRIPT_CODE;
				i++;
			}
			i++;
			break;
		case SCRIPT_UNCLEAR:
			return;
		}
	}
	if (text.len > 0 && text.data[text.len - 1] == '\\' && (context->script == SCRIPT_DOUBLE || context->script == SCRIPT_SINGLE))
		context->script = SCRIPT_UNCLEAR; // the next character may be ours and escaped
}

static size_t value_end(struct scan *scan) {
	size_t end = scan->at;
	char quote = scan->context.delim == DELIM_DOUBLE ? '"' : '\'';
	for (; end < scan->text.len; end++) {
		char c = scan->text.data[end];
		if (scan->context.delim != DELIM_SPACE && c == quote)
			break;
		if (scan->context.delim != DELIM_SPACE)
			continue;
		if (is_space(c) || c == '>')
			break;
		if (strchr("\"'<=`", c) != NULL) {
			fail(scan, "a quote, <, = or ` in an unquoted attribute");
			break;
		}
	}
	return end;
}

static void scan_value(struct scan *scan) {
	size_t end = value_end(scan);
	if (scan->context.state == HTML_ERROR)
		return;
	struct str value = str_make(scan->text.data + scan->at, end - scan->at);
	if (scan->context.attr == ATTR_URL)
		follow_url(&scan->context, value);
	if (scan->context.attr == ATTR_SCRIPT)
		follow_script(&scan->context, value);
	if (scan->context.attr == ATTR_SCRIPT && str_find_char(value, '&') >= 0)
		scan->context.script = SCRIPT_UNCLEAR; // a character reference may be a quote
	keep(scan, end);
	if (end == scan->text.len)
		return;
	if (scan->context.delim != DELIM_SPACE)
		keep(scan, end + 1);
	scan->context = (struct html_context){ .state = HTML_TAG, .element = scan->context.element };
}

// <title>, <script> and the like end at their end tag only.
static void scan_special(struct scan *scan) {
	static const char *const tags[] = { "</", "</script", "</style", "</title", "</textarea" };
	const char *tag = tags[scan->context.element];
	size_t end = scan->at;
	while (end < scan->text.len && !has_prefix_nocase(str_skip(scan->text, end), tag))
		end++;
	if (scan->context.state == HTML_SCRIPT)
		follow_script(&scan->context, str_make(scan->text.data + scan->at, end - scan->at));
	keep(scan, end);
	if (end == scan->text.len)
		return;
	keep(scan, end + strlen(tag));
	scan->context = (struct html_context){ .state = HTML_TAG };
}

struct html_context html_after_text(struct html_context context, struct str text, struct buf *out, struct buf *problem) {
	struct scan scan = { context, text, 0, out, problem };
	while (scan.at < text.len && scan.context.state != HTML_ERROR) {
		switch ((enum html_state)scan.context.state) {
		case HTML_TEXT: scan_text(&scan); break;
		case HTML_TAG: scan_tag(&scan); break;
		case HTML_ATTR_NAME: scan_attr_name(&scan); break;
		case HTML_AFTER_NAME: scan_after_name(&scan); break;
		case HTML_BEFORE_VALUE: scan_before_value(&scan); break;
		case HTML_COMMENT: scan_comment(&scan); break;
		case HTML_RCDATA:
		case HTML_SCRIPT:
		case HTML_STYLE: scan_special(&scan); break;
		case HTML_ATTR: scan_value(&scan); break;
		case HTML_ERROR: break;
		}
	}
	return scan.context;
}

struct html_context html_nudge(struct html_context context) {
	if (context.state == HTML_TAG || context.state == HTML_AFTER_NAME) {
		context.state = HTML_ATTR_NAME;
		context.attr = ATTR_PLAIN;
	} else if (context.state == HTML_BEFORE_VALUE) {
		context.state = HTML_ATTR;
		context.delim = DELIM_SPACE;
		context.url_part = URL_START;
		context.script = SCRIPT_CODE;
	}
	return context;
}

struct html_context html_join(struct html_context a, struct html_context b) {
	if (html_context_equal(a, b) || b.state == HTML_ERROR)
		return b;
	if (a.state == HTML_ERROR)
		return a;
	struct html_context same_url = a;
	same_url.url_part = b.url_part;
	if (html_context_equal(same_url, b)) {
		same_url.url_part = URL_UNKNOWN;
		return same_url;
	}
	struct html_context same_script = a;
	same_script.script = b.script;
	if (html_context_equal(same_script, b)) {
		same_script.script = SCRIPT_UNCLEAR;
		return same_script;
	}
	struct html_context nudged = html_nudge(a), other = html_nudge(b);
	if (!html_context_equal(nudged, a) || !html_context_equal(other, b))
		return html_join(nudged, other);
	return (struct html_context){ .state = HTML_ERROR };
}
