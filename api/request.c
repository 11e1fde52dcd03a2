// SPDX-License-Identifier: Apache-2.0
// Parameters, views and replies of one request. See request.h.
#include "api/request.h"

#include <stdarg.h>

struct str request_parameter(const struct request *request, const char *name) {
	for (size_t i = 0; i < request->count; i++)
		if (str_equal_cstr(request->items[i].name, name))
			return request->items[i].value;
	return STR_NONE;
}

bool request_has_parameter(const struct request *request, const char *name) {
	for (size_t i = 0; i < request->count; i++)
		if (str_equal_cstr(request->items[i].name, name))
			return true;
	return false;
}

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

static void append_json_text(struct buf *out, const char *format, va_list args) {
	autobuf struct buf text = { 0 };
	buf_vformat(&text, format, args);
	json_append_string(out, buf_str(&text));
}

void reply_v1_error(struct request *request, unsigned status, const char *type, const char *format, ...) {
	va_list args;
	reply_json(request, status);
	buf_format(&request->text, "{\"status\":\"error\",\"errorType\":\"%s\",\"error\":", type);
	va_start(args, format);
	append_json_text(&request->text, format, args);
	va_end(args);
	buf_append_char(&request->text, '}');
}

void reply_v2_message(struct request *request, unsigned status, const char *format, ...) {
	va_list args;
	reply_json(request, status);
	buf_format(&request->text, "{\"code\":%u,\"message\":", status);
	va_start(args, format);
	append_json_text(&request->text, format, args);
	va_end(args);
	buf_append_char(&request->text, '}');
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
