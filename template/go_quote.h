// SPDX-License-Identifier: Apache-2.0
// Go's strconv for quoted constants, and the few questions about code points that need a table. Pure.
#pragma once
#include "base/arena.h"
#include "base/buf.h"

bool go_unquote_constant(struct arena *arena, struct str quoted, struct str *out); // "…" or `…`, with the quotes
bool go_unquote_char(struct str quoted, unsigned *out, bool *is_whole);            // '…': *is_whole is false when more than one character was quoted

bool rune_is_letter(unsigned rune); // unicode.IsLetter
bool rune_is_digit(unsigned rune);  // unicode.IsDigit
