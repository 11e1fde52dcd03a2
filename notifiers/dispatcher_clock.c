// SPDX-License-Identifier: Apache-2.0
// What a jump of the wall clock changes (LAW 19): plans follow it, instants that people gave stay, ends of posted alerts are renewed.
// Needs an open batch.
#include "notifiers/dispatcher_state.h"

static void shift_heap(struct heap *heap, dur_ms by) {
	for (size_t i = 0; i < heap->count; i++)
		heap->items[i]->due += by; // all by the same: the order stays
}

// What was planned by a clock that was set back would be late by as much. Set forward, what is due by it is done.
static void shift_plans(struct dispatcher *d, dur_ms jump, wall_ms now) {
	shift_heap(&d->groups_due, jump);
	shift_heap(&d->deliveries_due, jump);
	size_t at = 0;
	for (struct dispatch_group *group; (group = hash_map_next(&d->groups, &at)) != NULL;) {
		group->next_flush += jump;
		for (size_t i = 0; i < group->target_count; i++)
			if (group->targets[i].told.at > now)
				group->targets[i].told.at = now;
	}
}

void dispatcher_follow_clock(struct dispatcher *d, dur_ms jump, wall_ms now) {
	if (jump < 0) {
		shift_plans(d, jump, now);
		dispatcher_rewind_silences(d, now);
	}
	dispatcher_renew_ends(d, jump, now);
}
