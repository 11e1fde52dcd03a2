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
	ESCAPER_MARKUP,     // HTML inside an attribute: as text, whatever its type
	ESCAPER_URL_FILTER, // http, https and mailto only
	ESCAPER_URL_NORMALIZE,
	ESCAPER_URL_QUERY,
	ESCAPER_SRCSET,
	ESCAPER_STYLE,
	ESCAPER_SCRIPT, // a JSON value
	ESCAPER_SCRIPT_STRING,
};

// Applies the escapers in order (ESCAPER_NONE ends them) to the value's text and appends the result.
void html_escape_value(struct arena *arena, const unsigned char escapers[3], const struct value *value, struct buf *out);
