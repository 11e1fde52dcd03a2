// SPDX-License-Identifier: Apache-2.0
// The decisions about one group of alerts: when it flushes and whether an integration is owed a notification then. Pure: no I/O, no clock.
// Source: Alertmanager dispatch/dispatch.go (timers) and notify/notify.go (needsUpdate); LAW 3 adds what is only maybe told. Private to notifiers/.
#pragma once
#include "base/clock.h"
#include "notifiers/fingerprint_set.h"

// When a new group flushes first: at once when the alert that makes it has waited group_wait already.
wall_ms alert_group_first_flush(wall_ms starts_at, dur_ms group_wait, wall_ms now);
// When a group that was never flushed flushes after a restart: its wait goes on, it does not begin again (LAW 1).
wall_ms alert_group_resumed_first_flush(wall_ms starts_at, dur_ms group_wait, wall_ms now);
// The tick after the one at `tick`: on the grid tick + k * interval, later than now.
wall_ms alert_group_next_tick(wall_ms tick, dur_ms interval, wall_ms now);
// The tick to begin with after a restart, of a group whose grid goes through `tick`. Usually the next one after now; the last one
// before now when the group changed (last at `changed_at`) before it, for then nobody was there to flush it.
wall_ms alert_group_resumed_tick(wall_ms tick, dur_ms interval, wall_ms changed_at, wall_ms now);

// What one integration was told about one group: Alertmanager's notification log entry.
struct told {
	bool exists;
	wall_ms at; // the tick whose notification was delivered
	struct fingerprint_set firing, resolved;
	// Fired in an attempt that may have arrived or not (LAW 3): told when a resolve is considered, untold when firing is.
	struct fingerprint_set maybe_firing;
	// Told firing once and left out of what was told since, because it was held back: the same two answers, until it is told again or its end is.
	struct fingerprint_set left_out;
	char *receiver_data; // what the notifier keeps of the answers (notifier.h); NULL: nothing
};
void told_finish(struct told *told);
// It was told this at `tick`. `members`: those of the group; the ones it knew of that are not part of it are left out.
void told_take(struct told *told, wall_ms tick, struct fingerprint_set *firing, struct fingerprint_set *resolved, const struct fingerprint_set *members);
void told_forget(struct told *told, uint64_t fingerprint, bool *changed); // as if it had not been told firing; *changed is set when that says something new

enum flush_reason {
	FLUSH_NOTHING, // nothing is owed
	FLUSH_FIRST,
	FLUSH_NEW_ALERTS,
	FLUSH_ALL_RESOLVED,
	FLUSH_SOME_RESOLVED,
	FLUSH_REPEAT,
};
const char *flush_reason_text(enum flush_reason reason); // "first notification", …: as in payloads

struct flush_question {
	const struct told *told;
	const struct fingerprint_set *firing, *resolved; // of the group at the flush what is not held back
	bool send_resolved;
	dur_ms repeat_interval;
	wall_ms tick; // the tick on the grid, not the moment the loop came to it: equality with repeat_interval counts
};

// FLUSH_ALL_RESOLVED is also said when send_resolved is false: then nothing is sent but the log is cleared.
enum flush_reason alert_group_decide(const struct flush_question *question);
// Whether `told` still needs the resolved alert `fingerprint`: a resolve is owed, so it stays in the group and in the store.
// The delivery whose attempts are behind maybe_firing is to tell this now (nothing: it goes). What is no part of that was remembered by its row
// and becomes part of left_out, which is kept. False: there is nothing of the kind.
bool told_settle_maybe(struct told *told, const struct fingerprint_set *firing, const struct fingerprint_set *resolved);
// It is told then although a silence or an inhibition holds the alert back: whoever knows of the beginning hears of the end.
bool told_holds(const struct told *told, uint64_t fingerprint);
