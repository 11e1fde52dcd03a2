// SPDX-License-Identifier: Apache-2.0
// The alerts of one rule. An answer is offered element by element; nothing changes before it is applied as a whole (LAW 8).
// The steady state (the same elements again) allocates nothing and copies nothing. Owned by an evaluator.
#pragma once
#include "base/array.h"
#include "base/hash_map.h"
#include "evaluator/alert_instance.h"
#include "model/sample.h"

struct raw_change { // an instance found by its identity under a raw label set it did not have before
	struct alert_instance *instance;
	struct raw_labels *raw; // owned
	uint64_t hash;
};

struct alert_table {
	ARRAY_OF(struct alert_instance *); // one reference each, in no order
	struct hash_map by_raw;            // raw hash -> instance; those with raw only
	struct hash_map by_identity;       // identity's fingerprint -> instance; made for an answer that has strangers, and empty otherwise
	uint32_t generation;               // of the evaluation under way or done last
	size_t settled;                    // items before this one were there before the evaluation; those after it are newcomers
	size_t present;                    // offered so far
	size_t pending;                    // after the last evaluation
	wall_ms down_at;                   // the last evaluation before this process, of alerts from rows
	struct {
		ARRAY_OF(struct raw_change);
	} raw_changes;
};

// A zeroed table is empty and valid.
void alert_table_finish(struct alert_table *table);

void alert_table_begin(struct alert_table *table); // of one answer
enum alert_offer { ALERT_OFFER_KNOWN,
	ALERT_OFFER_STRANGER,
	ALERT_OFFER_DUPLICATE };
// Marks the instance this raw label set is known for. A stranger's identity must be found out and admitted.
enum alert_offer alert_table_offer(struct alert_table *table, uint64_t hash, const struct label *labels, size_t count, double value);
// A stranger and its identity (references are taken). False: the answer already held that identity.
bool alert_table_admit(struct alert_table *table, struct rule_context *context, const struct labels *identity, const struct sample *stranger);
void alert_table_abort(struct alert_table *table); // the answer was no good: forgets it

// How many alerts would be active if the answer was applied.
size_t alert_table_count_after(const struct alert_table *table, struct alert_timing timing, wall_ms slot);
// Nothing can fail any more: instances have the raw label sets of this answer from now on.
void alert_table_settle(struct alert_table *table);
// What to do about a transition; the instance's value is set. Called before a gone instance leaves the table.
typedef void alert_changed(void *context, struct alert_instance *instance, const struct alert_step *step);
// Settles too.
void alert_table_apply(struct alert_table *table, struct alert_timing timing, wall_ms slot, alert_changed *changed, void *context);

static inline bool alert_table_has_seen(const struct alert_table *table, const struct alert_instance *instance) {
	return instance->generation == table->generation;
}

// The instance of an identity; NULL: none. For several in a row, which alert_table_end_finding ends, before anything else is done with the table.
struct alert_instance *alert_table_find(struct alert_table *table, const struct labels *identity);
void alert_table_end_finding(struct alert_table *table); // NULL is fine

// An instance from a row (or of another table): takes over the reference.
void alert_table_add(struct alert_table *table, struct alert_instance *instance);
// The rule is the same, its templates or the setup may be others. When its labels could turn out otherwise, raw label sets are forgotten.
void alert_table_set_context(struct alert_table *table, struct rule_context *context, bool are_labels_same);
