// SPDX-License-Identifier: Apache-2.0
// One condition on a label: name, operator, value. Pure. Sources: alertmanager pkg/labels and matcher/parse.
#pragma once
#include "base/array.h"
#include "base/error.h"
#include "base/regex.h"
#include "model/labels.h"

enum matcher_op { MATCH_EQUAL, MATCH_NOT_EQUAL, MATCH_REGEX, MATCH_NOT_REGEX };

struct matcher {
	enum matcher_op op;
	struct str name, value; // owned
	struct regex *regex;    // for the two regex operators
};

struct matchers {
	ARRAY_OF(struct matcher);
};

// How matcher texts are read: both parsers with a preference (Alertmanager's default), the old one only, the new one only.
enum matcher_mode { MATCHER_FALLBACK, MATCHER_CLASSIC, MATCHER_UTF8 };

// Appends one matcher; texts are copied. ERR_INVALID for a broken regex or name.
MUST_CHECK bool matchers_add(struct matchers *matchers, enum matcher_op op, struct str name, struct str value, struct error *err);
// Reads `a="b",c=~"d"`, with or without braces, appending to *out. Errors carry upstream's texts.
MUST_CHECK bool matchers_parse(struct matchers *out, struct str text, enum matcher_mode mode, struct error *err);
void matchers_sort(struct matchers *matchers); // by name, value, operator: the order in route keys
void matchers_finish(struct matchers *matchers);
bool matcher_matches(const struct matcher *matcher, const struct labels *labels); // a missing label is ""; a limit hit does not match
bool matchers_match(const struct matchers *matchers, const struct labels *labels); // all of them; none given: true
const char *matcher_op_text(enum matcher_op op); // = != =~ !~

struct buf;
void matcher_format(struct buf *out, const struct matcher *matcher);   // a="b", value escaped as OpenMetrics; both quoted where the name needs it
void matchers_format(struct buf *out, const struct matchers *matchers); // {a="b",c=~"d"}
