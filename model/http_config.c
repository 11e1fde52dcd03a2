// SPDX-License-Identifier: Apache-2.0
// How an HTTP peer is spoken to. See http_config.h.
#include "model/http_config.h"

#include "base/arena.h"

static void own(struct arena *arena, const char **text) {
	if (*text != NULL)
		*text = arena_cstr(arena, str_of(*text));
}

static void own_tls(struct arena *arena, struct tls_config *tls) {
	const char **texts[] = { &tls->ca, &tls->cert, &tls->key, &tls->ca_file, &tls->cert_file, &tls->key_file, &tls->server_name };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		own(arena, texts[i]);
}

static void own_headers(struct arena *arena, struct http_headers *headers) {
	struct http_header *copies = ARENA_NEW_ARRAY(arena, struct http_header, headers->count + 1);
	for (size_t i = 0; i < headers->count; i++) {
		copies[i] = headers->items[i];
		own(arena, &copies[i].name);
		own(arena, &copies[i].value);
		own(arena, &copies[i].file);
	}
	headers->items = copies;
}

static void own_proxy(struct arena *arena, struct proxy_config *proxy) {
	own(arena, &proxy->url);
	own(arena, &proxy->no_proxy);
	own_headers(arena, &proxy->connect_headers);
}

static const struct oauth2_param *copy_params(struct arena *arena, const struct oauth2_param *params, size_t count) {
	struct oauth2_param *copies = ARENA_NEW_ARRAY(arena, struct oauth2_param, count + 1);
	for (size_t i = 0; i < count; i++) {
		copies[i] = params[i];
		own(arena, &copies[i].name);
		own(arena, &copies[i].value);
	}
	return copies;
}

static const struct oauth2_config *copy_oauth2(struct arena *arena, const struct oauth2_config *config) {
	struct oauth2_config *copy = arena_dup(arena, config, sizeof *config);
	const char **texts[] = { &copy->client_id, &copy->client_secret, &copy->client_secret_file, &copy->token_url, &copy->scopes, &copy->assertion.key, &copy->assertion.key_file,
		&copy->assertion.key_id, &copy->assertion.algorithm, &copy->assertion.issuer, &copy->assertion.audience };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		own(arena, texts[i]);
	copy->params = copy_params(arena, config->params, config->param_count);
	copy->assertion.claims = copy_params(arena, config->assertion.claims, config->assertion.claim_count);
	own_tls(arena, &copy->tls);
	own_proxy(arena, &copy->proxy);
	return copy;
}

struct http_config http_config_copy(struct arena *arena, const struct http_config *config) {
	struct http_config copy = *config;
	const char **texts[] = { &copy.basic_username, &copy.basic_username_file, &copy.basic_password, &copy.basic_password_file, &copy.bearer_token,
		&copy.bearer_token_file, &copy.authorization_type, &copy.authorization_credentials, &copy.authorization_credentials_file };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		own(arena, texts[i]);
	if (config->oauth2 != NULL)
		copy.oauth2 = copy_oauth2(arena, config->oauth2);
	own_tls(arena, &copy.tls);
	own_proxy(arena, &copy.proxy);
	own_headers(arena, &copy.headers);
	return copy;
}
