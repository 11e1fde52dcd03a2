// SPDX-License-Identifier: Apache-2.0
// Recurring spans of time: read and asked. See time_interval.h.
#include "model/time_interval.h"

#include "base/buf.h"
#include "base/civil.h"
#include "base/rune_case.h"
#include "base/zone.h"

// ---- reading

static const char *const weekday_names[] = { "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday" };
static const char *const month_names[] = { "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december" };
enum { WEEKDAYS = 7,
	MONTHS = 12,
	SHORTEST_MONTH = 28 };

// A member of a range, in lower case.
typedef bool member_parse(struct str text, int64_t *out, struct error *err);

static bool find_name(struct str text, const char *const *names, int64_t count, int64_t *out) {
	for (int64_t i = 0; i < count; i++)
		if (str_equal_cstr(text, names[i])) {
			*out = i;
			return true;
		}
	return false;
}

// Go's strconv.Atoi.
static bool parse_number(struct str text, int64_t *out, struct error *err) {
	bool is_negative = str_has_prefix(text, STR("-"));
	struct str digits = str_skip(text, is_negative || str_has_prefix(text, STR("+")) ? 1 : 0);
	int64_t number = 0;
	bool is_good = digits.len > 0, fits = true;
	for (size_t i = 0; is_good && i < digits.len; i++) {
		is_good = digits.data[i] >= '0' && digits.data[i] <= '9';
		fits = fits && !__builtin_mul_overflow(number, (int64_t)10, &number) && !__builtin_sub_overflow(number, (int64_t)(digits.data[i] - '0'), &number);
	}
	fits = fits && (is_negative || number != INT64_MIN);
	if (!is_good || !fits)
		return error_set(err, ERR_INVALID, "strconv.Atoi: parsing \"%.*s\": %s", STR_ARG(text), is_good ? "value out of range" : "invalid syntax");
	*out = is_negative ? number : -number;
	return true;
}

static bool parse_weekday(struct str text, int64_t *out, struct error *err) {
	return find_name(text, weekday_names, WEEKDAYS, out) || error_set(err, ERR_INVALID, "%.*s is not a valid weekday", STR_ARG(text));
}

static bool parse_month(struct str text, int64_t *out, struct error *err) {
	if (find_name(text, month_names, MONTHS, out)) {
		++*out;
		return true;
	}
	return parse_number(text, out, NULL) || error_set(err, ERR_INVALID, "%.*s is not a valid month", STR_ARG(text));
}

static bool parse_range(struct str text, member_parse *parse, struct value_range *out, struct error *err) {
	autobuf struct buf lower = { 0 };
	text_case_lower(&lower, text);
	struct str end = buf_str(&lower);
	if (str_find_char(end, ':') < 0) {
		bool ok = parse(end, &out->begin, err);
		out->end = out->begin;
		return ok;
	}
	struct str begin = str_cut(&end, ':');
	if (str_find_char(end, ':') >= 0)
		return error_set(err, ERR_INVALID, "couldn't parse range %s, invalid format", buf_cstr(&lower));
	return parse(begin, &out->begin, err) && parse(end, &out->end, err);
}

bool weekday_range_parse(struct str text, struct value_range *out, struct error *err) {
	struct value_range range = { 0 };
	if (!parse_range(text, parse_weekday, &range, err))
		return false;
	if (range.begin > range.end)
		return error_set(err, ERR_INVALID, "start day cannot be before end day"); // upstream's words
	*out = range;
	return true;
}

static bool is_month_day(int64_t day) {
	return day != 0 && day >= -31 && day <= 31;
}

bool month_day_range_parse(struct str text, struct value_range *out, struct error *err) {
	struct value_range range = { 0 };
	if (!parse_range(text, parse_number, &range, err))
		return false;
	if (!is_month_day(range.begin) || !is_month_day(range.end))
		return error_set(err, ERR_INVALID, "%lld is not a valid day of the month: out of range", (long long)(is_month_day(range.begin) ? range.end : range.begin));
	if (range.begin < 0 && range.end > 0)
		return error_set(err, ERR_INVALID, "end day must be negative if start day is negative");
	// What is upside down in the shortest month: others may be longer.
	int64_t begin = range.begin < 0 ? SHORTEST_MONTH + range.begin : range.begin;
	int64_t end = range.end < 0 ? SHORTEST_MONTH + range.end : range.end;
	if (begin > end)
		return error_set(err, ERR_INVALID, "end day %lld is always before start day %lld", (long long)range.end, (long long)range.begin);
	*out = range;
	return true;
}

static const char *month_name(int64_t month) {
	return month >= 1 && month <= MONTHS ? month_names[month - 1] : "";
}

bool month_range_parse(struct str text, struct value_range *out, struct error *err) {
	struct value_range range = { 0 };
	if (!parse_range(text, parse_month, &range, err))
		return false;
	if (range.begin > range.end)
		return error_set(err, ERR_INVALID, "end month %s is before start month %s", month_name(range.end), month_name(range.begin));
	*out = range;
	return true;
}

