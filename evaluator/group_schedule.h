// SPDX-License-Identifier: Apache-2.0
// When a rule group is evaluated next. Pure: now is an argument. Source: Prometheus rules/group.go, EvalTimestamp; LAW 19.
#pragma once
#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

// Slots lie `interval` apart, shifted by an offset that is the same after each restart, so that two replicas coincide.
struct group_schedule {
	dur_ms interval; // > 0
	dur_ms offset;   // 0 <= offset < interval
	wall_ms last;    // the newest slot that ran, was missed, or lay in the past at the start
};

struct group_slot {
	wall_ms at;      // the time the evaluation is about
	uint64_t missed; // slots between this one and the one before that never ran
};

// The first slot comes after `now`. `hash` is the group's (rules/rules.h).
void group_schedule_start(struct group_schedule *schedule, dur_ms interval, uint64_t hash, wall_ms now);
wall_ms group_schedule_before(const struct group_schedule *schedule, wall_ms at); // the newest slot at or before `at`
wall_ms group_schedule_next(const struct group_schedule *schedule);
// Takes the newest slot at or before `now`; false while there is none. No slot is taken twice.
bool group_schedule_take(struct group_schedule *schedule, wall_ms now, struct group_slot *out);
// After the clock jumped: a clock that went back by more than two intervals starts the schedule anew, one that went back less just waits.
// True when it was started anew.
bool group_schedule_adjust(struct group_schedule *schedule, wall_ms now);
