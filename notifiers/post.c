// SPDX-License-Identifier: Apache-2.0
// How notifiers that POST templated texts render. See post.h. A template that fails is replaced by the default one, with the error in the
// main text (LAW 21): then everything is rendered once more, for the main text may stand before what failed.
#include "notifiers/post.h"

#include "base/go_text.h"
#include "base/json_read.h"
#include "notifiers/notifier_text.h"

enum { DEFAULT_TIMEOUT_MS = 60 * 1000 };

// ---- texts

static bool expand(struct post *post, const struct template_set *set, const char *text, struct buf *out, struct error *err) {
	return notifier_text_expand(&(struct text_run){ set, &post->env, post->arena }, text, out, err);
}

static void note_failure(struct post *post, const char *what, const struct error *err) {
	if (post->first_failure == NULL)
		post->first_failure = arena_format(post->arena, "%s: %s", what, err->text).data;
	buf_format(&post->failures, "The template of %s failed: %s\n", what, err->text);
}

static struct str expand_or_default(struct post *post, const struct template_set *set, const char *what, const char *text, const char *fallback) {
	struct error err = { 0 };
	autobuf struct buf out = { 0 };
	if (text == NULL || text[0] == '\0')
		return STR_NONE;
	if (!expand(post, set, text, &out, &err)) {
		note_failure(post, what, &err);
		if (fallback != NULL && template_set_execute(set, str_of(fallback), &post->env, post->arena, &out, &err) != TEMPLATE_OK)
			note_failure(post, fallback, &err);
	}
	return arena_dup_str(post->arena, buf_str(&out));
}

struct str post_text(struct post *post, const char *what, const char *text, const char *fallback) {
	return expand_or_default(post, post->context->text_templates, what, text, fallback);
}

struct str post_main_text(struct post *post, const char *what, const char *text, const char *fallback) {
	struct str result = post_text(post, what, text, fallback);
	if (post->notice.len == 0)
		return result;
	return arena_format(post->arena, "%.*s%.*s", STR_ARG(post->notice), STR_ARG(result));
}

struct str post_main_html(struct post *post, const char *what, const char *text, const char *fallback) {
	autobuf struct buf whole = { 0 };
	notifier_text_escape_html(&whole, post->notice);
	buf_append_str(&whole, expand_or_default(post, post->context->html_templates, what, text, fallback));
	return arena_dup_str(post->arena, buf_str(&whole));
}

bool post_needed(struct post *post, const char *what, const char *text, struct str *out, struct error *err) {
	autobuf struct buf expanded = { 0 };
	if (text != NULL && !expand(post, post->context->text_templates, text, &expanded, NULL)) // what is wrong with it would quote it
		return error_set(err, ERR_INVALID, "the template of %s fails", what);
	if (expanded.len == 0)
		return error_set(err, ERR_INVALID, "%s cannot be empty", what);
	*out = arena_dup_str(post->arena, buf_str(&expanded));
	return true;
}

static const char *secret_of(const struct post *post, unsigned number, const struct secret_text *configured) {
	const char *read = post->context->secrets[number];
	return read != NULL ? read : configured->text != NULL ? configured->text
	                                                      : "";
}

const char *post_url(const struct post *post) {
	return secret_of(post, 0, &post->config->post.url);
}

const char *post_key(const struct post *post, unsigned number) {
	return secret_of(post, number + 1, &post->config->post.keys[number]);
}

size_t post_count_runes(struct str text) {
	size_t count = 0;
	unsigned rune;
	for (; text.len > 0; count++)
		text = str_skip(text, str_decode_rune(text, &rune));
	return count;
}

// The first `count` code points.
static struct str head_runes(struct str text, size_t count) {
	struct str rest = text;
	unsigned rune;
	for (; rest.len > 0 && count > 0; count--)
		rest = str_skip(rest, str_decode_rune(rest, &rune));
	return str_head(text, text.len - rest.len);
}

