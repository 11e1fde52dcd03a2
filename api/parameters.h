// SPDX-License-Identifier: Apache-2.0
// Names and values of a query string or a form, read as Go's net/url reads them: a pair that is badly escaped or holds a semicolon is left
// out, the others stay. Pure. Private to api/.
#pragma once
#include "base/arena.h"
#include "base/array.h"

struct parameter {
	struct str name, value; // decoded: any bytes, NUL and broken UTF-8 too; each is followed by a NUL
};

struct parameters {
	ARRAY_OF(struct parameter); // in order
	struct str problem;         // Go's words for the first pair left out; empty: all were read
};

// Appends the pairs of name=value&… to *out; texts live in the arena. More than LIMIT_PARAMETERS of them: none is read.
void parameters_parse(struct parameters *out, struct arena *arena, struct str text);
// A form is read before the query string, so that its values come first. NULL: there is none of that name.
const struct parameter *parameters_find(const struct parameters *parameters, const char *name);
// %XX decoded and, in a form or query string, + as a space. False when an escape is broken: then *out is what begins with it.
MUST_CHECK bool parameters_unescape(struct arena *arena, struct str text, bool plus_is_space, struct str *out);
