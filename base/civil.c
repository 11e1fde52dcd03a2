// SPDX-License-Identifier: Apache-2.0
// The proleptic Gregorian calendar, in eras of 400 years that begin in March. See civil.h.
#include "base/civil.h"

#include "base/zone.h"

static int64_t floor_div(int64_t a, int64_t b) {
	return a / b - (a % b < 0);
}

int64_t civil_to_days(int64_t year, int month, int day) {
	year -= month <= 2;
	int64_t era = floor_div(year, 400);
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

int civil_days_in_month(int64_t year, int month) {
	int64_t next = month == 12 ? civil_to_days(year + 1, 1, 1) : civil_to_days(year, month + 1, 1);
	return (int)(next - civil_to_days(year, month, 1));
}

static void date_of_days(int64_t days, struct civil_time *out) {
	days += 719468;
	int64_t era = floor_div(days, 146097);
	int64_t day_of_era = days - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153;
	out->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	out->month = (int)(month < 10 ? month + 3 : month - 9);
	out->year = year_of_era + era * 400 + (out->month <= 2);
}

struct civil_time civil_time_at(const struct zone *zone, int64_t seconds) {
	struct civil_time civil = { 0 };
	zone_lookup(zone, seconds, &civil.offset, &civil.zone);
	int64_t local = seconds + civil.offset;
	int64_t days = floor_div(local, 86400);
	int rest = (int)(local - days * 86400);
	date_of_days(days, &civil);
	civil.hour = rest / 3600;
	civil.minute = rest / 60 % 60;
	civil.second = rest % 60;
	civil.weekday = (int)(((days + 4) % 7 + 7) % 7);
	civil.year_day = (int)(days - civil_to_days(civil.year, 1, 1)) + 1;
	return civil;
}
