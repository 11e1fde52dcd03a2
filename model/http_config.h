// SPDX-License-Identifier: Apache-2.0
// How an HTTP peer is spoken to: the http_config block of alertmanager.yml and prometheus.yml, as data. Secrets inside: never log it.
// Source: prometheus/common, config.HTTPClientConfig.
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct arena;

enum tls_version { TLS_ANY, // 1.2 at least
	TLS_1_0,
	TLS_1_1,
	TLS_1_2,
	TLS_1_3 };

// All texts are owned by the arena of the configuration they came from; NULL = not set. Files are read by the client on use.
struct tls_config {
	const char *ca, *cert, *key; // PEM; or
	const char *ca_file, *cert_file, *key_file;
	const char *server_name;
	enum tls_version min_version, max_version;
	bool insecure_skip_verify;
};

// One header line. Of `value` and `file` one is set.
struct http_header {
	const char *name, *value, *file;
};

struct http_headers {
	const struct http_header *items; // in the order they are said in
	size_t count;
};

struct proxy_config {
	const char *url;      // with its user name and password; NULL = none
	const char *no_proxy; // comma list of hosts that are spoken to directly
	bool from_environment;
	struct http_headers connect_headers; // said to the proxy when it is asked for a tunnel
};

struct oauth2_param {
	const char *name, *value;
};

// What the JWT bearer grant (RFC 7523) says about the client, signed with its RSA key.
struct oauth2_assertion {
	const char *key, *key_file, *key_id; // PEM
	const char *algorithm;               // "RS256", "RS384" or "RS512"; NULL = RS256
	const char *issuer, *audience;       // NULL = the client's id, the token's URL
	const struct oauth2_param *claims;   // further ones, values as JSON; of a name that is set anyhow they win
	size_t claim_count;
};

struct oauth2_config {
	bool is_assertion; // the grant: JWT bearer, instead of client credentials
	const char *client_id, *client_secret, *client_secret_file, *token_url;
	struct oauth2_assertion assertion;
	const char *scopes; // joined by blanks
	const struct oauth2_param *params;
	size_t param_count;
	struct tls_config tls;
	struct proxy_config proxy;
};

struct http_config {
	bool has_basic_auth; // given, be it empty
	const char *basic_username, *basic_username_file, *basic_password, *basic_password_file;
	const char *bearer_token, *bearer_token_file; // `authorization` with another type than Bearer:
	const char *authorization_type, *authorization_credentials, *authorization_credentials_file;
	const struct oauth2_config *oauth2; // NULL = none
	struct tls_config tls;
	struct proxy_config proxy;
	struct http_headers headers; // of each name: values, secrets, files
	bool follow_redirects;       // default true
	bool enable_http2;           // default true: where TLS agrees on it
};
#define HTTP_CONFIG_DEFAULT ((struct http_config){ .follow_redirects = true, .enable_http2 = true })

// A copy with all its texts in the arena.
struct http_config http_config_copy(struct arena *arena, const struct http_config *config);
