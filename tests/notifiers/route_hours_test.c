// SPDX-License-Identifier: Apache-2.0
// When a route speaks, and what keeps it closed.
#include "notifiers/route_hours.h"

#include "tests/harness/test.h"

static const struct time_interval always, never = { .years = { .is_given = true } };
static const struct named_interval yes = { "yes", &always, 1 }, no = { "no", &never, 1 }, also = { "also", &always, 1 }, nothing = { "nothing", NULL, 0 };

#define LIST(...)                                                                       \
	((struct interval_list){ (const struct named_interval *const[]){ __VA_ARGS__ }, \
	    sizeof((const struct named_interval *const[]){ __VA_ARGS__ }) / sizeof(void *) })

static void check_closed_by(const struct route_config *route, const char *wanted) {
	struct interval_names names = { 0 };
	char got[100] = "";
	route_closed_by(route, 0, &names);
	for (size_t i = 0; i < names.count; i++) {
		strcat(got, names.items[i]);
		strcat(got, " ");
	}
	CHECK_CSTR(got, wanted);
	array_finish(&names);
}

TEST(a_route_without_intervals_is_open) {
	CHECK(route_hours_at(&(struct route_config){ 0 }, 0) == ROUTE_OPEN);
	check_closed_by(&(struct route_config){ 0 }, "");
}

TEST(one_active_interval_is_enough_and_none_of_them_closes_it) {
	struct route_config route = { .active_intervals = LIST(&no, &yes) };
	CHECK(route_hours_at(&route, 0) == ROUTE_OPEN);
	route.active_intervals = LIST(&no, &nothing);
	CHECK(route_hours_at(&route, 0) == ROUTE_NOT_ACTIVE);
	check_closed_by(&route, "no nothing ");
}

TEST(one_mute_interval_closes_it) {
	struct route_config route = { .mute_intervals = LIST(&no, &yes, &also) };
	CHECK(route_hours_at(&route, 0) == ROUTE_MUTED);
	check_closed_by(&route, "yes also ");
	route.mute_intervals = LIST(&no, &nothing);
	CHECK(route_hours_at(&route, 0) == ROUTE_OPEN);
}

TEST(active_intervals_are_asked_first) {
	struct route_config route = { .active_intervals = LIST(&no), .mute_intervals = LIST(&yes) };
	CHECK(route_hours_at(&route, 0) == ROUTE_NOT_ACTIVE);
	check_closed_by(&route, "no ");
	route.active_intervals = LIST(&yes);
	check_closed_by(&route, "yes ");
	CHECK(route_hours_at(&route, 0) == ROUTE_MUTED);
}
