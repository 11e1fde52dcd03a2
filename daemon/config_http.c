// SPDX-License-Identifier: Apache-2.0
// http_config and tls_config: how a peer is spoken to.
#include "base/buf.h"
#include "base/fs.h"
#include "daemon/config_read.h"
#include "model/duration.h"
#include "model/host_port.h"
#include "model/http_url.h"
#include "model/limits.h"

#include <assert.h>
#include <ctype.h>

static bool read_tls_version(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	static const char *const names[] = { [TLS_1_0] = "TLS10", [TLS_1_1] = "TLS11", [TLS_1_2] = "TLS12", [TLS_1_3] = "TLS13" };
	if (!yaml_expect(reader, key->name, value, YAML_SCALAR))
		return false;
	for (enum tls_version version = TLS_1_0; version <= TLS_1_3; version++)
		if (str_equal_cstr(value->text, names[version])) {
			*(enum tls_version *)field = version;
			return true;
		}
	problem_error(reader->problems, yaml_reader_at(reader, value), "\"%s\": unknown TLS version: %.*s, expected TLS10, TLS11, TLS12 or TLS13", key->name, STR_ARG(value->text));
	return false;
}

#define TLS_VERSION .read = read_tls_version, .shape = "string", .as = YAML_STRING, .pattern = "^TLS1[0-3]$"
static const struct yaml_key tls_config_keys[] = {
	{ "ca", YAML_CSTRING, .offset = offsetof(struct tls_config, ca), .help = "PEM text of the authorities that may have signed the peer's certificate; the system's by default." },
	{ "ca_file", YAML_CSTRING, .offset = offsetof(struct tls_config, ca_file), .help = "File that holds them instead." },
	{ "cert", YAML_CSTRING, .offset = offsetof(struct tls_config, cert), .help = "PEM text of the client certificate." },
	{ "cert_file", YAML_CSTRING, .offset = offsetof(struct tls_config, cert_file), .help = "File that holds it instead." },
	{ "key", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct tls_config, key), .help = "PEM text of the client certificate's key." },
	{ "key_file", YAML_CSTRING, .offset = offsetof(struct tls_config, key_file), .help = "File that holds it instead." },
	{ "server_name", YAML_CSTRING, .offset = offsetof(struct tls_config, server_name), .help = "Name the peer's certificate must carry, instead of the URL's host." },
	{ "insecure_skip_verify", YAML_BOOL, .offset = offsetof(struct tls_config, insecure_skip_verify), .preset = "false", .help = "Accept any certificate." },
	{ "min_version", YAML_CUSTOM, .offset = offsetof(struct tls_config, min_version), .help = "Lowest version: TLS10, TLS11, TLS12 or TLS13; TLS12 by default.", TLS_VERSION },
	{ "max_version", YAML_CUSTOM, .offset = offsetof(struct tls_config, max_version), .help = "Highest version; the newest by default.", TLS_VERSION },
};
const struct yaml_table tls_config_table = { .name = "tls_config", .keys = tls_config_keys, .count = YAML_KEY_COUNT(tls_config_keys) };

static const struct yaml_key basic_auth_keys[] = {
	{ "username", YAML_CSTRING, .offset = offsetof(struct http_config, basic_username), .help = "User name." },
	{ "username_file", YAML_CSTRING, .offset = offsetof(struct http_config, basic_username_file), .help = "File that holds the user name, read on use." },
	{ "password", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct http_config, basic_password), .help = "Password." },
	{ "password_file", YAML_CSTRING, .offset = offsetof(struct http_config, basic_password_file), .help = "File that holds the password, read on use." },
};

static const struct yaml_key authorization_keys[] = {
	{ "type", YAML_CSTRING, .offset = offsetof(struct http_config, authorization_type), .preset = "Bearer", .help = "Scheme of the Authorization header." },
	{ "credentials", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct http_config, authorization_credentials), .help = "What follows the scheme." },
	{ "credentials_file", YAML_CSTRING, .offset = offsetof(struct http_config, authorization_credentials_file), .help = "File that holds the credentials, read on use." },
};