bool year_range_parse(struct str text, struct value_range *out, struct error *err) {
	struct value_range range = { 0 };
	if (!parse_range(text, parse_number, &range, err))
		return false;
	if (range.begin > range.end)
		return error_set(err, ERR_INVALID, "end year %lld is before start year %lld", (long long)range.end, (long long)range.begin);
	*out = range;
	return true;
}

static bool is_digit(char c, char last) {
	return c >= '0' && c <= last;
}

// HH:MM, 00:00 to 24:00.
static bool parse_minute(struct str text, int64_t *out, struct error *err) {
	const char *at = text.data;
	bool has_shape = text.len == 5 && is_digit(at[0], '2') && is_digit(at[1], '9') && at[2] == ':' && is_digit(at[3], '5') && is_digit(at[4], '9');
	int hour = has_shape ? (at[0] - '0') * 10 + at[1] - '0' : 0;
	int minute = has_shape ? (at[3] - '0') * 10 + at[4] - '0' : 0;
	if (!has_shape || hour * 60 + minute > 24 * 60)
		return error_set(err, ERR_INVALID, "couldn't parse timestamp %.*s, invalid format", STR_ARG(text));
	*out = hour * 60 + minute;
	return true;
}

bool minute_range_parse(struct str start, struct str end, struct value_range *out, struct error *err) {
	int64_t begin = 0, after = 0;
	if (start.len == 0 || end.len == 0)
		return error_set(err, ERR_INVALID, "both start and end times must be provided");
	if (!parse_minute(start, &begin, err) || !parse_minute(end, &after, err))
		return false;
	if (begin >= after)
		return error_set(err, ERR_INVALID, "start time cannot be equal or greater than end time");
	*out = (struct value_range){ begin, after - 1 };
	return true;
}

static bool leaves_database(struct str name) {
	return str_find(name, STR("..")) >= 0 || str_has_prefix(name, STR("/")) || str_has_prefix(name, STR("\\"));
}

bool interval_zone_parse(struct str name, const struct zone **out, struct error *err) {
	bool is_utc = name.len == 0 || str_equal(name, STR("UTC"));
	if (leaves_database(name))
		return error_set(err, ERR_INVALID, "time: invalid location name");
	const struct zone *zone = is_utc ? NULL : zone_find(name);
	if (!is_utc && zone == NULL)
		return error_set(err, ERR_INVALID, "unknown time zone %.*s%s", STR_ARG(name), zone_database_exists() ? "" : ": there is no time zone database, it comes with the package tzdata");
	*out = zone;
	return true;
}

// ---- asking

static bool has_value(const struct value_ranges *ranges, int64_t value) {
	for (size_t i = 0; i < ranges->count; i++)
		if (value >= ranges->items[i].begin && value <= ranges->items[i].end)
			return true;
	return !ranges->is_given;
}

static int64_t day_in_month(int64_t day, int64_t length) {
	return day < 0 ? length + day + 1 : day;
}

// Days beyond the end of a month do not reach into the next: they are its last one, unless nothing of the range is within it.
static bool has_month_day(const struct value_ranges *ranges, const struct civil_time *civil) {
	int64_t length = ranges->count > 0 ? civil_days_in_month(civil->year, civil->month) : 0;
	for (size_t i = 0; i < ranges->count; i++) {
		int64_t begin = day_in_month(ranges->items[i].begin, length);
		int64_t end = day_in_month(ranges->items[i].end, length);
		if (begin <= length && civil->day >= begin && civil->day <= end)
			return true;
	}
	return !ranges->is_given;
}

static int64_t seconds_of(wall_ms at) {
	return at / 1000 - (at % 1000 < 0);
}

bool time_interval_contains(const struct time_interval *interval, wall_ms at) {
	struct civil_time civil = civil_time_at(interval->zone, seconds_of(at));
	return has_value(&interval->minutes, civil.hour * 60 + civil.minute) && has_month_day(&interval->month_days, &civil) &&
	    has_value(&interval->months, civil.month) && has_value(&interval->weekdays, civil.weekday) && has_value(&interval->years, civil.year);
}

bool named_interval_contains(const struct named_interval *interval, wall_ms at) {
	for (size_t i = 0; i < interval->count; i++)
		if (time_interval_contains(&interval->items[i], at))
			return true;
	return false;
}

// Minute by minute: local minutes begin with those of UTC but for offsets of long ago.
wall_ms named_interval_changes_at(const struct named_interval *interval, wall_ms at, wall_ms until) {
	bool is_in = named_interval_contains(interval, at);
	for (wall_ms next = at - at % MINUTES(1) + MINUTES(1); next <= until; next += MINUTES(1))
		if (named_interval_contains(interval, next) != is_in)
			return next;
	return 0;
}
