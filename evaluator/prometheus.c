// SPDX-License-Identifier: Apache-2.0
// Instant queries to a Prometheus-compatible API. See prometheus.h.
#include "evaluator/prometheus.h"

#include "base/mem.h"
#include "base/query_escape.h"
#include "evaluator/answer_verdict.h"
#include "model/duration.h"
#include "model/limits.h"

#include <assert.h>

enum { VECTOR_KEPT = 1024, // samples
	VECTOR_KEPT_BYTES = 64 << 10 };

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

static const char *method_of(const struct prometheus_query *query) {
	return query->is_get ? "GET" : "POST";
}

// Reads what the stream left unread, and says what all of it means.
static enum answer_verdict judge(struct prometheus_query *query, const struct http_response *response, struct arena *arena, struct str *error) {
	struct error decoding = query->error;
	bool is_whole = response->error.code == ERR_NONE && decoding.code == ERR_NONE, is_streamed = response->status / 100 == 2;
	if (is_whole && (is_streamed || vector_decoder_feed(&query->decoder, response->body.data, response->body.len, &decoding)) && !vector_decoder_finish(&query->decoder, &decoding))
		assert(decoding.code != ERR_NONE);
	struct answer_facts facts = {
		.status = response->status,
		.method = method_of(query),
		.url = str_of(query->source->urls[query->url].shown),
		.transport = &response->error,
		.decoding = &decoding,
		.vector = &query->vector,
		.takes_series = query->question.takes_series,
		.is_particular = query->question.headers != NULL || (query->question.params != NULL && query->question.params->count > 0),
	};
	return answer_judge(&facts, arena, error);
}

static void let_go(struct prometheus_query *query) {
	query->exchange = NULL;
	datasource_unref(query->source);
	query->source = NULL;
}

static bool on_piece(void *context, struct str piece) {
	struct prometheus_query *query = context;
	return vector_decoder_feed(&query->decoder, piece.data, piece.len, &query->error) && vector_decoder_may_go_on(&query->decoder, &query->error);
}

static void ask(struct prometheus_query *query);

static bool is_last(const struct prometheus_query *query) {
	return query->question.is_pinned || (query->url + 1) % query->source->url_count == query->first_url;
}

// Which of the URLs it was that said so.
static void note_cause(struct prometheus_query *query, struct str error) {
	struct str url = str_of(query->source->urls[query->url].shown);
	bool is_named = str_find(error, url) >= 0;
	buf_format(&query->cause, "%s%.*s%s%.*s", query->cause.len > 0 ? "; " : "", STR_ARG(is_named ? STR_NONE : url), is_named ? "" : ": ", STR_ARG(error));
}

// The rule's health says that it is not the datasource one would think.
static void note_stand_in(struct prometheus_query *query) {
	struct datasource *source = query->source;
	struct sample_vector *vector = &query->vector;
	struct str cause = query->cause.len > 0 ? buf_str(&query->cause) : buf_str(&source->cause);
	if (query->url > 0 && !query->question.is_pinned)
		array_append(&vector->warnings, arena_format(&vector->arena, "answered by %s: %.*s", source->urls[query->url].shown, STR_ARG(cause.len > 0 ? cause : STR("those before it failed"))));
}

// Whoever has a word for the question is there.
static void move(const struct prometheus_query *query) {
	if (query->is_moving)
		datasource_move(query->source, query->first_url, query->url, buf_str(&query->cause));
}

static void tell(struct prometheus_query *query, struct str error) {
	struct prometheus_question question = query->question; // on_done may ask the next one
	let_go(query);
	struct prometheus_answer answer = { .is_good = error.len == 0, .error = error, .vector = &query->vector, .bytes = query->decoder.seen };
	question.on_done(question.context, &answer);
}

// Some proxies let only GET through. Source: client_golang's DoGetFallback.
static bool ask_by_get(struct prometheus_query *query, int status) {
	bool is_refused = status == 405 || status == 501, may_repeat = is_refused && !query->is_get;
	if (is_refused)
		query->source->urls[query->url].takes_get_only = may_repeat;
	if (may_repeat)
		ask(query);
	return may_repeat;
}

static void on_response(void *context, const struct http_response *response) {
	struct prometheus_query *query = context;
	autoarena struct arena arena = { 0 };
	struct str error;
	if (ask_by_get(query, response->status))
		return;
	enum answer_verdict verdict = judge(query, response, &arena, &error);
	switch (verdict) {
	case ANSWER_GOOD:
		note_stand_in(query);
		move(query);
		break;
	case ANSWER_FINAL:
		move(query);
		break;
	case ANSWER_ELSEWHERE:
	case ANSWER_ONCE:
		query->is_moving |= query->url == query->first_url && verdict == ANSWER_ELSEWHERE;
		if (is_last(query) && query->cause.len == 0)
			break; // there was no other one
		note_cause(query, error);
		if (!is_last(query)) {
			query->url = (query->url + 1) % query->source->url_count;
			ask(query);
			return;
		}
		error = arena_format(&arena, "%s", buf_cstr(&query->cause));
		break;
	}
	tell(query, error);
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
	if (query->vector.taken > 0)
		query->question.taker.again(query->question.taker.context); // of an answer that broke off
	vector_decoder_init(&query->decoder, &query->vector, max_response(source->config));
	query->decoder.taker = query->question.taker;
	query->is_get = source->urls[query->url].takes_get_only;
	datasource_url_format(&url, source, query->url, query->question.params);
	if (query->is_get)
		buf_format(&url, "%c%s", memchr(url.data, '?', url.len) == NULL ? '?' : '&', buf_cstr(&query->form));
	struct http_request request = {
		.method = method_of(query),
		.url = buf_cstr(&url),
		.body = query->is_get ? STR_NONE : buf_str(&query->form),
		.content_type = query->is_get ? NULL : "application/x-www-form-urlencoded",
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
	query->vector.taken = 0;
	query->url = query->first_url = question->is_pinned ? question->url : source->current;
	query->is_moving = false;
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
	if (query->vector.cap > VECTOR_KEPT || query->vector.arena.used > VECTOR_KEPT_BYTES)
		sample_vector_finish(&query->vector);
	else
		sample_vector_reset(&query->vector);
}

void prometheus_query_finish(struct prometheus_query *query) {
	sample_vector_finish(&query->vector);
	buf_finish(&query->form);
	buf_finish(&query->cause);
}
