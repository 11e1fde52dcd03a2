// SPDX-License-Identifier: Apache-2.0
// GET /api/v2/alerts in Alertmanager's JSON, an alert at a time.
#include "api/request.h"

struct alerts_filter {
	struct matchers matchers;
	struct regex *receiver; // NULL: any
	bool shows_active, shows_inhibited;
};

// Alertmanager writes times in this API with exactly three digits of milliseconds.
static void write_millis(struct json_writer *json, const char *key, wall_ms at) {
	autobuf struct buf text = { 0 };
	clock_append_rfc3339(&text, at - at % 1000);
	buf_truncate(&text, text.len - 1);
	buf_format(&text, ".%03dZ", (int)(at % 1000));
	json_key(json, key);
	json_string(json, buf_str(&text));
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
	char by[20];
	snprintf(by, sizeof by, "%016llx", (unsigned long long)alert->inhibited_by);
	json_open_object(json);
	json_key(json, "inhibitedBy");
	json_open_array(json);
	if (alert->is_inhibited)
		json_cstr(json, by);
	json_close_array(json);
	json_key(json, "mutedBy");
	json_raw(json, STR("[]"));
	json_key(json, "silencedBy");
	json_raw(json, STR("[]"));
	json_key(json, "state");
	json_cstr(json, alert->is_inhibited ? "suppressed" : "active");
	json_close_object(json);
}

static void write_alert(struct json_writer *json, const struct dispatch_alert *alert) {
	const struct alert_record *record = alert->record;
	const struct labels *annotations = alert_record_annotations(record);
	char fingerprint[20];
	snprintf(fingerprint, sizeof fingerprint, "%016llx", (unsigned long long)record->labels->fingerprint);
	json_open_object(json);
	labels_write(json, "annotations", annotations);
	write_millis(json, "endsAt", alert_record_ends_at(record));
	json_key(json, "fingerprint");
	json_cstr(json, fingerprint);
	write_receivers(json, alert);
	write_millis(json, "startsAt", alert->starts_at);
	json_key(json, "status");
	write_status(json, alert);
	write_millis(json, "updatedAt", record->updated_at);
	if (record->generator_url != NULL && record->generator_url[0] != '\0') {
		json_key(json, "generatorURL");
		json_cstr(json, record->generator_url);
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

// go-openapi's booleans: these words are true, everything else is false.
static bool is_true(struct str text) {
	static const char *const words[] = { "true", "1", "yes", "ok", "y", "on", "selected", "checked", "t", "enabled" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_equal_nocase(text, str_of(words[i])))
			return true;
	return false;
}

// Yes unless it is said otherwise.
static bool asks_for(const struct request *request, const char *name) {
	return !request_has_parameter(request, name) || is_true(request_parameter(request, name));
}

static bool is_shown(const struct alerts_filter *filter, const struct dispatch_alert *alert) {
	return alert->is_inhibited ? filter->shows_inhibited : filter->shows_active;
}

static bool read_filter(struct request *request, struct alerts_filter *filter) {
	struct error err = { 0 };
	filter->shows_active = asks_for(request, "active");
	filter->shows_inhibited = asks_for(request, "inhibited");
	for (size_t i = 0; i < request->count; i++) {
		if (!str_equal_cstr(request->items[i].name, "filter"))
			continue;
		if (!matchers_parse(&filter->matchers, request->items[i].value, MATCHER_FALLBACK, &err)) {
			reply_v2_string(request, 400, "%s", err.text);
			return false;
		}
	}
	struct str receiver = request_parameter(request, "receiver");
	if (receiver.len > 0)
		filter->receiver = regex_compile(receiver, REGEX_ANCHORED, &err);
	if (receiver.len > 0 && filter->receiver == NULL) {
		reply_v2_string(request, 400, "failed to parse receiver param: %s", err.text);
		return false;
	}
	return true;
}

static void select_alerts(struct request *request, const struct alerts_filter *filter, struct alerts_v2_cursor *cursor) {
	const struct dispatch_view *view = request->dispatch;
	cursor->alerts = arena_alloc(&request->arena, (view->alert_count + 1) * sizeof(struct dispatch_alert *));
	for (size_t i = 0; i < view->alert_count; i++) {
		const struct dispatch_alert *alert = &view->alerts[i];
		if (is_shown(filter, alert) && matchers_match(&filter->matchers, alert->record->labels) && receiver_fits(filter, alert))
			cursor->alerts[cursor->count++] = alert;
	}
}

static void write_urls(struct json_writer *json, const char *name, const struct outbound_view *view, bool is_active) {
	size_t count = is_active ? view->target_count : view->dropped_count;
	json_key(json, name);
	json_open_array(json);
	for (size_t i = 0; i < count; i++) {
		json_open_object(json);
		json_key(json, "url");
		json_cstr(json, is_active ? view->targets[i].url : view->dropped[i]);
		json_close_object(json);
	}
	json_close_array(json);
}

void serve_alertmanagers(struct request *request) {
	struct json_writer json = { .out = &request->text };
	reply_json(request, 200);
	json_open_object(&json);
	json_key(&json, "status");
	json_cstr(&json, "success");
	json_key(&json, "data");
	json_open_object(&json);
	write_urls(&json, "activeAlertmanagers", request->outbound, true);
	write_urls(&json, "droppedAlertmanagers", request->outbound, false);
	json_close_object(&json);
	json_close_object(&json);
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
