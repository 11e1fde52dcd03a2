// SPDX-License-Identifier: Apache-2.0
// oauth2 in an http_config.
#include "daemon/config_read.h"

#include "base/buf.h"
#include "base/json_write.h"

#include <math.h>

#define GRANT_JWT "urn:ietf:params:oauth:grant-type:jwt-bearer"

struct oauth2_keys {
	struct oauth2_config oauth2;
	const char *grant_type;
	struct yaml_strings scopes;
	struct yaml_string_map params;
};

// A claim may be of any kind: it is kept as JSON.
static void append_json(struct buf *out, const struct yaml_node *node);

static void append_json_scalar(struct buf *out, const struct yaml_node *node) {
	bool is_true = false;
	double number = 0;
	int64_t whole = 0;
	if (yaml_is_null(node))
		buf_append_cstr(out, "null");
	else if (yaml_get_bool(node, &is_true))
		buf_append_cstr(out, is_true ? "true" : "false");
	else if (yaml_get_int(node, &whole))
		buf_append_int(out, whole);
	else if (yaml_get_double(node, &number) && isfinite(number))
		json_append_double(out, number);
	else
		json_append_string(out, node->text);
}

static void append_json_list(struct buf *out, const struct yaml_node *node) {
	for (uint32_t i = 0; i < node->count; i++) {
		buf_append_char(out, i == 0 ? '[' : ',');
		append_json(out, node->items[i]);
	}
	buf_append_cstr(out, node->count == 0 ? "[]" : "]");
}

static void append_json_map(struct buf *out, const struct yaml_node *node) {
	for (uint32_t i = 0; i < node->count; i++) {
		buf_append_char(out, i == 0 ? '{' : ',');
		json_append_string(out, node->entries[i].key->text);
		buf_append_char(out, ':');
		append_json(out, node->entries[i].value);
	}
	buf_append_cstr(out, node->count == 0 ? "{}" : "}");
}

// Recursion as deep as a YAML document may be nested.
static void append_json(struct buf *out, const struct yaml_node *node) {
	switch (node->kind) {
	case YAML_SCALAR: append_json_scalar(out, node); return;
	case YAML_SEQUENCE: append_json_list(out, node); return;
	case YAML_MAPPING: append_json_map(out, node); return;
	}
}

static bool read_claims(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	struct oauth2_assertion *assertion = field;
	if (!yaml_expect(reader, key->name, value, YAML_MAPPING))
		return false;
	struct oauth2_param *claims = ARENA_NEW_ARRAY(reader->arena, struct oauth2_param, value->count + 1);
	for (uint32_t i = 0; i < value->count; i++) {
		autobuf struct buf json = { 0 };
		append_json(&json, value->entries[i].value);
		claims[i] = (struct oauth2_param){ arena_cstr(reader->arena, value->entries[i].key->text), arena_cstr(reader->arena, buf_str(&json)) };
	}
	assertion->claims = claims;
	assertion->claim_count = value->count;
	return true;
}

static const struct yaml_key oauth2_keys[] = {
	{ "client_id", YAML_CSTRING, .offset = offsetof(struct oauth2_keys, oauth2.client_id), .help = "The client's name; required." },
	{ "client_secret", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct oauth2_keys, oauth2.client_secret), .help = "The client's secret." },
	{ "client_secret_file", YAML_CSTRING, .offset = offsetof(struct oauth2_keys, oauth2.client_secret_file), .help = "File that holds the secret, read on use." },
	{ "token_url", YAML_CSTRING, .offset = offsetof(struct oauth2_keys, oauth2.token_url), .help = "Where tokens are asked for; required." },
	{ "scopes", YAML_STRING_LIST, .is_harmless = true, .offset = offsetof(struct oauth2_keys, scopes), .help = "Scopes asked for." },
	{ "endpoint_params", YAML_STRING_MAP, .offset = offsetof(struct oauth2_keys, params), .help = "Further parameters of the question." },
	{ "grant_type", YAML_CSTRING, .offset = offsetof(struct oauth2_keys, grant_type), .preset = "client_credentials", .help = "client_credentials, or " GRANT_JWT ", which the keys below are for." },
	{ "client_certificate_key", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct oauth2_keys, oauth2.assertion.key), .help = "The client's RSA key in PEM, for signing." },
	{ "client_certificate_key_file", YAML_CSTRING, .offset = offsetof(struct oauth2_keys, oauth2.assertion.key_file), .help = "File that holds the key, read on use." },
	{ "client_certificate_key_id", YAML_CSTRING, .offset = offsetof(struct oauth2_keys, oauth2.assertion.key_id), .help = "The key's name, told in the token's header." },
	{ "signature_algorithm", YAML_CSTRING, .offset = offsetof(struct oauth2_keys, oauth2.assertion.algorithm), .preset = "RS256", .help = "RS256, RS384 or RS512." },
	{ "iss", YAML_CSTRING, .offset = offsetof(struct oauth2_keys, oauth2.assertion.issuer), .help = "Claimed issuer; client_id by default." },
	{ "audience", YAML_CSTRING, .offset = offsetof(struct oauth2_keys, oauth2.assertion.audience), .help = "Claimed audience; token_url by default." },
	{ "claims", YAML_CUSTOM, .offset = offsetof(struct oauth2_keys, oauth2.assertion), .help = "Further claims.", .read = read_claims, .shape = "map" },
	{ "tls_config", YAML_CUSTOM, .offset = offsetof(struct oauth2_keys, oauth2.tls), .help = "Certificates.", TLS_CONFIG },
	PROXY_CONFIG_KEYS(struct oauth2_keys, oauth2.proxy),
};
const struct yaml_table oauth2_table = { .name = "oauth2", .keys = oauth2_keys, .count = YAML_KEY_COUNT(oauth2_keys) };

