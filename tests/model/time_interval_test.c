// SPDX-License-Identifier: Apache-2.0
// Time intervals: what was measured is in time_interval_golden; here is what the peer gets wrong, and the edges.
#include "model/time_interval.h"

#include "base/civil.h"
#include "base/zone.h"
#include "tests/harness/test.h"

static wall_ms utc(int year, int month, int day, int hour, int minute) {
	return (civil_to_days(year, month, day) * 1440 + hour * 60 + minute) * MINUTES(1);
}

static struct value_ranges only(struct value_range *range, const char *text, value_range_parse *parse) {
	CHECK(parse(str_of(text), range, NULL));
	return (struct value_ranges){ range, 1, true };
}

TEST(a_month_has_its_days_although_clocks_change_in_it) {
	struct value_range range;
	struct time_interval last = { .month_days = only(&range, "-1", month_day_range_parse), .zone = zone_find(STR("Europe/Berlin")) };
	CHECK(last.zone != NULL);
	CHECK(time_interval_contains(&last, utc(2024, 3, 31, 12, 0))); // clocks go forward in this month: it has an hour less
	CHECK(!time_interval_contains(&last, utc(2024, 3, 30, 12, 0)));
	CHECK(time_interval_contains(&last, utc(2024, 10, 31, 12, 0))); // and an hour more in this one
	CHECK(!time_interval_contains(&last, utc(2024, 10, 30, 12, 0)));
}

TEST(a_day_is_that_of_the_place) {
	struct value_range range;
	struct time_interval monday = { .weekdays = only(&range, "monday", weekday_range_parse), .zone = zone_find(STR("Asia/Tokyo")) };
	CHECK(!time_interval_contains(&monday, utc(2024, 3, 3, 14, 59)));
	CHECK(time_interval_contains(&monday, utc(2024, 3, 3, 15, 0)));
	CHECK(time_interval_contains(&monday, utc(2024, 3, 4, 14, 59)));
	CHECK(!time_interval_contains(&monday, utc(2024, 3, 4, 15, 0)));
}

TEST(the_hour_that_clocks_show_twice_counts_twice) {
	struct value_range range;
	struct time_interval night = { .zone = zone_find(STR("Europe/Berlin")) };
	CHECK(minute_range_parse(STR("02:00"), STR("03:00"), &range, NULL));
	night.minutes = (struct value_ranges){ &range, 1, true };
	CHECK(!time_interval_contains(&night, utc(2024, 10, 26, 23, 59)));
	CHECK(time_interval_contains(&night, utc(2024, 10, 27, 0, 30)) && time_interval_contains(&night, utc(2024, 10, 27, 1, 30)));
	CHECK(!time_interval_contains(&night, utc(2024, 10, 27, 2, 0)));
	CHECK(!time_interval_contains(&night, utc(2024, 3, 31, 1, 0))); // and the one they leave out not at all
}

TEST(negative_days_are_cut_at_the_month_they_are_in) {
	struct value_range range;
	struct time_interval interval = { .month_days = only(&range, "-31:-30", month_day_range_parse) };
	CHECK(time_interval_contains(&interval, utc(2024, 1, 1, 0, 0)) && time_interval_contains(&interval, utc(2024, 1, 2, 0, 0)));
	CHECK(time_interval_contains(&interval, utc(2024, 4, 1, 0, 0)) && !time_interval_contains(&interval, utc(2024, 4, 2, 0, 0)));
	CHECK(!time_interval_contains(&interval, utc(2024, 2, 1, 0, 0)));
	interval.month_days = only(&range, "30:31", month_day_range_parse);
	CHECK(!time_interval_contains(&interval, utc(2024, 2, 29, 0, 0)));
	CHECK(time_interval_contains(&interval, utc(2024, 4, 30, 0, 0)));
}

TEST(moments_before_1970_count_too) {
	struct value_range range;
	struct time_interval interval = { .years = only(&range, "1969", year_range_parse) };
	CHECK(time_interval_contains(&interval, -1) && !time_interval_contains(&interval, 0));
}

TEST(the_next_change_is_found_to_the_minute) {
	struct value_range range;
	struct time_interval day;
	CHECK(minute_range_parse(STR("09:00"), STR("17:00"), &range, NULL));
	day = (struct time_interval){ .minutes = { &range, 1, true } };
	struct named_interval named = { "day", &day, 1 };
	wall_ms noon = utc(2024, 1, 1, 12, 0);
	CHECK(named_interval_changes_at(&named, noon, noon + HOURS(24)) == utc(2024, 1, 1, 17, 0));
	CHECK(named_interval_changes_at(&named, utc(2024, 1, 1, 17, 0), noon + HOURS(24)) == utc(2024, 1, 2, 9, 0));
	CHECK(named_interval_changes_at(&named, noon, noon + HOURS(5) - 1) == 0);
}
