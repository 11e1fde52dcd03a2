// SPDX-License-Identifier: Apache-2.0
// time_intervals and mute_time_intervals, and the routes that name them.
#include "tests/daemon/loaded_config.h"
#include "tests/harness/test.h"

#define WITH(keys) BASE "time_intervals: [{name: a, time_intervals: [{" keys "}]}]\n"

static const wall_ms a_friday = INT64_C(1709294400000); // 2024-03-01 12:00 UTC

TEST(all_members_of_an_interval_are_read) {
	struct config *config = good_config(BASE
	    "time_intervals:\n"
	    "- name: a\n"
	    "  time_intervals:\n"
	    "  - times: [{start_time: 09:00, end_time: '17:00'}]\n"
	    "    weekdays: [Monday:friday, sunday]\n"
	    "    days_of_month: [1, 3:5, -2:-1]\n"
	    "    months: [march:4, 12]\n"
	    "    years: [2024, 2026:2028]\n"
	    "    location: Europe/Berlin\n");
	const struct named_interval *named = &config->notify.intervals[0];
	CHECK(config->notify.interval_count == 1 && named->count == 1);
	CHECK(named_interval_contains(named, a_friday));
	CHECK(named_interval_contains(named, a_friday + HOURS(4) - 1) && !named_interval_contains(named, a_friday + HOURS(4))); // 17:00 there
	CHECK(!named_interval_contains(named, a_friday + HOURS(24)));                                                           // a Saturday, the 2nd
	CHECK(named->items[0].month_days.count == 3 && named->items[0].month_days.items[2].begin == -2);
	CHECK(named->items[0].months.items[0].end == 4 && named->items[0].years.items[1].begin == 2026);
	config_unref(config);
}

TEST(an_interval_without_members_is_always_and_a_name_without_intervals_never) {
	struct config *config = good_config(BASE "mute_time_intervals: [{name: a, time_intervals: [{}]}]\ntime_intervals: [{name: b}, {name: c, time_intervals: [{weekdays: []}]}]\n");
	CHECK(named_interval_contains(&config->notify.intervals[0], a_friday));
	CHECK(!named_interval_contains(&config->notify.intervals[1], a_friday));
	CHECK(!named_interval_contains(&config->notify.intervals[2], a_friday)); // one of no days
	config_unref(config);
}

TEST(what_is_wrong_has_alertmanagers_words_and_a_place) {
	static const struct {
		const char *text, *problem;
	} cases[] = {
		{ WITH("times: [{start_time: '12:00', end_time: '12:00'}]"), "54: error: start time cannot be equal or greater than end time" },
		{ WITH("times: [{start_time: '12:00'}]"), "54: error: both start and end times must be provided" },
		{ WITH("times: [{}]"), "54: error: both start and end times must be provided" },
		{ WITH("times: [{start_time: '9:00', end_time: '12:00'}]"), "54: error: couldn't parse timestamp 9:00, invalid format" },
		{ WITH("weekdays: [friday:monday]"), "57: error: start day cannot be before end day" },
		{ WITH("weekdays: [1]"), "57: error: 1 is not a valid weekday" },
		{ WITH("weekdays: [a:b:c]"), "57: error: couldn't parse range a:b:c, invalid format" },
		{ WITH("weekdays: [~]"), "57: error:  is not a valid weekday" },
		{ WITH("days_of_month: [0]"), "62: error: 0 is not a valid day of the month: out of range" },
		{ WITH("days_of_month: ['-3:3']"), "62: error: end day must be negative if start day is negative" },
		{ WITH("days_of_month: ['5:1']"), "62: error: end day 1 is always before start day 5" },
		{ WITH("months: ['june:may']"), "55: error: end month may is before start month june" },
		{ WITH("months: [smarch]"), "55: error: smarch is not a valid month" },
		{ WITH("years: ['2022:2021']"), "54: error: end year 2021 is before start year 2022" },
		{ WITH("years: [x]"), "54: error: strconv.Atoi: parsing \"x\": invalid syntax" },
		{ WITH("location: ../etc"), "56: error: time: invalid location name" },
		{ WITH("location: Europe/Nowhere"), "56: error: unknown time zone Europe/Nowhere" },
		{ BASE "time_intervals: [{name: '', time_intervals: []}]\n", "18: error: missing name in time interval" },
		{ BASE "mute_time_intervals: [{time_intervals: []}]\n", "23: error: missing name in mute time interval" },
		{ BASE "time_intervals: [{name: a}, {name: a}]\n", "36: error: time interval \"a\" is not unique" },
		{ BASE "mute_time_intervals: [{name: a}, {name: a}]\n", "41: error: mute time interval \"a\" is not unique" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		autobuf struct buf wanted = { 0 };
		buf_format(&wanted, "c.yml:3:%s\n", cases[i].problem);
		check_problems(cases[i].text, buf_cstr(&wanted));
	}
	check_problems(BASE "mute_time_intervals: [{name: a}]\ntime_intervals: [{name: a}]\n", "c.yml:4:25: error: time interval \"a\" is not unique\n");
}

TEST(routes_name_them_and_do_not_inherit_them) {
	struct config *config = good_config(
	    "route:\n  receiver: r\n  routes:\n  - mute_time_intervals: [b]\n    active_time_intervals: [a, b]\n    routes: [{matchers: [x=\"1\"]}]\n"
	    "receivers: [{name: r}]\ntime_intervals: [{name: a}, {name: b}]\n");
	const struct route_config *child = config->notify.root->routes[0];
	CHECK(child->mute_intervals.count == 1 && child->active_intervals.count == 2);
	CHECK_CSTR(child->mute_intervals.items[0]->name, "b");
	CHECK_CSTR(child->active_intervals.items[0]->name, "a");
	CHECK(child->routes[0]->mute_intervals.count == 0 && child->routes[0]->active_intervals.count == 0);
	config_unref(config);
}

TEST(routes_may_not_name_what_is_not_there_and_the_root_none) {
	check_problems("route: {receiver: r, routes: [{mute_time_intervals: [x], active_time_intervals: [y]}]}\nreceivers: [{name: r}]\n",
	    "c.yml:1:54: error: undefined time interval \"x\" used in route\nc.yml:1:82: error: undefined time interval \"y\" used in route\n");
	check_problems("route: {receiver: r, mute_time_intervals: [a], active_time_intervals: [a]}\nreceivers: [{name: r}]\ntime_intervals: [{name: a}]\n",
	    "c.yml:1:22: error: root route must not have any mute time intervals\nc.yml:1:48: error: root route must not have any active time intervals\n");
}
