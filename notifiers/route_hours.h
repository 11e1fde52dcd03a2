// SPDX-License-Identifier: Apache-2.0
// Whether a route speaks at a moment, by its time intervals. Pure. Source: Alertmanager notify/mute.go, TimeActiveStage and TimeMuteStage. Private to notifiers/.
#pragma once
#include "model/receiver_config.h"

enum route_hours { ROUTE_OPEN,
	ROUTE_NOT_ACTIVE, // in none of active_time_intervals
	ROUTE_MUTED };    // in one of mute_time_intervals

enum route_hours route_hours_at(const struct route_config *route, wall_ms at);

// The names of the intervals that keep it closed then: all active ones it is in none of, or the mute ones it is in. Borrowed from the configuration.
struct interval_names {
	ARRAY_OF(const char *);
};
void route_closed_by(const struct route_config *route, wall_ms at, struct interval_names *out); // appends; nothing while it is open
