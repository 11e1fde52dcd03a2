// SPDX-License-Identifier: Apache-2.0
// The assertion of OAuth2's JWT bearer grant: claims about a client, signed with its RSA key. Private to net/. Any thread.
// Source: RFC 7515, 7519, 7523; which claims, as prometheus/common makes them.
#pragma once
#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "model/http_config.h"

// Appends HEADER.CLAIMS.SIGNATURE, good for ten minutes from `now`. ERR_INVALID for a key that is no RSA key in PEM; the text never quotes it.
MUST_CHECK bool jwt_append(struct buf *out, const struct oauth2_config *config, struct str key, wall_ms now, struct error *err);
