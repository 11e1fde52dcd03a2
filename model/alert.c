// SPDX-License-Identifier: Apache-2.0
// One alert at one transition. See alert.h.
#include "model/alert.h"

#include "base/mem.h"
#include "model/alert_rows.h"

#include <stdlib.h>

const char *alert_state_name(enum alert_state state) {
	static const char *const names[] = { [ALERT_INACTIVE] = "inactive", [ALERT_PENDING] = "pending", [ALERT_FIRING] = "firing" };
	return names[state];
}

const char *alert_event_name(enum alert_event_kind kind) {
	static const char *const names[] = {
		[ALERT_EVENT_PENDING] = "alert.pending",
		[ALERT_EVENT_FIRING] = "alert.firing",
		[ALERT_EVENT_UPDATED] = "alert.updated",
		[ALERT_EVENT_RESOLVED] = "alert.resolved",
		[ALERT_EVENT_EXPIRED] = "alert.expired",
	};
	return names[kind];
}

void alert_live_init(struct alert_live *live, const struct alert_live_ops *ops) {
	ref_init(&live->ref);
	live->ops = ops;
	atomic_init(&live->sequence, 0);
	atomic_init(&live->value_bits, 0);
	atomic_init(&live->evaluated_at, 0);
}

struct alert_live *alert_live_ref(struct alert_live *live) {
	ref_take(&live->ref);
	return live;
}

void alert_live_unref(struct alert_live *live) {
	if (live != NULL && ref_drop(&live->ref))
		live->ops->destroy(live);
}

