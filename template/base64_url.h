// SPDX-License-Identifier: Apache-2.0
// Base64 with the alphabet for URLs and padding, as Go's base64.URLEncoding. Pure.
#pragma once
#include "base/buf.h"

void base64_url_encode(struct buf *out, struct str data);
// False: *wrong is the offset of what is no base64. Line ends are skipped.
bool base64_url_decode(struct buf *out, struct str text, size_t *wrong);
