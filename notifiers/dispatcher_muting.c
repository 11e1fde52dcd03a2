// SPDX-License-Identifier: Apache-2.0
// What holds back the alerts of a flush: the stages between a group and its integrations, in Alertmanager's order. See struct muting.
#include "notifiers/dispatcher_state.h"

struct muting dispatcher_muting(struct dispatcher *d, struct dispatch_entry *entry, wall_ms now) {
	struct muting muting = { 0 };
	const struct labels *labels = dispatch_entry_labels(entry);
	muting.is_inhibited = inhibitor_find(d->inhibitor, labels, &muting.inhibition);
	muting.is_silenced = silence_set_mutes(&d->silences, labels, &entry->silences_tried, now);
	return muting;
}

bool muting_holds(const struct muting *muting) {
	return muting->is_inhibited || muting->is_silenced;
}

const char *suppression_name(enum suppression suppression) {
	static const char *const names[] = {
		[SUPPRESSED_BY_INHIBITION] = "inhibition",
		[SUPPRESSED_BY_ACTIVE_INTERVAL] = "active_time_interval",
		[SUPPRESSED_BY_MUTE_INTERVAL] = "mute_time_interval",
		[SUPPRESSED_BY_SILENCE] = "silence",
		[SUPPRESSED_NOT] = "",
	};
	return names[suppression];
}

// The stage that holds an alert back. Alertmanager: inhibition, the route's hours, silences.
enum suppression muting_stage(const struct muting *muting, enum route_hours hours) {
	static const enum suppression by_hours[] = { [ROUTE_OPEN] = SUPPRESSED_NOT, [ROUTE_NOT_ACTIVE] = SUPPRESSED_BY_ACTIVE_INTERVAL, [ROUTE_MUTED] = SUPPRESSED_BY_MUTE_INTERVAL };
	if (muting->is_inhibited)
		return SUPPRESSED_BY_INHIBITION;
	if (hours != ROUTE_OPEN)
		return by_hours[hours];
	return muting->is_silenced ? SUPPRESSED_BY_SILENCE : SUPPRESSED_NOT;
}
