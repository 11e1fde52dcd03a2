// SPDX-License-Identifier: Apache-2.0
// Life, parameters and replies of one request. See request.h.
#include "api/request.h"

#include <stdarg.h>

// ---- life ----

// What follows the authority of http://host:port/path, the form proxies are sent; any other as it is.
static struct str cut_authority(struct str target) {
	static const struct str schemes[] = { { "http://", 7 }, { "https://", 8 } };
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		if (target.len < schemes[i].len || !str_equal_nocase(str_head(target, schemes[i].len), schemes[i]))
			continue;
		ptrdiff_t slash = str_find_char(str_skip(target, schemes[i].len), '/');
		return slash < 0 ? STR("/") : str_skip(target, schemes[i].len + (size_t)slash);
	}
	return target;
}

// Several slashes are one: clients put a path behind a URL that ends in one. Escaped ones stay, they are part of a name.
static struct str merge_slashes(struct arena *arena, struct str path) {
	if (str_find(path, STR("//")) < 0)
		return path;
	char *copy = arena_alloc_bytes(arena, path.len);
	size_t len = 0;
	for (size_t i = 0; i < path.len; i++)
		if (path.data[i] != '/' || len == 0 || copy[len - 1] != '/')
			copy[len++] = path.data[i];
	return str_make(copy, len);
}

struct request *request_create(struct server *server, struct MHD_Connection *connection, struct str target) {
	struct request *request = MEM_NEW(struct request);
	request->server = server;
	request->connection = connection;
	request->begun_ns = clock_mono_ns();
	struct str query = cut_authority(arena_dup_str(&request->arena, target)), path = str_cut(&query, '?');
	request->is_path_broken = !parameters_unescape(&request->arena, merge_slashes(&request->arena, path), false, &request->path);
	parameters_parse(&request->parameters, &request->arena, query);
	return request;
}

void request_destroy(struct request *request) {
	if (request == NULL)
		return;
	for (size_t i = 0; i < request->evaluation_count; i++)
		evaluation_view_unref(request->evaluations[i]);
	if (request->dispatch != NULL)
		dispatch_view_unref(request->dispatch);
	outbound_view_destroy(request->outbound);
	silence_view_unref(request->silences);
	array_finish(&request->parameters);
	if (request->body_admitted > 0)
		server_release_body(request->server, request->body_admitted);
	buf_finish(&request->body);
	buf_finish(&request->text);
	arena_finish(&request->arena);
	free(request);
}

// ---- parameters ----

struct str request_parameter(const struct request *request, const char *name) {
	const struct parameter *found = parameters_find(&request->parameters, name);
	return found == NULL ? STR_NONE : found->value;
}

bool request_has_parameter(const struct request *request, const char *name) {
	return parameters_find(&request->parameters, name) != NULL;
}

struct str request_body_type(const struct request *request) {
	struct str rest = str_of(request->body_type);
	return str_trim(str_cut(&rest, ';'));
}

bool request_is_json(const struct request *request) {
	return str_equal_nocase(request_body_type(request), STR("application/json"));
}

void request_read_form(struct request *request) {
	struct str type = request_body_type(request);
	if (!str_equal_nocase(type, STR("application/x-www-form-urlencoded")))
		return;
	struct parameters both = { 0 };
	parameters_parse(&both, &request->arena, buf_str(&request->body));
	for (size_t i = 0; i < request->parameters.count; i++)
		array_append(&both, request->parameters.items[i]);
	if (both.problem.len == 0)
		both.problem = request->parameters.problem;
	array_finish(&request->parameters);
	request->parameters = both;
}

// ---- replies ----

static void reply_begin(struct request *request, unsigned status, const char *content_type) {
	request->status = status;
	request->content_type = content_type;
	buf_reset(&request->text);
}

void reply_text(struct request *request, unsigned status, const char *text) {
	reply_begin(request, status, "text/plain; charset=utf-8");
	buf_append_cstr(&request->text, text);
}

void reply_json(struct request *request, unsigned status) {
	reply_begin(request, status, "application/json");
}

