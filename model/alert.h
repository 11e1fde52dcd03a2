// SPDX-License-Identifier: Apache-2.0
// One alert at one transition: what the evaluator decided, the store keeps and the dispatcher is told. Plain data, no I/O.
#pragma once
#include "base/clock.h"
#include "base/prefetch.h"
#include "base/ref.h"
#include "model/labels.h"

enum alert_state { ALERT_INACTIVE,
	ALERT_PENDING,
	ALERT_FIRING };
const char *alert_state_name(enum alert_state state); // "inactive", "pending", "firing"

// The living side of a rule's alert: its last value, and annotations rendered from it on demand (LAWS 9, 10).
// Made by the evaluator, which alone calls alert_live_set; any thread may read while holding a reference.
struct alert_live;
struct arena;
struct alert_live_ops {
	// The annotations for the last value, sorted by name; all of it in the arena. Called by any thread.
	const struct label *(*annotations)(const struct alert_live *live, struct arena *arena, size_t *count);
	dur_ms (*validity)(const struct alert_live *live); // how long after an evaluation it is shown to last. Called by any thread.
	void (*destroy)(struct alert_live *live);          // after the last reference
};
struct alert_live {
	struct ref ref;
	_Atomic uint32_t sequence; // odd while the evaluator writes (seqcount)
	_Atomic uint64_t value_bits;
	_Atomic int64_t evaluated_at; // wall_ms of the slot
	const struct alert_live_ops *ops;
};
void alert_live_init(struct alert_live *live, const struct alert_live_ops *ops);
struct alert_live *alert_live_ref(struct alert_live *live);
void alert_live_unref(struct alert_live *live); // NULL is fine
void alert_live_set(struct alert_live *live, double value, wall_ms at);
double alert_live_get(const struct alert_live *live, wall_ms *at); // at may be NULL

// Where alerts come from: texts that all alerts of a rule have in common. Immutable and counted.
struct alert_origin {
	struct ref ref;
	const char *source;        // the rule's key (rules/rules.h), or ALERT_SOURCE_EXTERNAL
	const char *generator_url; // may be ""
	struct alert_rows *rows;   // owned: where records read from rows live; NULL: there are none
	char texts[];
};
struct alert_origin *alert_origin_create(struct str source, struct str generator_url); // copies
struct alert_origin *alert_origin_ref(struct alert_origin *origin);
void alert_origin_unref(struct alert_origin *origin); // NULL is fine

// Immutable once told; counted. Identity in the store is (origin->source, identity, labels); identity in dispatch is labels (LAWS 6, 11).
struct alert_record {
	struct ref ref;
	enum alert_state state : 8; // ALERT_INACTIVE = resolved
	bool is_row;                // it and its annotations are in the memory of its origin
	bool is_living;
	struct alert_origin *origin;              // owned reference
	const struct labels *identity;            // the evaluator's final label set, alertname included; owned reference
	const struct labels *labels;              // with external labels, after relabelling; empty: dropped there, told to nobody; owned reference
	union {                                   // is_living says which: what can be rendered again is not kept
		struct alert_live *live;          // of an active alert of a rule that this process has evaluated; owned reference
		const struct labels *annotations; // as rendered at this transition, may hold empty values; NULL: none. Owned reference
		const char *row_annotations;      // of a row, in the memory of its origin (model/alert_rows.h)
	};
	wall_ms active_at;         // first seen active
	wall_ms fired_at;          // became firing = startsAt; 0 while it never fired; of a pending one: of the firing that a raised `for` ended
	wall_ms resolved_at;       // 0 while active
	wall_ms keep_firing_since; // 0 = not held up by keep_firing_for
	wall_ms ends_at;           // external alerts: when they expire; 0 for rule alerts
	wall_ms updated_at;        // when this transition was decided
	double value;              // at this transition
	int64_t event_sequence;    // of this transition's event; set by the store before anybody is told
};
#define ALERT_SOURCE_EXTERNAL "external"

struct alert_record *alert_record_create(void); // all zero, one reference; the maker fills it, then it is immutable
// One read from a row: with others of its origin in one block, which goes after the last of them. Nearly all are told anew soon, and
// blocks of their own would leave holes between what stays. Copies the annotations. All rows of an origin are made by one thread.
struct alert_record *alert_record_create_row(struct alert_origin *origin, const struct labels *annotations);
struct alert_record *alert_record_with_origin(const struct alert_record *record, struct alert_origin *origin); // a copy; a reference to the origin
struct alert_record *alert_record_ref(struct alert_record *record);
void alert_record_unref(struct alert_record *record); // NULL is fine
bool alert_record_is_dropped(const struct alert_record *record);
bool alert_record_is_external(const struct alert_record *record); // posted by others, not a rule's
// The annotations to show now: rendered from the last value where there is a living side and the alert is active, else as stored. A new reference.
const struct labels *alert_record_annotations(const struct alert_record *record);
// The same for whoever writes them out at once: sorted by name, all of it in the arena.
const struct label *alert_record_annotation_items(const struct alert_record *record, struct arena *arena, size_t *count);
bool alert_record_says(const struct alert_record *record, const struct label *items, size_t count); // these are the stored ones; of one without a living side
// For whoever walks over very many of them: loads what matching this one's labels reads, or showing it, while those before it are.
PREFETCHING alert_labels_prefetch(const struct alert_record *record) {
	prefetch(record->labels, 2 * CACHE_LINE_BYTES);
}
PREFETCHING alert_record_prefetch(const struct alert_record *record) {
	prefetch(record->labels, 4 * CACHE_LINE_BYTES);
	prefetch(record->live, 4 * CACHE_LINE_BYTES); // or its annotations
}
double alert_record_value(const struct alert_record *record); // the last value, or the one at the transition
// The end to show of an active alert (LAW 13): an external one's own; else its last evaluation and four times the longer of interval and resend delay,
// or as much from now when that is over: it fires on while its rule cannot be evaluated.
wall_ms alert_record_ends_at(const struct alert_record *record, wall_ms now);

// Types of the events that alert transitions write (docs: event stream).
enum alert_event_kind { ALERT_EVENT_NONE,
	ALERT_EVENT_PENDING,
	ALERT_EVENT_FIRING,
	ALERT_EVENT_UPDATED,
	ALERT_EVENT_RESOLVED,
	ALERT_EVENT_EXPIRED };
const char *alert_event_name(enum alert_event_kind kind); // "alert.pending", …; NULL for NONE