// The nested tables fill the same struct: http_config is flat.
static const struct yaml_key http_config_keys[] = {
	{ "basic_auth", YAML_STRUCT, .has = YAML_HAS(struct http_config, has_basic_auth), .help = "User name and password.", .nested = basic_auth_keys, .nested_count = YAML_KEY_COUNT(basic_auth_keys) },
	{ "authorization", YAML_STRUCT, .help = "Authorization header.", .nested = authorization_keys, .nested_count = YAML_KEY_COUNT(authorization_keys) },
	{ "oauth2", YAML_CUSTOM, .offset = offsetof(struct http_config, oauth2), .help = "A token asked for with the client's credentials.", .read = read_oauth2, .shape = "map, see oauth2", .table = &oauth2_table },
	{ "bearer_token", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct http_config, bearer_token), .help = "Short for authorization of type Bearer." },
	{ "bearer_token_file", YAML_CSTRING, .offset = offsetof(struct http_config, bearer_token_file), .help = "File that holds the bearer token, read on use." },
	{ "tls_config", YAML_CUSTOM, .offset = offsetof(struct http_config, tls), .help = "Certificates.", TLS_CONFIG },
	{ "follow_redirects", YAML_BOOL, .offset = offsetof(struct http_config, follow_redirects), .preset = "true", .help = "Follow redirects." },
	{ "enable_http2", YAML_BOOL, .offset = offsetof(struct http_config, enable_http2), .preset = "true", .help = "Speak HTTP/2 where TLS agrees on it." },
	PROXY_CONFIG_KEYS(struct http_config, proxy),
	{ "http_headers", YAML_CUSTOM, .offset = offsetof(struct http_config, headers), .help = "Further headers of every request.", .read = read_http_headers, .shape = "map, see http_headers" },
};
const struct yaml_table http_config_table = { .name = "http_config", .keys = http_config_keys, .count = YAML_KEY_COUNT(http_config_keys) };

// A path in the configuration is seen from the directory of its file.
void config_beside_file(struct yaml_reader *reader, const char **path) {
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

static bool is_given(const char *text) {
	return text != NULL && text[0] != '\0';
}

// What does not go together, in prometheus/common's words and order.
struct conflict {
	bool is_there;
	const char *text;
};

// The first of them is told.
static bool check_conflicts(struct yaml_reader *reader, const struct yaml_node *at, const struct conflict *conflicts, size_t count) {
	for (size_t i = 0; i < count; i++) {
		if (!conflicts[i].is_there)
			continue;
		problem_error(reader->problems, yaml_reader_at(reader, at), "%s", conflicts[i].text);
		return false;
	}
	return true;
}
#define CHECK_CONFLICTS(reader, at, conflicts) check_conflicts((reader), (at), (conflicts), sizeof(conflicts) / sizeof *(conflicts))

static bool check_tls(struct yaml_reader *reader, const struct yaml_node *at, const struct tls_config *tls) {
	bool has_cert = is_given(tls->cert) || is_given(tls->cert_file), has_key = is_given(tls->key) || is_given(tls->key_file);
	const struct conflict conflicts[] = {
		{ is_given(tls->ca) && is_given(tls->ca_file), "at most one of ca, ca_file & ca_ref must be configured" },
		{ is_given(tls->cert) && is_given(tls->cert_file), "at most one of cert, cert_file & cert_ref must be configured" },
		{ is_given(tls->key) && is_given(tls->key_file), "at most one of key and key_file must be configured" },
		{ has_cert && !has_key, "exactly one of key or key_file must be configured when a client certificate is configured" },
		{ has_key && !has_cert, "exactly one of cert or cert_file must be configured when a client key is configured" },
		{ tls->max_version != TLS_ANY && tls->max_version < tls->min_version, "tls_config.max_version must be greater than or equal to tls_config.min_version if both are specified" },
	};
	return CHECK_CONFLICTS(reader, at, conflicts);
}

bool read_tls_config(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	(void)key;
	struct tls_config *tls = field;
	if (!yaml_table_read(reader, tls_config_keys, YAML_KEY_COUNT(tls_config_keys), value, tls) || !check_tls(reader, value, tls))
		return false;
	const char **texts[] = { &tls->ca, &tls->cert, &tls->key, &tls->ca_file, &tls->cert_file, &tls->key_file };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (!is_given(*texts[i]))
			*texts[i] = NULL; // an empty text counts as none
	config_beside_file(reader, &tls->ca_file);
	config_beside_file(reader, &tls->cert_file);
	config_beside_file(reader, &tls->key_file);
	return true;
}

static bool is_proxy_url(const char *url) {
	static const char *const schemes[] = { "http://", "https://", "socks5://", "socks5h://" };
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		size_t length = strlen(schemes[i]);
		if (strncasecmp(url, schemes[i], length) == 0)
			return url[length] != '\0' && url[length] != '/' && url[length] != ':' && strpbrk(url, " \t\r\n") == NULL;
	}
	return false;
}

