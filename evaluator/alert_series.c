// SPDX-License-Identifier: Apache-2.0
// ALERTS and ALERTS_FOR_STATE of one alert. See alert_series.h.
#include "evaluator/alert_series.h"

#include "base/error.h"
#include "base/mem.h"
#include "evaluator/remote_write_encode.h"

// Label fields of everything but __name__, with its place, and that of alertstate: an element may have brought one of its own, which stays
// in ALERTS_FOR_STATE.
struct alert_series {
	uint32_t name_at, state_at, state_end, size;
	char labels[];
};

static const struct str name_label = { "__name__", 8 }, state_label = { "alertstate", 10 };

struct piece_builder {
	struct buf labels;
	uint32_t name_at, state_at, state_end;
};

static void put(struct piece_builder *builder, struct str name, struct str value) {
	if (value.len == 0 || str_equal(name, name_label))
		return;
	int order = str_compare(name, state_label);
	remote_write_label(&builder->labels, name, value);
	if (str_compare(name, name_label) < 0)
		builder->name_at = (uint32_t)builder->labels.len;
	if (order < 0)
		builder->state_at = (uint32_t)builder->labels.len;
	if (order <= 0)
		builder->state_end = (uint32_t)builder->labels.len;
}

// Merges the rule's labels as written (NULL: a rule that is gone) with the alert's, which win.
static void overlay(struct piece_builder *builder, const struct rule *rule, const struct labels *identity) {
	size_t k = 0, rule_count = rule == NULL ? 0 : rule->label_count;
	struct label label;
	for (struct label_walk walk = labels_walk(identity); label_walk_next(&walk, &label);) {
		int order = -1;
		for (; k < rule_count && (order = str_compare(label.name, rule->labels[k]->name)) > 0; k++)
			put(builder, rule->labels[k]->name, rule->labels[k]->text);
		put(builder, label.name, label.value);
		k += k < rule_count && order == 0;
	}
	for (; k < rule_count; k++)
		put(builder, rule->labels[k]->name, rule->labels[k]->text);
}

static struct alert_series *series_create(const struct rule *rule, const struct labels *identity) {
	struct piece_builder builder = { 0 };
	overlay(&builder, rule, identity);
	struct alert_series *series = mem_alloc(sizeof *series + builder.labels.len);
	*series = (struct alert_series){ builder.name_at, builder.state_at, builder.state_end, (uint32_t)builder.labels.len };
	if (builder.labels.len > 0)
		memcpy(series->labels, builder.labels.data, builder.labels.len);
	buf_finish(&builder.labels);
	return series;
}

// One Label field each, ready made: tag, length, tag, length, name, tag, length, value.
#define FIELD(bytes) \
	{ (bytes), sizeof(bytes) - 1 }
static const struct str
    alerts_field = FIELD("\x0a\x12\x0a\x08__name__\x12\x06"
                         "ALERTS"),
    for_state_field = FIELD("\x0a\x1c\x0a\x08__name__\x12\x10"
                            "ALERTS_FOR_STATE"),
    pending_field = FIELD("\x0a\x15\x0a\x0a"
                          "alertstate\x12\x07"
                          "pending"),
    firing_field = FIELD("\x0a\x14\x0a\x0a"
                         "alertstate\x12\x06"
                         "firing");

static struct str part(const struct alert_series *series, uint32_t from, uint32_t to) {
	return str_make(series->labels + from, to - from);
}

static void append_alerts(struct buf *out, const struct alert_series *series, enum alert_state state, uint64_t bits, wall_ms at) {
	struct str pieces[] = {
		part(series, 0, series->name_at),
		alerts_field,
		part(series, series->name_at, series->state_at),
		state == ALERT_FIRING ? firing_field : pending_field,
		part(series, series->state_end, series->size),
	};
	remote_write_series_of(out, pieces, sizeof pieces / sizeof *pieces, bits, at);
}

static void append_for_state(struct buf *out, const struct alert_series *series, uint64_t bits, wall_ms at) {
	struct str pieces[] = { part(series, 0, series->name_at), for_state_field, part(series, series->name_at, series->size) };
	remote_write_series_of(out, pieces, sizeof pieces / sizeof *pieces, bits, at);
}

static const struct alert_series *series_of(struct alert_instance *instance) {
	if (instance->series == NULL)
		instance->series = series_create(instance->context->rule, instance->identity);
	return instance->series;
}

// As Go's Unix(): whole seconds, rounded down.
static double seconds_of(wall_ms at) {
	int64_t seconds = (at - (at % 1000 + 1000) % 1000) / 1000;
	return (double)seconds;
}

size_t alert_series_append(struct buf *out, struct alert_instance *instance, wall_ms at) {
	const struct alert_series *series = series_of(instance);
	enum alert_state state = instance->record->state;
	bool has_moved = instance->written != ALERT_INACTIVE && instance->written != state;
	if (has_moved)
		append_alerts(out, series, instance->written, REMOTE_WRITE_STALE, at);
	append_alerts(out, series, state, remote_write_bits(1), at);
	append_for_state(out, series, remote_write_bits(seconds_of(instance->record->active_at)), at);
	instance->written = state;
	return has_moved ? 3 : 2;
}

static size_t append_end(struct buf *out, const struct alert_series *series, enum alert_state written, wall_ms at) {
	append_alerts(out, series, written, REMOTE_WRITE_STALE, at);
	append_for_state(out, series, REMOTE_WRITE_STALE, at);
	return 2;
}

size_t alert_series_end(struct buf *out, struct alert_instance *instance, wall_ms at) {
	if (instance->written == ALERT_INACTIVE)
		return 0;
	size_t count = append_end(out, series_of(instance), instance->written, at);
	instance->written = ALERT_INACTIVE;
	return count;
}

size_t alert_series_end_record(struct buf *out, const struct alert_record *record, wall_ms at) {
	autofree struct alert_series *series = series_create(NULL, record->identity);
	return append_end(out, series, record->state, at);
}
