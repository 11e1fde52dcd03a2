// SPDX-License-Identifier: Apache-2.0
// Where questions go. See datasource.h.
#include "evaluator/datasource.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/query_escape.h"
#include "evaluator/prometheus.h"

#include <strings.h>

enum { PROBE_MS = 5000 }; // between two attempts at a URL that failed

static void set_url(struct datasource_url *out, const char *base) {
	out->url = prometheus_query_url(base);
	out->shown = prometheus_shown_url(out->url);
}

static size_t count_lines(const char *const *lines) {
	size_t count = 0;
	while (lines != NULL && lines[count] != NULL)
		count++;
	return count;
}

struct datasource *datasource_create(struct evaluation_setup *setup, const struct datasource_config *config, struct query_permits *permits, struct inbox *wake) {
	struct datasource *source = MEM_NEW(struct datasource);
	source->references = 1;
	source->permits = query_permits_ref(permits);
	source->waiter.wake = wake;
	source->setup = evaluation_setup_ref(setup);
	source->config = config;
	source->url_count = 1 + count_lines(config->further_urls);
	source->urls = mem_zalloc(source->url_count * sizeof *source->urls);
	set_url(&source->urls[0], config->url);
	for (size_t i = 1; i < source->url_count; i++)
		set_url(&source->urls[i], config->further_urls[i - 1]);
	source->endpoint = http_endpoint_create(&config->http);
	return source;
}

struct datasource *datasource_ref(struct datasource *source) {
	source->references++;
	return source;
}

void datasource_unref(struct datasource *source) {
	if (source == NULL || --source->references > 0)
		return;
	for (size_t i = 0; i < source->url_count; i++) {
		free(source->urls[i].url);
		free(source->urls[i].shown);
	}
	free(source->urls);
	http_endpoint_destroy(source->endpoint);
	evaluation_setup_unref(source->setup);
	query_permits_unref(source->permits);
	buf_finish(&source->cause);
	free(source);
}

static void end_probe(struct datasource *source) {
	if (source->probe == NULL)
		return;
	prometheus_query_cancel(source->probe);
	prometheus_query_finish(source->probe);
	free(source->probe);
	source->probe = NULL;
}

void datasource_retire(struct datasource *source) {
	end_probe(source);
	query_permits_leave(source->permits, &source->waiter);
	datasource_unref(source);
}

bool datasource_enter(struct datasource *source) {
	bool has_permit = query_permits_take(source->permits, &source->waiter);
	source->is_wanted |= !has_permit;
	return has_permit;
}

void datasource_leave(struct datasource *source) {
	query_permits_give(source->permits);
}

void datasource_settle(struct datasource *source) {
	if (!source->is_wanted)
		query_permits_leave(source->permits, &source->waiter);
	source->is_wanted = false;
}

dur_ms datasource_timeout(const struct datasource_config *config) {
	return config->timeout > 0 ? config->timeout : MINUTES(2);
}

// ---- which URL ----

void datasource_move(struct datasource *source, size_t from, size_t to, struct str cause) {
	if (source->current != from)
		return; // another question found out before
	source->current = to;
	source->probe_at = clock_mono() + PROBE_MS;
	buf_reset(&source->cause);
	buf_append_str(&source->cause, cause);
	log_line(LOG_WARN, "evaluator", "a datasource failed, another URL is asked", "err", buf_cstr(&source->cause), "url", source->urls[to].shown, NULL);
}

static void on_probed(void *context, const struct prometheus_answer *answer) {
	struct datasource *source = context;
	if (!answer->is_good || source->probed >= source->current)
		return;
	source->current = source->probed;
	log_line(LOG_INFO, "evaluator", "a datasource works again", "url", source->urls[source->current].shown, NULL);
}

void datasource_turn(struct datasource *source, struct http_client *client, wall_ms now, mono_ms mono) {
	bool is_probing = source->probe != NULL && source->probe->exchange != NULL;
	if (is_probing || source->current == 0 || mono < source->probe_at) {
		if (source->current == 0 && !is_probing)
			end_probe(source);
		return;
	}
	source->probe_at = mono + PROBE_MS;
	source->probed = source->probed + 1 < source->current ? source->probed + 1 : 0;
	if (source->probe == NULL)
		source->probe = MEM_NEW(struct prometheus_query);
	prometheus_query_start(source->probe, client, source, &(struct prometheus_question){ .expr = STR("vector(1)"), .at = now, .is_pinned = true, .url = source->probed, .on_done = on_probed, .context = source });
}

// ---- what is sent ----

static void append_param(struct buf *out, const struct query_param *param) {
	buf_append_char(out, memchr(out->data, '?', out->len) == NULL ? '?' : '&');
	url_query_escape(out, param->name);
	buf_append_char(out, '=');
	url_query_escape(out, param->value);
}

void datasource_url_format(struct buf *out, const struct datasource *source, size_t url, const struct query_params *params) {
	static const struct query_params none;
	const struct query_params *own = &source->config->params, *further = params != NULL ? params : &none;
	buf_append_cstr(out, source->urls[url].url);
	for (size_t i = 0; i < own->count; i++)
		if (!query_params_have(further, own->items[i].name))
			append_param(out, &own->items[i]);
	for (size_t i = 0; i < further->count; i++)
		append_param(out, &further->items[i]);
}

static bool has_header(const char *const *lines, const char *line) {
	size_t len = strcspn(line, ":") + 1;
	for (; lines != NULL && *lines != NULL; lines++)
		if (strncasecmp(*lines, line, len) == 0)
			return true;
	return false;
}

const char *const *datasource_headers(const struct datasource *source, const char *const *headers, struct arena *arena) {
	const char *const *own = source->config->headers;
	if (headers == NULL || own == NULL || own[0] == NULL)
		return headers != NULL ? headers : own;
	const char **lines = ARENA_NEW_ARRAY(arena, const char *, count_lines(own) + count_lines(headers) + 1);
	size_t count = 0;
	for (size_t i = 0; headers[i] != NULL; i++)
		lines[count++] = headers[i];
	for (; *own != NULL; own++)
		if (!has_header(headers, *own))
			lines[count++] = *own;
	lines[count] = NULL;
	return lines;
}
