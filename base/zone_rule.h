// SPDX-License-Identifier: Apache-2.0
// The rule a zone follows after its last recorded change: POSIX's TZ, "CET-1CEST,M3.5.0,M10.5.0/3". For zone.c.
#pragma once
#include "base/str.h"

#include <stdint.h>

// One of the two changes of a year: a weekday of a week of a month, or a day of the year.
struct zone_change {
	char kind; // 'M' month.week.weekday; 'J' day 1..365 without leap days; 'D' day 0..365
	int month, week, day;
	int seconds; // local time of day, may be negative or beyond a day
};

struct zone_rule {
	char standard_name[16], summer_name[16];
	int standard_offset, summer_offset; // seconds east of UTC
	bool has_summer;
	struct zone_change begin, end; // of summer time
};

bool zone_rule_parse(struct str text, struct zone_rule *out);
void zone_rule_lookup(const struct zone_rule *rule, int64_t seconds, int *offset, const char **abbreviation);
