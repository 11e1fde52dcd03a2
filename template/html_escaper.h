// SPDX-License-Identifier: Apache-2.0
// What is done to a value before it is printed into HTML, by the place it stands in. Private to the folder. Source: Go's html/template.
#pragma once
#include "template/value.h"

enum html_escaper {
	HTML_ESCAPER_NONE,
	HTML_ESCAPER_TEXT,
};

// Applies the escapers in order (0 ends them) to the value's text and appends the result.
bool html_escape_value(struct arena *arena, const unsigned char escapers[3], const struct value *value, struct buf *out);
