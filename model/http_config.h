// SPDX-License-Identifier: Apache-2.0
// How an HTTP peer is spoken to: the http_config block of alertmanager.yml and prometheus.yml, as data. Secrets inside: never log it.
#pragma once
#include <stdbool.h>

// All texts are owned by the arena of the configuration they came from; NULL = not set.
struct tls_config {
	const char *ca_file, *cert_file, *key_file; // read by the client on use
	const char *server_name;
	bool insecure_skip_verify;
};

struct http_config {
	const char *basic_username, *basic_password, *basic_password_file;
	const char *bearer_token, *bearer_token_file; // `authorization` with another type than Bearer:
	const char *authorization_type, *authorization_credentials, *authorization_credentials_file;
	struct tls_config tls;
	bool follow_redirects; // default true
	bool enable_http2;     // default true; accepted, HTTP/1.1 is what we speak
};
#define HTTP_CONFIG_DEFAULT ((struct http_config){ .follow_redirects = true, .enable_http2 = true })
