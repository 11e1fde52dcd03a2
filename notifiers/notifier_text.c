// SPDX-License-Identifier: Apache-2.0
// Pieces of text that several notifiers write. See notifier_text.h.
#include "notifiers/notifier_text.h"

#include "base/hash.h"
#include "base/sha256.h"

void notifier_text_quote_regexp(struct buf *out, struct str text) {
	for (size_t i = 0; i < text.len; i++) {
		if (str_find_char(STR("\\.+*?()|[]{}^$"), text.data[i]) >= 0)
			buf_append_char(out, '\\');
		buf_append_char(out, text.data[i]);
	}
}

struct str notifier_text_group_hash(struct arena *arena, const struct notification *notification) {
	unsigned char digest[SHA256_BYTES];
	char text[2 * SHA256_BYTES + 1];
	sha256(notification->group_key, digest);
	for (size_t i = 0; i < SHA256_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	return arena_dup_str(arena, str_of(text));
}

void notifier_text_escape_html(struct buf *out, struct str text) {
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '<' || text.data[i] == '>' || text.data[i] == '&')
			buf_format(out, "&#%d;", text.data[i]);
		else
			buf_append_char(out, text.data[i]);
	}
}

bool notifier_text_expand(const struct text_run *run, const char *text, struct buf *out, struct error *err) {
	if (strstr(text, "{{") == NULL) {
		buf_append_cstr(out, text);
		return true;
	}
	struct template *template = template_compile(run->set, STR(""), str_of(text), err);
	if (template == NULL)
		return false;
	struct str needed;
	size_t before = out->len;
	enum template_status status = template_execute(template, run->env, run->arena, out, &needed, err);
	template_destroy(template);
	if (status == TEMPLATE_OK)
		return true;
	buf_truncate(out, before);
	return status == TEMPLATE_FAILED ? false : error_set(err, ERR_INVALID, "query is for rules' templates");
}

bool notifier_text_url(const struct text_run *run, const char *text, const char **out, struct error *err) {
	autobuf struct buf url = { 0 };
	if (!notifier_text_expand(run, text, &url, err))
		return error_wrap(err, "failed to template URL");
	struct str trimmed = str_trim(buf_str(&url));
	if (trimmed.len == 0)
		return error_set(err, ERR_INVALID, "the URL is empty after templating");
	*out = arena_cstr(run->arena, trimmed);
	return true;
}

static void field(struct buf *out, const char *text) {
	if (text == NULL)
		buf_append_cstr(out, "- ");
	else
		buf_format(out, "%zu:%s ", strlen(text), text);
}

void notifier_text_secret(struct buf *out, const char *text) {
	if (text == NULL) {
		buf_append_cstr(out, "- ");
		return;
	}
	buf_append_hex16(out, hash_bytes(HASH_START, str_of(text)));
	buf_append_char(out, ' ');
}

void notifier_text_tls(struct buf *out, const struct tls_config *tls) {
	field(out, tls->ca_file);
	field(out, tls->cert_file);
	field(out, tls->key_file);
	field(out, tls->server_name);
	field(out, tls->ca);
	field(out, tls->cert);
	notifier_text_secret(out, tls->key);
	buf_format(out, "%d %d %d ", tls->insecure_skip_verify, tls->min_version, tls->max_version);
}

static void headers(struct buf *out, const struct http_headers *headers) {
	for (size_t i = 0; i < headers->count; i++) {
		field(out, headers->items[i].name);
		notifier_text_secret(out, headers->items[i].value);
		field(out, headers->items[i].file);
	}
}

static void proxy(struct buf *out, const struct proxy_config *proxy) {
	notifier_text_secret(out, proxy->url);
	field(out, proxy->no_proxy);
	buf_format(out, "%d ", proxy->from_environment);
	headers(out, &proxy->connect_headers);
}

static void params(struct buf *out, const struct oauth2_param *params, size_t count) {
	for (size_t i = 0; i < count; i++) {
		field(out, params[i].name);
		notifier_text_secret(out, params[i].value);
	}
}

static void assertion(struct buf *out, const struct oauth2_assertion *assertion) {
	notifier_text_secret(out, assertion->key);
	field(out, assertion->key_file);
	field(out, assertion->key_id);
	field(out, assertion->algorithm);
	field(out, assertion->issuer);
	field(out, assertion->audience);
	params(out, assertion->claims, assertion->claim_count);
}

static void oauth2(struct buf *out, const struct oauth2_config *oauth2) {
	if (oauth2 == NULL)
		return;
	field(out, oauth2->client_id);
	notifier_text_secret(out, oauth2->client_secret);
	field(out, oauth2->client_secret_file);
	field(out, oauth2->token_url);
	field(out, oauth2->scopes);
	params(out, oauth2->params, oauth2->param_count);
	assertion(out, &oauth2->assertion);
	buf_format(out, "%d ", oauth2->is_assertion);
	notifier_text_tls(out, &oauth2->tls);
	proxy(out, &oauth2->proxy);
}

void notifier_text_http(struct buf *out, const struct http_config *http) {
	field(out, http->basic_username);
	field(out, http->basic_username_file);
	notifier_text_secret(out, http->basic_password);
	field(out, http->basic_password_file);
	notifier_text_secret(out, http->bearer_token);
	field(out, http->bearer_token_file);
	field(out, http->authorization_type);
	notifier_text_secret(out, http->authorization_credentials);
	field(out, http->authorization_credentials_file);
	oauth2(out, http->oauth2);
	notifier_text_tls(out, &http->tls);
	proxy(out, &http->proxy);
	headers(out, &http->headers);
	buf_format(out, "%d %d", http->follow_redirects, http->enable_http2);
}
