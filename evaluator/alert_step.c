// SPDX-License-Identifier: Apache-2.0
// What one evaluation does to one alert. See alert_step.h.
#include "evaluator/alert_step.h"

#include "base/error.h"

// The clock went back: instants in the future would make `for` and keep_firing_for last too long.
static struct alert_progress clamp(struct alert_progress was, wall_ms slot) {
	if (was.active_at > slot)
		was.active_at = slot;
	if (was.fired_at > slot)
		was.fired_at = slot;
	if (was.keep_firing_since > slot)
		was.keep_firing_since = slot;
	return was;
}

static bool is_same(struct alert_progress a, struct alert_progress b) {
	return a.state == b.state && a.active_at == b.active_at && a.fired_at == b.fired_at && a.resolved_at == b.resolved_at &&
	    a.keep_firing_since == b.keep_firing_since;
}

// Pending until `for` has passed; at once without it.
static struct alert_step ripen(struct alert_progress alert, struct alert_timing timing, wall_ms slot, enum alert_event_kind otherwise) {
	if (slot - alert.active_at < timing.hold)
		return (struct alert_step){ .now = alert, .event = otherwise };
	alert.state = ALERT_FIRING;
	alert.fired_at = slot;
	return (struct alert_step){ .now = alert, .event = ALERT_EVENT_FIRING };
}

static struct alert_step vanish(struct alert_progress alert, enum alert_event_kind event, wall_ms slot) {
	if (alert.state == ALERT_PENDING)
		alert.fired_at = 0; // of a firing that is over already
	alert.state = ALERT_INACTIVE;
	alert.resolved_at = slot;
	alert.keep_firing_since = 0;
	return (struct alert_step){ .now = alert, .event = event, .is_gone = true };
}

static struct alert_step step_firing(struct alert_progress alert, struct alert_timing timing, bool present, wall_ms slot) {
	if (present) {
		alert.keep_firing_since = 0;
	} else {
		if (alert.keep_firing_since == 0)
			alert.keep_firing_since = slot;
		if (slot - alert.keep_firing_since >= timing.keep_firing_for)
			return vanish(alert, ALERT_EVENT_RESOLVED, slot);
	}
	if (slot - alert.active_at >= timing.hold)
		return (struct alert_step){ .now = alert };
	// A reload raised `for`: pending again. fired_at stays: the notice of the end says when it began.
	alert.state = ALERT_PENDING;
	alert.keep_firing_since = 0;
	return (struct alert_step){ .now = alert, .event = ALERT_EVENT_PENDING };
}

struct alert_progress alert_resume(struct alert_progress was, struct alert_timing timing, const struct alert_outage *outage, wall_ms slot) {
	dur_ms unseen = slot - outage->down_at;
	if (was.state != ALERT_PENDING || unseen <= outage->interval)
		return was;
	dur_ms left = timing.hold - (outage->down_at - was.active_at);
	if (unseen > outage->tolerance) {
		was.active_at = slot;
		return was;
	}
	if (left <= 0)
		return was; // `for` was lowered meanwhile: it had passed
	dur_ms least = outage->grace < timing.hold ? outage->grace : timing.hold;
	was.active_at = slot + (left > least ? left : least) - timing.hold;
	return was;
}

static struct alert_step step(struct alert_progress alert, struct alert_timing timing, bool present, wall_ms slot) {
	switch (alert.state) {
	case ALERT_INACTIVE:
		if (!present)
			return (struct alert_step){ .now = alert, .is_gone = true };
		return ripen((struct alert_progress){ .state = ALERT_PENDING, .active_at = slot }, timing, slot, ALERT_EVENT_PENDING);
	case ALERT_PENDING:
		return present ? ripen(alert, timing, slot, ALERT_EVENT_NONE) : vanish(alert, ALERT_EVENT_EXPIRED, slot);
	case ALERT_FIRING:
		return step_firing(alert, timing, present, slot);
	}
	unreachable("alert state");
}

struct alert_step alert_step(struct alert_progress was, struct alert_timing timing, bool present, wall_ms slot) {
	struct alert_step result = step(clamp(was, slot), timing, present, slot);
	result.is_changed = !is_same(was, result.now);
	return result;
}
