// SPDX-License-Identifier: Apache-2.0
// The decisions about one group of alerts. See alert_group.h.
#include "notifiers/alert_group.h"

#include "base/error.h"

wall_ms alert_group_first_flush(wall_ms starts_at, dur_ms group_wait, wall_ms now) {
	return starts_at + group_wait <= now ? now : now + group_wait;
}

wall_ms alert_group_resumed_first_flush(wall_ms starts_at, dur_ms group_wait, wall_ms now) {
	wall_ms due = starts_at + group_wait;
	if (due <= now)
		return now;
	return due < now + group_wait ? due : now + group_wait;
}

wall_ms alert_group_next_tick(wall_ms tick, dur_ms interval, wall_ms now) {
	if (tick + interval > now)
		return tick + interval;
	return tick + ((now - tick) / interval + 1) * interval;
}

wall_ms alert_group_resumed_tick(wall_ms tick, dur_ms interval, wall_ms changed_at, wall_ms now) {
	if (tick > now) // far off the grid only when the clock was set back meanwhile
		return tick <= now + interval ? tick : tick - (tick - now) / interval * interval;
	wall_ms last = tick + (now - tick) / interval * interval;
	return changed_at <= last ? last : last + interval;
}

void told_finish(struct told *told) {
	array_finish(&told->firing);
	array_finish(&told->resolved);
	array_finish(&told->maybe_firing);
	free(told->receiver_data);
}

const char *flush_reason_text(enum flush_reason reason) {
	static const char *const texts[] = {
		[FLUSH_NOTHING] = "",
		[FLUSH_FIRST] = "first notification",
		[FLUSH_NEW_ALERTS] = "new alerts added",
		[FLUSH_ALL_RESOLVED] = "all alerts resolved",
		[FLUSH_SOME_RESOLVED] = "some alerts resolved",
		[FLUSH_REPEAT] = "repeat interval elapsed",
	};
	return texts[reason];
}

// A resolved alert whose end was not told, or which may have been told firing again since.
static bool owes_resolve(const struct told *told, const struct fingerprint_set *resolved) {
	for (size_t i = 0; i < resolved->count; i++)
		if (!fingerprint_set_has(&told->resolved, resolved->items[i]) || fingerprint_set_has(&told->maybe_firing, resolved->items[i]))
			return true;
	return false;
}

// Alertmanager: notify.go, DedupStage.needsUpdate.
enum flush_reason alert_group_decide(const struct flush_question *question) {
	const struct told *told = question->told;
	bool was_told_firing = told->firing.count > 0;
	if (!fingerprint_set_covers(&told->firing, question->firing))
		return was_told_firing ? FLUSH_NEW_ALERTS : FLUSH_FIRST;
	if (question->firing->count == 0)
		return was_told_firing || told->maybe_firing.count > 0 ? FLUSH_ALL_RESOLVED : FLUSH_NOTHING;
	if (question->send_resolved && owes_resolve(told, question->resolved))
		return FLUSH_SOME_RESOLVED;
	return told->at + question->repeat_interval <= question->tick ? FLUSH_REPEAT : FLUSH_NOTHING;
}

bool told_holds(const struct told *told, uint64_t fingerprint) {
	return fingerprint_set_has(&told->firing, fingerprint) || fingerprint_set_has(&told->maybe_firing, fingerprint);
}