bool check_proxy_config(struct yaml_reader *reader, const struct yaml_node *at, const struct proxy_config *proxy) {
	bool has_url = is_given(proxy->url);
	const struct conflict conflicts[] = {
		{ proxy->connect_headers.count > 0 && !proxy->from_environment && !has_url, "if proxy_connect_header is configured, proxy_url or proxy_from_environment must also be configured" },
		{ proxy->from_environment && has_url, "if proxy_from_environment is configured, proxy_url must not be configured" },
		{ proxy->from_environment && is_given(proxy->no_proxy), "if proxy_from_environment is configured, no_proxy must not be configured" },
		{ !has_url && is_given(proxy->no_proxy), "if no_proxy is configured, proxy_url must also be configured" },
	};
	struct error err = { 0 };
	if (has_url && !url_check(str_of(proxy->url), URL_HIDDEN, &err)) {
		problem_error(reader->problems, yaml_reader_at(reader, yaml_find(at, "proxy_url")), "\"proxy_url\": %s", err.text);
		return false;
	}
	if (has_url && !is_proxy_url(proxy->url)) // upstream takes anything else, and fails when it is to be used
		problem_warning(reader->problems, yaml_reader_at(reader, yaml_find(at, "proxy_url")), "\"proxy_url\": expected an http, https, socks5 or socks5h URL with a host; no request will get through");
	return CHECK_CONFLICTS(reader, at, conflicts);
}

static bool check_auth(struct yaml_reader *reader, const struct yaml_node *at, struct http_config *http) {
	bool has_authorization = !yaml_is_null(yaml_find(at, "authorization")), has_other = http->has_basic_auth || http->oauth2 != NULL;
	bool has_token = is_given(http->bearer_token), has_token_file = is_given(http->bearer_token_file), has_bearer = has_token || has_token_file;
	struct str type = str_trim(str_of(http->authorization_type)); // its preset says nothing without the block
	http->authorization_type = !has_authorization ? NULL : type.len == 0 ? "Bearer"
	                                                                     : arena_cstr(reader->arena, type);
	const struct conflict conflicts[] = {
		{ has_token && has_token_file, "at most one of bearer_token & bearer_token_file must be configured" },
		{ has_other && has_bearer, "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured" },
		{ is_given(http->basic_username) && is_given(http->basic_username_file), "at most one of basic_auth username, username_file & username_ref must be configured" },
		{ is_given(http->basic_password) && is_given(http->basic_password_file), "at most one of basic_auth password, password_file & password_ref must be configured" },
		{ has_authorization && has_bearer, "authorization is not compatible with bearer_token & bearer_token_file" },
		{ is_given(http->authorization_credentials) && is_given(http->authorization_credentials_file), "at most one of authorization credentials & credentials_file must be configured" },
		{ has_authorization && strcasecmp(http->authorization_type, "basic") == 0, "authorization type cannot be set to \"basic\", use \"basic_auth\" instead" },
		{ (has_authorization && has_other) || (http->has_basic_auth && http->oauth2 != NULL), "at most one of basic_auth, oauth2 & authorization must be configured" },
	};
	return CHECK_CONFLICTS(reader, at, conflicts);
}

