// SPDX-License-Identifier: Apache-2.0
// CSS as text. Private to the folder. Source: Go's html/template/css.go.
#pragma once
#include "base/buf.h"

void style_unescape(struct buf *out, struct str text); // "\26 b" becomes "&b"
bool style_is_name_char(unsigned rune);                // may it stand in a CSS identifier?
