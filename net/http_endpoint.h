// SPDX-License-Identifier: Apache-2.0
// A peer's http_config turned into curl options, header lines, proxies and connection detours. Private to net/.
#pragma once
#include "base/buf.h"
#include "net/http_client.h"

#include <curl/curl.h>

struct oauth2_source;

// Unlike its address never used twice, so that handles kept for a destroyed endpoint are not mistaken for a new one's. NULL has id 0.
uint64_t http_endpoint_id(const struct http_endpoint *endpoint);
bool http_endpoint_follows_redirects(const struct http_endpoint *endpoint);
struct oauth2_source *http_endpoint_oauth2(const struct http_endpoint *endpoint); // NULL without

// The options that stay as long as a handle serves this endpoint. endpoint NULL = defaults. Texts are copied by curl.
void http_endpoint_apply(const struct http_endpoint *endpoint, CURL *easy);
// Appends the configured http_headers, "Name: value\n" each, files read now, but for those that the request gives by itself (its lines,
// NULL-terminated; NULL: none). Errors of the files, ERR_INVALID for a line break in one.
MUST_CHECK bool http_endpoint_add_headers(const struct http_endpoint *endpoint, const char *const *given, struct buf *lines, struct error *err);
// Appends "Authorization: …\n", its secret read from the configured file now; nothing without one. Errors of the file, ERR_INVALID for a line
// break in the secret. OAuth2's token is not its business.
MUST_CHECK bool http_endpoint_authorize(const struct http_endpoint *endpoint, struct buf *lines, struct error *err);

// How a request reaches its URL. Zeroed = as the URL says.
struct http_way {
	const char *proxy; // NULL = directly; borrowed from the endpoint
	bool is_tunnel;    // the proxy is asked for a tunnel
	// Go's tls_config.server_name, which curl does not know: a request to https://HOST asks for https://SERVER_NAME instead (so that SNI and
	// the name check use it), while connect_to leads the connection to HOST and the header line "Host: HOST\n" is sent. "" = no detour.
	struct buf url, connect_to, host_line;
};
void http_endpoint_find_way(const struct http_endpoint *endpoint, const char *url, struct http_way *way);
void http_way_finish(struct http_way *way);
// Appends the header lines for a proxy that is asked for a tunnel. Errors as http_endpoint_add_headers.
MUST_CHECK bool http_endpoint_add_connect_headers(const struct http_endpoint *endpoint, struct buf *lines, struct error *err);
// The URL's host without brackets, or an empty text when it has none. Appends to *out.
void http_host_append(struct buf *out, const char *url);
