// SPDX-License-Identifier: Apache-2.0
// Signatures of what we send: HMAC-SHA256 and the Standard Webhooks scheme over it. Pure. Source: RFC 2104, FIPS 180-4, standardwebhooks.com.
#pragma once
#include "base/cleanup.h"
#include "base/str.h"

#include <stdbool.h>

struct buf;

void base64_append(struct buf *out, const void *data, size_t size); // with padding

// The key of a Standard Webhooks secret: what follows "whsec_" as base64, or the text itself where it is no base64. Appends to *out.
void signature_key(struct buf *out, const char *secret);
// Appends "v1,<base64>" over "ID.SECONDS.BODY". `seconds` is Unix time of this attempt.
void signature_standard_webhook(struct buf *out, const char *secret, struct str id, long long seconds, struct str body);
