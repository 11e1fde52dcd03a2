// SPDX-License-Identifier: Apache-2.0
// Recurring spans of time: hours, weekdays, days of the month, months and years in a place's local time. Plain data and pure questions.
// Source: Alertmanager timeinterval/timeinterval.go; unlike it, the length of a month is the calendar's where clocks change.
#pragma once
#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"

struct zone;

struct value_range {
	int64_t begin, end; // both are part of it
};

struct value_ranges {
	const struct value_range *items; // any of them will do; borrowed
	size_t count;
	bool is_given; // without items: never. Not given: always
};

// All that is given must hold. Zeroed: always.
struct time_interval {
	struct value_ranges minutes;    // of the day, 0 to 1439
	struct value_ranges weekdays;   // 0 = Sunday
	struct value_ranges month_days; // 1 to 31, or -1 to -31 from the end of the month
	struct value_ranges months;     // 1 to 12
	struct value_ranges years;
	const struct zone *zone; // whose local time; NULL: UTC. Lives as long as the program
};

// A configured one: its name stands for any of the intervals. Owned by the configuration's arena.
struct named_interval {
	const char *name;
	const struct time_interval *items;
	size_t count;
};

// The texts of ranges, "monday:friday" or "3". ERR_INVALID with upstream's messages.
typedef bool value_range_parse(struct str text, struct value_range *out, struct error *err);
MUST_CHECK bool weekday_range_parse(struct str text, struct value_range *out, struct error *err);   // names in any case
MUST_CHECK bool month_day_range_parse(struct str text, struct value_range *out, struct error *err); // 1 or -1 and on
MUST_CHECK bool month_range_parse(struct str text, struct value_range *out, struct error *err);     // names in any case, or numbers
MUST_CHECK bool year_range_parse(struct str text, struct value_range *out, struct error *err);
// "09:00" to "17:00": the last minute is the one before `end`, which may be "24:00".
MUST_CHECK bool minute_range_parse(struct str start, struct str end, struct value_range *out, struct error *err);
// A place of the time zone database, "" and "UTC" being UTC (NULL), "Local" the machine's.
MUST_CHECK bool interval_zone_parse(struct str name, const struct zone **out, struct error *err);

bool time_interval_contains(const struct time_interval *interval, wall_ms at);
bool named_interval_contains(const struct named_interval *interval, wall_ms at);
// The first moment after `at`, not later than `until`, at which the answer changes; 0: none.
wall_ms named_interval_changes_at(const struct named_interval *interval, wall_ms at, wall_ms until);
