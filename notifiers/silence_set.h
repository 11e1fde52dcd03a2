// SPDX-License-Identifier: Apache-2.0
// The silences of the dispatcher: by id, and by what they match, so that an alert is tried on the few that may concern it, and on each of them once.
// Plans changes as rows; the caller stores and then applies them. Knows no I/O and no clock. Owned by dispatcher. Private to notifiers/.
// Source: alertmanager silence/silence.go.
#pragma once
#include "base/array.h"
#include "base/error.h"
#include "base/hash_map.h"
#include "base/heap.h"
#include "model/silence.h"

struct silence_bucket;

struct silence_set {
	struct hash_map by_id;             // struct silence_entry
	struct hash_map buckets;           // struct silence_bucket, by the name and value of an equality matcher
	struct silence_bucket *everywhere; // silences without such a matcher; NULL when there never was one
	struct hash_map by_number;         // struct silence_entry, those that have not ended
	uint32_t last_number;              // of the one that came last; in place it keeps its number
	struct hash_map known;             // struct known_alert, by fingerprint: alerts that silences match
	struct heap due;                   // entries: when they begin, end, are forgotten
	dur_ms retention;                  // after its end a silence is kept that long; set by the owner
	struct silence_limits limits;      // set by the owner
	uint64_t version;                  // of what it holds and which of it are active, after silence_set_forget
};
void silence_set_finish(struct silence_set *set);

// The silences that mute an alert of these labels now; references are the set's, valid until it changes.
// *tried is kept by the caller beside each alert: the number up to which silences were tried on it. Zeroed: none was, and what is known of these labels
// is forgotten. Asking again costs a look-up, and a try of what came since.
struct silence_matches {
	ARRAY_OF(struct silence *);
};
void silence_set_match(struct silence_set *set, const struct labels *labels, uint32_t *tried, wall_ms now, struct silence_matches *out); // appends
bool silence_set_mutes(struct silence_set *set, const struct labels *labels, uint32_t *tried, wall_ms now);
void silence_set_try(struct silence_set *set, const struct labels *labels, uint32_t *tried); // does that part of the work ahead
void silence_set_drop(struct silence_set *set, const struct labels *labels);                 // the alert is gone

struct silence *silence_set_find(const struct silence_set *set, struct str id); // NULL: unknown; borrowed
struct silence *silence_set_next(const struct silence_set *set, size_t *at);    // each once, in no order, as hash_map_next; borrowed

// Rows that are to be written in one transaction, and then applied.
struct silence_plan {
	struct silence *rows[2]; // references; the last one is the silence that was asked for
	size_t count;
};
void silence_plan_finish(struct silence_plan *plan);
// Makes `wanted` (in no use yet; its id may be "", or that of one to be changed) a silence: in place where nothing of the past is rewritten,
// else as a new one with an id of its own, the old one ending now. Takes the reference. ERR_NOT_FOUND, ERR_INVALID with upstream's texts.
MUST_CHECK bool silence_plan_set(const struct silence_set *set, struct silence *wanted, wall_ms now, struct silence_plan *plan, struct error *err);
// Ends it now; an empty plan when it has ended. ERR_NOT_FOUND.
MUST_CHECK bool silence_plan_expire(const struct silence_set *set, struct str id, wall_ms now, struct silence_plan *plan, struct error *err);
void silence_set_apply(struct silence_set *set, const struct silence_plan *plan, wall_ms now);
void silence_set_add(struct silence_set *set, struct silence *silence, wall_ms now); // a row; takes a reference
// After the clock was set back: what is due is planned anew, and what had ended may be active again.
void silence_set_rewind(struct silence_set *set, wall_ms now);
// What is due: silences begin and end. Returns one whose retention has passed, a reference, or NULL when there is none.
struct silence *silence_set_forget(struct silence_set *set, wall_ms now);
// When silence_set_forget has something to do; INT64_MAX: never.
wall_ms silence_set_due(const struct silence_set *set);

// A random UUID (version 4).
void silence_id_make(char out[SILENCE_ID_LEN + 1]);