struct str post_cut_runes(struct post *post, struct str text, size_t max) {
	if (text.len <= max || post_count_runes(text) <= max)
		return text;
	return arena_format(post->arena, "%.*s…", STR_ARG(head_runes(text, max - 1)));
}

struct str post_cut_bytes(struct post *post, struct str text, size_t max) {
	enum { MARK_BYTES = sizeof("…") - 1 };
	if (text.len <= max)
		return text;
	size_t kept = 0;
	for (unsigned rune; kept < text.len;) {
		size_t width = str_decode_rune(str_skip(text, kept), &rune);
		if (kept + width > max - MARK_BYTES)
			break;
		kept += width;
	}
	return arena_format(post->arena, "%.*s…", STR_ARG(str_head(text, kept)));
}

// ---- members of a JSON object

void post_write_member(struct json_writer *json, const char *key, struct str text) {
	if (text.len == 0)
		return;
	json_key(json, key);
	json_string(json, text);
}

void post_write_constant(struct json_writer *json, const char *key, const char *text) {
	json_key(json, key);
	json_cstr(json, text);
}

static struct str row_text(struct post *post, const struct post_row *row, const void *base) {
	const char *text = *(const char *const *)((const char *)base + row->offset);
	if ((row->flags & POST_IS_PLAIN) != 0)
		return str_of(text);
	if ((row->flags & POST_IS_MAIN) != 0)
		return post_main_text(post, row->key, text, row->fallback);
	return post_text(post, row->key, text, row->fallback);
}

void post_write_rows(struct post *post, struct json_writer *json, const struct post_row *rows, size_t count, const void *base) {
	for (size_t i = 0; i < count; i++) {
		struct str text = row_text(post, &rows[i], base);
		if (rows[i].max_runes > 0)
			text = post_cut_runes(post, text, rows[i].max_runes);
		if (text.len == 0 && (rows[i].flags & POST_KEEPS_EMPTY) == 0)
			continue;
		json_key(json, rows[i].key);
		json_string(json, text);
	}
}

void post_write_fields(struct post *post, struct json_writer *json, const struct chat_fields *fields, const bool *short_fields) {
	if (fields->count == 0)
		return;
	json_key(json, "fields");
	json_open_array(json);
	for (size_t i = 0; i < fields->count; i++) {
		const struct chat_field *field = &fields->items[i];
		json_open_object(json);
		post_write_member(json, "title", post_text(post, "a field's title", field->title, NULL));
		post_write_member(json, "value", post_text(post, "a field's value", field->value, NULL));
		if (field->has_short || short_fields != NULL) {
			json_key(json, "short");
			json_bool(json, field->has_short ? field->is_short : *short_fields);
		}
		json_close_object(json);
	}
	json_close_array(json);
}

// ---- requests

struct rendered_request *post_add_json(struct post *post, struct str url, const struct buf *body) {
	struct rendered_request *request = &post->requests[post->request_count++];
	*request = (struct rendered_request){
		.url = arena_cstr(post->arena, url),
		.content_type = "application/json",
		.body = arena_format(post->arena, "%.*s\n", STR_ARG(buf_str(body))),
	};
	return request;
}

static bool is_line(struct str text) {
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '\r' || text.data[i] == '\n' || text.data[i] == '\0')
			return false;
	return true;
}

bool post_set_headers(struct post *post, struct rendered_request *request, const struct named_text headers[2], struct error *err) {
	const char **lines = ARENA_NEW_ARRAY(post->arena, const char *, 3);
	size_t count = 0;
	for (size_t i = 0; i < 2; i++) {
		if (headers[i].value == NULL)
			continue;
		if (!is_line(str_of(headers[i].value)))
			return error_set(err, ERR_INVALID, "the value of header %s holds a line break", headers[i].name);
		lines[count++] = arena_format(post->arena, "%s: %s", headers[i].name, headers[i].value).data;
	}
	request->headers = lines;
	return true;
}

