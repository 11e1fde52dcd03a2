// SPDX-License-Identifier: Apache-2.0
// What one evaluation does to one alert. Pure. Source: Prometheus rules/alerting.go, Eval; LAW 19 for clocks that went back.
#pragma once
#include "model/alert.h"

#include <stdbool.h>

struct alert_timing { // of the rule
	dur_ms hold;  // `for`
	dur_ms keep_firing_for;
};

struct alert_progress { // of one alert; all zero = there is none
	enum alert_state state;
	wall_ms active_at, fired_at, resolved_at, keep_firing_since; // as in struct alert_record
};

struct alert_outage {    // time in which nobody looked
	wall_ms down_at; // of the last evaluation before it, not before the alert was last told
	dur_ms interval; // of evaluations: when the next one came in time, nothing was missed
	dur_ms tolerance, grace;
};

// A pending alert at the first evaluation after an outage: the outage does not count as time in which it was active, at least `grace` is left,
// and after more than `tolerance` it begins anew. `for` shorter than grace: it begins anew too. Prometheus: rules/group.go, RestoreForState.
struct alert_progress alert_resume(struct alert_progress was, struct alert_timing timing, const struct alert_outage *outage, wall_ms slot);

struct alert_step {
	struct alert_progress now;
	enum alert_event_kind event; // NONE where only keep_firing_since moved or a future instant was clamped
	bool is_changed;             // the row must be written
	bool is_gone;                // inactive: resolved, or a pending one that vanished
};

// `present`: the answer held this label set. `slot`: the time the evaluation is about.
struct alert_step alert_step(struct alert_progress was, struct alert_timing timing, bool present, wall_ms slot);
