// SPDX-License-Identifier: Apache-2.0
// Regular expressions with RE2's syntax and meaning on PCRE2: what RE2 refuses is refused, a match limit hit is an error, never "no match".
#pragma once
#include "base/error.h"
#include "base/str.h"

struct buf;
struct regex; // immutable once compiled: any thread may match with it

enum regex_flags {
	REGEX_ANCHORED = 1 << 0,    // the whole text must match: ^(?:X)$ is compiled, and shown in errors, as Go's users do
	REGEX_DOT_NEWLINE = 1 << 1, // dot matches newline (Prometheus 3 matchers): with REGEX_ANCHORED ^(?s:X)$
};

enum regex_match { REGEX_NO_MATCH,
	REGEX_MATCH,
	REGEX_LIMIT }; // REGEX_LIMIT: too expensive or text too long; callers treat it as an error

// NULL with ERR_INVALID (Go's wording: "error parsing regexp: missing closing ): `(a`") or ERR_LIMIT (too long, nested too deeply, or too large
// for PCRE2 once its repetitions are written out). Both (?P<name>x) and (?<name>x) are taken, as by Go since 1.22.
struct regex *regex_compile(struct str pattern, unsigned flags, struct error *err);
// The syntax only, without compiling: cheap, of any length. Errors as regex_compile without REGEX_ANCHORED gives them.
MUST_CHECK bool regex_check(struct str pattern, struct error *err);
void regex_destroy(struct regex *regex);                                 // NULL is fine
enum regex_match regex_test(const struct regex *regex, struct str text); // text is valid UTF-8
// Go's ReplaceAllString: every match becomes `replacement` with $1, ${1}, $name, ${name}, $$ expanded. False on REGEX_LIMIT.
bool regex_replace_all(const struct regex *regex, struct str text, struct str replacement, struct buf *out);
// Go's Expand of one anchored match, for relabelling: on REGEX_MATCH alone something is appended.
enum regex_match regex_expand(const struct regex *regex, struct str text, struct str replacement, struct buf *out);
