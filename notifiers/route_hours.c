// SPDX-License-Identifier: Apache-2.0
// Whether a route speaks at a moment. See route_hours.h.
#include "notifiers/route_hours.h"

static bool is_in_any(const struct interval_list *list, wall_ms at) {
	for (size_t i = 0; i < list->count; i++)
		if (named_interval_contains(list->items[i], at))
			return true;
	return false;
}

enum route_hours route_hours_at(const struct route_config *route, wall_ms at) {
	if (route->active_intervals.count > 0 && !is_in_any(&route->active_intervals, at))
		return ROUTE_NOT_ACTIVE;
	return is_in_any(&route->mute_intervals, at) ? ROUTE_MUTED : ROUTE_OPEN;
}

static void append_names(struct interval_names *out, const struct interval_list *list, const wall_ms *only_in) {
	for (size_t i = 0; i < list->count; i++)
		if (only_in == NULL || named_interval_contains(list->items[i], *only_in))
			array_append(out, list->items[i]->name);
}

void route_closed_by(const struct route_config *route, wall_ms at, struct interval_names *out) {
	switch (route_hours_at(route, at)) {
	case ROUTE_OPEN:
		return;
	case ROUTE_NOT_ACTIVE:
		append_names(out, &route->active_intervals, NULL);
		return;
	case ROUTE_MUTED:
		append_names(out, &route->mute_intervals, &at);
		return;
	}
	unreachable("hours of a route");
}
