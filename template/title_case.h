// SPDX-License-Identifier: Apache-2.0
// Title case as the function `title` makes it: in English, letters that have a title case of their own and letters that become several
// included. Private to the folder. Source: golang.org/x/text/cases.
#pragma once
#include "base/str.h"

struct buf;
// Each word's first letter becomes title case; the others stay or become lower case.
void text_append_title(struct buf *out, struct str text, bool lower_rest);
