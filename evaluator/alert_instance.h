// SPDX-License-Identifier: Apache-2.0
// One alert of one rule: its last value and how to render its annotations (struct alert_live), and what its evaluator knows of it.
// The records told about it keep it alive.
#pragma once
#include "evaluator/alert_step.h"
#include "evaluator/raw_labels.h"
#include "evaluator/rule_context.h"

struct alert_instance {
	struct alert_live live; // first: this is how others hold it

	const struct labels *identity; // a reference; never another

	// Under lock: read by any thread, changed by the evaluator.
	struct rule_context *context;     // a reference
	struct raw_labels *raw;           // the element's labels; NULL until first seen by this process
	const struct labels *annotations; // a reference: rendered by the evaluator, for annotations that ask queries; else NULL
	atomic_flag lock;

	// Owned by the evaluator.
	uint8_t written;             // enum alert_state with which its ALERTS series was written last; ALERT_INACTIVE: no series of it lives
	uint32_t generation;         // of the evaluation that saw it last
	double next_value;           // of that evaluation: applied when the whole answer proved good
	struct alert_record *record; // a reference: as last told; NULL for a newcomer
	struct alert_series *series; // owned: labels of its series; NULL until they are written
};

// Takes over `raw` (may be NULL). References to the others.
struct alert_instance *alert_instance_create(struct rule_context *context, const struct labels *identity, struct raw_labels *raw);
void alert_instance_unref(struct alert_instance *instance);
// An evaluation of this process was applied to it. Its raw labels are known earlier, when an answer is still waited for by its templates.
bool alert_instance_was_evaluated(const struct alert_instance *instance);
void alert_instance_set_raw(struct alert_instance *instance, struct raw_labels *raw);                   // takes over raw
void alert_instance_set_context(struct alert_instance *instance, struct rule_context *context);         // a reference
void alert_instance_set_annotations(struct alert_instance *instance, const struct labels *annotations); // takes over the reference
struct alert_progress alert_instance_progress(const struct alert_instance *instance);
// The labels it would be told with are others than when it was told.
bool alert_instance_would_relabel(const struct alert_instance *instance);
// Its link is another one than when it was told. False for what was not seen by this process: it is told again when it is.
bool alert_instance_would_relink(const struct alert_instance *instance);

// The annotations of a transition: rendered now, of the value set before; a new reference. Of an alert that this process has not seen yet, those of its row.
// What became of their expansions is added to `outcome` (may be NULL).
struct expansion_outcome;
const struct labels *alert_instance_annotations(const struct alert_instance *instance, struct expansion_outcome *outcome);
// Makes the record of a transition and remembers it. Borrowed from the instance. The record keeps the annotations only where nothing renders them again.
// What became of its link's expansion is added to `outcome` (may be NULL).
struct alert_record *alert_instance_tell(struct alert_instance *instance, const struct alert_progress *now, wall_ms at, const struct labels *annotations, struct expansion_outcome *outcome);
