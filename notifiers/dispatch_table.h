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
	groups;                          // that have it as a member
	struct external_alert *external; // when its external source ends; NULL while that does not fire; owned
	bool is_muted;                   // it fires and was held back by an inhibition or a silence when it was looked at last
	uint32_t silences_tried;         // of the dispatcher's: see silence_set_match
	struct heap_node forget;         // when its rows may go; in the heap while it is resolved and in no group
};

struct dispatch_table {
	struct hash_map by_labels;
	struct heap forget;
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