// An empty text is none, as upstream has it.
static void take_texts(struct yaml_reader *reader, struct http_config *http) {
	const char **texts[] = { &http->bearer_token, &http->authorization_credentials, &http->basic_username_file, &http->basic_password_file, &http->bearer_token_file,
		&http->authorization_credentials_file };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (!is_given(*texts[i]))
			*texts[i] = NULL;
		if (i >= 2) // the files
			config_beside_file(reader, texts[i]);
	}
}

bool finish_http_config(struct yaml_reader *reader, const struct yaml_node *value, struct http_config *http) {
	bool ok = true;
	if (value->kind == YAML_MAPPING) {
		ok &= check_auth(reader, value, http);
		ok &= check_proxy_config(reader, value, &http->proxy);
	}
	take_texts(reader, http);
	return ok;
}

bool read_http_config(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	(void)key;
	struct http_config *http = field;
	*http = HTTP_CONFIG_DEFAULT;
	bool ok = yaml_table_read(reader, http_config_keys, YAML_KEY_COUNT(http_config_keys), value, http);
	return finish_http_config(reader, value, http) && ok;
}

bool config_load_http(const char *file, struct arena *arena, struct http_config *out, struct problems *problems) {
	autobuf struct buf text = { 0 };
	struct error err = { 0 };
	struct yaml_doc doc;
	if (!fs_read_file(file, LIMIT_CONFIG_BYTES, &text, &err)) {
		problem_error(problems, (struct position){ .file = file }, "%s", err.text);
		return false;
	}
	problems_hide_source(problems, file);
	const struct yaml_node *root = yaml_doc_load(&doc, file, buf_str(&text), problems);
	struct yaml_reader reader = { .doc = &doc, .arena = arena, .problems = problems, .parse_duration = duration_parse };
	*out = HTTP_CONFIG_DEFAULT;
	bool ok = problems->errors == 0 && (root == NULL || read_http_config(&reader, NULL, root, out));
	yaml_doc_finish(&doc);
	return ok;
}

size_t http_config_rows_beside(struct yaml_key rows[YAML_KEYS_MAX], const struct yaml_key *own, size_t own_count, size_t offset) {
	size_t count = YAML_KEY_COUNT(http_config_keys);
	assert(own_count + count <= YAML_KEYS_MAX);
	memcpy(rows, own, own_count * sizeof *rows);
	for (size_t i = 0; i < count; i++) {
		struct yaml_key *row = &rows[own_count + i];
		*row = http_config_keys[i];
		row->offset += offset;
		row->has += row->has == 0 ? 0 : offset;
	}
	return own_count + count;
}

static bool is_port(const char *text) {
	size_t digits = strspn(text, "0123456789");
	return digits > 0 && digits <= 5 && text[digits] == '\0' && atoi(text) <= UINT16_MAX;
}

bool config_check_url(const char *url, bool is_secret, struct error *err) {
	bool is_hidden = is_secret || strchr(url, '@') != NULL; // what stands before an @ may be a password
	return http_url_check(str_of(url), is_hidden ? URL_HIDDEN : URL_SHOWN, err);
}

bool check_smarthost(struct yaml_reader *reader, const struct yaml_node *value, const char *address) {
	struct error err = { 0 };
	struct str host;
	int port;
	if (smarthost_split(str_of(address), &host, &port, &err))
		return true;
	problem_error(reader->problems, yaml_reader_at(reader, value), "%s", err.text);
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
	struct error err = { 0 };
	if (config_check_url(url, is_secret, &err))
		return true;
	problem_error(reader->problems, yaml_reader_at(reader, value), "\"%s\": %s", name, err.text);
	return false;
}
