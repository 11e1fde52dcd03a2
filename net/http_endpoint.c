// SPDX-License-Identifier: Apache-2.0
// A peer's http_config turned into curl options. See http_endpoint.h.
#include "net/http_endpoint.h"

#include "base/arena.h"
#include "base/mem.h"
#include "net/http_proxy.h"
#include "net/oauth2.h"
#include "net/secret_file.h"
#include "net/signature.h"
#include "net/tls_options.h"

#include <stdatomic.h>
#include <strings.h>

struct http_endpoint {
	uint64_t id;
	struct arena arena; // owns the texts
	struct http_config config;
	struct http_proxy proxy;
	struct oauth2_source *oauth2; // NULL without
};

struct http_endpoint *http_endpoint_create(const struct http_config *config) {
	static _Atomic uint64_t last_id;
	struct http_endpoint *endpoint = MEM_NEW(struct http_endpoint);
	endpoint->id = atomic_fetch_add(&last_id, 1) + 1;
	endpoint->config = http_config_copy(&endpoint->arena, config);
	http_proxy_init(&endpoint->proxy, &endpoint->arena, &endpoint->config.proxy);
	if (endpoint->config.oauth2 != NULL)
		endpoint->oauth2 = oauth2_source_create(endpoint->config.oauth2);
	return endpoint;
}

void http_endpoint_destroy(struct http_endpoint *endpoint) {
	if (endpoint == NULL)
		return;
	oauth2_source_destroy(endpoint->oauth2);
	arena_finish(&endpoint->arena);
	free(endpoint);
}

uint64_t http_endpoint_id(const struct http_endpoint *endpoint) {
	return endpoint == NULL ? 0 : endpoint->id;
}

bool http_endpoint_follows_redirects(const struct http_endpoint *endpoint) {
	return endpoint == NULL || endpoint->config.follow_redirects;
}

struct oauth2_source *http_endpoint_oauth2(const struct http_endpoint *endpoint) {
	return endpoint == NULL ? NULL : endpoint->oauth2;
}

void http_endpoint_apply(const struct http_endpoint *endpoint, CURL *easy) {
	bool takes_http2 = endpoint == NULL || endpoint->config.enable_http2;
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)(takes_http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
	curl_easy_setopt(easy, CURLOPT_PROXY, "");                            // the environment's proxies are not ours unless they were asked for
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "");                          // nor are its exceptions: who goes through one is decided here
	curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE); // credentials are for the peer, not for its proxy
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L); // http_client.c does, by Go's rules
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);     // do not wait for a hanging name lookup when cancelled
	if (endpoint == NULL)
		return;
	tls_options_apply(&endpoint->config.tls, easy);
	tls_options_apply_proxy(&endpoint->config.tls, easy);
}

// ---- header lines ----

static bool add_header(const struct http_header *header, struct buf *lines, struct error *err) {
	struct buf value = { 0 };
	bool ok = secret_read(header->value, header->file, &value, err);
	bool is_line = ok && (value.len == 0 || strpbrk(value.data, "\r\n") == NULL);
	if (is_line)
		buf_format(lines, value.len == 0 ? "%s;%s\n" : "%s: %s\n", header->name, buf_cstr(&value)); // curl: "Name;" is a header without a value
	secret_forget(&value);
	if (is_line)
		return true;
	if (ok)
		error_set(err, ERR_INVALID, "a line break inside the value");
	return error_wrap(err, "http header %s", header->name);
}

static bool is_given(const char *name, const char *const *given) {
	size_t len = strlen(name);
	for (; given != NULL && *given != NULL; given++)
		if (strncasecmp(*given, name, len) == 0 && (*given)[len] == ':')
			return true;
	return false;
}

static bool add_headers(const struct http_headers *headers, const char *const *given, struct buf *lines, struct error *err) {
	for (size_t i = 0; i < headers->count; i++)
		if (!is_given(headers->items[i].name, given) && !add_header(&headers->items[i], lines, err))
			return false;
	return true;
}

bool http_endpoint_add_headers(const struct http_endpoint *endpoint, const char *const *given, struct buf *lines, struct error *err) {
	return endpoint == NULL || add_headers(&endpoint->config.headers, given, lines, err);
}

bool http_endpoint_add_connect_headers(const struct http_endpoint *endpoint, struct buf *lines, struct error *err) {
	return add_headers(&endpoint->config.proxy.connect_headers, NULL, lines, err);
}

