// SPDX-License-Identifier: Apache-2.0
// The alerts in dispatch. See dispatch_table.h.
#include "notifiers/dispatch_table.h"

#include <assert.h>
#include <string.h>

static bool has_labels(const void *value, const void *key) {
	return labels_equal(dispatch_entry_labels(value), key);
}

struct dispatch_entry *dispatch_table_find(const struct dispatch_table *table, const struct labels *labels) {
	return hash_map_find(&table->by_labels, labels->fingerprint, labels, has_labels);
}

struct wanted_items {
	const struct label *items;
	size_t count;
};

static bool has_items(const void *value, const void *key) {
	const struct wanted_items *wanted = key;
	return labels_equal_items(dispatch_entry_labels(value), wanted->items, wanted->count);
}

struct dispatch_entry *dispatch_table_find_items(const struct dispatch_table *table, const struct label *items, size_t count, uint64_t fingerprint) {
	struct wanted_items wanted = { items, count };
	return hash_map_find(&table->by_labels, fingerprint, &wanted, has_items);
}

static void source_finish(struct alert_source *source) {
	alert_record_unref(source->shown);
	alert_record_unref(source->row);
}

static void entry_destroy(struct dispatch_entry *entry) {
	for (size_t i = 0; i < entry->sources.count; i++)
		source_finish(&few_items(&entry->sources)[i]);
	few_finish(&entry->sources);
	few_finish(&entry->groups);
	free(entry->external); // or what it leaves by
	free(entry);
}

void dispatch_table_finish(struct dispatch_table *table) {
	size_t at = 0;
	heap_finish(&table->leaving);
	for (struct dispatch_entry *entry; (entry = hash_map_next(&table->by_labels, &at)) != NULL;)
		entry_destroy(entry);
	hash_map_finish(&table->by_labels);
}

void dispatch_table_mark(struct dispatch_table *table, struct dispatch_entry *entry, bool is_muted) {
	is_muted = is_muted && dispatch_entry_is_firing(entry);
	table->muted_count += (size_t)is_muted - (size_t)entry->is_muted;
	entry->is_muted = is_muted;
}

void dispatch_table_leave(struct dispatch_table *table, struct dispatch_entry *entry, wall_ms due) {
	if (!entry->is_leaving) {
		assert(entry->external == NULL); // that would fire
		entry->is_leaving = true;
		entry->leaving = MEM_NEW(struct dispatch_leaving);
		entry->leaving->entry = entry;
	}
	heap_update(&table->leaving, &entry->leaving->due, due);
}

void dispatch_table_stay(struct dispatch_table *table, struct dispatch_entry *entry) {
	if (!entry->is_leaving)
		return;
	heap_remove(&table->leaving, &entry->leaving->due);
	free(entry->leaving);
	entry->leaving = NULL;
	entry->is_leaving = false;
}

struct dispatch_entry *dispatch_table_next_left(struct dispatch_table *table, wall_ms now) {
	struct heap_node *node = heap_pop_due(&table->leaving, now);
	if (node == NULL)
		return NULL;
	struct dispatch_entry *entry = HEAP_ENTRY(node, struct dispatch_leaving, due)->entry;
	dispatch_table_stay(table, entry);
	return entry;
}

void dispatch_table_remove(struct dispatch_table *table, struct dispatch_entry *entry) {
	dispatch_table_mark(table, entry, false);
	dispatch_table_stay(table, entry);
	hash_map_remove(&table->by_labels, dispatch_entry_labels(entry)->fingerprint, dispatch_entry_labels(entry), has_labels);
	entry_destroy(entry);
}

static struct alert_source *source_find(struct dispatch_entry *entry, struct str key) {
	for (size_t i = 0; i < entry->sources.count; i++)
		if (str_equal_cstr(key, few_items(&entry->sources)[i].row->origin->source))
			return &few_items(&entry->sources)[i];
	return NULL;
}

const struct alert_record *dispatch_entry_external(const struct dispatch_entry *entry) {
	const struct alert_source *source = source_find((struct dispatch_entry *)(uintptr_t)entry, STR(ALERT_SOURCE_EXTERNAL));
	return source == NULL ? NULL : source->row;
}

static void replace(struct alert_record **slot, struct alert_record *record) {
	struct alert_record *was = *slot;
	*slot = alert_record_ref(record);
	alert_record_unref(was);
}

static void source_set(struct dispatch_entry *entry, struct alert_record *record) {
	struct alert_source *source = source_find(entry, str_of(record->origin->source));
	if (source == NULL) {
		source = few_push(&entry->sources);
		*source = (struct alert_source){ alert_record_ref(record), alert_record_ref(record) };
		return;
	}
	// One that came and went without firing says nothing new about the one that did.
	bool has_more_to_say = record->fired_at != 0 || source->shown->fired_at == 0 || source->shown->state == ALERT_FIRING;
	if (has_more_to_say)
		replace(&source->shown, record);
	replace(&source->row, record);
}

