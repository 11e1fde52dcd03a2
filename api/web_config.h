// SPDX-License-Identifier: Apache-2.0
// A web.config.file, as all programs with Prometheus' toolkit take it: TLS, headers, users. Immutable once read. Private to api/.
// Source: exporter-toolkit docs/web-configuration.md and web/.
#pragma once
#include "base/arena.h"
#include "base/clock.h"
#include "base/problems.h"
#include "base/yaml_table.h"

enum client_auth { CLIENT_AUTH_NONE,
	CLIENT_AUTH_REQUEST,     // asked for, not looked at
	CLIENT_AUTH_REQUIRE_ANY, // must be there, whoever signed it
	CLIENT_AUTH_VERIFY_IF_GIVEN,
	CLIENT_AUTH_REQUIRE_AND_VERIFY };

struct web_tls_keys {
	const char *cert, *key, *client_ca; // PEM
	const char *cert_file, *key_file, *client_ca_file, *client_auth_type, *min_version, *max_version;
	struct yaml_strings client_allowed_sans, cipher_suites, curve_preferences;
	bool prefers_server_suites; // taken, as upstream, which gave it up
	enum client_auth client_auth;
};

// One request more an interval, up to `burst` at once.
struct rate_limit {
	dur_ms interval; // 0: no limit
	int64_t burst;
};

struct web_config {
	struct arena arena; // owns all texts
	bool has_tls;
	struct web_tls_keys tls;
	struct yaml_string_map headers; // of every answer
	struct rate_limit rate_limit;
	struct yaml_string_map users; // names and bcrypt hashes
};

// Reads and checks the file wholly, the names of what cannot be had included; certificates are not read yet. NULL when `problems` gained an error.
struct web_config *web_config_load(const char *file, struct problems *problems);
void web_config_destroy(struct web_config *config); // NULL is fine
// The hash of a user's password; NULL: there is no such user. Borrowed.
const char *web_config_hash(const struct web_config *config, struct str user);
