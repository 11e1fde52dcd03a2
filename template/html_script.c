// SPDX-License-Identifier: Apache-2.0
// How text moves through JavaScript. See html_context.h. Source: Go's html/template/transition.go and js.go.
#include "template/html_context.h"

#include <ctype.h>

static bool is_identifier_part(char c) {
	return isalnum((unsigned char)c) || c == '_' || c == '$';
}

// The bytes of the spaces of ECMAScript at the end of a text.
static struct str trim_space_end(struct str text) {
	static const char *const wide[] = { "\xC2\xA0", "\xE1\x9A\x80", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80", "\xEF\xBB\xBF" };
	for (;;) {
		size_t before = text.len;
		while (text.len > 0 && strchr(" \t\n\v\f\r", text.data[text.len - 1]) != NULL && text.data[text.len - 1] != '\0')
			text.len--;
		for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
			if (str_has_suffix(text, str_of(wide[i])))
				text.len -= strlen(wide[i]);
		if (text.len >= 3 && memcmp(text.data + text.len - 3, "\xE2\x80", 2) == 0 && (unsigned char)text.data[text.len - 1] <= 0x8A && (unsigned char)text.data[text.len - 1] >= 0x80)
			text.len -= 3; // U+2000 to U+200A
		if (text.len == before)
			return text;
	}
}

// "++" and "--" end an operand, one sign alone is an operator.
static enum html_slash slash_after_signs(struct str text) {
	size_t count = 0;
	while (count < text.len && text.data[text.len - 1 - count] == text.data[text.len - 1])
		count++;
	return count % 2 == 1 ? SLASH_REGEXP : SLASH_DIVISION;
}

static bool precedes_regexp(struct str word) {
	static const char *const words[] = { "break", "case", "continue", "delete", "do", "else", "finally", "in", "instanceof", "return", "throw", "try", "typeof", "void" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_equal_cstr(word, words[i]))
			return true;
	return false;
}

// What a slash behind these tokens begins: told by the last of them.
static enum html_slash slash_after(struct str text, enum html_slash before) {
	text = trim_space_end(text);
	if (text.len == 0)
		return before;
	char last = text.data[text.len - 1];
	if (last == '+' || last == '-')
		return slash_after_signs(text);
	if (last == '.')
		return text.len > 1 && isdigit((unsigned char)text.data[text.len - 2]) ? SLASH_DIVISION : SLASH_REGEXP;
	if (last != '\0' && strchr(",<>=*%&|^?!~([:;{}", last) != NULL)
		return SLASH_REGEXP;
	size_t word = text.len;
	while (word > 0 && is_identifier_part(text.data[word - 1]))
		word--;
	return precedes_regexp(str_skip(text, word)) ? SLASH_REGEXP : SLASH_DIVISION;
}

static void enter(struct html_context *context, enum html_state state) {
	context->state = state;
}

// "/": a comment, a regular expression or a division.
static size_t step_slash(struct html_context *context, struct str text, size_t at, struct buf *problem) {
	struct str rest = str_skip(text, at);
	if (str_has_prefix(rest, STR("//")) || str_has_prefix(rest, STR("/*"))) {
		enter(context, rest.data[1] == '/' ? SCRIPT_LINE_COMMENT : SCRIPT_BLOCK_COMMENT);
		return at + 2;
	}
	if (context->slash == SLASH_UNKNOWN)
		return html_fail(context, text, problem, "'/' could start a division or regexp: %.32s", rest);
	if (context->slash == SLASH_REGEXP)
		enter(context, SCRIPT_REGEXP);
	context->slash = SLASH_REGEXP;
	return at + 1;
}

// Braces are counted inside ${…} only; the one too many ends it.
static size_t step_brace(struct html_context *context, struct str text, size_t at, struct buf *problem) {
	bool opens = text.data[at] == '{';
	uint16_t *open = context->brace_count == 0 ? NULL : &context->braces[context->brace_count - 1];
	if (open != NULL && !opens && *open == 0) {
		context->brace_count--;
		enter(context, SCRIPT_TEMPLATE);
		return at + 1;
	}
	if (open != NULL && opens && *open == UINT16_MAX)
		return html_fail(context, text, problem, "too many braces in a JS template literal: %.32s", str_skip(text, at));
	if (open != NULL)
		*open = (uint16_t)(opens ? *open + 1 : *open - 1);
	context->slash = SLASH_REGEXP;
	return at + 1;
}

static size_t step_code(struct html_context *context, struct str text, struct buf *problem) {
	size_t at = 0;
	while (at < text.len && (text.data[at] == '\0' || strchr("\"`'/{}<-#", text.data[at]) == NULL))
		at++;
	context->slash = slash_after(str_head(text, at), (enum html_slash)context->slash);
	if (at == text.len)
		return at;
	struct str rest = str_skip(text, at);
	switch (text.data[at]) {
	case '"':
	case '\'':
	case '`':
		enter(context, text.data[at] == '"' ? SCRIPT_DOUBLE : text.data[at] == '\'' ? SCRIPT_SINGLE
		                                                                            : SCRIPT_TEMPLATE);
		context->slash = SLASH_REGEXP;
		return at + 1;
	case '/':
		return step_slash(context, text, at, problem);
	case '<':
		if (!str_has_prefix(rest, STR("<!--")))
			return at + 1;
		enter(context, SCRIPT_HTML_OPEN);
		return at + 4;
	case '-':
		if (!str_has_prefix(rest, STR("-->")))
			return at + 1;
		enter(context, SCRIPT_HTML_CLOSE);
		return at + 3;
	case '#':
		if (!str_has_prefix(rest, STR("#!")))
			return at + 1;
		enter(context, SCRIPT_LINE_COMMENT);
		return at + 2;
	}
	return step_brace(context, text, at, problem);
}

static size_t fail_escape(struct html_context *context, struct str text, struct buf *problem) {
	return html_fail(context, text, problem, "unfinished escape sequence in JS string: %s", text);
}

static size_t step_template(struct html_context *context, struct str text, struct buf *problem) {
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (c == '\\' && ++i == text.len)
			return fail_escape(context, text, problem);
		if (c == '`') {
			enter(context, SCRIPT_CODE);
			return i + 1;
		}
		if (c != '$' || i + 1 == text.len || text.data[i + 1] != '{')
			continue;
		if (context->brace_count == HTML_BRACES_MAX)
			return html_fail(context, text, problem, "JS template literals are nested too deep: %.32s", text);
		context->braces[context->brace_count++] = 0;
		enter(context, SCRIPT_CODE);
		return i + 2;
	}
	return text.len;
}

