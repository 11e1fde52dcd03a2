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

struct alert_step {
	struct alert_progress now;
	enum alert_event_kind event; // NONE where only keep_firing_since moved or a future instant was clamped
	bool is_changed;             // the row must be written
	bool is_gone;                // inactive: resolved, or a pending one that vanished
};

// `present`: the answer held this label set. `slot`: the time the evaluation is about.
struct alert_step alert_step(struct alert_progress was, struct alert_timing timing, bool present, wall_ms slot);
