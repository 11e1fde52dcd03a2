// SPDX-License-Identifier: Apache-2.0
// What the commands share that talk to a running Alertmanager. See client.h.
#include "cli/client.h"

#include "base/json_write.h"
#include "base/query_escape.h"
#include "cli/feature_flag.h"
#include "daemon/config.h"
#include "model/duration.h"
#include "model/limits.h"
#include "net/http_client.h"
#include "template/value.h"

#include <stdio.h>

int client_fail(const char *format, ...) {
	va_list args;
	va_start(args, format);
	fputs("tocsin: error: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	return 1;
}

static bool complain(const char *flag, const char *expected, const char *found) {
	fprintf(stderr, "tocsin: error: --%s: expected %s, found \"%s\"\n", flag, expected, found);
	return false;
}

// ---- flags

static bool read_output(struct client *client) {
	static const char *const names[] = { [CLIENT_SIMPLE] = "simple", [CLIENT_EXTENDED] = "extended", [CLIENT_JSON] = "json" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(client->flags->output, names[i]) == 0) {
			client->output = (enum client_output)i;
			return true;
		}
	return complain("output", "simple, extended or json", client->flags->output);
}

static bool read_timeout(struct client *client) {
	struct error err;
	dur_ms span;
	if (!duration_parse_go(str_of(client->flags->timeout), &span, &err) || span <= 0)
		return complain("timeout", "a duration like 30s", client->flags->timeout);
	client->deadline = clock_mono() + span;
	return true;
}

static bool read_features(struct client *client) {
	struct config_features features = { 0 };
	struct error err = { 0 };
	bool ok = feature_flag_parse("", &client->flags->features, &features, &err);
	client->matcher_mode = features.matchers;
	return ok || client_fail("--enable-feature: %s", err.text) == 0;
}

// ---- the peer

static bool load_http_config(const char *file, struct arena *arena, struct http_config *http) {
	struct problems problems = { 0 };
	bool ok = config_load_http(file, arena, http, &problems);
	autobuf struct buf text = { 0 };
	problems_format(&text, &problems);
	problems_finish(&problems);
	if (!ok)
		fprintf(stderr, "tocsin: error: failed to load HTTP config file: %s", buf_cstr(&text));
	return ok;
}

static bool has_userinfo(const char *url) {
	const char *rest = strstr(url, "://");
	rest = rest == NULL ? url : rest + 3;
	return memchr(rest, '@', strcspn(rest, "/?#")) != NULL;
}

static bool open_peer(struct client *client) {
	struct http_config http = HTTP_CONFIG_DEFAULT;
	struct error err = { 0 };
	const char *file = client->flags->http_config_file;
	struct str url = str_of(client->flags->url);
	if (url.data == NULL)
		return client_fail("required flag --alertmanager.url not provided") == 0;
	if (str_has_prefix(url, STR("//"))) // a host without a scheme
		url = arena_format(&client->arena, "http:%s", url.data);
	if (!config_check_url(url.data, false, &err))
		return client_fail("--alertmanager.url: %s", err.text) == 0;
	if (file != NULL && has_userinfo(url.data))
		return client_fail("basic authentication and http.config.file are mutually exclusive") == 0;
	if (file != NULL && !load_http_config(file, &client->arena, &http))
		return false;
	while (str_has_suffix(url, STR("/")))
		url.len--;
	client->base = arena_format(&client->arena, "%.*s/api/v2", STR_ARG(url));
	client->endpoint = http_endpoint_create(&http);
	client->http = http_client_create(&(struct http_client_options){ .user_agent = "tocsin" });
	return true;
}

static bool client_init(struct client *client, const struct client_flags *flags) {
	*client = (struct client){ .flags = flags, .matcher_mode = MATCHER_FALLBACK, .date_format = str_of(flags->date_format) };
	return read_output(client) && read_timeout(client) && read_features(client) && open_peer(client);
}

static void client_finish(struct client *client) {
	http_client_destroy(client->http);
	http_endpoint_destroy(client->endpoint);
	arena_finish(&client->arena);
}

// ---- requests

struct call {
	const struct client *client;
	const char *path;
	struct buf *answer;
	struct error *err;
	bool is_done, ok;
};

// Handlers answer with a JSON string, what stands before them with an object.
static struct str reason_of(struct arena *arena, struct str body) {
	struct json_reader reader;
	struct str reason = { 0 }, name;
	json_read_init(&reader, arena, body);
	if (json_read_peek(&reader) == JSON_STRING) {
		json_read_string(&reader, &reason);
	} else if (json_read_object_begin(&reader)) {
		while (json_read_object_next(&reader, &name))
			if (!str_equal(name, STR("message")))
				json_read_skip(&reader);
			else
				json_read_string(&reader, &reason);
	}
	return reader.failed || reason.len == 0 ? str_trim(body) : reason;
}

// Whether something else than the API may have answered so: it has JSON for whatever it refuses, but for a silence that is not there.
static bool is_of_others(const struct http_response *response, const char *path) {
	struct str body = str_trim(response->body);
	if (response->status != 404 && response->status != 405 && response->status != 501)
		return false;
	if (body.len == 0)
		return !str_has_prefix(str_of(path), STR("/silence/"));
	return body.data[0] != '"' && body.data[0] != '{';
}

// Its URL as it was given, without user and password.
static bool fail_without_api(const struct call *call, int status) {
	struct str url = str_of(call->client->flags->url), scheme = str_cut(&url, ':');
	size_t host = strspn(url.data, "/");
	const char *end = memchr(url.data + host, '@', strcspn(url.data + host, "/?#"));
	url = str_skip(url, end == NULL ? host : (size_t)(end + 1 - url.data));
	return error_set(call->err, ERR_INVALID, "there is no Alertmanager API v2 at %.*s://%.*s (status %d)", STR_ARG(scheme), STR_ARG(url), status);
}

// Before 0.27 Alertmanager says so with a 500.
static bool is_missing(int status, struct str reason) {
	return status == 404 || str_equal(reason, STR("silence not found"));
}

static bool judge(const struct http_response *response, const struct call *call) {
	if (response->error.code != ERR_NONE) {
		*call->err = response->error;
		return false;
	}
	if (response->status / 100 == 2) {
		buf_append_str(call->answer, response->body);
		return true;
	}
	if (is_of_others(response, call->path))
		return fail_without_api(call, response->status);
	autoarena struct arena arena = { 0 };
	struct str reason = reason_of(&arena, response->body);
	return error_set(call->err, is_missing(response->status, reason) ? ERR_NOT_FOUND : ERR_INVALID, "%.*s%s(status %d)", STR_ARG(reason), reason.len > 0 ? " " : "", response->status);
}

static void on_done(void *context, const struct http_response *response) {
	struct call *call = context;
	call->ok = judge(response, call);
	call->is_done = true;
}

bool client_call(struct client *client, const char *method, const char *path, struct str body, struct buf *answer, struct error *err) {
	struct call call = { .client = client, .path = path, .answer = answer, .err = err };
	dur_ms left = client->deadline - clock_mono();
	if (left <= 0)
		return error_set(err, ERR_TIMEOUT, "the time of --timeout is over");
	autoarena struct arena arena = { 0 };
	struct http_request request = {
		.method = method,
		.url = arena_format(&arena, "%.*s%s", STR_ARG(client->base), path).data,
		.body = body,
		.content_type = body.len > 0 ? "application/json" : NULL,
		.endpoint = client->endpoint,
		.timeout = left,
		.max_body = LIMIT_RESPONSE_BYTES,
		.on_done = on_done,
		.context = &call,
	};
	http_client_start(client->http, &request);
	while (!call.is_done)
		http_client_poll(client->http, NULL, 0, -1);
	return call.ok;
}

int client_run(const struct client_flags *flags, client_action *action, const void *options, int argc, char **argv) {
	struct client client;
	struct error err = { 0 };
	bool ready = client_init(&client, flags);
	int status = ready ? 0 : 1;
	if (ready && !action(&client, options, argc, argv, &err))
		status = client_fail("%s", err.text);
	client_finish(&client);
	return status;
}

// ---- texts

static bool read_matcher(const struct client *client, struct str text, struct matchers *out, struct error *err) {
	return matchers_parse_one(out, text, client->matcher_mode, err);
}

bool client_read_matchers(const struct client *client, int count, char **texts, struct matchers *out, struct error *err) {
	for (int i = 0; i < count; i++) {
		struct str text = str_of(texts[i]);
		bool ok = read_matcher(client, text, out, err);
		if (!ok && i == 0)
			ok = matchers_add(out, MATCH_EQUAL, STR("alertname"), text, err);
		if (!ok)
			return false;
	}
	return true;
}

static bool are_equal_ones(const char *what, const struct matchers *matchers, struct error *err) {
	for (size_t i = 0; i < matchers->count; i++)
		if (matchers->items[i].op != MATCH_EQUAL)
			return error_set(err, ERR_INVALID, "%s must be specified as key=value pairs", what);
	return true;
}

bool client_read_labels(const struct client *client, int count, char **texts, struct matchers *out, struct error *err) {
	return client_read_matchers(client, count, texts, out, err) && are_equal_ones("labels", out, err);
}

bool client_read_annotations(const struct client *client, const struct flag_list *texts, struct matchers *out, struct error *err) {
	for (size_t i = 0; i < texts->count; i++)
		if (!read_matcher(client, str_of(texts->items[i]), out, err))
			return false;
	return are_equal_ones("annotations", out, err);
}

bool client_read_time(const char *text, wall_ms *out, struct error *err) {
	if (text == NULL || clock_parse_rfc3339(str_of(text), out))
		return true;
	return error_set(err, ERR_INVALID, "bad time \"%s\", expected one like 2006-01-02T15:04:05-07:00", text);
}

// Of the same name the last one stands.
void client_write_pairs(struct json_writer *json, const char *key, const struct matchers *pairs) {
	struct label_builder builder = { 0 };
	for (size_t i = 0; i < pairs->count; i++)
		label_builder_set(&builder, pairs->items[i].name, pairs->items[i].value);
	const struct labels *labels = label_builder_build(&builder);
	labels_write(json, key, labels);
	labels_unref(labels);
	label_builder_finish(&builder);
}

void client_append_filter(struct buf *out, const struct matchers *matchers) {
	autobuf struct buf text = { 0 };
	for (size_t i = 0; i < matchers->count; i++) {
		buf_reset(&text);
		matcher_format(&text, &matchers->items[i]);
		buf_append_cstr(out, "&filter=");
		url_query_escape(out, buf_str(&text));
	}
}

void client_append_date(const struct client *client, struct buf *out, wall_ms at) {
	value_append_time(out, at, client->date_format);
}

static size_t rune_count(struct str text) {
	size_t count = 0;
	for (unsigned rune; text.len > 0; count++)
		text = str_skip(text, str_decode_rune(text, &rune));
	return count;
}

void text_table_format(struct buf *out, const struct text_table *table) {
	size_t widths[TEXT_TABLE_COLUMNS] = { 0 };
	for (size_t i = 0; i < table->count; i++) {
		size_t width = rune_count(table->items[i]), *widest = &widths[i % table->columns];
		*widest = width > *widest ? width : *widest;
	}
	for (size_t i = 0; i < table->count; i++) {
		size_t column = i % table->columns;
		buf_append_str(out, table->items[i]);
		for (size_t pad = widths[column] + 2 - rune_count(table->items[i]); pad > 0; pad--)
			buf_append_char(out, ' ');
		if (column == table->columns - 1)
			buf_append_char(out, '\n');
	}
}
