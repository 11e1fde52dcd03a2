// SPDX-License-Identifier: Apache-2.0
// Upper and lower case of code points as Go maps them (unicode.ToUpper, unicode.ToLower): one to one, whatever the language. Any thread.
#pragma once
#include "base/str.h"

struct buf;
unsigned rune_case_upper(unsigned rune);
unsigned rune_case_lower(unsigned rune);
// strings.ToUpper and strings.ToLower of valid UTF-8.
void text_case_upper(struct buf *out, struct str text);
void text_case_lower(struct buf *out, struct str text);
