// SPDX-License-Identifier: Apache-2.0
// Text within the query of a URL or a form, as Go's url.QueryEscape writes it. Pure.
#pragma once
#include "base/str.h"

struct buf;
void url_query_escape(struct buf *out, struct str text); // a space becomes +, all but letters, digits and -_.~ becomes %XX
