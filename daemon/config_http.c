// SPDX-License-Identifier: Apache-2.0
// http_config and tls_config: how a peer is spoken to.
#include "daemon/config_read.h"

#include <assert.h>
#include <ctype.h>

const struct yaml_key tls_config_keys[] = {
	{ "ca_file", YAML_CSTRING, .offset = offsetof(struct tls_config, ca_file), .help = "PEM file of the authorities that may have signed the peer's certificate; the system's by default." },
	{ "cert_file", YAML_CSTRING, .offset = offsetof(struct tls_config, cert_file), .help = "PEM file of the client certificate." },
	{ "key_file", YAML_CSTRING, .offset = offsetof(struct tls_config, key_file), .help = "PEM file of the client certificate's key." },
	{ "server_name", YAML_CSTRING, .offset = offsetof(struct tls_config, server_name), .help = "Name the peer's certificate must carry, instead of the URL's host." },
	{ "insecure_skip_verify", YAML_BOOL, .offset = offsetof(struct tls_config, insecure_skip_verify), .preset = "false", .help = "Accept any certificate." },
	{ "ca", YAML_REFUSED, .help = "write the certificates to a file and name it in ca_file" },
	{ "cert", YAML_REFUSED, .help = "write the certificate to a file and name it in cert_file" },
	{ "key", YAML_REFUSED, .help = "write the key to a file and name it in key_file" },
	{ "min_version", YAML_REFUSED },
	{ "max_version", YAML_REFUSED },
};
const size_t tls_config_key_count = YAML_KEY_COUNT(tls_config_keys);

static const struct yaml_key basic_auth_keys[] = {
	{ "username", YAML_CSTRING, .offset = offsetof(struct http_config, basic_username), .help = "User name." },
	{ "password", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct http_config, basic_password), .help = "Password." },
	{ "password_file", YAML_CSTRING, .offset = offsetof(struct http_config, basic_password_file), .help = "File that holds the password, read on use." },
	{ "username_file", YAML_REFUSED },
};

static const struct yaml_key authorization_keys[] = {
	{ "type", YAML_CSTRING, .offset = offsetof(struct http_config, authorization_type), .preset = "Bearer", .help = "Scheme of the Authorization header." },
	{ "credentials", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct http_config, authorization_credentials), .help = "What follows the scheme." },
	{ "credentials_file", YAML_CSTRING, .offset = offsetof(struct http_config, authorization_credentials_file), .help = "File that holds the credentials, read on use." },
};

// The nested tables fill the same struct: http_config is flat.
const struct yaml_key http_config_keys[] = {
	{ "basic_auth", YAML_STRUCT, .help = "User name and password.", .nested = basic_auth_keys, .nested_count = YAML_KEY_COUNT(basic_auth_keys) },
	{ "authorization", YAML_STRUCT, .help = "Authorization header.", .nested = authorization_keys, .nested_count = YAML_KEY_COUNT(authorization_keys) },
	{ "bearer_token", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct http_config, bearer_token), .help = "Short for authorization of type Bearer." },
	{ "bearer_token_file", YAML_CSTRING, .offset = offsetof(struct http_config, bearer_token_file), .help = "File that holds the bearer token, read on use." },
	{ "tls_config", YAML_CUSTOM, .offset = offsetof(struct http_config, tls), .help = "Certificates.", .read = read_tls_config, .shape = "map, see tls_config" },
	{ "follow_redirects", YAML_BOOL, .offset = offsetof(struct http_config, follow_redirects), .preset = "true", .help = "Follow redirects." },
	{ "enable_http2", YAML_BOOL, .offset = offsetof(struct http_config, enable_http2), .preset = "true", .help = "Accepted; HTTP/1.1 is spoken." },
	{ "oauth2", YAML_REFUSED },
	{ "proxy_url", YAML_REFUSED },
	{ "no_proxy", YAML_REFUSED },
	{ "proxy_from_environment", YAML_REFUSED },
	{ "proxy_connect_header", YAML_REFUSED },
	{ "http_headers", YAML_REFUSED },
};
const size_t http_config_key_count = YAML_KEY_COUNT(http_config_keys);

// A path in the configuration is seen from the directory of its file.
static void beside_file(struct yaml_reader *reader, const char **path) {
	if (*path == NULL)
		return;
	autofree char *joined = fs_join_beside(reader->doc->file, *path);
	*path = arena_cstr(reader->arena, str_of(joined));
}

bool check_one_of(struct yaml_reader *reader, const struct yaml_node *at, const char *a, bool has_a, const char *b, bool has_b) {
	if (!has_a || !has_b)
		return true;
	problem_error(reader->problems, yaml_reader_at(reader, at), "at most one of %s & %s must be configured", a, b);
	return false;
}

bool read_tls_config(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	(void)key;
	struct tls_config *tls = field;
	if (!yaml_table_read(reader, tls_config_keys, tls_config_key_count, value, tls))
		return false;
	if ((tls->cert_file == NULL) != (tls->key_file == NULL)) {
		problem_error(reader->problems, yaml_reader_at(reader, value), "exactly one of cert_file and key_file is set: a client certificate needs both");
		return false;
	}
	beside_file(reader, &tls->ca_file);
	beside_file(reader, &tls->cert_file);
	beside_file(reader, &tls->key_file);
	return true;
}

