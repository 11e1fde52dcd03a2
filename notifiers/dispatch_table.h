// SPDX-License-Identifier: Apache-2.0
// The alerts in dispatch, by labels; each a set of sources (LAW 6). Holds what fires and what is resolved and not yet forgotten.
// Owned by dispatcher. Private to notifiers/.
#pragma once
#include "base/array.h"
#include "base/hash_map.h"
#include "base/heap.h"
#include "model/alert.h"

struct dispatch_group;

struct alert_source {
	struct alert_record *shown; // the last one that fired or was told; a reference
	struct alert_record *row;   // the newest one in the store; a reference
};

struct dispatch_entry {
	const struct labels *labels; // a reference
	ARRAY_OF(struct alert_source)
	sources; // at most one a source key
	ARRAY_OF(struct dispatch_group *)
	groups;                  // that have it as a member
	bool is_muted;           // it fires and was held back by an inhibition or a silence when it was looked at last
	struct heap_node forget; // when its rows may go; in the heap while it is resolved and in no group
};

struct dispatch_table {
	struct hash_map by_labels;
	struct heap forget;
	size_t firing_count, muted_count;
};

void dispatch_table_finish(struct dispatch_table *table);
struct dispatch_entry *dispatch_table_find(const struct dispatch_table *table, const struct labels *labels); // NULL: unknown
// Takes in a transition. Returns its entry, or NULL when dispatch is not concerned (a pending alert that did not fire before).
struct dispatch_entry *dispatch_table_take(struct dispatch_table *table, struct alert_record *record);
// A resolved or pending row as it is kept at start for the sake of a told set.
struct dispatch_entry *dispatch_table_keep(struct dispatch_table *table, struct alert_record *record);
struct source_rename {
	struct str was, now;
};
void dispatch_table_rename(struct dispatch_table *table, const struct source_rename *renames, size_t count); // all at once
void dispatch_table_remove(struct dispatch_table *table, struct dispatch_entry *entry);                      // in no group any more

void dispatch_table_mark(struct dispatch_table *table, struct dispatch_entry *entry, bool is_muted); // one that does not fire is not
bool dispatch_entry_is_firing(const struct dispatch_entry *entry);
// The record whose annotations, value and URL are shown: of the firing sources the one that fired last, else the one that ended last.
struct alert_record *dispatch_entry_shown(const struct dispatch_entry *entry);
wall_ms dispatch_entry_starts_at(const struct dispatch_entry *entry);  // the earliest of its firing sources, else of the one shown
wall_ms dispatch_entry_ends_at(const struct dispatch_entry *entry);    // 0 while firing
wall_ms dispatch_entry_changed_at(const struct dispatch_entry *entry); // the last transition of any source
