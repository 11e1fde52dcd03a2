// SPDX-License-Identifier: Apache-2.0
// Pieces of an Internet message: header fields, encoded words, quoted-printable. 7 bit, CRLF, lines of at most 78 bytes wherever the text allows.
// A value cannot end its field: line breaks and control characters become blanks. Pure. Private to notifiers/.
#pragma once
#include "base/buf.h"
#include "base/clock.h"
#include "notifiers/mail_address.h"

enum { MIME_HEADER_MAX = 4096 }; // bytes of a text value; more is cut

bool mime_header_name_is_valid(struct str name); // RFC 5322: printable ASCII without ':' and blanks
// Unstructured text (Subject): as it is where that is possible, else RFC 2047 Q words. Broken UTF-8 becomes U+FFFD.
void mime_header_text(struct buf *out, const char *name, struct str value);
// From, To and the like: names quoted or encoded as they need.
void mime_header_addresses(struct buf *out, const char *name, const struct mail_address *addresses, size_t count);
void mime_date(struct buf *out, wall_ms at); // "Mon, 02 Jan 2006 15:04:05 +0000"
// A text part's content: RFC 2045 6.7. Ends with CRLF. Never holds "=_", which makes boundaries with it safe.
void mime_quoted_printable(struct buf *out, struct str text);
