// SPDX-License-Identifier: Apache-2.0
// Instant queries to a Prometheus-compatible API. See prometheus.h.
#include "evaluator/prometheus.h"

#include "base/mem.h"
#include "base/query_escape.h"
#include "model/duration.h"
#include "model/limits.h"

#include <assert.h>

enum { VECTOR_KEPT = 1024 }; // samples

char *prometheus_query_url(const char *base) {
	struct str rest = str_of(base);
	struct str fragmentless = str_cut(&rest, '#');
	struct str path = str_cut(&fragmentless, '?');
	while (path.len > 0 && path.data[path.len - 1] == '/')
		path.len--;
	struct buf url = { 0 };
	buf_append_str(&url, path);
	buf_append_cstr(&url, "/api/v1/query");
	if (fragmentless.len > 0) {
		buf_append_char(&url, '?');
		buf_append_str(&url, fragmentless);
	}
	return buf_take(&url);
}

char *prometheus_shown_url(const char *url) {
	struct buf shown = { 0 };
	struct str rest = str_of(url);
	rest = str_head(rest, strcspn(url, "?#"));
	ptrdiff_t scheme = str_find(rest, STR("://"));
	if (scheme >= 0) {
		buf_append_str(&shown, str_head(rest, (size_t)scheme + 3));
		rest = str_skip(rest, (size_t)scheme + 3);
	}
	ptrdiff_t slash = str_find_char(rest, '/');
	size_t authority = slash < 0 ? rest.len : (size_t)slash;
	for (size_t at = authority; at-- > 0;)
		if (rest.data[at] == '@') {
			rest = str_skip(rest, at + 1);
			break;
		}
	buf_append_str(&shown, rest);
	return buf_take(&shown);
}

static void append_time(struct buf *form, wall_ms at) {
	int64_t seconds = at / 1000, rest = at % 1000;
	if (rest < 0) {
		buf_append_char(form, '-');
		seconds = -at / 1000;
		rest = -at % 1000;
	}
	char digits[4] = { '.', (char)('0' + rest / 100), (char)('0' + rest / 10 % 10), (char)('0' + rest % 10) };
	buf_append_int(form, seconds);
	buf_append(form, digits, sizeof digits);
}

void prometheus_form(struct buf *form, struct str expr, dur_ms timeout, wall_ms at) {
	buf_append_cstr(form, "query=");
	url_query_escape(form, expr);
	buf_append_cstr(form, "&timeout=");
	duration_format(form, timeout);
	buf_append_cstr(form, "&time=");
	append_time(form, at);
}

// As who evaluates rules in its own process says it: there is no parameter.
static struct str error_text(const struct sample_vector *vector) {
	struct str of_api = STR("invalid parameter \"query\": ");
	return str_has_prefix(vector->error_text, of_api) ? str_skip(vector->error_text, of_api.len) : vector->error_text;
}

// What is wrong with the answer; empty when nothing is. Texts are borrowed from the query and the arena.
static struct str judge(struct prometheus_query *query, const struct http_response *response, struct arena *arena) {
	const struct sample_vector *vector = &query->vector;
	if (query->error.code == ERR_NONE && response->error.code != ERR_NONE)
		return str_of(response->error.text);
	bool is_success = response->status / 100 == 2;
	struct error err = query->error;
	bool is_decoded = err.code == ERR_NONE && (is_success || vector_decoder_feed(&query->decoder, response->body.data, response->body.len, &err)) &&
	    vector_decoder_finish(&query->decoder, &err);
	if (is_decoded && vector->is_error)
		return error_text(vector);
	if (!is_success && response->status != 0)
		return arena_format(arena, "POST %s: server returned HTTP status %d", query->source->urls[query->url].shown, response->status);
	if (!is_decoded)
		return arena_format(arena, "POST %s: the answer is not what a query API says: %s", query->source->urls[query->url].shown, err.text);
	if (vector->kind != RESULT_VECTOR && vector->kind != RESULT_SCALAR && !(vector->kind == RESULT_MATRIX && query->question.takes_series))
		return STR("rule result is not a vector or scalar");
	return STR_NONE;
}

static void let_go(struct prometheus_query *query) {
	query->exchange = NULL;
	datasource_unref(query->source);
	query->source = NULL;
}

static bool on_piece(void *context, struct str piece) {
	struct prometheus_query *query = context;
	return vector_decoder_feed(&query->decoder, piece.data, piece.len, &query->error);
}

