// SPDX-License-Identifier: Apache-2.0
// A peer's http_config turned into curl options, header lines and connection detours. Private to net/.
#pragma once
#include "base/buf.h"
#include "net/http_client.h"

#include <curl/curl.h>

// Unlike its address never used twice, so that handles kept for a destroyed endpoint are not mistaken for a new one's. NULL has id 0.
uint64_t http_endpoint_id(const struct http_endpoint *endpoint);
// The options that stay as long as a handle serves this endpoint. endpoint NULL = defaults. Texts are copied by curl.
void http_endpoint_apply(const struct http_endpoint *endpoint, CURL *easy);
// Appends "Authorization: …\n", its secret read from the configured file now; nothing without one. Errors of the file, ERR_INVALID for a line break in the secret.
MUST_CHECK bool http_endpoint_authorize(const struct http_endpoint *endpoint, struct buf *lines, struct error *err);
// Go's tls_config.server_name, which curl does not know: a request to https://HOST asks for https://SERVER_NAME instead (so that SNI and the
// name check use it) while *connect_to leads the connection to HOST and "Host: HOST\n" is appended to lines.
// True when a detour is needed; then *url_out is freed by curl_free and *connect_to by the caller's buf_finish.
bool http_endpoint_detour(const struct http_endpoint *endpoint, const char *url, char **url_out, struct buf *connect_to, struct buf *lines);
