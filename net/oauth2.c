// SPDX-License-Identifier: Apache-2.0
// OAuth2's tokens. See oauth2.h.
#include "net/oauth2.h"

#include "base/go_text.h"
#include "base/json_read.h"
#include "base/mem.h"
#include "base/query_escape.h"
#include "net/form.h"
#include "net/http_endpoint.h"
#include "net/http_exchange.h"
#include "net/http_outcome.h"
#include "net/jwt.h"
#include "net/secret_file.h"
#include "net/signature.h"

#define GRANT_CREDENTIALS "client_credentials"
#define GRANT_ASSERTION "urn:ietf:params:oauth:grant-type:jwt-bearer"

enum { TOKEN_MAX = 1 << 20, // bytes of an answer
	SHOWN_MAX = 60,     // code points of the server's words in an error
	FETCH_TIMEOUT = SECONDS(30),
	EXPIRY_MARGIN = SECONDS(10), // Go's
	YOUNG = SECONDS(5) };

// Where the client's credentials go. The RFC wants the header; some servers know only the form. Found out by trying, as Go does.
enum auth_style { STYLE_UNKNOWN, // header next
	STYLE_UNKNOWN_FORM,      // the header did not do, form next
	STYLE_HEADER,
	STYLE_FORM };

struct oauth2_source {
	const struct oauth2_config *config;
	struct http_endpoint *peer; // the token's server
	struct http_client *client; // of the fetch
	struct http_exchange *fetch;
	struct buf secret; // the token's, or the fetch's
	struct buf token;  // "Bearer abc"; empty = none
	mono_ms fetched_at, expires_at;
	enum auth_style style;
	struct error error; // of the last fetch
};

static enum auth_style first_style(const struct oauth2_config *config) {
	return config->is_assertion ? STYLE_FORM : STYLE_UNKNOWN; // an assertion is all there is to say
}

struct oauth2_source *oauth2_source_create(const struct oauth2_config *config) {
	struct oauth2_source *source = MEM_NEW(struct oauth2_source);
	struct http_config peer = HTTP_CONFIG_DEFAULT;
	peer.tls = config->tls;
	peer.proxy = config->proxy;
	peer.enable_http2 = false;
	source->config = config;
	source->peer = http_endpoint_create(&peer);
	source->style = first_style(config);
	return source;
}

void oauth2_source_destroy(struct oauth2_source *source) {
	if (source == NULL)
		return;
	if (source->fetch != NULL)
		http_exchange_cancel(source->fetch);
	http_endpoint_destroy(source->peer);
	secret_forget(&source->secret);
	secret_forget(&source->token);
	free(source);
}

void oauth2_source_detach(struct oauth2_source *source) {
	source->fetch = NULL;
}

bool oauth2_source_is_fetching(const struct oauth2_source *source) {
	return source->fetch != NULL;
}

static bool read_secret(const struct oauth2_config *config, struct buf *out, struct error *err) {
	if (config->is_assertion)
		return secret_read_lines(config->assertion.key, config->assertion.key_file, out, err) || error_wrap(err, "oauth2 client_certificate_key_file");
	return secret_read(config->client_secret, config->client_secret_file, out, err) || error_wrap(err, "oauth2 client_secret_file");
}

enum oauth2_state oauth2_source_check(struct oauth2_source *source, mono_ms now, struct error *err) {
	struct buf secret = { 0 };
	if (!read_secret(source->config, &secret, err))
		return OAUTH2_FAILED;
	bool is_same = str_equal(buf_str(&secret), buf_str(&source->secret));
	if (!is_same) {
		secret_forget(&source->token);
		secret_forget(&source->secret);
		source->secret = secret;
		source->style = first_style(source->config);
		if (source->fetch != NULL)
			http_exchange_cancel(source->fetch); // it asks with the old one
	} else {
		secret_forget(&secret);
	}
	return source->token.len > 0 && now < source->expires_at ? OAUTH2_READY : OAUTH2_NEEDED;
}

bool oauth2_source_authorize(const struct oauth2_source *source, struct buf *lines, struct error *err) {
	if (source->token.len == 0) {
		*err = source->error;
		return false;
	}
	buf_format(lines, "Authorization: %s\n", buf_cstr(&source->token));
	return true;
}

bool oauth2_source_refused(struct oauth2_source *source, mono_ms now) {
	if (source->token.len > 0 && now - source->fetched_at < YOUNG)
		return false;
	secret_forget(&source->token);
	return true;
}

// ---- the answer ----

struct token_answer {
	struct buf access_token, token_type, error, description;
	int64_t expires_in; // seconds; 0 = never
};

static void answer_finish(struct token_answer *answer) {
	secret_forget(&answer->access_token);
	buf_finish(&answer->token_type);
	buf_finish(&answer->error);
	buf_finish(&answer->description);
}

