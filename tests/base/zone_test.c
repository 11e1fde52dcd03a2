// SPDX-License-Identifier: Apache-2.0
// Zones of the system's database, within their tables and past them.
#include "base/zone.h"

#include "base/zone_rule.h"
#include "tests/harness/test.h"

static int offset_at(const char *name, int64_t seconds) {
	const struct zone *zone = zone_find(str_of(name));
	const char *abbreviation;
	int offset = -1;
	CHECK(zone != NULL);
	zone_lookup(zone, seconds, &offset, &abbreviation);
	return offset;
}

TEST(summer_time_begins_and_ends_at_its_second) {
	CHECK(offset_at("Europe/Berlin", 1711846799) == 3600); // 2024-03-31 00:59:59 UTC
	CHECK(offset_at("Europe/Berlin", 1711846800) == 7200);
	CHECK(offset_at("Europe/Berlin", 1729990799) == 7200); // 2024-10-27
	CHECK(offset_at("Europe/Berlin", 1729990800) == 3600);
	CHECK(offset_at("Australia/Lord_Howe", 1704067200) == 11 * 3600); // summer there, by half an hour
	CHECK(offset_at("Australia/Lord_Howe", 1719792000) == 10 * 3600 + 1800);
}

TEST(times_after_the_last_transition_follow_the_rule) {
	CHECK(offset_at("Europe/Berlin", 4078429199) == 3600); // 2099-03-29 00:59:59 UTC
	CHECK(offset_at("Europe/Berlin", 4078429200) == 7200);
	CHECK(offset_at("America/New_York", 4118000000) == -4 * 3600);
	CHECK(offset_at("Asia/Kolkata", 4118000000) == 5 * 3600 + 1800);
}

TEST(a_name_does_not_leave_the_database) {
	static const char *const names[] = { "", "../etc/passwd", "/etc/localtime", "Europe/../UTC", "Europe", "No/Where", "a\\b" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		CHECK(zone_find(str_of(names[i])) == NULL);
}

TEST(a_rule_is_read_wholly_or_refused) {
	struct zone_rule rule;
	CHECK(zone_rule_parse(STR("CET-1CEST,M3.5.0,M10.5.0/3"), &rule));
	CHECK(rule.standard_offset == 3600 && rule.summer_offset == 7200);
	CHECK(zone_rule_parse(STR("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"), &rule));
	CHECK(rule.standard_offset == 37800 && rule.summer_offset == 39600);
	CHECK(zone_rule_parse(STR("IST-1GMT0,M10.5.0,M3.5.0/1"), &rule));
	CHECK(rule.standard_offset == 3600 && rule.summer_offset == 0);
	CHECK(zone_rule_parse(STR("EST5"), &rule) && !rule.has_summer);
	CHECK(!zone_rule_parse(STR("CET"), &rule));
	CHECK(!zone_rule_parse(STR("CET-1CEST"), &rule));
	CHECK(!zone_rule_parse(STR("CET-1CEST,M13.5.0,M10.5.0"), &rule));
	CHECK(!zone_rule_parse(STR("CET-1CEST,M3.5.0,M10.5.0/3x"), &rule));
}
