// SPDX-License-Identifier: Apache-2.0
// The escapes that do not depend on a place: for HTML text, JavaScript strings and URL queries. Pure.
#pragma once
#include "base/buf.h"

void escape_html(struct buf *out, struct str text); // & < > " ' as Go's template.HTMLEscapeString; NUL becomes U+FFFD
void escape_js(struct buf *out, struct str text);   // as Go's template.JSEscapeString
enum unescaped { UNESCAPED,
	UNESCAPE_BROKEN };
// Go's url.QueryUnescape; *broken is the part that is no escape ("%zz").
enum unescaped unescape_query(struct buf *out, struct str text, struct str *broken);
