// SPDX-License-Identifier: Apache-2.0
// What is done to a value before it is printed into HTML, by the place it stands in. Private to the folder. Source: Go's html/template.
#pragma once
#include "template/value.h"

enum html_escaper {
	ESCAPER_NONE,
	ESCAPER_TEXT,   // between tags
	ESCAPER_RCDATA, // in <title>
	ESCAPER_ATTR,   // in a quoted attribute
	ESCAPER_ATTR_UNQUOTED,
	ESCAPER_ATTR_NAME,
	ESCAPER_COMMENT,    // nothing is printed
	ESCAPER_URL_FILTER, // http, https and mailto only
	ESCAPER_URL_NORMALIZE,
	ESCAPER_URL_QUERY,
	ESCAPER_SRCSET,
	ESCAPER_STYLE,        // a word, a number, a colour
	ESCAPER_STYLE_STRING, // in a string of CSS
	ESCAPER_SCRIPT,       // a JSON value
	ESCAPER_SCRIPT_STRING,
	ESCAPER_SCRIPT_TEMPLATE, // in `…`
	ESCAPER_SCRIPT_REGEXP,
	ESCAPER_HTML,     // the template's own html function, in its place
	ESCAPER_URLQUERY, // and urlquery
};

const char *html_escaper_name(enum html_escaper escaper); // as Go calls it in messages
// Applies the escapers in order (ESCAPER_NONE ends them) to the value's text and appends the result.
void html_escape_value(struct arena *arena, const unsigned char escapers[3], const struct value *value, struct buf *out);
