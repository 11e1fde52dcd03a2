// SPDX-License-Identifier: Apache-2.0
// A peer's http_config turned into curl options. See http_endpoint.h.
#include "net/http_endpoint.h"

#include "base/fs.h"
#include "base/mem.h"
#include "net/tls_options.h"

#include <stdatomic.h>

enum { SECRET_FILE_MAX = 64 << 10,
	REDIRECTS_MAX = 10 };

struct http_endpoint {
	uint64_t id;
	char *basic_username, *basic_password, *basic_password_file;
	char *scheme, *credentials, *credentials_file; // "Bearer" or the configured authorization type
	char *ca_file, *cert_file, *key_file, *server_name;
	struct tls_config tls; // those texts
	bool follow_redirects;
};

static void copy_authorization(struct http_endpoint *endpoint, const struct http_config *config) {
	if (config->bearer_token != NULL || config->bearer_token_file != NULL) {
		endpoint->scheme = mem_dup_cstr("Bearer");
		endpoint->credentials = mem_dup_cstr(config->bearer_token);
		endpoint->credentials_file = mem_dup_cstr(config->bearer_token_file);
		return;
	}
	if (config->authorization_credentials == NULL && config->authorization_credentials_file == NULL)
		return;
	const char *type = config->authorization_type;
	endpoint->scheme = mem_dup_cstr(type == NULL || type[0] == '\0' ? "Bearer" : type);
	endpoint->credentials = mem_dup_cstr(config->authorization_credentials);
	endpoint->credentials_file = mem_dup_cstr(config->authorization_credentials_file);
}

struct http_endpoint *http_endpoint_create(const struct http_config *config) {
	static _Atomic uint64_t last_id;
	struct http_endpoint *endpoint = MEM_NEW(struct http_endpoint);
	endpoint->id = atomic_fetch_add(&last_id, 1) + 1;
	endpoint->basic_username = mem_dup_cstr(config->basic_username);
	endpoint->basic_password = mem_dup_cstr(config->basic_password);
	endpoint->basic_password_file = mem_dup_cstr(config->basic_password_file);
	copy_authorization(endpoint, config);
	endpoint->ca_file = mem_dup_cstr(config->tls.ca_file);
	endpoint->cert_file = mem_dup_cstr(config->tls.cert_file);
	endpoint->key_file = mem_dup_cstr(config->tls.key_file);
	endpoint->server_name = mem_dup_cstr(config->tls.server_name);
	endpoint->tls = (struct tls_config){ .ca_file = endpoint->ca_file, .cert_file = endpoint->cert_file, .key_file = endpoint->key_file, .server_name = endpoint->server_name, .insecure_skip_verify = config->tls.insecure_skip_verify };
	endpoint->follow_redirects = config->follow_redirects;
	return endpoint;
}

void http_endpoint_destroy(struct http_endpoint *endpoint) {
	if (endpoint == NULL)
		return;
	char *texts[] = { endpoint->basic_username, endpoint->basic_password, endpoint->basic_password_file, endpoint->scheme, endpoint->credentials,
		endpoint->credentials_file, endpoint->ca_file, endpoint->cert_file, endpoint->key_file, endpoint->server_name };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		free(texts[i]);
	free(endpoint);
}

uint64_t http_endpoint_id(const struct http_endpoint *endpoint) {
	return endpoint == NULL ? 0 : endpoint->id;
}

void http_endpoint_apply(const struct http_endpoint *endpoint, CURL *easy) {
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_PROXY, ""); // the environment's proxies are not ours
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); // do not wait for a hanging name lookup when cancelled
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, endpoint == NULL || endpoint->follow_redirects ? 1L : 0L);
	if (endpoint != NULL)
		tls_options_apply(&endpoint->tls, easy);
}

