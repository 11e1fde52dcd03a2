// SPDX-License-Identifier: Apache-2.0
// Instant queries to a Prometheus-compatible API. See prometheus.h.
#include "evaluator/prometheus.h"

#include "base/mem.h"
#include "evaluator/rule_context.h"
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

dur_ms datasource_timeout(const struct datasource_config *config) {
	return config->timeout > 0 ? config->timeout : MINUTES(2);
}

struct datasource *datasource_create(struct evaluation_setup *setup) {
	struct datasource *source = MEM_NEW(struct datasource);
	source->references = 1;
	source->setup = evaluation_setup_ref(setup);
	source->url = prometheus_query_url(setup->datasource.url);
	source->shown_url = prometheus_shown_url(source->url);
	source->endpoint = http_endpoint_create(&setup->datasource.http);
	return source;
}

struct datasource *datasource_ref(struct datasource *source) {
	source->references++;
	return source;
}

void datasource_unref(struct datasource *source) {
	if (source == NULL || --source->references > 0)
		return;
	http_endpoint_destroy(source->endpoint);
	evaluation_setup_unref(source->setup);
	free(source->url);
	free(source->shown_url);
	free(source);
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
		return vector->error_text;
	if (!is_success && response->status != 0)
		return arena_format(arena, "POST %s: server returned HTTP status %d", query->source->shown_url, response->status);
	if (!is_decoded)
		return arena_format(arena, "POST %s: the answer is not what a query API says: %s", query->source->shown_url, err.text);
	if (vector->kind != RESULT_VECTOR && vector->kind != RESULT_SCALAR)
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

static void on_response(void *context, const struct http_response *response) {
	struct prometheus_query *query = context;
	struct prometheus_question question = query->question; // on_done may ask the next one
	autoarena struct arena arena = { 0 };
	struct str error = judge(query, response, &arena);
	let_go(query);
	struct prometheus_answer answer = { .is_good = error.len == 0, .error = error, .vector = &query->vector, .bytes = query->decoder.seen };
	question.on_done(question.context, &answer);
}

static size_t max_response(const struct datasource_config *config) {
	return config->max_response_bytes > 0 ? config->max_response_bytes : (size_t)LIMIT_RESPONSE_BYTES;
}

void prometheus_query_start(struct prometheus_query *query, struct http_client *client, struct datasource *source, const struct prometheus_question *question) {
	assert(query->exchange == NULL);
	query->question = *question;
	query->source = datasource_ref(source);
	const struct datasource_config *config = &source->setup->datasource;
	buf_reset(&query->form);
	prometheus_form(&query->form, question->expr, datasource_timeout(config), question->at);
	query->error.code = ERR_NONE;
	vector_decoder_init(&query->decoder, &query->vector, max_response(config));
	struct http_request request = {
		.method = "POST",
		.url = source->url,
		.body = buf_str(&query->form),
		.content_type = "application/x-www-form-urlencoded",
		.endpoint = source->endpoint,
		.timeout = datasource_timeout(config),
		.max_body = max_response(config),
		.on_data = on_piece,
		.on_done = on_response,
		.context = query,
	};
	query->exchange = http_client_start(client, &request);
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
}