static int64_t read_seconds(struct str text) {
	char copy[24];
	snprintf(copy, sizeof copy, "%.*s", STR_ARG(text));
	long long seconds = strtoll(copy, NULL, 10);
	return seconds < 0 ? 0 : seconds > INT32_MAX ? INT32_MAX
	                                             : seconds;
}

static struct buf *field_of(struct token_answer *answer, struct str name) {
	static const char *const names[] = { "access_token", "token_type", "error", "error_description" };
	struct buf *fields[] = { &answer->access_token, &answer->token_type, &answer->error, &answer->description };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_equal_cstr(name, names[i]))
			return fields[i];
	return NULL;
}

static bool read_json_member(struct json_reader *reader, struct str name, struct token_answer *answer) {
	struct str text;
	enum json_kind kind = json_read_peek(reader);
	if (str_equal_cstr(name, "expires_in") && (kind == JSON_NUMBER || kind == JSON_STRING)) { // some servers send a text
		if (kind == JSON_NUMBER ? !json_read_number_text(reader, &text) : !json_read_string(reader, &text))
			return false;
		answer->expires_in = read_seconds(text);
		return true;
	}
	struct buf *field = field_of(answer, name);
	if (field == NULL || kind != JSON_STRING)
		return json_read_skip(reader);
	if (!json_read_string(reader, &text))
		return false;
	buf_reset(field);
	buf_append_str(field, text);
	return true;
}

static bool read_json(struct str body, struct token_answer *answer) {
	autoarena struct arena arena = { 0 };
	struct json_reader reader;
	struct str name;
	json_read_init(&reader, &arena, body);
	if (!json_read_object_begin(&reader))
		return false;
	while (json_read_object_next(&reader, &name))
		if (!read_json_member(&reader, name, answer))
			return false;
	return json_read_end(&reader);
}

static bool read_form(struct str body, struct token_answer *answer) {
	autobuf struct buf seconds = { 0 };
	form_find(body, STR("access_token"), &answer->access_token);
	form_find(body, STR("token_type"), &answer->token_type);
	form_find(body, STR("error"), &answer->error);
	form_find(body, STR("error_description"), &answer->description);
	if (form_find(body, STR("expires_in"), &seconds))
		answer->expires_in = read_seconds(buf_str(&seconds));
	return answer->access_token.len + answer->error.len > 0;
}

// Appends the server's words unless they repeat the secret.
static void append_shown(struct buf *out, const struct oauth2_source *source, const struct buf *words) {
	bool is_secret = source->secret.len > 0 && str_find(buf_str(words), buf_str(&source->secret)) >= 0;
	buf_append_char(out, ' ');
	if (is_secret)
		buf_append_cstr(out, "<secret>");
	else
		go_quote_head(out, buf_str(words), SHOWN_MAX);
}

static void fail_by_answer(struct oauth2_source *source, int status, const struct token_answer *answer, bool is_read) {
	autobuf struct buf text = { 0 };
	http_origin_append(&text, str_of(source->config->token_url));
	buf_append_cstr(&text, ": oauth2:");
	if (answer->error.len > 0) {
		append_shown(&text, source, &answer->error);
		if (answer->description.len > 0)
			append_shown(&text, source, &answer->description);
	} else if (status / 100 != 2) {
		buf_format(&text, " cannot fetch token: HTTP status %d", status);
	} else {
		buf_append_cstr(&text, is_read ? " server response missing access_token" : " cannot read the answer");
	}
	error_set(&source->error, ERR_UNAVAILABLE, "POST %s", buf_cstr(&text));
}

static bool has_line_break(const struct buf *text) {
	return text->data != NULL && (strlen(text->data) != text->len || strpbrk(text->data, "\r\n") != NULL);
}

// Go: Token.Type.
static const char *scheme_of(const struct buf *type) {
	static const char *const known[] = { "Bearer", "MAC", "Basic" };
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_equal_nocase(buf_str(type), str_of(known[i])))
			return known[i];
	return type->len == 0 ? "Bearer" : type->data;
}

static void keep_token(struct oauth2_source *source, const struct token_answer *answer, mono_ms now) {
	secret_forget(&source->token);
	buf_format(&source->token, "%s %s", scheme_of(&answer->token_type), buf_cstr(&answer->access_token));
	source->fetched_at = now;
	source->expires_at = answer->expires_in == 0 ? INT64_MAX : now + SECONDS(answer->expires_in) - EXPIRY_MARGIN;
	source->style = source->style == STYLE_UNKNOWN ? STYLE_HEADER : source->style == STYLE_UNKNOWN_FORM ? STYLE_FORM
	                                                                                                    : source->style;
}

