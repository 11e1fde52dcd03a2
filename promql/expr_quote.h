// SPDX-License-Identifier: Apache-2.0
// Texts and code points as Go's strconv quotes them, and the way back for the strings of the query language. Pure.
#pragma once
#include "base/arena.h"
#include "base/buf.h"

void quote_append(struct buf *out, struct str text);         // strconv.Quote
void quote_append_head(struct buf *out, struct str text, size_t runes); // the first `runes` code points only: %.10q
void quote_append_rune(struct buf *out, unsigned rune);      // strconv.QuoteRune: 'x'
void quote_append_unicode(struct buf *out, unsigned rune);   // %#U: U+0078 'x'
// The value of a string token, with its quotes, that the lexer has accepted. A slice of it where nothing is escaped, else in the arena.
struct str unquote(struct arena *arena, struct str quoted);