static void ask(struct prometheus_query *query);

// Another URL may do better: this one is not there, is too slow, or is broken.
static bool may_move(const struct prometheus_query *query, const struct http_response *response) {
	size_t count = query->source->url_count;
	bool is_last = query->question.is_pinned || (query->url + 1) % count == query->first_url;
	bool is_cut = query->error.code == ERR_NONE && response->error.code != ERR_NONE && response->error.code != ERR_LIMIT;
	return !is_last && (is_cut || response->status / 100 == 5);
}

static void move_on(struct prometheus_query *query, struct str cause) {
	struct str url = str_of(query->source->urls[query->url].shown);
	if (query->cause.len == 0)
		buf_format(&query->cause, "%.*s%s%.*s", STR_ARG(str_find(cause, url) < 0 ? url : STR_NONE), str_find(cause, url) < 0 ? ": " : "", STR_ARG(cause));
	query->url = (query->url + 1) % query->source->url_count;
	ask(query);
}

// The rule's health says that it is not the datasource one would think.
static void note_stand_in(struct prometheus_query *query) {
	struct datasource *source = query->source;
	struct sample_vector *vector = &query->vector;
	if (query->url != query->first_url)
		datasource_move(source, query->first_url, query->url, buf_str(&query->cause));
	if (query->url > 0 && !query->question.is_pinned)
		array_append(&vector->warnings, arena_format(&vector->arena, "answered by %s: %s", source->urls[query->url].shown, source->cause.len > 0 ? buf_cstr(&source->cause) : "those before it failed"));
}

static void on_response(void *context, const struct http_response *response) {
	struct prometheus_query *query = context;
	struct prometheus_question question = query->question; // on_done may ask the next one
	autoarena struct arena arena = { 0 };
	struct str error = judge(query, response, &arena);
	if (error.len > 0 && may_move(query, response)) {
		move_on(query, error);
		return;
	}
	if (error.len == 0)
		note_stand_in(query);
	let_go(query);
	struct prometheus_answer answer = { .is_good = error.len == 0, .error = error, .vector = &query->vector, .bytes = query->decoder.seen };
	question.on_done(question.context, &answer);
}

static size_t max_response(const struct datasource_config *config) {
	return config->max_response_bytes > 0 ? config->max_response_bytes : (size_t)LIMIT_RESPONSE_BYTES;
}

// Asks the URL that is the query's.
static void ask(struct prometheus_query *query) {
	struct datasource *source = query->source;
	autoarena struct arena arena = { 0 };
	autobuf struct buf url = { 0 };
	query->error.code = ERR_NONE;
	vector_decoder_init(&query->decoder, &query->vector, max_response(source->config));
	datasource_url_format(&url, source, query->url, query->question.params);
	struct http_request request = {
		.method = "POST",
		.url = buf_cstr(&url),
		.body = buf_str(&query->form),
		.content_type = "application/x-www-form-urlencoded",
		.headers = datasource_headers(source, query->question.headers, &arena),
		.endpoint = source->endpoint,
		.timeout = datasource_timeout(source->config),
		.max_body = max_response(source->config),
		.on_data = on_piece,
		.on_done = on_response,
		.context = query,
	};
	query->exchange = http_client_start(query->client, &request);
}

void prometheus_query_start(struct prometheus_query *query, struct http_client *client, struct datasource *source, const struct prometheus_question *question) {
	assert(query->exchange == NULL);
	query->question = *question;
	query->source = datasource_ref(source);
	query->client = client;
	query->url = query->first_url = question->is_pinned ? question->url : source->current;
	buf_reset(&query->cause);
	buf_reset(&query->form);
	prometheus_form(&query->form, question->expr, datasource_timeout(source->config), question->at);
	ask(query);
}

void prometheus_query_cancel(struct prometheus_query *query) {
	if (query->exchange == NULL)
		return;
	http_exchange_cancel(query->exchange);
	let_go(query);
}

// Keeps the memory of a small answer for the next one.
void prometheus_query_clear(struct prometheus_query *query) {
	if (query->vector.cap > VECTOR_KEPT)
		sample_vector_finish(&query->vector);
	else
		sample_vector_reset(&query->vector);
}

void prometheus_query_finish(struct prometheus_query *query) {
	sample_vector_finish(&query->vector);
	buf_finish(&query->form);
	buf_finish(&query->cause);
}
