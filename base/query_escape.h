// SPDX-License-Identifier: Apache-2.0
// Text within the query of a URL or a form, and within its path, as Go's net/url writes it. Pure.
#pragma once
#include "base/str.h"

struct buf;
void url_query_escape(struct buf *out, struct str text); // a space becomes +, all but letters, digits and -_.~ becomes %XX
void url_path_escape(struct buf *out, struct str text);  // within a segment: likewise, but a space becomes %20, and $&+=:@ stay
void url_paths_escape(struct buf *out, struct str text); // of several segments: / ; and , stay too
int url_escaped_byte(struct str text);                   // the byte that %XX at the start of text stands for, or -1
