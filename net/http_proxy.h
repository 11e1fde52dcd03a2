// SPDX-License-Identifier: Apache-2.0
// Which proxy a request goes through. Private to net/. Source: golang.org/x/net/http/httpproxy.
#pragma once
#include "base/arena.h"
#include "model/http_config.h"

// A proxy_config made ready; its texts live as long as the arena. Read only once made.
struct http_proxy {
	const char *for_http, *for_https; // URLs as curl takes them; NULL = none
	const char *no_proxy;             // NULL: everything goes through it, even to the loopback
};

// Reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY (or their lower case forms) where the configuration says so.
void http_proxy_init(struct http_proxy *proxy, struct arena *arena, const struct proxy_config *config);
// The proxy for a request to `host` (IPv6 without brackets), or NULL: directly.
const char *http_proxy_find(const struct http_proxy *proxy, bool is_https, struct str host, unsigned port);
// Whether no_proxy names the host: a domain (its subdomains too), ".domain" or "*.domain" (subdomains only), an address, a network as
// address/bits, each but the last with ":port" if wished, or "*". The loopback is never spoken to through a proxy.
bool http_proxy_is_bypassed(const char *no_proxy, struct str host, unsigned port);
