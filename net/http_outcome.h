// SPDX-License-Identifier: Apache-2.0
// What a finished curl transfer means: errors in our words, without secrets, and the headers we act on. Private to net/.
#pragma once
#include "base/buf.h"
#include "net/http_client.h"

#include <curl/curl.h>

// Appends scheme, host and port of `url`: neither userinfo nor path nor query, for they may be secrets (chat webhooks).
void http_origin_append(struct buf *out, struct str url);
// The delay asked for by Retry-After: seconds, or an HTTP date seen from `now`; -1 when unreadable. At most a week.
dur_ms http_retry_after_parse(const char *value, wall_ms now);
// Turns a transfer that failed with `code` into err: "POST https://host: connection refused". detail = curl's error buffer, may be empty.
bool http_outcome_error(struct error *err, CURLcode code, const char *detail, const char *method, const char *url, dur_ms timeout);