static bool check_auth(struct yaml_reader *reader, const struct yaml_node *at, struct http_config *http) {
	bool has_basic = yaml_find(at, "basic_auth") != NULL, has_authorization = yaml_find(at, "authorization") != NULL;
	bool has_bearer = http->bearer_token != NULL || http->bearer_token_file != NULL;
	bool ok = check_one_of(reader, at, "bearer_token", http->bearer_token != NULL, "bearer_token_file", http->bearer_token_file != NULL);
	ok &= check_one_of(reader, at, "basic_auth password", http->basic_password != NULL, "password_file", http->basic_password_file != NULL);
	ok &= check_one_of(reader, at, "authorization credentials", http->authorization_credentials != NULL, "authorization credentials_file", http->authorization_credentials_file != NULL);
	if (has_basic + has_authorization + has_bearer > 1) {
		problem_error(reader->problems, yaml_reader_at(reader, at), "at most one of basic_auth, authorization & bearer_token/bearer_token_file must be configured");
		ok = false;
	}
	if (has_authorization && strcasecmp(http->authorization_type, "basic") == 0) {
		problem_error(reader->problems, yaml_reader_at(reader, yaml_find(at, "authorization")), "authorization type cannot be set to \"basic\", use \"basic_auth\" instead");
		ok = false;
	}
	if (!has_authorization)
		http->authorization_type = NULL; // its preset says nothing then
	return ok;
}

bool finish_http_config(struct yaml_reader *reader, const struct yaml_node *value, struct http_config *http) {
	bool ok = value->kind != YAML_MAPPING || check_auth(reader, value, http);
	beside_file(reader, &http->basic_password_file);
	beside_file(reader, &http->bearer_token_file);
	beside_file(reader, &http->authorization_credentials_file);
	return ok;
}

bool read_http_config(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	(void)key;
	struct http_config *http = field;
	*http = HTTP_CONFIG_DEFAULT;
	bool ok = yaml_table_read(reader, http_config_keys, http_config_key_count, value, http);
	return finish_http_config(reader, value, http) && ok;
}

size_t http_config_rows_beside(struct yaml_key rows[YAML_KEYS_MAX], const struct yaml_key *own, size_t own_count, size_t offset) {
	assert(own_count + http_config_key_count <= YAML_KEYS_MAX);
	memcpy(rows, own, own_count * sizeof *rows);
	for (size_t i = 0; i < http_config_key_count; i++) {
		struct yaml_key *row = &rows[own_count + i];
		*row = http_config_keys[i];
		row->offset += offset;
		row->has += row->has == 0 ? 0 : offset;
	}
	return own_count + http_config_key_count;
}

static bool is_port(const char *text) {
	size_t digits = strspn(text, "0123456789");
	return digits > 0 && digits <= 5 && text[digits] == '\0' && atoi(text) <= UINT16_MAX;
}

bool config_takes_url(const char *url) {
	const char *host = strncasecmp(url, "http://", 7) == 0 ? url + 7 : strncasecmp(url, "https://", 8) == 0 ? url + 8
	                                                                                                        : NULL;
	if (host == NULL || *host == '\0' || *host == '/' || *host == ':' || *host == '?')
		return false;
	for (const char *at = url; *at != '\0'; at++)
		if ((unsigned char)*at <= ' ' || *at == 0x7f)
			return false;
	return true;
}

bool check_smarthost(struct yaml_reader *reader, const struct yaml_node *value, const char *address) {
	const char *colon = strrchr(address, ':');
	const char *text = colon == NULL || colon[1] == '\0' ? "port cannot be empty" : colon == address ? "host cannot be empty"
	    : !is_port(colon + 1) || atoi(colon + 1) == 0                                                ? "bad port, expected 1 to 65535"
	                                                                                                 : NULL;
	if (text == NULL)
		return true;
	problem_error(reader->problems, yaml_reader_at(reader, value), "address \"%s\": %s", address, text);
	return false;
}

// A service's name is looked up when the socket is opened.
bool check_listen_address(struct yaml_reader *reader, const struct yaml_node *value, const char *address) {
	const char *colon = strrchr(address, ':');
	if (colon != NULL && (is_port(colon + 1) || isalpha((unsigned char)colon[1])))
		return true;
	problem_error(reader->problems, yaml_reader_at(reader, value), "\"listen_address\": bad address \"%s\", expected \"host:port\" or \":port\"", address);
	return false;
}

bool check_url(struct yaml_reader *reader, const char *name, const struct yaml_node *value, const char *url, bool is_secret) {
	if (config_takes_url(url))
		return true;
	problem_error(reader->problems, yaml_reader_at(reader, value), "\"%s\": %s%s%sexpected an http or https URL with a host", name,
	    is_secret ? "" : "bad URL \"", is_secret ? "" : url, is_secret ? "" : "\", ");
	return false;
}
