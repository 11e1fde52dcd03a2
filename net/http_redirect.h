// SPDX-License-Identifier: Apache-2.0
// What becomes of a request that is answered by a redirect. Pure. Private to net/. Source: Go's net/http/client.go and prometheus/common.
#pragma once
#include "base/str.h"

struct buf;

enum { HTTP_REDIRECTS_MAX = 10 };

enum http_redirect { REDIRECT_NONE, // the answer is the answer
	REDIRECT_AGAIN,             // the same request elsewhere (307, 308)
	REDIRECT_AS_GET };          // without its body (301, 302, 303)

enum http_redirect http_redirect_of(int status);
// Whether credentials given for `origin` may be said to `host`: to itself and to its subdomains.
bool http_redirect_keeps_secrets(struct str origin, struct str host);
// Appends those of the header lines ("Name: value\n") that may go along.
void http_redirect_filter(struct buf *out, struct str lines, bool keeps_secrets, bool keeps_body);