static bool complain(struct yaml_reader *reader, const struct yaml_node *at, const char *text) {
	problem_error(reader->problems, yaml_reader_at(reader, at), "%s", text);
	return false;
}

static bool is_given(const char *text) {
	return text != NULL && text[0] != '\0';
}

static bool check_params(struct yaml_reader *reader, const struct oauth2_keys *keys) {
	bool ok = true;
	for (size_t i = 0; i < keys->params.count; i++) {
		struct str name = keys->params.items[i].name;
		bool is_taken = (str_equal(name, STR("scope")) && keys->scopes.count > 0) || (str_equal(name, STR("assertion")) && keys->oauth2.is_assertion);
		if (!is_taken)
			continue;
		problem_error(reader->problems, yaml_reader_at(reader, keys->params.items[i].name_node), "oauth2: cannot overwrite parameter \"%.*s\"", STR_ARG(name));
		ok = false;
	}
	return ok;
}

static bool check_credentials(struct yaml_reader *reader, const struct yaml_node *at, const struct oauth2_config *oauth2) {
	if (!is_given(oauth2->client_secret) || !is_given(oauth2->client_secret_file))
		return true;
	return complain(reader, at, "at most one of oauth2 client_secret, client_secret_file & client_secret_ref must be configured using grant-type=client_credentials");
}

static bool check_assertion(struct yaml_reader *reader, const struct yaml_node *at, const struct oauth2_assertion *assertion) {
	bool ok = true;
	if (is_given(assertion->key) && is_given(assertion->key_file))
		ok = complain(reader, at, "at most one of oauth2 client_certificate_key, client_certificate_key_file & client_certificate_key_ref must be configured using grant-type=" GRANT_JWT);
	const char *algorithm = assertion->algorithm;
	if (algorithm[0] != '\0' && strcmp(algorithm, "RS256") != 0 && strcmp(algorithm, "RS384") != 0 && strcmp(algorithm, "RS512") != 0)
		ok = complain(reader, yaml_find(at, "signature_algorithm"), "valid signature algorithms are RS256, RS384 and RS512");
	return ok;
}

// An empty text is none.
static void take_assertion(struct yaml_reader *reader, struct oauth2_config *oauth2) {
	struct oauth2_assertion *assertion = &oauth2->assertion;
	const char **texts[] = { &assertion->key_file, &assertion->key_id, &assertion->algorithm, &assertion->issuer, &assertion->audience, &oauth2->client_secret_file };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (!is_given(*texts[i]))
			*texts[i] = NULL;
	config_beside_file(reader, &assertion->key_file);
	config_beside_file(reader, &oauth2->client_secret_file);
}

static bool check(struct yaml_reader *reader, const struct yaml_node *at, const struct oauth2_keys *keys) {
	const struct oauth2_config *oauth2 = &keys->oauth2;
	bool ok = true;
	if (!is_given(oauth2->client_id))
		ok = complain(reader, at, "oauth2 client_id must be configured");
	if (!is_given(oauth2->token_url))
		ok = complain(reader, at, "oauth2 token_url must be configured");
	else
		ok &= check_url(reader, "token_url", yaml_find(at, "token_url"), oauth2->token_url, false);
	ok &= oauth2->is_assertion ? check_assertion(reader, at, &oauth2->assertion) : check_credentials(reader, at, oauth2);
	ok &= check_params(reader, keys);
	return check_proxy_config(reader, at, &oauth2->proxy) && ok;
}

static void take_scopes(struct yaml_reader *reader, struct oauth2_keys *keys) {
	autobuf struct buf scopes = { 0 };
	for (size_t i = 0; i < keys->scopes.count; i++)
		buf_format(&scopes, "%s%.*s", i == 0 ? "" : " ", STR_ARG(keys->scopes.items[i]));
	keys->oauth2.scopes = arena_cstr(reader->arena, buf_str(&scopes));
}

static void take_params(struct yaml_reader *reader, struct oauth2_keys *keys) {
	struct oauth2_param *params = ARENA_NEW_ARRAY(reader->arena, struct oauth2_param, keys->params.count + 1);
	for (size_t i = 0; i < keys->params.count; i++)
		params[i] = (struct oauth2_param){ arena_cstr(reader->arena, keys->params.items[i].name), arena_cstr(reader->arena, keys->params.items[i].value) };
	keys->oauth2.params = params;
	keys->oauth2.param_count = keys->params.count;
}

bool read_oauth2(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	struct oauth2_keys keys = { 0 };
	if (!yaml_expect(reader, key->name, value, YAML_MAPPING))
		return false;
	bool ok = yaml_table_read(reader, oauth2_keys, YAML_KEY_COUNT(oauth2_keys), value, &keys);
	keys.oauth2.is_assertion = strcmp(keys.grant_type, GRANT_JWT) == 0; // any other is client_credentials, as upstream
	ok &= check(reader, value, &keys);
	take_assertion(reader, &keys.oauth2);
	take_scopes(reader, &keys);
	take_params(reader, &keys);
	*(const struct oauth2_config **)field = arena_dup(reader->arena, &keys.oauth2, sizeof keys.oauth2);
	return ok;
}
