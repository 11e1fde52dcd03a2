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
	array_finish(&told->left_out);
	free(told->receiver_data);
}

// What was known and is neither in `firing` nor in `resolved`, as far as it is still a member.
static void leave_out(struct fingerprint_set *out, const struct fingerprint_set *known, const struct fingerprint_set *firing, const struct fingerprint_set *resolved, const struct fingerprint_set *members) {
	for (size_t i = 0; i < known->count; i++) {
		uint64_t fingerprint = known->items[i];
		if (fingerprint_set_has(members, fingerprint) && !fingerprint_set_has(firing, fingerprint) && !fingerprint_set_has(resolved, fingerprint))
			array_append(out, fingerprint);
	}
}

void told_take(struct told *told, wall_ms tick, struct fingerprint_set *firing, struct fingerprint_set *resolved, const struct fingerprint_set *members) {
	struct fingerprint_set left_out = { 0 };
	leave_out(&left_out, &told->firing, firing, resolved, members);
	leave_out(&left_out, &told->maybe_firing, firing, resolved, members);
	leave_out(&left_out, &told->left_out, firing, resolved, members);
	fingerprint_set_sort(&left_out);
	told->exists = true;
	told->at = tick;
	fingerprint_set_move(&told->firing, firing);
	fingerprint_set_move(&told->resolved, resolved);
	fingerprint_set_move(&told->left_out, &left_out);
	array_clear(&told->maybe_firing);
}

bool told_settle_maybe(struct told *told, const struct fingerprint_set *firing, const struct fingerprint_set *resolved) {
	struct fingerprint_set gone = { 0 }, kept = { 0 };
	for (size_t i = 0; i < told->maybe_firing.count; i++) {
		uint64_t fingerprint = told->maybe_firing.items[i];
		bool is_part = fingerprint_set_has(firing, fingerprint) || fingerprint_set_has(resolved, fingerprint);
		array_append(is_part ? &kept : &gone, fingerprint);
	}
	bool changed = gone.count > 0;
	fingerprint_set_add_all(&told->left_out, &gone);
	fingerprint_set_move(&told->maybe_firing, &kept);
	array_finish(&gone);
	return changed;
}

void told_forget(struct told *told, uint64_t fingerprint, bool *changed) {
	*changed |= fingerprint_set_remove(&told->firing, fingerprint);
	*changed |= fingerprint_set_remove(&told->left_out, fingerprint);
	fingerprint_set_remove(&told->maybe_firing, fingerprint);
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

bool told_holds(const struct told *told, uint64_t fingerprint) {
	return fingerprint_set_has(&told->firing, fingerprint) || fingerprint_set_has(&told->maybe_firing, fingerprint) || fingerprint_set_has(&told->left_out, fingerprint);
}

// A resolved alert whose end was not told, or which may have been told firing again since.
static bool owes_resolve(const struct told *told, const struct fingerprint_set *resolved) {
	for (size_t i = 0; i < resolved->count; i++)
		if (!fingerprint_set_has(&told->resolved, resolved->items[i]) || told_holds(told, resolved->items[i]))
			return true;
	return false;
}

// One of those that ended was told firing, or may have been.
static bool knows_any(const struct told *told, const struct fingerprint_set *resolved) {
	for (size_t i = 0; i < resolved->count; i++)
		if (told_holds(told, resolved->items[i]))
			return true;
	return false;
}

// Alertmanager: notify.go, DedupStage.needsUpdate.
enum flush_reason alert_group_decide(const struct flush_question *question) {
	const struct told *told = question->told;
	if (!fingerprint_set_covers(&told->firing, question->firing))
		return told->firing.count > 0 ? FLUSH_NEW_ALERTS : FLUSH_FIRST;
	if (question->firing->count == 0)
		return knows_any(told, question->resolved) ? FLUSH_ALL_RESOLVED : FLUSH_NOTHING;
	if (question->send_resolved && owes_resolve(told, question->resolved))
		return FLUSH_SOME_RESOLVED;
	return told->at + question->repeat_interval <= question->tick ? FLUSH_REPEAT : FLUSH_NOTHING;
}
