// SPDX-License-Identifier: Apache-2.0
// A tls_config as curl options. Private to net/.
#pragma once
#include "model/http_config.h"

#include <curl/curl.h>

// Texts are copied by curl; the files are read by it on each connection. Verification is on unless the configuration says otherwise.
// server_name is not handled here: see http_endpoint.h and smtp_client.c.
void tls_options_apply(const struct tls_config *config, CURL *easy);
// The same for the connection to a proxy that is spoken to over TLS.
void tls_options_apply_proxy(const struct tls_config *config, CURL *easy);
// curl's global state, once for the process; any thread.
void curl_init_once(void);
