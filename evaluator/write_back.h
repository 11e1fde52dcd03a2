// SPDX-License-Identifier: Apache-2.0
// What an evaluator's rules write: their samples into the queues of all receivers, what the first of these says of them, and what becomes
// of the series of rules that are gone. Part of an evaluator (evaluator_role.h).
#pragma once
#include "evaluator/evaluator_role.h"

static inline bool write_back_is_on(const struct evaluator *evaluator) {
	return evaluator->queue_count > 0;
}

// Samples of a rule at a slot: time series of a write request. Empties *samples.
void write_back_put(struct evaluator *evaluator, struct group_state *group, struct rule_state *rule, struct buf *samples, struct write_amount amount, wall_ms at);
void write_back_end_iteration(struct group_state *group);                  // what its rules wrote need not wait for more
void write_back_want(struct evaluator *evaluator);                         // somebody waits
bool write_back_is_stored(const struct rule_state *rule);                  // the first receiver has decided about all of it
dur_ms write_back_patience(const struct group_state *group);               // how long an iteration may wait in all; 0: the receiver is down
void write_back_blame(struct group_state *group, struct rule_state *rule); // others went on without what it wrote

void write_back_forget(struct rule_state *rule); // nobody is told of its samples any more
// Rules that leave for another evaluator, or may: all are marked, then what waits of theirs is taken out of the queues, and put into those of
// the evaluator they come to, before its setup is another.
void write_back_mark_leaving(struct rule_state *rule);
void write_back_release(struct evaluator *evaluator);
void write_back_arrive(struct evaluator *evaluator, struct rule_state *rule);
// It is gone for good: its series end at the next evaluation of its group, or two intervals from now when that is gone too. The new groups
// are made, the old setup is still there.
void write_back_depart(struct evaluator *evaluator, struct rule_state *rule, wall_ms now);
void write_back_drop_departures(struct group_state *group);
void write_back_reload(struct evaluator *evaluator); // its setup is another

void write_back_turn(struct evaluator *evaluator, wall_ms now, mono_ms mono);
dur_ms write_back_sleep(const struct evaluator *evaluator, wall_ms now, mono_ms mono, dur_ms most); // until it has something to do
void write_back_drain(struct evaluator *evaluator);                                                 // at the end: waits a little for what can still be stored
void write_back_finish(struct evaluator *evaluator);
