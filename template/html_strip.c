// SPDX-License-Identifier: Apache-2.0
// HTML without its tags. See html_strip.h.
#include "template/html_strip.h"

#include "template/html_context.h"

// Behind a value: the quote belongs to it. Returns the text's length when it does not end.
static size_t value_width(struct html_context context, struct str text) {
	const char *ends = html_delim_ends((enum html_delim)context.delim);
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] != '\0' && strchr(ends, text.data[i]) != NULL)
			return i + (context.delim != DELIM_SPACE);
	return text.len;
}

// Text up to the tag or comment that begins at its end.
static void keep(struct buf *out, struct str text, bool ends) {
	if (ends)
		for (size_t i = text.len; i > 0; i--) {
			if (text.data[i - 1] != '<')
				continue;
			text.len = i - 1;
			break;
		}
	buf_append_str(out, text);
}

// Whatever an element holds is text here, up to its end tag.
static size_t step_element(struct html_context *context, struct str text) {
	size_t end = html_raw_end(*context, text);
	if (end < text.len)
		*context = (struct html_context){ .state = HTML_TEXT };
	return end;
}

void html_strip_tags(struct buf *out, struct str html) {
	autobuf struct buf ignored = { 0 };
	struct html_context context = { .state = HTML_TEXT };
	while (html.len > 0) {
		struct html_context before = context;
		size_t width;
		if (context.delim != DELIM_NONE) {
			width = value_width(context, html);
			context = (struct html_context){ .state = HTML_TAG, .element = before.element };
		} else if (before.element != ELEMENT_NONE && !html_is_in_tag((enum html_state)before.state)) {
			context.state = HTML_RCDATA;
			width = step_element(&context, html);
			keep(out, str_head(html, width), context.state == HTML_TEXT);
		} else {
			width = html_step(&context, html, &ignored);
			if (before.state == HTML_TEXT)
				keep(out, str_head(html, width), context.state != HTML_TEXT);
		}
		html = str_skip(html, width);
	}
}