static size_t leave_literal(struct html_context *context, size_t end) {
	enter(context, SCRIPT_CODE);
	context->slash = SLASH_DIVISION;
	return end;
}

static size_t step_string(struct html_context *context, struct str text, struct buf *problem) {
	char quote = context->state == SCRIPT_DOUBLE ? '"' : '\'';
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == quote)
			return leave_literal(context, i + 1);
		if (text.data[i] == '\\' && ++i == text.len)
			return fail_escape(context, text, problem);
	}
	return text.len;
}

static size_t step_regexp(struct html_context *context, struct str text, struct buf *problem) {
	bool in_set = false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (c == '\\' && ++i == text.len)
			return fail_escape(context, text, problem);
		if (c == '[' || c == ']')
			in_set = c == '[';
		if (c != '/')
			continue;
		if (i > 0 && str_equal_nocase(str_head(str_skip(text, i - 1), 8), STR("</script")))
			i++; // it is printed as \x3C/script
		else if (!in_set)
			return leave_literal(context, i + 1);
	}
	if (in_set)
		return html_fail(context, text, problem, "unfinished JS regexp charset: %s", text);
	return text.len;
}

static size_t step_block_comment(struct html_context *context, struct str text, struct buf *problem) {
	ptrdiff_t end = str_find(text, STR("*/"));
	(void)problem;
	if (end < 0)
		return text.len;
	enter(context, SCRIPT_CODE);
	return (size_t)end + 2;
}

// The end of the line is not part of the comment.
static size_t step_line_comment(struct html_context *context, struct str text, struct buf *problem) {
	(void)problem;
	for (size_t i = 0; i < text.len; i++) {
		struct str rest = str_skip(text, i);
		if (text.data[i] != '\n' && text.data[i] != '\r' && !str_has_prefix(rest, STR("\xE2\x80\xA8")) && !str_has_prefix(rest, STR("\xE2\x80\xA9")))
			continue;
		enter(context, SCRIPT_CODE);
		return i;
	}
	return text.len;
}

static html_transition *const transitions[] = {
	[SCRIPT_CODE] = step_code,
	[SCRIPT_DOUBLE] = step_string,
	[SCRIPT_SINGLE] = step_string,
	[SCRIPT_TEMPLATE] = step_template,
	[SCRIPT_REGEXP] = step_regexp,
	[SCRIPT_BLOCK_COMMENT] = step_block_comment,
	[SCRIPT_LINE_COMMENT] = step_line_comment,
	[SCRIPT_HTML_OPEN] = step_line_comment,
	[SCRIPT_HTML_CLOSE] = step_line_comment,
};

size_t script_step(struct html_context *context, struct str text, struct buf *problem) {
	return transitions[context->state](context, text, problem);
}