static bool take_answer(struct oauth2_source *source, const struct http_response *response) {
	struct token_answer answer = { 0 };
	struct str body = str_trim(response->body);
	bool is_read = body.len > 0 && (body.data[0] == '{' ? read_json(body, &answer) : read_form(body, &answer));
	bool is_good = is_read && response->status / 100 == 2 && answer.error.len == 0 && answer.access_token.len > 0 && !has_line_break(&answer.access_token) &&
	    !has_line_break(&answer.token_type);
	if (is_good)
		keep_token(source, &answer, clock_mono());
	else
		fail_by_answer(source, response->status, &answer, is_read);
	answer_finish(&answer);
	return is_good;
}

// ---- the question ----

static void append_credentials(const struct oauth2_source *source, struct buf *header) {
	struct buf pair = { 0 };
	url_query_escape(&pair, str_of(source->config->client_id));
	buf_append_char(&pair, ':');
	url_query_escape(&pair, buf_str(&source->secret));
	buf_append_cstr(header, "Authorization: Basic ");
	base64_append(header, pair.data, pair.len);
	secret_forget(&pair);
}

static bool has_param(const struct oauth2_config *config, const char *name) {
	for (size_t i = 0; i < config->param_count; i++)
		if (strcmp(config->params[i].name, name) == 0)
			return true;
	return false;
}

static void add_credentials(const struct oauth2_source *source, struct buf *form) {
	form_append(form, STR("client_id"), str_of(source->config->client_id));
	if (source->secret.len > 0)
		form_append(form, STR("client_secret"), buf_str(&source->secret));
}

static bool add_assertion(const struct oauth2_source *source, struct buf *form, struct error *err) {
	autobuf struct buf assertion = { 0 };
	if (!jwt_append(&assertion, source->config, buf_str(&source->secret), clock_wall(), err))
		return error_wrap(err, "oauth2");
	form_append(form, STR("assertion"), buf_str(&assertion));
	return true;
}

static bool compose_form(const struct oauth2_source *source, struct buf *form, struct error *err) {
	const struct oauth2_config *config = source->config;
	if (!has_param(config, "grant_type")) // may be replaced, for servers of their own mind
		form_append(form, STR("grant_type"), config->is_assertion ? STR(GRANT_ASSERTION) : STR(GRANT_CREDENTIALS));
	if (config->scopes != NULL && config->scopes[0] != '\0')
		form_append(form, STR("scope"), str_of(config->scopes));
	for (size_t i = 0; i < config->param_count; i++)
		form_append(form, str_of(config->params[i].name), str_of(config->params[i].value));
	if (config->is_assertion)
		return add_assertion(source, form, err);
	if (source->style == STYLE_FORM || source->style == STYLE_UNKNOWN_FORM)
		add_credentials(source, form);
	return true;
}

static void ask(struct oauth2_source *source);

static void on_answer(void *context, const struct http_response *response) {
	struct oauth2_source *source = context;
	secret_forget(&source->token);
	if (response->error.code != ERR_NONE) {
		source->error = response->error;
		error_wrap(&source->error, "oauth2: cannot fetch token");
		source->style = source->style == STYLE_UNKNOWN_FORM ? STYLE_UNKNOWN : source->style;
		return;
	}
	if (take_answer(source, response))
		return;
	bool was_unknown = source->style == STYLE_UNKNOWN;
	source->style = was_unknown ? STYLE_UNKNOWN_FORM : source->style == STYLE_UNKNOWN_FORM ? STYLE_UNKNOWN
	                                                                                       : source->style;
	if (was_unknown)
		ask(source);
}

static void start(struct oauth2_source *source, struct str form, const char *header) {
	struct http_request request = { .method = "POST", .url = source->config->token_url, .body = form, .content_type = "application/x-www-form-urlencoded", .headers = (const char *const[]){ header, NULL }, .endpoint = source->peer, .timeout = FETCH_TIMEOUT, .max_body = TOKEN_MAX, .on_done = on_answer, .context = source };
	source->fetch = http_client_start(source->client, &request);
	http_exchange_watch(source->fetch, source);
}

// Without a fetch under way afterwards it failed, and the error says why.
static void ask(struct oauth2_source *source) {
	struct buf form = { 0 }, header = { 0 };
	bool is_in_header = source->style == STYLE_HEADER || source->style == STYLE_UNKNOWN;
	if (is_in_header)
		append_credentials(source, &header);
	if (compose_form(source, &form, &source->error))
		start(source, buf_str(&form), is_in_header ? buf_cstr(&header) : NULL);
	secret_forget(&form);
	secret_forget(&header);
}

void oauth2_source_fetch(struct oauth2_source *source, struct http_client *client) {
	if (source->fetch != NULL)
		return;
	source->client = client;
	ask(source);
}
