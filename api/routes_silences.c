// SPDX-License-Identifier: Apache-2.0
// Silences of the API v2: listed, shown, made, changed, ended. A change is answered once it is stored.
// Source: alertmanager api/v2.
#include "api/routes.h"
#include "api/v2_filter.h"
#include "base/json_read.h"
#include "model/silence.h"

#include <ctype.h>
#include <stdlib.h>

// ---- GET /silences

static bool is_wanted(const struct request *request, enum silence_state state) {
	return v2_flag(request, silence_state_name(state));
}

struct silence_order {
	const struct silence **items;
	size_t count;
};

static int compare(const void *a, const void *b, void *now) {
	return silence_compare(*(const struct silence *const *)a, *(const struct silence *const *)b, *(const wall_ms *)now);
}

static struct silence_order select_silences(struct request *request, const struct matchers *filter, wall_ms now) {
	const struct silence_view *view = request->silences;
	struct silence_order order = { .items = arena_alloc(&request->arena, (view->count + 1) * sizeof(struct silence *)) };
	for (size_t i = 0; i < view->count; i++)
		if (is_wanted(request, silence_state_at(view->silences[i], now)) && silence_has_matchers(view->silences[i], filter))
			order.items[order.count++] = view->silences[i];
	qsort_r(order.items, order.count, sizeof *order.items, compare, &now);
	return order;
}

struct silences_cursor {
	struct silence_order order;
	size_t next;
	wall_ms now;
	struct json_writer json;
};

static bool render(struct request *request, struct buf *out) {
	struct silences_cursor *cursor = request->cursor;
	cursor->json.out = out;
	if (cursor->json.depth == 0)
		json_open_array(&cursor->json);
	while (cursor->next < cursor->order.count && out->len < PIECE_BYTES)
		silence_write(&cursor->json, cursor->order.items[cursor->next++], cursor->now);
	if (cursor->next < cursor->order.count)
		return true;
	json_close_array(&cursor->json);
	buf_append_char(out, '\n');
	return false;
}

void serve_silences(struct request *request) {
	struct matchers filter = { 0 };
	if (v2_matchers(request, "filter", &filter)) {
		struct silences_cursor *cursor = ARENA_NEW(&request->arena, struct silences_cursor);
		cursor->now = clock_wall();
		cursor->order = select_silences(request, &filter, cursor->now);
		reply_stream(request, 200, "application/json", render, cursor);
	}
	matchers_finish(&filter);
}

// ---- GET /silence/{id}

// Any version, any variant. Go: strfmt.IsUUID.
static bool is_uuid(struct str text) {
	if (text.len != SILENCE_ID_LEN)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (is_dash ? text.data[i] != '-' : !isxdigit((unsigned char)text.data[i]))
			return false;
	}
	return true;
}

static bool check_id(struct request *request) {
	if (is_uuid(request->named))
		return true;
	reply_v2_code(request, 422, 601, "silenceID in path must be of type uuid: \"%.*s\"", STR_ARG(request->named));
	return false;
}

void serve_silence(struct request *request) {
	const struct silence *found = NULL;
	if (!check_id(request))
		return;
	for (size_t i = 0; i < request->silences->count; i++)
		if (str_equal_cstr(request->named, request->silences->silences[i]->id))
			found = request->silences->silences[i];
	reply_json(request, found == NULL ? 404 : 200);
	if (found == NULL)
		return;
	silence_write(&(struct json_writer){ .out = &request->text }, found, clock_wall());
	buf_append_char(&request->text, '\n');
}

// ---- changes

static unsigned status_of(const struct error *err) {
	if (err->code == ERR_NOT_FOUND)
		return 404;
	return err->code == ERR_UNAVAILABLE ? 503 : 400;
}

static struct dispatcher_silence_request *make_change(struct request *request, struct silence *wanted) {
	struct dispatcher_silence_request *ask = MEM_NEW(struct dispatcher_silence_request);
	ask->message.kind = DISPATCHER_SILENCE;
	ask->reply_to = server_inbox(request->server);
	ask->wanted = wanted;
	return ask;
}

static void post_change(struct request *request, struct dispatcher_silence_request *ask, request_take *take) {
	ask->reply_kind = request_await(request, take);
	if (inbox_post(dispatcher_inbox(server_options(request->server)->dispatcher), &ask->message))
		return;
	request_unawait(request, ask->reply_kind);
	silence_unref(ask->wanted);
	free(ask);
}

static void take_ended(struct request *request, struct message *message) {
	struct dispatcher_silence_request *answer = (struct dispatcher_silence_request *)message;
	reply_json(request, answer->ok ? 200 : status_of(&answer->err));
	free(answer);
}

void serve_delete_silence(struct request *request) {
	if (!check_id(request))
		return;
	struct dispatcher_silence_request *ask = make_change(request, NULL);
	memcpy(ask->id, request->named.data, request->named.len);
	post_change(request, ask, take_ended);
}

static void take_made(struct request *request, struct message *message) {
	struct dispatcher_silence_request *answer = (struct dispatcher_silence_request *)message;
	if (answer->ok) {
		reply_json(request, 200);
		buf_format(&request->text, "{\"silenceID\":\"%s\"}\n", answer->id);
	} else {
		reply_v2_string(request, status_of(&answer->err), "%s", answer->err.text);
	}
	free(answer);
}

// Members that are missing, as go-openapi tells of them.
static bool check_gap(struct request *request, const struct silence *silence, const struct silence_gap *gap) {
	bool is_before_startsAt = gap->name[0] != '\0' && strcmp(gap->name, "startsAt") != 0;
	if (silence->matchers.count == 0 && !is_before_startsAt)
		reply_v2_code(request, 422, 612, "matchers in body should have at least 1 items");
	else if (gap->name[0] != '\0')
		reply_v2_code(request, 422, 602, "%s in body is required", gap->name);
	return request->status == 0;
}

static bool check_times(struct request *request, const struct silence *silence) {
	if (silence->starts_at >= silence->ends_at)
		reply_v2_string(request, 400, "Failed to create silence: start time must be before end time");
	else if (silence->ends_at < clock_wall())
		reply_v2_string(request, 400, "Failed to create silence: end time can't be in the past");
	return request->status == 0;
}

static bool read_posted(struct request *request, struct silence *out) {
	struct json_reader reader;
	struct silence_gap gap = { 0 };
	struct error err = { 0 };
	json_read_init(&reader, &request->arena, buf_str(&request->body));
	reader.mends = true;
	bool ok = silence_read(&reader, out, &gap, &err) && json_read_end(&reader);
	if (reader.failed)
		reply_v2_message(request, 400, "parsing silence body from \"\" failed, because %d:%d: %s", reader.error.at.line, reader.error.at.column, reader.error.text);
	else if (!ok)
		reply_v2_string(request, 400, "invalid silence: %s", err.text);
	return ok && check_gap(request, out, &gap) && check_times(request, out);
}

void serve_post_silence(struct request *request) {
	struct silence *wanted = silence_create();
	if (str_trim(buf_str(&request->body)).len == 0)
		reply_v2_code(request, 422, 602, "silence in body is required");
	else if (v2_wants_json(request) && read_posted(request, wanted))
		post_change(request, make_change(request, silence_ref(wanted)), take_made);
	silence_unref(wanted);
}
