// SPDX-License-Identifier: Apache-2.0
// What URLs Go's url.Parse takes, and what Alertmanager takes of those; how they are sent. Pure.
#pragma once
#include "base/error.h"
#include "base/str.h"

struct buf;

enum url_shown { URL_SHOWN,
	URL_HIDDEN }; // a secret, perhaps: no byte of it is quoted

// ERR_INVALID: `parse "URL": ` and what Go says of it, or that it is not quoted.
MUST_CHECK bool url_check(struct str url, enum url_shown shown, struct error *err);
// With http or https, a host, and neither spaces nor control characters too. Source: alertmanager config/common/url.go, ParseURL.
MUST_CHECK bool http_url_check(struct str url, enum url_shown shown, struct error *err);
// As Go's net/http sends it: a path with a byte that may not stand in one is decoded and escaped anew, all else stays. For any text.
void http_url_append(struct buf *out, struct str url);
