// SPDX-License-Identifier: Apache-2.0
// Any bytes as a range of a time interval, as hours, as a place and as the rule of a time zone: what is taken can be asked.
#include "base/zone_rule.h"
#include "model/time_interval.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const wall_ms moments[] = { INT64_MIN / 4, -1, 0, INT64_C(1709208000000), INT64_C(1711846800000), INT64_C(4102444800000) };
enum { MOMENTS = sizeof moments / sizeof *moments };

static void ask(const struct time_interval *interval) {
	struct named_interval named = { "a", interval, 1 };
	for (size_t i = 0; i < MOMENTS; i++)
		if (named_interval_contains(&named, moments[i]) != time_interval_contains(interval, moments[i]))
			unreachable("an interval by itself and under a name");
	(void)named_interval_changes_at(&named, moments[3], moments[3] + MINUTES(3));
}

static void ask_range(struct time_interval *interval, struct value_ranges *ranges, const struct value_range *range) {
	if (range->begin > range->end && (range->begin < 0) == (range->end < 0))
		unreachable("a range upside down");
	*ranges = (struct value_ranges){ range, 1, true };
	ask(interval);
}

static void try_ranges(struct str text) {
	struct time_interval interval = { 0 };
	struct value_range range;
	struct error err;
	if (weekday_range_parse(text, &range, &err))
		ask_range(&interval, &interval.weekdays, &range);
	if (month_day_range_parse(text, &range, &err))
		ask_range(&interval, &interval.month_days, &range);
	if (month_range_parse(text, &range, &err))
		ask_range(&interval, &interval.months, &range);
	if (year_range_parse(text, &range, &err))
		ask_range(&interval, &interval.years, &range);
	struct str rest = text, start = str_cut(&rest, '-');
	if (minute_range_parse(start, rest, &range, &err))
		ask_range(&interval, &interval.minutes, &range);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct str text = str_make((const char *)data, size);
	struct time_interval interval = { 0 };
	struct zone_rule rule;
	struct error err;
	if (size > 1000)
		return 0;
	try_ranges(text);
	if (interval_zone_parse(text, &interval.zone, &err))
		ask(&interval);
	for (size_t i = 0; i < MOMENTS && zone_rule_parse(text, &rule); i++) {
		const char *abbreviation;
		int offset;
		zone_rule_lookup(&rule, moments[i] / 1000, &offset, &abbreviation);
	}
	return 0;
}
