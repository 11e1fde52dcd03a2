// SPDX-License-Identifier: Apache-2.0
// Text within the query of a URL or a form, and within one segment of its path, as Go's url.QueryEscape and url.PathEscape write it. Pure.
#pragma once
#include "base/str.h"

struct buf;
void url_query_escape(struct buf *out, struct str text); // a space becomes +, all but letters, digits and -_.~ becomes %XX
void url_path_escape(struct buf *out, struct str text);  // likewise, but a space becomes %20, and $&+=:@ stay
