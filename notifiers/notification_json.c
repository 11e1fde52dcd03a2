// SPDX-License-Identifier: Apache-2.0
// A notification as it is kept in its row, and back. Times are Unix milliseconds; a value is kept as its 64 bits, for NaN and Inf have no JSON.
#include "notifiers/notification.h"

#include "base/json_read.h"
#include "base/json_write.h"

#include <string.h>

enum { USUAL_BYTES = 2047 }; // of one alert; more grows

static int64_t value_bits(double value) {
	int64_t bits;
	memcpy(&bits, &value, sizeof bits);
	return bits;
}

static void write_int(struct json_writer *writer, const char *key, int64_t number) {
	json_key(writer, key);
	json_int(writer, number);
}

static void write_text(struct json_writer *writer, const char *key, struct str text) {
	json_key(writer, key);
	json_string(writer, text);
}

static void write_alert(struct json_writer *writer, const struct notified_alert *alert) {
	json_open_object(writer);
	json_key(writer, "firing");
	json_bool(writer, alert->is_firing);
	labels_write(writer, "labels", alert->labels);
	labels_write(writer, "annotations", alert->annotations);
	write_int(writer, "starts_at", alert->starts_at);
	write_int(writer, "ends_at", alert->ends_at);
	write_text(writer, "generator_url", str_of(alert->generator_url));
	write_int(writer, "sequence", alert->event_sequence);
	write_int(writer, "value_bits", value_bits(alert->value));
	write_text(writer, "source", str_of(alert->source));
	json_close_object(writer);
}

void notification_to_json(struct buf *out, const struct notification *notification) {
	struct json_writer writer = { .out = out };
	buf_reserve(out, USUAL_BYTES);
	json_open_object(&writer);
	write_int(&writer, "id", notification->id);
	write_int(&writer, "at", notification->at);
	write_text(&writer, "receiver", notification->receiver);
	write_text(&writer, "group_key", notification->group_key);
	write_text(&writer, "reason", notification->reason);
	write_text(&writer, "external_url", notification->external_url);
	labels_write(&writer, "group_labels", notification->group_labels);
	if (notification->route_labels != NULL)
		labels_write(&writer, "route_labels", notification->route_labels);
	json_key(&writer, "alerts");
	json_open_array(&writer);
	for (size_t i = 0; i < notification->alert_count; i++)
		write_alert(&writer, &notification->alerts[i]);
	json_close_array(&writer);
	json_close_object(&writer);
}

static void read_text(struct json_reader *reader, struct arena *arena, struct str *out) {
	struct str text;
	if (json_read_string(reader, &text))
		*out = arena_dup_str(arena, text);
}

static void read_cstr(struct json_reader *reader, struct arena *arena, const char **out) {
	struct str text;
	if (json_read_string(reader, &text))
		*out = arena_cstr(arena, text);
}

static void read_labels(struct json_reader *reader, const struct labels **out) {
	const struct labels *labels = labels_read(reader);
	if (labels == NULL)
		return;
	labels_unref(*out);
	*out = labels;
}

static void read_value(struct json_reader *reader, double *out) {
	int64_t bits;
	if (json_read_int(reader, &bits))
		memcpy(out, &bits, sizeof *out);
}

static void read_alert(struct json_reader *reader, struct arena *arena, struct notified_alert *alert) {
	if (!json_read_object_begin(reader))
		return;
	for (struct str name; json_read_object_next(reader, &name);) {
		if (str_equal_cstr(name, "firing"))
			json_read_bool(reader, &alert->is_firing);
		else if (str_equal_cstr(name, "labels"))
			read_labels(reader, &alert->labels);
		else if (str_equal_cstr(name, "annotations"))
			read_labels(reader, &alert->annotations);
		else if (str_equal_cstr(name, "starts_at"))
			json_read_int(reader, &alert->starts_at);
		else if (str_equal_cstr(name, "ends_at"))
			json_read_int(reader, &alert->ends_at);
		else if (str_equal_cstr(name, "generator_url"))
			read_cstr(reader, arena, &alert->generator_url);
		else if (str_equal_cstr(name, "sequence"))
			json_read_int(reader, &alert->event_sequence);
		else if (str_equal_cstr(name, "value_bits"))
			read_value(reader, &alert->value);
		else if (str_equal_cstr(name, "source"))
			read_cstr(reader, arena, &alert->source);
		else
			json_read_skip(reader);
	}
}

// References appear in the alert only once it counts, so that a broken row frees what it has.
static void read_alerts(struct json_reader *reader, struct notification *notification) {
	size_t cap = 0;
	if (!json_read_array_begin(reader))
		return;
	while (json_read_array_next(reader)) {
		if (notification->alert_count == cap) {
			cap = cap == 0 ? 8 : cap * 2;
			struct notified_alert *more = ARENA_NEW_ARRAY(&notification->arena, struct notified_alert, cap);
			if (notification->alert_count > 0)
				memcpy(more, notification->alerts, notification->alert_count * sizeof *more);
			notification->alerts = more;
		}
		struct notified_alert *alert = &notification->alerts[notification->alert_count++];
		*alert = (struct notified_alert){ .generator_url = "", .source = "" };
		read_alert(reader, &notification->arena, alert);
		if (!reader->failed && (alert->labels == NULL || alert->annotations == NULL))
			json_read_fail(reader, "an alert without labels");
	}
}

static void read_member(struct json_reader *reader, struct str name, struct notification *notification) {
	struct arena *arena = &notification->arena;
	if (str_equal_cstr(name, "id"))
		json_read_int(reader, &notification->id);
	else if (str_equal_cstr(name, "at"))
		json_read_int(reader, &notification->at);
	else if (str_equal_cstr(name, "receiver"))
		read_text(reader, arena, &notification->receiver);
	else if (str_equal_cstr(name, "group_key"))
		read_text(reader, arena, &notification->group_key);
	else if (str_equal_cstr(name, "reason"))
		read_text(reader, arena, &notification->reason);
	else if (str_equal_cstr(name, "external_url"))
		read_text(reader, arena, &notification->external_url);
	else if (str_equal_cstr(name, "group_labels"))
		read_labels(reader, &notification->group_labels);
	else if (str_equal_cstr(name, "route_labels"))
		read_labels(reader, &notification->route_labels);
	else if (str_equal_cstr(name, "alerts"))
		read_alerts(reader, notification);
	else
		json_read_skip(reader);
}

struct notification *notification_from_json(struct str json, struct error *err) {
	struct notification *notification = notification_create();
	autoarena struct arena scratch = { 0 };
	struct json_reader reader;
	json_read_init(&reader, &scratch, json);
	if (json_read_object_begin(&reader))
		for (struct str name; json_read_object_next(&reader, &name);)
			read_member(&reader, name, notification);
	bool is_whole = json_read_end(&reader);
	if (is_whole && notification->group_labels != NULL)
		return notification;
	error_set(err, ERR_CORRUPT, "a stored notification is broken: %s", is_whole ? "no group labels" : reader.error.text);
	notification_unref(notification);
	return NULL;
}
