// SPDX-License-Identifier: Apache-2.0
// The digest of signatures and page tokens. Pure. Source: FIPS 180-4, RFC 2104.
#pragma once
#include "base/str.h"

enum { SHA256_BYTES = 32 };
void sha256(struct str text, unsigned char out[SHA256_BYTES]);
void hmac_sha256(struct str key, struct str text, unsigned char out[SHA256_BYTES]);