struct str post_join_url(struct post *post, const char *base, const char *path) {
	struct str start = str_of(base);
	while (str_has_suffix(start, STR("/")))
		start.len--;
	return arena_format(post->arena, "%.*s/%s", STR_ARG(start), path);
}

void post_set_channel(struct post *post, struct str channel) {
	autobuf struct buf about = { 0 };
	buf_append_cstr(&about, "channel ");
	go_quote(&about, channel);
	post->about = arena_cstr(post->arena, buf_str(&about));
}

struct str post_group_hash(struct post *post) {
	return notifier_text_group_hash(post->arena, post->notification);
}

// ---- answers

static void read_list(struct json_reader *reader, const struct post_member *member) {
	struct str text;
	json_read_array_begin(reader);
	while (json_read_array_next(reader)) {
		if (json_read_peek(reader) != JSON_STRING)
			json_read_skip(reader);
		else if (json_read_string(reader, &text))
			buf_format(member->list, "%s%.*s", member->list->len > 0 ? member->between : "", STR_ARG(text));
	}
}

static void read_member(struct json_reader *reader, const struct post_member *member) {
	enum json_kind kind = json_read_peek(reader);
	if (member->text != NULL && kind == JSON_STRING)
		json_read_string(reader, member->text);
	else if (member->truth != NULL && kind == JSON_BOOL)
		json_read_bool(reader, member->truth);
	else if (member->list != NULL && kind == JSON_ARRAY)
		read_list(reader, member);
	else
		json_read_skip(reader);
}

bool post_read_members(struct arena *arena, struct str json, const struct post_member *members, size_t count) {
	struct json_reader reader;
	json_read_init(&reader, arena, json);
	if (!json_read_object_begin(&reader))
		return false;
	for (struct str name; json_read_object_next(&reader, &name);) {
		size_t at = 0;
		while (at < count && !str_equal_cstr(name, members[at].name))
			at++;
		if (at < count)
			read_member(&reader, &members[at]);
		else
			json_read_skip(&reader);
	}
	return json_read_end(&reader);
}

// ---- ops

bool post_send_resolved(const struct integration_config *config) {
	return config->post.send_resolved;
}

const struct http_config *post_http(const struct integration_config *config) {
	return &config->post.http;
}

dur_ms post_timeout(const struct integration_config *config) {
	return config->post.timeout > 0 ? config->post.timeout : DEFAULT_TIMEOUT_MS;
}

void post_secrets(const struct integration_config *config, struct secret_text out[NOTIFIER_SECRETS]) {
	out[0] = config->post.url;
	memcpy(out + 1, config->post.keys, sizeof config->post.keys);
}

void post_identity(const struct integration_config *config, struct buf *out) {
	buf_append_hex16(out, config->content);
}

static bool write_again(struct post *post, post_write *write, struct error *err) {
	post->notice = arena_dup_str(post->arena, buf_str(&post->failures));
	post->request_count = 0;
	buf_reset(&post->failures);
	return write(post, err);
}

bool post_render(const struct integration_config *config, const struct notification *notification, const struct notifier_context *context, struct arena *arena, struct rendered *out, struct error *err) {
	post_write *write = notifier_find(config->kind)->write;
	struct notification kept = notification_kept(arena, notification, config->post.send_resolved);
	struct post post = {
		.config = config,
		.notification = &kept,
		.context = context,
		.arena = arena,
		.env = { .now = context->now, .external_url = str_of(context->external_url), .data = notification_data(arena, &kept, true) },
	};
	post.is_firing = notification_is_firing(&kept);
	bool is_done = kept.alert_count == 0 || write(&post, err);
	if (is_done && post.failures.len > 0)
		is_done = write_again(&post, write, err);
	buf_finish(&post.failures);
	*out = (struct rendered){
		.requests = arena_dup(arena, post.requests, sizeof post.requests),
		.request_count = post.request_count,
		.about = post.about,
		.template_failure = post.first_failure,
	};
	return is_done;
}
