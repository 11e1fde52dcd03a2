// SPDX-License-Identifier: Apache-2.0
// When a rule group is evaluated next. See group_schedule.h.
#include "evaluator/group_schedule.h"

// Times before 1970 too.
wall_ms group_schedule_before(const struct group_schedule *schedule, wall_ms now) {
	dur_ms past = (now - schedule->offset) % schedule->interval;
	return now - (past < 0 ? past + schedule->interval : past);
}

void group_schedule_start(struct group_schedule *schedule, dur_ms interval, uint64_t hash, wall_ms now) {
	*schedule = (struct group_schedule){ .interval = interval, .offset = (dur_ms)(hash % (uint64_t)interval) };
	schedule->last = group_schedule_before(schedule, now);
}

wall_ms group_schedule_next(const struct group_schedule *schedule) {
	return schedule->last + schedule->interval;
}

bool group_schedule_take(struct group_schedule *schedule, wall_ms now, struct group_slot *out) {
	if (now < group_schedule_next(schedule))
		return false;
	wall_ms slot = group_schedule_before(schedule, now);
	*out = (struct group_slot){ .at = slot, .missed = (uint64_t)((slot - schedule->last) / schedule->interval - 1) };
	schedule->last = slot;
	return true;
}

bool group_schedule_adjust(struct group_schedule *schedule, wall_ms now) {
	if (schedule->last - now <= 2 * schedule->interval)
		return false;
	schedule->last = group_schedule_before(schedule, now);
	return true;
}
