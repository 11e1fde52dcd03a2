// SPDX-License-Identifier: Apache-2.0
// See web_config.h.
#include "api/web_config.h"

#include "base/buf.h"
#include "base/fs.h"
#include "model/duration.h"
#include "model/limits.h"

#include <ctype.h>

struct http_keys {
	bool http2;
	struct yaml_string_map headers;
};

static const struct yaml_key tls_rows[] = {
	{ "cert", YAML_CSTRING, .offset = offsetof(struct web_tls_keys, cert) },
	{ "key", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct web_tls_keys, key) },
	{ "client_ca", YAML_CSTRING, .offset = offsetof(struct web_tls_keys, client_ca) },
	{ "cert_file", YAML_CSTRING, .offset = offsetof(struct web_tls_keys, cert_file) },
	{ "key_file", YAML_CSTRING, .offset = offsetof(struct web_tls_keys, key_file) },
	{ "client_auth_type", YAML_CSTRING, .offset = offsetof(struct web_tls_keys, client_auth_type) },
	{ "client_ca_file", YAML_CSTRING, .offset = offsetof(struct web_tls_keys, client_ca_file) },
	{ "client_allowed_sans", YAML_STRING_LIST, .offset = offsetof(struct web_tls_keys, client_allowed_sans) },
	{ "min_version", YAML_CSTRING, .offset = offsetof(struct web_tls_keys, min_version), .preset = "TLS12" },
	{ "max_version", YAML_CSTRING, .offset = offsetof(struct web_tls_keys, max_version), .preset = "TLS13" },
	{ "cipher_suites", YAML_STRING_LIST, .offset = offsetof(struct web_tls_keys, cipher_suites) },
	{ "curve_preferences", YAML_STRING_LIST, .offset = offsetof(struct web_tls_keys, curve_preferences) },
	{ "prefer_server_cipher_suites", YAML_BOOL, .offset = offsetof(struct web_tls_keys, prefers_server_suites), .preset = "true" },
};

// HTTP/2 is offered to nobody: clients that could speak it take HTTP/1.1.
static const struct yaml_key http_rows[] = {
	{ "http2", YAML_BOOL, .offset = offsetof(struct http_keys, http2), .preset = "true" },
	{ "headers", YAML_STRING_MAP, .offset = offsetof(struct http_keys, headers) },
};

static const struct yaml_key rate_rows[] = {
	{ "interval", YAML_DURATION, .offset = offsetof(struct rate_limit, interval), .min = 0, .max = INT64_MAX },
	{ "burst", YAML_INT, .offset = offsetof(struct rate_limit, burst), .min = 0, .max = INT32_MAX },
};

struct document_keys {
	struct rate_limit rate_limit;
	struct web_tls_keys tls;
	struct http_keys http;
	struct yaml_string_map users;
};

static const struct yaml_key document_rows[] = {
	{ "tls_server_config", YAML_STRUCT, .offset = offsetof(struct document_keys, tls), .nested = tls_rows, .nested_count = YAML_KEY_COUNT(tls_rows) },
	{ "http_server_config", YAML_STRUCT, .offset = offsetof(struct document_keys, http), .nested = http_rows, .nested_count = YAML_KEY_COUNT(http_rows) },
	{ "basic_auth_users", YAML_STRING_MAP, .is_secret = true, .offset = offsetof(struct document_keys, users) },
	{ "rate_limit", YAML_STRUCT, .offset = offsetof(struct document_keys, rate_limit), .nested = rate_rows, .nested_count = YAML_KEY_COUNT(rate_rows) },
};

// ---- checks

static struct position place(struct yaml_reader *reader, const struct yaml_node *block, const char *key) {
	return yaml_reader_at(reader, yaml_find(block, key));
}

static bool read_client_auth(struct yaml_reader *reader, const struct yaml_node *block, struct web_tls_keys *tls) {
	static const struct {
		const char *name;
		enum client_auth type;
	} names[] = {
		{ "", CLIENT_AUTH_NONE },
		{ "NoClientCert", CLIENT_AUTH_NONE },
		{ "RequestClientCert", CLIENT_AUTH_REQUEST },
		{ "RequireAnyClientCert", CLIENT_AUTH_REQUIRE_ANY },
		{ "RequireClientCert", CLIENT_AUTH_REQUIRE_ANY },
		{ "VerifyClientCertIfGiven", CLIENT_AUTH_VERIFY_IF_GIVEN },
		{ "RequireAndVerifyClientCert", CLIENT_AUTH_REQUIRE_AND_VERIFY },
	};
	const char *wanted = tls->client_auth_type == NULL ? "" : tls->client_auth_type;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i].name, wanted) == 0) {
			tls->client_auth = names[i].type;
			return true;
		}
	problem_error(reader->problems, place(reader, block, "client_auth_type"), "invalid ClientAuth: %s", wanted);
	return false;
}

static void check_tls(struct yaml_reader *reader, const struct yaml_node *block, struct web_tls_keys *tls) {
	struct position at = yaml_reader_at(reader, block);
	if (tls->cert == NULL && tls->cert_file == NULL)
		problem_error(reader->problems, at, "missing one of cert or cert_file");
	if (tls->key == NULL && tls->key_file == NULL)
		problem_error(reader->problems, at, "missing one of key or key_file");
	if (read_client_auth(reader, block, tls) && tls->client_auth == CLIENT_AUTH_NONE && (tls->client_ca != NULL || tls->client_ca_file != NULL))
		problem_error(reader->problems, at, "client CA's have been configured without a Client Auth Policy");
}

