// SPDX-License-Identifier: Apache-2.0
// POSIX time zone rules. See zone_rule.h.
#include "base/zone_rule.h"

#include "base/civil.h"

#include <ctype.h>

static bool take(struct str *rest, char c) {
	if (rest->len == 0 || rest->data[0] != c)
		return false;
	*rest = str_skip(*rest, 1);
	return true;
}

static bool take_number(struct str *rest, int *out) {
	int number = 0;
	size_t digits = 0;
	while (digits < rest->len && digits < 4 && isdigit((unsigned char)rest->data[digits]))
		number = number * 10 + (rest->data[digits++] - '0');
	*rest = str_skip(*rest, digits);
	*out = number;
	return digits > 0;
}

// "CET", or "<+03>".
static bool take_name(struct str *rest, char name[16]) {
	bool quoted = take(rest, '<');
	size_t length = 0;
	while (length < rest->len && (quoted ? rest->data[length] != '>' : isalpha((unsigned char)rest->data[length])))
		length++;
	if (length < 3 || length >= 16)
		return false;
	memcpy(name, rest->data, length);
	name[length] = '\0';
	*rest = str_skip(*rest, length);
	return !quoted || take(rest, '>');
}

// [+-]hh[:mm[:ss]]
static bool take_clock(struct str *rest, int *out) {
	int parts[3] = { 0 };
	int sign = take(rest, '-') ? -1 : 1;
	take(rest, '+');
	for (int i = 0; i < 3; i++) {
		if (!take_number(rest, &parts[i]))
			return false;
		if (!take(rest, ':'))
			break;
	}
	*out = sign * (parts[0] * 3600 + parts[1] * 60 + parts[2]);
	return true;
}

static bool take_change(struct str *rest, struct zone_change *out) {
	*out = (struct zone_change){ .kind = 'D', .seconds = 2 * 3600 };
	if (!take(rest, ','))
		return false;
	if (take(rest, 'M')) {
		out->kind = 'M';
		bool good = take_number(rest, &out->month) && take(rest, '.') && take_number(rest, &out->week) && take(rest, '.') && take_number(rest, &out->day);
		if (!good || out->month < 1 || out->month > 12 || out->week < 1 || out->week > 5 || out->day > 6)
			return false;
	} else {
		if (take(rest, 'J'))
			out->kind = 'J';
		if (!take_number(rest, &out->day) || out->day > 366)
			return false;
	}
	return !take(rest, '/') || take_clock(rest, &out->seconds);
}

bool zone_rule_parse(struct str text, struct zone_rule *out) {
	struct str rest = text;
	*out = (struct zone_rule){ 0 };
	if (!take_name(&rest, out->standard_name) || !take_clock(&rest, &out->standard_offset))
		return false;
	out->standard_offset = -out->standard_offset; // POSIX counts west
	if (rest.len == 0)
		return true;
	out->has_summer = true;
	out->summer_offset = out->standard_offset + 3600;
	if (!take_name(&rest, out->summer_name))
		return false;
	if (rest.len > 0 && rest.data[0] != ',') {
		if (!take_clock(&rest, &out->summer_offset))
			return false;
		out->summer_offset = -out->summer_offset;
	}
	return take_change(&rest, &out->begin) && take_change(&rest, &out->end) && rest.len == 0;
}

static bool is_leap(int64_t year) {
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

// The local second of a change in a year, counted from 1970.
static int64_t change_at(const struct zone_change *change, int64_t year) {
	int64_t first = civil_to_days(year, 1, 1);
	int64_t day = first + change->day;
	if (change->kind == 'J')
		day = first + change->day - 1 + (is_leap(year) && change->day >= 60);
	if (change->kind == 'M') {
		int64_t month = civil_to_days(year, change->month, 1);
		int64_t next = month + civil_days_in_month(year, change->month);
		int weekday = (int)(((month + 4) % 7 + 7) % 7);
		day = month + (change->day - weekday + 7) % 7 + (change->week - 1) * 7;
		while (day >= next)
			day -= 7;
	}
	return day * 86400 + change->seconds;
}

void zone_rule_lookup(const struct zone_rule *rule, int64_t seconds, int *offset, const char **abbreviation) {
	*offset = rule->standard_offset;
	*abbreviation = rule->standard_name;
	if (!rule->has_summer)
		return;
	int64_t year = civil_time_at(NULL, seconds + rule->standard_offset).year;
	int64_t begin = change_at(&rule->begin, year) - rule->standard_offset;
	int64_t end = change_at(&rule->end, year) - rule->summer_offset;
	bool is_summer = begin < end ? seconds >= begin && seconds < end : seconds >= begin || seconds < end;
	if (!is_summer)
		return;
	*offset = rule->summer_offset;
	*abbreviation = rule->summer_name;
}
