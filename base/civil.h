// SPDX-License-Identifier: Apache-2.0
// Moments as a calendar and a clock on a wall show them. Pure.
#pragma once
#include <stdint.h>

struct zone;

struct civil_time {
	int64_t year;
	int month, day; // 1-based
	int hour, minute, second;
	int32_t nanosecond;
	int weekday;      // 0 is Sunday
	int year_day;     // 1-based
	int offset;       // seconds east of UTC
	const char *zone; // "UTC", "CET"; "" when it has no name
};

// What clocks in that zone show at a moment, in seconds since 1970; NULL: UTC. Its nanosecond is 0.
struct civil_time civil_time_at(const struct zone *zone, int64_t seconds);
int64_t civil_to_days(int64_t year, int month, int day); // days since 1970-01-01
int civil_days_in_month(int64_t year, int month);
