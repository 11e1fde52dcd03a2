// SPDX-License-Identifier: Apache-2.0
// The alerts in dispatch, by labels; each a set of sources (LAW 6). Holds what fires and what is resolved and not yet forgotten.
// Owned by dispatcher. Private to notifiers/.
#pragma once
#include "base/few.h"
#include "base/hash_map.h"
#include "base/heap.h"
#include "model/alert.h"

struct dispatch_group;
struct external_alert;

struct alert_source {
	struct alert_record *shown; // the last one that fired or was told; a reference
	struct alert_record *row;   // the newest one in the store; a reference
};

struct dispatch_entry {
	FEW_OF(struct alert_source)
	sources; // at most one a source key, never none
	FEW_OF(struct dispatch_group *)
	groups;                                  // that have it as a member
	union {                                  // what it waits for: never both, and nearly always neither
		struct external_alert *external; // until its external source ends; NULL while that does not fire; owned
		struct dispatch_leaving *leaving;
	};
	bool is_leaving;         // the second one
	bool is_changed;         // of the dispatcher's: the last view shows it otherwise
	bool is_muted;           // it fires and was held back by an inhibition or a silence when it was looked at last
	uint32_t silences_tried; // of the dispatcher's: see silence_set_match
};

// An entry that is resolved and in no group, until its rows may go.
struct dispatch_leaving {
	struct heap_node due; // in the table's heap
	struct dispatch_entry *entry;
};

struct dispatch_table {
	struct hash_map by_labels;
	struct heap leaving;
	size_t firing_count, muted_count;
};

void dispatch_table_finish(struct dispatch_table *table);
struct dispatch_entry *dispatch_table_find(const struct dispatch_table *table, const struct labels *labels); // NULL: unknown
// The same by labels that are no set yet: sorted, unique, not empty.
struct dispatch_entry *dispatch_table_find_items(const struct dispatch_table *table, const struct label *items, size_t count, uint64_t fingerprint);
// Takes in a transition. Returns its entry, or NULL when dispatch is not concerned (a pending alert that did not fire before).
struct dispatch_entry *dispatch_table_take(struct dispatch_table *table, struct alert_record *record);
// A resolved or pending row as it is kept at start for the sake of a told set.
struct dispatch_entry *dispatch_table_keep(struct dispatch_table *table, struct alert_record *record);
struct source_rename {
	struct str was, now;
};
void dispatch_table_rename(struct dispatch_table *table, const struct source_rename *renames, size_t count); // all at once
void dispatch_table_remove(struct dispatch_table *table, struct dispatch_entry *entry);                      // in no group any more
// It is resolved and in no group: its rows may go at `due`; again moves that.
void dispatch_table_leave(struct dispatch_table *table, struct dispatch_entry *entry, wall_ms due);
void dispatch_table_stay(struct dispatch_table *table, struct dispatch_entry *entry);       // after all; one that does not leave is fine
struct dispatch_entry *dispatch_table_next_left(struct dispatch_table *table, wall_ms now); // one whose rows may go, no longer leaving; NULL: none

// NULL while its external source does not fire.
static inline struct external_alert *dispatch_entry_expiring(const struct dispatch_entry *entry) {
	return entry->is_leaving ? NULL : entry->external;
}

// Those of any of its records: they are equal. Borrowed until it takes in a transition.
static inline const struct labels *dispatch_entry_labels(const struct dispatch_entry *entry) {
	return few_items(&entry->sources)[0].row->labels;
}
void dispatch_table_mark(struct dispatch_table *table, struct dispatch_entry *entry, bool is_muted); // one that does not fire is not
bool dispatch_entry_is_firing(const struct dispatch_entry *entry);
const struct alert_record *dispatch_entry_external(const struct dispatch_entry *entry); // the newest record of its external source; NULL: none
// The record whose annotations, value and URL are shown: of the firing sources the one that fired last, else the one that ended last.
struct alert_record *dispatch_entry_shown(const struct dispatch_entry *entry);
wall_ms dispatch_entry_starts_at(const struct dispatch_entry *entry);  // the earliest of its firing sources, else of the one shown
wall_ms dispatch_entry_ends_at(const struct dispatch_entry *entry);    // 0 while firing
wall_ms dispatch_entry_changed_at(const struct dispatch_entry *entry); // the last transition of any source