// The configured text, or what its file holds now without white space around it.
static bool read_secret(const char *text, const char *path, struct buf *out, struct error *err) {
	if (path == NULL) {
		buf_append_cstr(out, text == NULL ? "" : text);
		return true;
	}
	autobuf struct buf content = { 0 };
	if (!fs_read_file(path, SECRET_FILE_MAX, &content, err))
		return false;
	struct str secret = str_trim(buf_str(&content));
	bool is_line = str_find_char(secret, '\n') < 0 && str_find_char(secret, '\r') < 0 && str_find_char(secret, '\0') < 0;
	buf_append_str(out, secret);
	explicit_bzero(content.data, content.len);
	return is_line || error_set(err, ERR_INVALID, "%s: a line break inside the secret", path);
}

static void append_base64(struct buf *out, struct str data) {
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *bytes = (const unsigned char *)data.data;
	for (size_t i = 0; i < data.len; i += 3) {
		unsigned long word = (unsigned long)bytes[i] << 16;
		word |= i + 1 < data.len ? (unsigned long)bytes[i + 1] << 8 : 0;
		word |= i + 2 < data.len ? (unsigned long)bytes[i + 2] : 0;
		buf_append_char(out, digits[word >> 18]);
		buf_append_char(out, digits[word >> 12 & 63]);
		buf_append_char(out, i + 1 < data.len ? digits[word >> 6 & 63] : '=');
		buf_append_char(out, i + 2 < data.len ? digits[word & 63] : '=');
	}
}

static bool authorize_basic(const struct http_endpoint *endpoint, struct buf *lines, struct error *err) {
	autobuf struct buf pair = { 0 };
	buf_format(&pair, "%s:", endpoint->basic_username == NULL ? "" : endpoint->basic_username);
	if (!read_secret(endpoint->basic_password, endpoint->basic_password_file, &pair, err))
		return error_wrap(err, "basic_auth password_file");
	buf_append_cstr(lines, "Authorization: Basic ");
	append_base64(lines, buf_str(&pair));
	buf_append_char(lines, '\n');
	explicit_bzero(pair.data, pair.len);
	return true;
}

bool http_endpoint_authorize(const struct http_endpoint *endpoint, struct buf *lines, struct error *err) {
	if (endpoint == NULL)
		return true;
	if (endpoint->basic_username != NULL || endpoint->basic_password != NULL || endpoint->basic_password_file != NULL)
		return authorize_basic(endpoint, lines, err);
	if (endpoint->scheme == NULL)
		return true;
	size_t start = lines->len;
	buf_format(lines, "Authorization: %s ", endpoint->scheme);
	if (!read_secret(endpoint->credentials, endpoint->credentials_file, lines, err)) {
		buf_truncate(lines, start);
		return error_wrap(err, "authorization credentials_file");
	}
	if (strpbrk(lines->data + start, "\r\n") != NULL) {
		buf_truncate(lines, start);
		return error_set(err, ERR_INVALID, "authorization: a line break inside the credentials");
	}
	buf_append_char(lines, '\n');
	return true;
}

static bool describe_detour(CURLU *parts, const char *server_name, char **url_out, struct buf *connect_to, struct buf *lines) {
	char *scheme = NULL, *host = NULL, *port = NULL;
	bool is_https = curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK && strcmp(scheme, "https") == 0;
	bool is_found = is_https && curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK && strcmp(host, server_name) != 0 &&
	    curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK;
	if (is_found) {
		buf_format(connect_to, "%s:%s:%s:%s", server_name, port, host, port);
		buf_format(lines, strcmp(port, "443") == 0 ? "Host: %s\n" : "Host: %s:%s\n", host, port);
		is_found = curl_url_set(parts, CURLUPART_HOST, server_name, 0) == CURLUE_OK && curl_url_get(parts, CURLUPART_URL, url_out, 0) == CURLUE_OK;
	}
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	return is_found;
}

bool http_endpoint_detour(const struct http_endpoint *endpoint, const char *url, char **url_out, struct buf *connect_to, struct buf *lines) {
	if (endpoint == NULL || endpoint->server_name == NULL)
		return false;
	CURLU *parts = curl_url();
	bool is_needed = curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK && describe_detour(parts, endpoint->server_name, url_out, connect_to, lines);
	curl_url_cleanup(parts);
	return is_needed;
}
