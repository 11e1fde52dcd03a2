// SPDX-License-Identifier: Apache-2.0
// Where in an HTML document a place of a template is, and how text moves it. Pure. Private to the folder.
// Source: Go's html/template (context.go, transition.go); where it tells two things apart at great length (JavaScript's regular
// expressions, CSS) we refuse or filter instead.
#pragma once
#include "base/buf.h"

enum html_state {
	HTML_TEXT,
	HTML_TAG, // inside <a …, between attributes
	HTML_ATTR_NAME,
	HTML_AFTER_NAME,
	HTML_BEFORE_VALUE, // after the =
	HTML_COMMENT,
	HTML_RCDATA, // <title>, <textarea>
	HTML_ATTR,   // in the value of an attribute; `attr` tells its kind
	HTML_SCRIPT,
	HTML_STYLE,
	HTML_ERROR,
};

enum html_attr { ATTR_PLAIN,
	ATTR_URL,
	ATTR_SRCSET,
	ATTR_STYLE,
	ATTR_SCRIPT,
	ATTR_MARKUP };
enum html_delim { DELIM_NONE,
	DELIM_DOUBLE,
	DELIM_SINGLE,
	DELIM_SPACE };
enum html_url_part { URL_START,
	URL_PATH,
	URL_QUERY,
	URL_UNKNOWN };
enum html_element { ELEMENT_NONE,
	ELEMENT_SCRIPT,
	ELEMENT_STYLE,
	ELEMENT_TITLE,
	ELEMENT_TEXTAREA };
enum html_script { SCRIPT_CODE,
	SCRIPT_DOUBLE,
	SCRIPT_SINGLE,
	SCRIPT_LINE_COMMENT,
	SCRIPT_BLOCK_COMMENT,
	SCRIPT_UNCLEAR };

// Small enums in bytes, so that two contexts compare with memcmp().
struct html_context {
	unsigned char state, attr, delim, url_part, element, script;
};

static inline bool html_context_equal(struct html_context a, struct html_context b) {
	return memcmp(&a, &b, sizeof a) == 0;
}

// The context behind `text`. What is left of the text without HTML comments goes to *out. HTML_ERROR: *problem says why.
struct html_context html_after_text(struct html_context context, struct str text, struct buf *out, struct buf *problem);
// An action stands here: the context it really is in ("<a href={{" is in an unquoted value).
struct html_context html_nudge(struct html_context context);
// Where branches meet. HTML_ERROR: they cannot.
struct html_context html_join(struct html_context a, struct html_context b);
const char *html_state_name(struct html_context context);
// The kind of an attribute by its name.
enum html_attr html_attr_of(struct str name);
