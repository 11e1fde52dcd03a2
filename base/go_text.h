// SPDX-License-Identifier: Apache-2.0
// Text as Go's strconv quotes and unquotes it: what Prometheus and Alertmanager print and read.
#pragma once
#include "base/str.h"

struct buf;
// strconv.Quote, which is %q: "a\n\u00ad"; printable is what Go prints (letters, marks, numbers, punctuation, symbols, the space).
void go_quote(struct buf *out, struct str text);
void go_quote_head(struct buf *out, struct str text, size_t runes); // the first `runes` code points only: %.10q
void go_quote_ascii(struct buf *out, struct str text);              // %+q
void go_quote_rune(struct buf *out, unsigned rune);                 // strconv.QuoteRune: 'x'
// One escape, after its backslash, inside `quote`s; moves *rest past it. *is_byte: it stands for a byte, not for a code point.
// False when it is none.
bool go_unquote_escape(struct str *rest, char quote, unsigned *out, bool *is_byte);
// strconv.Unquote of a text in double quotes, which are part of it: \a \b \f \n \r \t \v \\ \" \ooo \xHH \uHHHH \UHHHHHHHH. Appends the
// meaning, which may be invalid UTF-8 by \x. False when it is not well formed (a raw newline included); then *out is unchanged.
bool go_unquote(struct buf *out, struct str quoted);
bool go_is_space(unsigned rune); // unicode.IsSpace