void reply_redirect(struct request *request, struct str location) {
	reply_text(request, 302, "");
	request->location = arena_cstr(&request->arena, location);
}

void json_v1_begin(struct json_writer *json) {
	json->dialect = JSON_PROMETHEUS;
	json_open_object(json);
	json_key(json, "status");
	json_cstr(json, "success");
	json_key(json, "data");
}

void json_v1_end(struct json_writer *json) {
	json_close_object(json);
}

void json_texts(struct json_writer *json, const char *key, const struct rule_text *const *texts, size_t count) {
	json_key(json, key);
	json_open_object(json);
	json->dialect = JSON_PROMETHEUS_LABELS;
	for (size_t i = 0; i < count; i++) {
		json_key_str(json, texts[i]->name);
		json_string(json, texts[i]->text);
	}
	json->dialect = JSON_PROMETHEUS;
	json_close_object(json);
}

struct json_writer reply_v1_begin(struct request *request) {
	struct json_writer json = { .out = &request->text };
	reply_json(request, 200);
	json_v1_begin(&json);
	return json;
}

static void append_json_text(struct buf *out, const char *format, va_list args) {
	autobuf struct buf text = { 0 };
	buf_vformat(&text, format, args);
	json_append_string(out, buf_str(&text));
}

void reply_v1_error(struct request *request, unsigned status, const char *type, const char *format, ...) {
	struct json_writer json = { .out = &request->text, .dialect = JSON_PROMETHEUS };
	autobuf struct buf text = { 0 };
	va_list args;
	va_start(args, format);
	buf_vformat(&text, format, args);
	va_end(args);
	reply_json(request, status);
	json_open_object(&json);
	json_key(&json, "status");
	json_cstr(&json, "error");
	json_key(&json, "errorType");
	json_cstr(&json, type);
	json_key(&json, "error");
	json_string(&json, buf_str(&text));
	json_close_object(&json);
}

static void append_v2_message(struct buf *out, int code, const char *format, va_list args) {
	buf_format(out, "{\"code\":%d,\"message\":", code);
	append_json_text(out, format, args);
	buf_append_char(out, '}');
}

void reply_v2_message(struct request *request, unsigned status, const char *format, ...) {
	va_list args;
	reply_json(request, status);
	va_start(args, format);
	append_v2_message(&request->text, (int)status, format, args);
	va_end(args);
}

void reply_v2_code(struct request *request, unsigned status, int code, const char *format, ...) {
	va_list args;
	reply_json(request, status);
	va_start(args, format);
	append_v2_message(&request->text, code, format, args);
	va_end(args);
}

void reply_v2_string(struct request *request, unsigned status, const char *format, ...) {
	va_list args;
	reply_json(request, status);
	va_start(args, format);
	append_json_text(&request->text, format, args);
	va_end(args);
	buf_append_char(&request->text, '\n');
}

void reply_stream(struct request *request, unsigned status, const char *content_type, request_render *render, void *cursor) {
	reply_begin(request, status, content_type);
	request->render = render;
	request->cursor = cursor;
}

static int compare_groups(const void *left, const void *right) {
	const struct group_view *a = *(const struct group_view *const *)left, *b = *(const struct group_view *const *)right;
	int order = str_compare(a->group->file, b->group->file);
	return order != 0 ? order : str_compare(a->group->name, b->group->name);
}

const struct group_view **request_groups(struct request *request, size_t *count) {
	size_t total = 0;
	for (size_t i = 0; i < request->evaluation_count; i++)
		total += request->evaluations[i]->group_count;
	const struct group_view **groups = arena_alloc(&request->arena, (total + 1) * sizeof(struct group_view *));
	*count = 0;
	for (size_t i = 0; i < request->evaluation_count; i++)
		for (size_t k = 0; k < request->evaluations[i]->group_count; k++)
			groups[(*count)++] = &request->evaluations[i]->groups[k];
	qsort(groups, *count, sizeof *groups, compare_groups);
	return groups;
}