static struct dispatch_entry *set(struct dispatch_table *table, struct alert_record *record) {
	struct dispatch_entry *entry = dispatch_table_find(table, record->labels);
	bool is_new = entry == NULL;
	if (is_new)
		entry = MEM_NEW(struct dispatch_entry);
	bool was_firing = dispatch_entry_is_firing(entry);
	source_set(entry, record);
	if (is_new)
		hash_map_insert(&table->by_labels, record->labels->fingerprint, entry);
	bool is_firing = dispatch_entry_is_firing(entry);
	table->firing_count += (size_t)is_firing - (size_t)was_firing;
	dispatch_table_mark(table, entry, entry->is_muted);
	return entry;
}

// A reload raised `for`: what fired is pending again, and does not fire.
static bool ends_firing(const struct dispatch_table *table, const struct alert_record *pending) {
	struct dispatch_entry *entry = dispatch_table_find(table, pending->labels);
	const struct alert_source *source = entry == NULL ? NULL : source_find(entry, str_of(pending->origin->source));
	return source != NULL && source->shown->state == ALERT_FIRING;
}

struct dispatch_entry *dispatch_table_take(struct dispatch_table *table, struct alert_record *record) {
	return record->state == ALERT_PENDING && !ends_firing(table, record) ? NULL : set(table, record);
}

struct dispatch_entry *dispatch_table_keep(struct dispatch_table *table, struct alert_record *record) {
	return set(table, record);
}

static void record_rename(struct alert_record **slot, struct str source) {
	struct alert_record *was = *slot;
	struct alert_origin *origin = alert_origin_create(source, str_of(was->origin->generator_url));
	*slot = alert_record_with_origin(was, origin);
	alert_origin_unref(origin);
	alert_record_unref(was);
}

static void source_rename(struct alert_source *source, const struct source_rename *renames, size_t count) {
	for (size_t i = 0; i < count; i++) {
		if (!str_equal_cstr(renames[i].was, source->row->origin->source))
			continue;
		record_rename(&source->shown, renames[i].now);
		record_rename(&source->row, renames[i].now);
		return;
	}
}

void dispatch_table_rename(struct dispatch_table *table, const struct source_rename *renames, size_t count) {
	size_t at = 0;
	for (struct dispatch_entry *entry; (entry = hash_map_next(&table->by_labels, &at)) != NULL;)
		for (size_t i = 0; i < entry->sources.count; i++)
			source_rename(&few_items(&entry->sources)[i], renames, count);
}

bool dispatch_entry_is_firing(const struct dispatch_entry *entry) {
	for (size_t i = 0; i < entry->sources.count; i++)
		if (few_items(&entry->sources)[i].shown->state == ALERT_FIRING)
			return true;
	return false;
}

static wall_ms record_starts_at(const struct alert_record *record) {
	return record->fired_at != 0 ? record->fired_at : record->active_at;
}

static wall_ms record_ends_at(const struct alert_record *record) {
	return record->resolved_at != 0 ? record->resolved_at : record->updated_at;
}

// Later in what matters for showing: a firing one before a resolved one, then by when it began or ended.
static bool is_shown_before(const struct alert_record *a, const struct alert_record *b) {
	bool a_fires = a->state == ALERT_FIRING, b_fires = b->state == ALERT_FIRING;
	if (a_fires != b_fires)
		return a_fires;
	return a_fires ? record_starts_at(a) > record_starts_at(b) : record_ends_at(a) > record_ends_at(b);
}

struct alert_record *dispatch_entry_shown(const struct dispatch_entry *entry) {
	struct alert_record *shown = few_items(&entry->sources)[0].shown;
	for (size_t i = 1; i < entry->sources.count; i++)
		if (is_shown_before(few_items(&entry->sources)[i].shown, shown))
			shown = few_items(&entry->sources)[i].shown;
	return shown;
}

wall_ms dispatch_entry_starts_at(const struct dispatch_entry *entry) {
	wall_ms earliest = 0;
	for (size_t i = 0; i < entry->sources.count; i++) {
		const struct alert_record *record = few_items(&entry->sources)[i].shown;
		if (record->state == ALERT_FIRING && (earliest == 0 || record_starts_at(record) < earliest))
			earliest = record_starts_at(record);
	}
	return earliest != 0 ? earliest : record_starts_at(dispatch_entry_shown(entry));
}

wall_ms dispatch_entry_ends_at(const struct dispatch_entry *entry) {
	return dispatch_entry_is_firing(entry) ? 0 : record_ends_at(dispatch_entry_shown(entry));
}

wall_ms dispatch_entry_changed_at(const struct dispatch_entry *entry) {
	wall_ms latest = 0;
	for (size_t i = 0; i < entry->sources.count; i++)
		if (few_items(&entry->sources)[i].row->updated_at > latest)
			latest = few_items(&entry->sources)[i].row->updated_at;
	return latest;
}