void alert_live_set(struct alert_live *live, double value, wall_ms at) {
	uint64_t bits;
	memcpy(&bits, &value, sizeof bits);
	uint32_t sequence = atomic_load_explicit(&live->sequence, memory_order_relaxed);
	atomic_store_explicit(&live->sequence, sequence + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	atomic_store_explicit(&live->value_bits, bits, memory_order_relaxed);
	atomic_store_explicit(&live->evaluated_at, at, memory_order_relaxed);
	atomic_store_explicit(&live->sequence, sequence + 2, memory_order_release);
}

double alert_live_get(const struct alert_live *live, wall_ms *at) {
	for (;;) {
		uint32_t before = atomic_load_explicit(&live->sequence, memory_order_acquire);
		uint64_t bits = atomic_load_explicit(&live->value_bits, memory_order_relaxed);
		wall_ms when = atomic_load_explicit(&live->evaluated_at, memory_order_relaxed);
		atomic_thread_fence(memory_order_acquire);
		uint32_t after = atomic_load_explicit(&live->sequence, memory_order_relaxed);
		if (before != after || (before & 1) != 0)
			continue;
		double value;
		memcpy(&value, &bits, sizeof value);
		if (at != NULL)
			*at = when;
		return value;
	}
}

static char *put_text(char *to, struct str text) {
	memcpy(to, text.len == 0 ? "" : text.data, text.len);
	to[text.len] = '\0';
	return to;
}

struct alert_origin *alert_origin_create(struct str source, struct str generator_url) {
	struct alert_origin *origin = mem_alloc(sizeof *origin + source.len + generator_url.len + 2);
	ref_init(&origin->ref);
	origin->rows = NULL;
	origin->source = put_text(origin->texts, source);
	origin->generator_url = put_text(origin->texts + source.len + 1, generator_url);
	return origin;
}

struct alert_origin *alert_origin_ref(struct alert_origin *origin) {
	ref_take(&origin->ref);
	return origin;
}

void alert_origin_unref(struct alert_origin *origin) {
	if (origin == NULL || !ref_drop(&origin->ref))
		return;
	alert_rows_destroy(origin->rows);
	free(origin);
}

struct alert_record *alert_record_create(void) {
	struct alert_record *record = MEM_NEW(struct alert_record);
	ref_init(&record->ref);
	return record;
}

struct alert_record *alert_record_create_row(struct alert_origin *origin, const struct labels *annotations) {
	if (origin->rows == NULL)
		origin->rows = MEM_NEW(struct alert_rows);
	struct alert_record *record = ARENA_NEW(&origin->rows->arena, struct alert_record);
	ref_init(&record->ref);
	record->is_row = true;
	record->origin = alert_origin_ref(origin);
	record->row_annotations = alert_rows_pack(origin->rows, annotations);
	return record;
}

static const struct labels *unpacked_row(const struct alert_record *record) {
	autoarena struct arena arena = { 0 };
	size_t count;
	const struct label *items = alert_rows_unpack(record->origin->rows, record->row_annotations, &arena, &count);
	return labels_from_sorted(items, count);
}

// What is stored, for whoever may outlive the record. A new reference, or NULL.
static const struct labels *stored_annotations(const struct alert_record *record) {
	if (record->is_row)
		return unpacked_row(record);
	return record->is_living || record->annotations == NULL ? NULL : labels_ref(record->annotations);
}

struct alert_record *alert_record_with_origin(const struct alert_record *record, struct alert_origin *origin) {
	struct alert_record *copy = alert_record_create();
	copy->state = record->state;
	copy->origin = alert_origin_ref(origin);
	copy->identity = labels_ref(record->identity);
	copy->labels = labels_ref(record->labels);
	copy->is_living = record->is_living;
	if (copy->is_living)
		copy->live = alert_live_ref(record->live);
	else
		copy->annotations = stored_annotations(record);
	copy->active_at = record->active_at;
	copy->fired_at = record->fired_at;
	copy->resolved_at = record->resolved_at;
	copy->keep_firing_since = record->keep_firing_since;
	copy->ends_at = record->ends_at;
	copy->updated_at = record->updated_at;
	copy->value = record->value;
	copy->event_sequence = record->event_sequence;
	return copy;
}

struct alert_record *alert_record_ref(struct alert_record *record) {
	ref_take(&record->ref);
	return record;
}

void alert_record_unref(struct alert_record *record) {
	if (record == NULL || !ref_drop(&record->ref))
		return;
	struct alert_origin *origin = record->origin;
	labels_unref(record->identity);
	labels_unref(record->labels);
	if (record->is_living)
		alert_live_unref(record->live);
	else if (!record->is_row)
		labels_unref(record->annotations);
	if (!record->is_row)
		free(record);
	alert_origin_unref(origin); // with it perhaps the row
}

bool alert_record_is_external(const struct alert_record *record) {
	return strcmp(record->origin->source, ALERT_SOURCE_EXTERNAL) == 0;
}

bool alert_record_is_dropped(const struct alert_record *record) {
	return record->labels == NULL || record->labels->count == 0;
}

const struct labels *alert_record_annotations(const struct alert_record *record) {
	autoarena struct arena arena = { 0 };
	size_t count;
	if (!record->is_living) {
		const struct labels *stored = stored_annotations(record);
		return stored == NULL ? labels_empty() : stored;
	}
	const struct label *items = record->live->ops->annotations(record->live, &arena, &count);
	return labels_from_sorted(items, count);
}

const struct label *alert_record_annotation_items(const struct alert_record *record, struct arena *arena, size_t *count) {
	*count = 0;
	if (record->is_living)
		return record->live->ops->annotations(record->live, arena, count);
	if (record->is_row)
		return alert_rows_unpack(record->origin->rows, record->row_annotations, arena, count);
	if (record->annotations == NULL)
		return NULL;
	*count = record->annotations->count;
	return labels_unpack(labels_copy_to(arena, record->annotations), arena);
}

bool alert_record_says(const struct alert_record *record, const struct label *items, size_t count) {
	if (!record->is_row)
		return labels_equal_items(record->annotations, items, count);
	const struct labels *stored = unpacked_row(record);
	bool is_same = labels_equal_items(stored, items, count);
	labels_unref(stored);
	return is_same;
}

double alert_record_value(const struct alert_record *record) {
	return record->is_living ? alert_live_get(record->live, NULL) : record->value;
}

wall_ms alert_record_ends_at(const struct alert_record *record, wall_ms now) {
	if (record->ends_at != 0 || record->state == ALERT_INACTIVE)
		return record->ends_at != 0 ? record->ends_at : record->resolved_at;
	wall_ms evaluated_at = record->updated_at;
	dur_ms validity = 4 * MINUTES(1); // after a restart, before its first evaluation
	if (record->is_living) {
		alert_live_get(record->live, &evaluated_at);
		validity = record->live->ops->validity(record->live);
	}
	wall_ms ends_at = evaluated_at + validity;
	return ends_at > now ? ends_at : now + validity;
}
