// SPDX-License-Identifier: Apache-2.0
// GET /api/v2/alerts in Alertmanager's JSON, an alert at a time.
#include "api/routes.h"
#include "api/v2_filter.h"

struct alerts_filter {
	struct matchers matchers;
	struct regex *receiver; // NULL: any
	bool shows_active, shows_silenced, shows_inhibited;
};

static void write_time(struct json_writer *json, const char *key, wall_ms at) {
	json_key(json, key);
	json_time_millis(json, at);
}

static void write_hex(struct json_writer *json, uint64_t fingerprint) {
	json_raw(json, STR("\""));
	buf_append_hex16(json->out, fingerprint);
	buf_append_char(json->out, '"');
}

static void write_receivers(struct json_writer *json, const struct dispatch_alert *alert) {
	json_key(json, "receivers");
	json_open_array(json);
	for (size_t i = 0; i < alert->receiver_count; i++) {
		json_open_object(json);
		json_key(json, "name");
		json_cstr(json, alert->receivers[i]);
		json_close_object(json);
	}
	json_close_array(json);
}

static void write_status(struct json_writer *json, const struct dispatch_alert *alert) {
	json_key(json, "status");
	json_open_object(json);
	json_key(json, "inhibitedBy");
	json_open_array(json);
	if (alert->is_inhibited)
		write_hex(json, alert->inhibited_by);
	json_close_array(json);
	json_key(json, "mutedBy");
	json_raw(json, STR("[]"));
	json_key(json, "silencedBy");
	json_open_array(json);
	for (size_t i = 0; i < alert->silence_count; i++)
		json_cstr(json, alert->silences[i]->id);
	json_close_array(json);
	json_key(json, "state");
	json_cstr(json, alert->is_inhibited || alert->silence_count > 0 ? "suppressed" : "active");
	json_close_object(json);
}

static void write_alert(struct json_writer *json, const struct dispatch_alert *alert) {
	const struct alert_record *record = alert->record;
	const struct labels *annotations = alert_record_annotations(record);
	json_open_object(json);
	labels_write(json, "annotations", annotations);
	write_time(json, "endsAt", alert->ends_at != 0 ? alert->ends_at : alert_record_ends_at(record));
	json_key(json, "fingerprint");
	write_hex(json, record->labels->fingerprint);
	write_receivers(json, alert);
	write_time(json, "startsAt", alert->starts_at);
	write_status(json, alert);
	write_time(json, "updatedAt", alert->updated_at != 0 ? alert->updated_at : record->updated_at);
	if (record->origin->generator_url[0] != '\0') {
		json_key(json, "generatorURL");
		json_cstr(json, record->origin->generator_url);
	}
	labels_write(json, "labels", record->labels);
	json_close_object(json);
	labels_unref(annotations);
}

static bool receiver_fits(const struct alerts_filter *filter, const struct dispatch_alert *alert) {
	if (filter->receiver == NULL)
		return true;
	for (size_t i = 0; i < alert->receiver_count; i++)
		if (regex_test(filter->receiver, str_of(alert->receivers[i])) == REGEX_MATCH)
			return true;
	return false;
}

struct alerts_v2_cursor {
	const struct dispatch_alert **alerts; // those that pass the filter
	size_t count, next;
	struct json_writer json;
};

static bool render(struct request *request, struct buf *out) {
	struct alerts_v2_cursor *cursor = request->cursor;
	cursor->json.out = out;
	if (cursor->json.depth == 0)
		json_open_array(&cursor->json);
	while (cursor->next < cursor->count && out->len < PIECE_BYTES)
		write_alert(&cursor->json, cursor->alerts[cursor->next++]);
	if (cursor->next < cursor->count)
		return true;
	json_close_array(&cursor->json);
	buf_append_char(out, '\n');
	return false;
}

static bool read_filter(struct request *request, struct alerts_filter *filter) {
	struct error err = { 0 };
	filter->shows_active = v2_flag(request, "active");
	filter->shows_silenced = v2_flag(request, "silenced");
	filter->shows_inhibited = v2_flag(request, "inhibited");
	if (!v2_matchers(request, "filter", &filter->matchers))
		return false;
	struct str receiver = request_parameter(request, "receiver");
	if (receiver.len > 0)
		filter->receiver = regex_compile(receiver, REGEX_ANCHORED, &err);
	if (receiver.len > 0 && filter->receiver == NULL) {
		reply_v2_string(request, 400, "failed to parse receiver param: %s", err.text);
		return false;
	}
	return true;
}

static bool state_fits(const struct alerts_filter *filter, const struct dispatch_alert *alert) {
	if (alert->is_inhibited && !filter->shows_inhibited)
		return false;
	if (alert->silence_count > 0 && !filter->shows_silenced)
		return false;
	return filter->shows_active || alert->is_inhibited || alert->silence_count > 0;
}

static void select_alerts(struct request *request, const struct alerts_filter *filter, struct alerts_v2_cursor *cursor) {
	const struct dispatch_view *view = request->dispatch;
	cursor->alerts = arena_alloc(&request->arena, (view->alert_count + 1) * sizeof(struct dispatch_alert *));
	for (size_t i = 0; i < view->alert_count; i++) {
		const struct dispatch_alert *alert = &view->alerts[i];
		if (state_fits(filter, alert) && matchers_match(&filter->matchers, alert->record->labels) && receiver_fits(filter, alert))
			cursor->alerts[cursor->count++] = alert;
	}
}

void serve_alerts_v2(struct request *request) {
	struct alerts_filter filter = { 0 };
	if (read_filter(request, &filter)) {
		struct alerts_v2_cursor *cursor = ARENA_NEW(&request->arena, struct alerts_v2_cursor);
		select_alerts(request, &filter, cursor);
		reply_stream(request, 200, "application/json", render, cursor);
	}
	matchers_finish(&filter.matchers);
	regex_destroy(filter.receiver);
}
