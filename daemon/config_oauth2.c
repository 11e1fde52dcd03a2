// SPDX-License-Identifier: Apache-2.0
// oauth2 in an http_config.
#include "daemon/config_read.h"

#include "base/buf.h"

#define GRANT_JWT "urn:ietf:params:oauth:grant-type:jwt-bearer"
#define JWT_REASON "of the grant types only client_credentials is spoken"

struct oauth2_keys {
	struct oauth2_config oauth2;
	const char *grant_type;
	struct yaml_strings scopes;
	struct yaml_string_map params;
};

const struct yaml_key oauth2_keys[] = {
	{ "client_id", YAML_CSTRING, .offset = offsetof(struct oauth2_keys, oauth2.client_id), .help = "The client's name; required." },
	{ "client_secret", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct oauth2_keys, oauth2.client_secret), .help = "The client's secret." },
	{ "client_secret_file", YAML_CSTRING, .offset = offsetof(struct oauth2_keys, oauth2.client_secret_file), .help = "File that holds the secret, read on use." },
	{ "token_url", YAML_CSTRING, .offset = offsetof(struct oauth2_keys, oauth2.token_url), .help = "Where tokens are asked for; required." },
	{ "scopes", YAML_STRING_LIST, .offset = offsetof(struct oauth2_keys, scopes), .help = "Scopes asked for." },
	{ "endpoint_params", YAML_STRING_MAP, .offset = offsetof(struct oauth2_keys, params), .help = "Further parameters of the question." },
	{ "grant_type", YAML_CSTRING, .offset = offsetof(struct oauth2_keys, grant_type), .preset = "client_credentials", .help = "Only client_credentials is spoken." },
	{ "tls_config", YAML_CUSTOM, .offset = offsetof(struct oauth2_keys, oauth2.tls), .help = "Certificates.", .read = read_tls_config, .shape = "map, see tls_config" },
	PROXY_CONFIG_KEYS(struct oauth2_keys, oauth2.proxy),
	{ "client_certificate_key_id", YAML_REFUSED, .help = JWT_REASON },
	{ "client_certificate_key", YAML_REFUSED, .help = JWT_REASON },
	{ "client_certificate_key_file", YAML_REFUSED, .help = JWT_REASON },
	{ "signature_algorithm", YAML_REFUSED, .help = JWT_REASON },
	{ "iss", YAML_REFUSED, .help = JWT_REASON },
	{ "audience", YAML_REFUSED, .help = JWT_REASON },
	{ "claims", YAML_REFUSED, .help = JWT_REASON },
};
const size_t oauth2_key_count = YAML_KEY_COUNT(oauth2_keys);

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
		bool is_taken = str_equal(keys->params.items[i].name, STR("scope")) && keys->scopes.count > 0;
		if (is_taken)
			ok = complain(reader, keys->params.items[i].name_node, "oauth2: cannot overwrite parameter \"scope\"");
	}
	return ok;
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
	if (is_given(oauth2->client_secret) && is_given(oauth2->client_secret_file))
		ok = complain(reader, at, "at most one of oauth2 client_secret, client_secret_file & client_secret_ref must be configured using grant-type=client_credentials");
	if (strcmp(keys->grant_type, GRANT_JWT) == 0)
		ok = complain(reader, yaml_find(at, "grant_type"), "\"grant_type\": " JWT_REASON);
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
	bool ok = yaml_table_read(reader, oauth2_keys, oauth2_key_count, value, &keys);
	ok &= check(reader, value, &keys);
	take_scopes(reader, &keys);
	take_params(reader, &keys);
	config_beside_file(reader, &keys.oauth2.client_secret_file);
	*(const struct oauth2_config **)field = arena_dup(reader->arena, &keys.oauth2, sizeof keys.oauth2);
	return ok;
}