static void check_headers(struct yaml_reader *reader, const struct yaml_string_map *headers) {
	static const struct {
		const char *name, *values[2];
	} known[] = {
		{ "Strict-Transport-Security", { NULL } },
		{ "X-Content-Type-Options", { "nosniff" } },
		{ "X-Frame-Options", { "deny", "sameorigin" } },
		{ "X-XSS-Protection", { NULL } },
		{ "Content-Security-Policy", { NULL } },
	};
	for (size_t i = 0; i < headers->count; i++) {
		const struct yaml_string_pair *pair = &headers->items[i];
		size_t row = 0;
		while (row < sizeof known / sizeof *known && !str_equal_cstr(pair->name, known[row].name))
			row++;
		if (row == sizeof known / sizeof *known)
			problem_error(reader->problems, yaml_reader_at(reader, pair->name_node), "HTTP header \"%.*s\" can not be configured", STR_ARG(pair->name));
		else if (known[row].values[0] != NULL && !str_equal_cstr(pair->value, known[row].values[0]) && !str_equal_cstr(pair->value, known[row].values[1] == NULL ? "" : known[row].values[1]))
			problem_error(reader->problems, yaml_reader_at(reader, pair->value_node), "invalid value for %s, expected \"%s\"", known[row].name, known[row].values[0]);
		else if (strcspn(pair->value.data, "\r\n") != pair->value.len)
			problem_error(reader->problems, yaml_reader_at(reader, pair->value_node), "a line end in the value of a header");
	}
}

// $2b$10$ and 53 characters.
static bool is_bcrypt(struct str hash) {
	enum { BCRYPT_LEN = 60 };
	if (hash.len != BCRYPT_LEN || !str_has_prefix(hash, STR("$2")) || strchr("aby", hash.data[2]) == NULL || hash.data[3] != '$' || hash.data[6] != '$')
		return false;
	if (!isdigit((unsigned char)hash.data[4]) || !isdigit((unsigned char)hash.data[5]))
		return false;
	int cost = (hash.data[4] - '0') * 10 + hash.data[5] - '0';
	return cost >= 4 && cost <= 31;
}

static void check_users(struct yaml_reader *reader, const struct yaml_string_map *users) {
	for (size_t i = 0; i < users->count; i++)
		if (!is_bcrypt(users->items[i].value))
			problem_error(reader->problems, yaml_reader_at(reader, users->items[i].value_node), "\"basic_auth_users\": the password of \"%.*s\" is no hash of bcrypt", STR_ARG(users->items[i].name));
}

// Source: exporter-toolkit TLSConfig.IsEnabled.
static bool enables_tls(const struct web_tls_keys *tls) {
	return tls->cert != NULL || tls->cert_file != NULL || tls->key != NULL || tls->key_file != NULL || tls->client_ca != NULL || tls->client_ca_file != NULL ||
	    (tls->client_auth_type != NULL && *tls->client_auth_type != '\0');
}

static void join_path(struct yaml_reader *reader, const char **path) {
	if (*path == NULL)
		return;
	autofree char *joined = fs_join_beside(reader->doc->file, *path);
	*path = arena_cstr(reader->arena, str_of(joined));
}

static void read_root(struct yaml_reader *reader, const struct yaml_node *root, struct web_config *config) {
	struct document_keys keys = { 0 };
	yaml_table_read(reader, document_rows, YAML_KEY_COUNT(document_rows), root, &keys);
	config->tls = keys.tls;
	config->headers = keys.http.headers;
	config->users = keys.users;
	config->rate_limit = keys.rate_limit;
	config->has_tls = enables_tls(&config->tls);
	if (config->has_tls)
		check_tls(reader, yaml_find(root, "tls_server_config"), &config->tls);
	check_headers(reader, &config->headers);
	check_users(reader, &config->users);
	join_path(reader, &config->tls.cert_file);
	join_path(reader, &config->tls.key_file);
	join_path(reader, &config->tls.client_ca_file);
}

// ---- the file

struct web_config *web_config_load(const char *file, struct problems *problems) {
	autobuf struct buf text = { 0 };
	struct error err = { 0 };
	size_t before = problems->errors;
	problems_hide_source(problems, file);
	if (!fs_read_file(file, LIMIT_CONFIG_BYTES, &text, &err)) {
		problem_from_error(problems, &err);
		return NULL;
	}
	struct web_config *config = MEM_NEW(struct web_config);
	struct yaml_doc doc;
	const struct yaml_node *root = yaml_doc_load(&doc, file, buf_str(&text), problems);
	struct yaml_reader reader = { .doc = &doc, .arena = &config->arena, .problems = problems, .parse_duration = duration_parse };
	read_root(&reader, root, config);
	yaml_doc_finish(&doc);
	if (problems->errors == before)
		return config;
	web_config_destroy(config);
	return NULL;
}

void web_config_destroy(struct web_config *config) {
	if (config == NULL)
		return;
	arena_finish(&config->arena);
	free(config);
}

const char *web_config_hash(const struct web_config *config, struct str user) {
	for (size_t i = 0; i < config->users.count; i++)
		if (str_equal(config->users.items[i].name, user))
			return config->users.items[i].value.data;
	return NULL;
}