static bool authorize_basic(const struct http_config *config, struct buf *lines, struct error *err) {
	struct buf pair = { 0 };
	bool ok = secret_read(config->basic_username, config->basic_username_file, &pair, err) || error_wrap(err, "basic_auth username_file");
	if (ok) {
		buf_append_char(&pair, ':');
		ok = secret_read(config->basic_password, config->basic_password_file, &pair, err) || error_wrap(err, "basic_auth password_file");
	}
	if (ok) {
		buf_append_cstr(lines, "Authorization: Basic ");
		base64_append(lines, pair.data, pair.len);
		buf_append_char(lines, '\n');
	}
	secret_forget(&pair);
	return ok;
}

static bool authorize_typed(const char *scheme, const char *credentials, const char *file, struct buf *lines, struct error *err) {
	size_t start = lines->len;
	buf_format(lines, "Authorization: %s ", scheme == NULL || scheme[0] == '\0' ? "Bearer" : scheme);
	if (!secret_read(credentials, file, lines, err)) {
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

bool http_endpoint_authorize(const struct http_endpoint *endpoint, struct buf *lines, struct error *err) {
	if (endpoint == NULL)
		return true;
	const struct http_config *config = &endpoint->config;
	if (config->has_basic_auth || config->basic_username != NULL || config->basic_password != NULL || config->basic_password_file != NULL)
		return authorize_basic(config, lines, err);
	if (config->bearer_token != NULL || config->bearer_token_file != NULL)
		return authorize_typed("Bearer", config->bearer_token, config->bearer_token_file, lines, err);
	if (config->authorization_credentials == NULL && config->authorization_credentials_file == NULL)
		return true;
	return authorize_typed(config->authorization_type, config->authorization_credentials, config->authorization_credentials_file, lines, err);
}

// ---- the way to a URL ----

void http_way_finish(struct http_way *way) {
	buf_finish(&way->url);
	buf_finish(&way->connect_to);
	buf_finish(&way->host_line);
}

struct url_parts { // all but the handle are curl's texts
	CURLU *handle;
	char *scheme, *host, *port;
	bool is_https;
};

static bool split_url(struct url_parts *parts, const char *url) {
	*parts = (struct url_parts){ .handle = curl_url() };
	if (parts->handle == NULL)
		abort(); // out of memory
	bool ok = curl_url_set(parts->handle, CURLUPART_URL, url, 0) == CURLUE_OK && curl_url_get(parts->handle, CURLUPART_SCHEME, &parts->scheme, 0) == CURLUE_OK &&
	    curl_url_get(parts->handle, CURLUPART_HOST, &parts->host, 0) == CURLUE_OK && curl_url_get(parts->handle, CURLUPART_PORT, &parts->port, CURLU_DEFAULT_PORT) == CURLUE_OK;
	parts->is_https = ok && strcmp(parts->scheme, "https") == 0;
	return ok;
}

static void parts_finish(struct url_parts *parts) {
	curl_free(parts->scheme);
	curl_free(parts->host);
	curl_free(parts->port);
	curl_url_cleanup(parts->handle);
}

static struct str bare_host(const char *host) {
	struct str text = str_of(host);
	return str_has_prefix(text, STR("[")) && text.len >= 2 ? str_make(text.data + 1, text.len - 2) : text;
}

static void find_detour(struct url_parts *parts, const char *server_name, struct http_way *way) {
	char *other = NULL;
	if (!parts->is_https || server_name == NULL || strcmp(parts->host, server_name) == 0)
		return;
	if (curl_url_set(parts->handle, CURLUPART_HOST, server_name, 0) != CURLUE_OK || curl_url_get(parts->handle, CURLUPART_URL, &other, 0) != CURLUE_OK)
		return;
	buf_append_cstr(&way->url, other);
	buf_format(&way->connect_to, "%s:%s:%s:%s", server_name, parts->port, parts->host, parts->port);
	buf_format(&way->host_line, strcmp(parts->port, "443") == 0 ? "Host: %s\n" : "Host: %s:%s\n", parts->host, parts->port);
	curl_free(other);
}

void http_endpoint_find_way(const struct http_endpoint *endpoint, const char *url, struct http_way *way) {
	struct url_parts parts;
	*way = (struct http_way){ 0 };
	bool is_plain = endpoint == NULL || (endpoint->config.tls.server_name == NULL && endpoint->proxy.for_http == NULL && endpoint->proxy.for_https == NULL);
	if (is_plain)
		return;
	if (split_url(&parts, url)) {
		way->proxy = http_proxy_find(&endpoint->proxy, parts.is_https, bare_host(parts.host), (unsigned)atoi(parts.port));
		way->is_tunnel = way->proxy != NULL && parts.is_https;
		find_detour(&parts, endpoint->config.tls.server_name, way);
	}
	parts_finish(&parts);
}

void http_host_append(struct buf *out, const char *url) {
	struct url_parts parts;
	if (split_url(&parts, url))
		buf_append_str(out, bare_host(parts.host));
	parts_finish(&parts);
}
