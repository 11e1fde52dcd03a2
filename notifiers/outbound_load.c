// SPDX-License-Identifier: Apache-2.0
// What the outbound role takes up at start: alerts from their rows, what each Alertmanager has taken, and ends that somebody has not taken
// though their rows are gone, from the event log. See outbound_state.h.
#include "base/json_read.h"
#include "notifiers/outbound_state.h"
#include "template/value.h"

struct loading {
	struct outbound *o;
	ARRAY_OF(struct alert_record *)
	alerts; // that fire or ended; references
	ARRAY_OF(struct alert_record *)
	pending; // references
};

// ---- cursors

static struct outbound_target *find_target(const struct outbound *o, struct str key) {
	for (size_t i = 0; i < o->targets.count; i++)
		if (str_equal_cstr(key, o->targets.items[i]->key))
			return o->targets.items[i];
	return NULL;
}

// Of Alertmanagers that are not there (any more) nothing stays.
static bool take_cursor(void *context, const struct store_cursor *cursor) {
	struct outbound *o = context;
	struct outbound_target *target = find_target(o, cursor->target);
	if (target == NULL) {
		outbound_delete_cursor(o, cursor->target);
		return true;
	}
	target->reached = target->cursor = cursor->sequence;
	target->since = cursor->since;
	if (cursor->sequence > o->sequence)
		o->sequence = cursor->sequence;
	return true;
}

// ---- rows

static bool take_row(void *context, struct alert_record *record) {
	struct loading *loading = context;
	if (alert_record_is_external(record) || alert_record_is_dropped(record))
		return true;
	if (record->fired_at != 0) // of a pending one: a raised `for` ended its firing
		array_append(&loading->alerts, alert_record_ref(record));
	else if (record->state == ALERT_PENDING)
		array_append(&loading->pending, alert_record_ref(record));
	return true;
}

// ---- ends

static void read_labels(struct json_reader *reader, const struct labels **out) {
	labels_unref(*out);
	*out = labels_read(reader);
}

static void read_time(struct json_reader *reader, wall_ms *out) {
	struct str text;
	if (json_read_peek(reader) == JSON_NULL)
		json_read_null(reader);
	else if (json_read_string(reader, &text) && !value_parse_time(text, out))
		json_read_fail(reader, "not a time");
}

struct read_end {
	struct alert_record *record;
	struct str source, generator_url;
	bool has_source, has_url;
};

static void read_member(struct json_reader *reader, struct str name, struct read_end *out) {
	if (str_equal_cstr(name, "labels"))
		read_labels(reader, &out->record->labels);
	else if (str_equal_cstr(name, "annotations"))
		read_labels(reader, &out->record->annotations);
	else if (str_equal_cstr(name, "startsAt"))
		read_time(reader, &out->record->fired_at);
	else if (str_equal_cstr(name, "endsAt"))
		read_time(reader, &out->record->resolved_at);
	else if (str_equal_cstr(name, "activeAt"))
		read_time(reader, &out->record->active_at);
	else if (str_equal_cstr(name, "generatorURL"))
		out->has_url = json_read_string(reader, &out->generator_url);
	else if (str_equal_cstr(name, "source"))
		out->has_source = json_read_string(reader, &out->source);
	else
		json_read_skip(reader);
}

// As alert_event_data wrote it; identity is nobody's business here. False: it is not whole.
static bool read_end(struct str data, struct alert_record *out) {
	autoarena struct arena scratch = { 0 };
	struct json_reader reader;
	struct read_end end = { .record = out };
	json_read_init(&reader, &scratch, data);
	if (json_read_object_begin(&reader))
		for (struct str name; json_read_object_next(&reader, &name);)
			read_member(&reader, name, &end);
	if (!json_read_end(&reader) || out->labels == NULL || out->annotations == NULL || !end.has_source || !end.has_url)
		return false;
	out->origin = alert_origin_create(end.source, end.generator_url);
	return true;
}

// Newest first. What expired without having fired was told to nobody.
static bool take_end(void *context, const struct store_event *event) {
	struct loading *loading = context;
	struct alert_record *record = alert_record_create();
	bool is_end = read_end(event->data, record) && record->fired_at != 0 && !alert_record_is_external(record);
	if (!is_end || alert_record_is_dropped(record)) {
		alert_record_unref(record);
		return true;
	}
	record->identity = labels_ref(record->labels);
	record->updated_at = event->at;
	record->event_sequence = event->sequence;
	array_append(&loading->alerts, record);
	return true;
}

// What the one that is furthest behind has taken, or need not take.
static int64_t owed_after(const struct outbound *o) {
	int64_t after = INT64_MAX;
	for (size_t i = 0; i < o->targets.count; i++) {
		const struct outbound_target *target = o->targets.items[i];
		int64_t settled = target->reached > target->since ? target->reached : target->since;
		after = settled < after ? settled : after;
	}
	return after;
}

// ---- all together

// In the order of their events, so that of one alert the newest counts. Those nobody knows the event of come last: they are owed.
static int compare_alerts(const void *left, const void *right) {
	uint64_t a = (uint64_t)(*(struct alert_record *const *)left)->event_sequence - 1, b = (uint64_t)(*(struct alert_record *const *)right)->event_sequence - 1;
	return (a > b) - (a < b);
}

static void put_alerts(struct loading *loading) {
	struct outbound *o = loading->o;
	if (loading->alerts.count > 1)
		qsort(loading->alerts.items, loading->alerts.count, sizeof *loading->alerts.items, compare_alerts);
	for (size_t i = 0; i < loading->alerts.count; i++)
		outbound_take_row(o, loading->alerts.items[i]);
	for (size_t i = 0; i < o->targets.count; i++)
		if (o->targets.items[i]->reached > 0)
			o->targets.items[i]->taken = outbound_stamp_after(o, o->targets.items[i]->reached);
	for (size_t i = 0; i < loading->pending.count; i++)
		outbound_pend_again(o, loading->pending.items[i]);
}

static void loading_finish(struct loading *loading) {
	for (size_t i = 0; i < loading->alerts.count; i++)
		alert_record_unref(loading->alerts.items[i]);
	for (size_t i = 0; i < loading->pending.count; i++)
		alert_record_unref(loading->pending.items[i]);
	array_finish(&loading->alerts);
	array_finish(&loading->pending);
}

bool outbound_load(struct outbound *o, struct error *err) {
	struct loading loading = { .o = o };
	const struct alertmanagers_config *config = outbound_config(o);
	if (!store_each_cursor(o->store, take_cursor, o, err))
		return false;
	bool ok = config->count == 0 || (store_each_alert(o->store, take_row, &loading, err) && store_each_end(o->store, owed_after(o), config->queue_capacity, take_end, &loading, err));
	if (ok)
		put_alerts(&loading);
	loading_finish(&loading);
	return ok;
}
