// SPDX-License-Identifier: Apache-2.0
// RE2's syntax turned into PCRE2's. Used by base/regex.c only.
#pragma once
#include "base/array.h"
#include "base/buf.h"
#include "base/error.h"

struct regex_name {
	struct str name; // owned
	unsigned group;
};

struct regex_syntax {
	struct buf pcre2; // the pattern for PCRE2 with UTF, DOLLAR_ENDONLY and ALT_CIRCUMFLEX; groups have no names
	ARRAY_OF(struct regex_name)
	names;           // in order of their groups; a name may come twice
	unsigned groups; // capturing ones
};

// ERR_INVALID with Go's wording, ERR_LIMIT when groups nest too deeply. *out was zeroed and is to be finished in any case.
MUST_CHECK bool regex_syntax_translate(struct str pattern, struct regex_syntax *out, struct error *err);
void regex_syntax_finish(struct regex_syntax *syntax);
