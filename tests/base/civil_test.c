// SPDX-License-Identifier: Apache-2.0
// The calendar.
#include "base/civil.h"

#include "tests/harness/test.h"

TEST(days_count_from_1970_in_both_directions) {
	CHECK(civil_to_days(1970, 1, 1) == 0);
	CHECK(civil_to_days(1969, 12, 31) == -1);
	CHECK(civil_to_days(2000, 3, 1) == 11017);
	CHECK(civil_to_days(0, 3, 1) == -719468);
}

TEST(february_has_29_days_every_fourth_year_but_not_in_most_centuries) {
	CHECK(civil_days_in_month(2023, 2) == 28);
	CHECK(civil_days_in_month(2024, 2) == 29);
	CHECK(civil_days_in_month(1900, 2) == 28);
	CHECK(civil_days_in_month(2000, 2) == 29);
	CHECK(civil_days_in_month(2024, 12) == 31);
	CHECK(civil_days_in_month(2024, 4) == 30);
}

TEST(a_moment_is_shown_as_utc_has_it) {
	struct civil_time at = civil_time_at(NULL, 1709210096); // a leap day
	CHECK(at.year == 2024 && at.month == 2 && at.day == 29);
	CHECK(at.hour == 12 && at.minute == 34 && at.second == 56);
	CHECK(at.weekday == 4 && at.year_day == 60 && at.offset == 0);
	at = civil_time_at(NULL, -1);
	CHECK(at.year == 1969 && at.month == 12 && at.day == 31 && at.hour == 23 && at.weekday == 3);
}
