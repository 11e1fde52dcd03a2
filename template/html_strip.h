// SPDX-License-Identifier: Apache-2.0
// HTML without its tags. Private to the folder. Source: Go's html/template, stripTags.
#pragma once
#include "base/buf.h"

void html_strip_tags(struct buf *out, struct str html); // "<b>&iexcl;Hi!</b>" becomes "&iexcl;Hi!"
