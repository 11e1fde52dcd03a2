// SPDX-License-Identifier: Apache-2.0
// One condition on a label: name, operator, value. Pure. Sources: alertmanager pkg/labels and matcher/parse.
#pragma once
#include "base/array.h"
#include "base/error.h"
#include "base/regex.h"
#include "model/labels.h"

enum matcher_op { MATCH_EQUAL,
	MATCH_NOT_EQUAL,
	MATCH_REGEX,
	MATCH_NOT_REGEX };

struct matcher {
	enum matcher_op op;
	struct str name, value; // owned
	struct regex *regex;    // for the two regex operators
};

struct matchers {
	ARRAY_OF(struct matcher);
	// Set before anything is added: a dot of their regular expressions is any character, as in Prometheus; in Alertmanager it is no line end.
	bool dot_takes_newline;
};

// How matcher texts are read: both parsers with a preference (Alertmanager's default), the old one only, the new one only.
enum matcher_mode { MATCHER_FALLBACK,
	MATCHER_CLASSIC,
	MATCHER_UTF8 };

// Appends one matcher; texts are copied. ERR_INVALID for a broken regex, an empty name or invalid UTF-8; ERR_LIMIT from the regex.
// All three that append leave *matchers unchanged when they fail.
MUST_CHECK bool matchers_add(struct matchers *matchers, enum matcher_op op, struct str name, struct str value, struct error *err);
// What every text that matchers_parse takes has, as a regular expression of ECMA 262: an operator, or nothing to say.
#define MATCHERS_PATTERN "[=~]|^[\\s{},]*$"
// Reads `a="b",c=~"d"`, with or without braces, appending to *out. Errors carry upstream's texts.
MUST_CHECK bool matchers_parse(struct matchers *out, struct str text, enum matcher_mode mode, struct error *err);

// What each parser made of a text: for warnings, and for whoever asks.
struct matcher_reading {
	bool is_classic, is_utf8;               // the parser was asked and took it
	bool differs;                           // both took it and mean different things: the classic meaning stands
	struct error classic_error, utf8_error; // of a parser that was asked and did not; ERR_NONE otherwise
};
// As matchers_parse, with what there is to say of it. *reading is set in any case.
MUST_CHECK bool matchers_read(struct matchers *out, struct str text, enum matcher_mode mode, struct matcher_reading *reading, struct error *err);
// Whether the classic parser's meaning stands although the text is not, or is otherwise, understood by the other one.
bool matcher_reading_is_old(const struct matcher_reading *reading, enum matcher_mode mode);
// The same for a text that holds exactly one (the API's filter parameters); braces around it are refused unless classic.
MUST_CHECK bool matchers_parse_one(struct matchers *out, struct str text, enum matcher_mode mode, struct error *err);
void matchers_sort(struct matchers *matchers); // by name, value, operator: the order in route keys
void matchers_finish(struct matchers *matchers);
bool matchers_equal(const struct matchers *a, const struct matchers *b);           // the same conditions in the same order
bool matcher_matches_value(const struct matcher *matcher, struct str value);       // a regex limit hit does not match, with either operator
bool matcher_matches(const struct matcher *matcher, const struct labels *labels);  // a missing label is ""
bool matchers_match(const struct matchers *matchers, const struct labels *labels); // all of them; none given: true
bool matcher_is_label_name(struct str name, enum matcher_mode mode);               // letters, digits and _ in classic mode, else any UTF-8; not empty
bool matcher_is_reserved(unsigned rune);                                           // not in a bare name or value: white space and {}!=~,\"'`
const char *matcher_op_text(enum matcher_op op);                                   // = != =~ !~

struct buf;
void matcher_format(struct buf *out, const struct matcher *matcher);    // a="b", value escaped as OpenMetrics; both quoted where the name needs it
void matchers_format(struct buf *out, const struct matchers *matchers); // {a="b",c=~"d"}
