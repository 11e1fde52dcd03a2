// SPDX-License-Identifier: Apache-2.0
// Where in an HTML document a place of a template is, and how text moves it. Pure. Private to the folder.
// Source: Go's html/template (context.go, transition.go, escape.go).
#pragma once
#include "base/buf.h"

#include <stdint.h>

enum html_state {
	HTML_TEXT,
	HTML_TAG, // inside <a …, between attributes
	HTML_ATTR_NAME,
	HTML_AFTER_NAME,
	HTML_BEFORE_VALUE, // after the =
	HTML_COMMENT,
	HTML_RCDATA, // <title>, <textarea>
	HTML_ATTR,   // in the value of an attribute that is text; the values of others are in the states below
	HTML_URL,
	HTML_SRCSET,
	HTML_META_CONTENT, // content="5; url=…" of <meta>
	HTML_META_URL,
	SCRIPT_CODE,
	SCRIPT_DOUBLE, // in a string
	SCRIPT_SINGLE,
	SCRIPT_TEMPLATE, // in `…`
	SCRIPT_REGEXP,
	SCRIPT_BLOCK_COMMENT,
	SCRIPT_LINE_COMMENT,
	SCRIPT_HTML_OPEN,  // behind <!--: a comment as far as the line goes
	SCRIPT_HTML_CLOSE, // behind -->
	STYLE_CODE,
	STYLE_DOUBLE, // in a string
	STYLE_SINGLE,
	STYLE_DOUBLE_URL, // in url("…")
	STYLE_SINGLE_URL,
	STYLE_URL, // in url(…)
	STYLE_BLOCK_COMMENT,
	STYLE_LINE_COMMENT,
	HTML_ERROR,
	HTML_DEAD, // behind {{break}} and {{continue}}: nobody comes here
};

// What an attribute's name says about its value.
enum html_attr_type {
	ATTR_TYPE_PLAIN,
	ATTR_TYPE_UNSAFE, // changes how other things are read or sent
	ATTR_TYPE_URL,
	ATTR_TYPE_SRCSET,
	ATTR_TYPE_STYLE,
	ATTR_TYPE_SCRIPT,
	ATTR_TYPE_MARKUP,
};

// The attribute that the place is in, as far as its value is special.
enum html_attr { ATTR_NONE,
	ATTR_SCRIPT,
	ATTR_SCRIPT_TYPE,
	ATTR_STYLE,
	ATTR_URL,
	ATTR_SRCSET,
	ATTR_META_CONTENT };
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
	ELEMENT_TEXTAREA,
	ELEMENT_TITLE,
	ELEMENT_META };
// What a slash in a script would begin.
enum html_slash { SLASH_REGEXP,
	SLASH_DIVISION,
	SLASH_UNKNOWN };

enum { HTML_BRACES_MAX = 8 };

// Small enums in bytes and no padding, so that two contexts compare with memcmp().
struct html_context {
	unsigned char state, delim, url_part, slash, attr, element;
	uint16_t brace_count;
	uint16_t braces[HTML_BRACES_MAX]; // open braces in each ${…} of a script's nested template literals; unused ones are 0
};

static inline bool html_context_equal(struct html_context a, struct html_context b) {
	return memcmp(&a, &b, sizeof a) == 0;
}

// The context behind `text`. What is printed of the text (without comments, for one) goes to *out. HTML_ERROR: *problem says why.
struct html_context html_after_text(struct html_context context, struct str text, struct buf *out, struct buf *problem);
// An action stands here: the context it really is in ("<a href={{" is in an unquoted value).
struct html_context html_nudge(struct html_context context);
// Where branches meet. HTML_ERROR: they cannot.
struct html_context html_join(struct html_context a, struct html_context b);
void html_context_format(struct buf *out, struct html_context context);          // as Go prints it in messages
void html_mangle(struct buf *out, struct str name, struct html_context context); // what Go calls a template in that context
bool html_is_comment(enum html_state state);
bool html_is_in_tag(enum html_state state);

enum html_attr_type html_attr_type_of(struct str lower_name);
enum html_state html_attr_state(enum html_attr attr);              // of the beginning of its value
const char *html_delim_ends(enum html_delim delim);                // the characters that end a value
bool html_is_script_type(struct str mime_type);                    // of <script type=…>: is what it holds a script?
void html_unescape(struct buf *out, struct str text);              // character references that matter to the states; others stay
size_t html_raw_end(struct html_context context, struct str text); // where the end tag of <script>, <title> … is, or the text's length

// One step of a state: consumes a piece of `text` (not empty), moves the context and returns the length of the piece, which may be 0
// when the context changed. On failure the state is HTML_ERROR and *problem says why.
typedef size_t html_transition(struct html_context *context, struct str text, struct buf *problem);
html_transition html_step;   // of any state
html_transition markup_step; // the groups of states, each in its file
html_transition script_step;
html_transition style_step;
html_transition url_step;                                                                                                 // url_part of an address that goes on
size_t html_fail(struct html_context *context, struct str text, struct buf *problem, const char *what, struct str shown); // consumes all; what: "%s" becomes the quoted text
