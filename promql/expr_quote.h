// SPDX-License-Identifier: Apache-2.0
// Code points in messages, and the values of the strings of the query language. Pure.
#pragma once
#include "base/arena.h"
#include "base/buf.h"

void quote_append_unicode(struct buf *out, unsigned rune); // %#U: U+0078 'x'
// The value of a string token, with its quotes, that the lexer has accepted. A slice of it where nothing is escaped, else in the arena.
struct str unquote(struct arena *arena, struct str quoted);
