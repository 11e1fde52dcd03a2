// SPDX-License-Identifier: Apache-2.0
// Methods of time.Time, time.Duration, time.Month and time.Weekday. See value_methods.h. Source: Go's time package.
#include "base/buf.h"
#include "base/zone.h"
#include "template/functions_shared.h"
#include "template/go_time.h"
#include "template/time_parse.h"
#include "template/value_methods.h"

void value_format_duration(struct buf *out, const struct value *value) {
	go_append_duration(out, value->integer);
}

void value_format_time(struct buf *out, const struct value *value) {
	go_append_time(out, &value->time);
}

void value_format_month(struct buf *out, const struct value *value) {
	const char *name = go_month_name(value->integer);
	if (name != NULL)
		buf_append_cstr(out, name);
	else
		buf_format(out, "%%!Month(%lld)", (long long)value->integer);
}

void value_format_weekday(struct buf *out, const struct value *value) {
	const char *name = go_weekday_name(value->integer);
	if (name != NULL)
		buf_append_cstr(out, name);
	else
		buf_format(out, "%%!Weekday(%lld)", (long long)value->integer);
}

static bool call_string(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	(void)count;
	args[0].type->format(&text, &args[0]);
	return call_give_text(call, &text, out);
}

// Most methods take nothing and cannot fail: their bodies are the expressions given here.
#define METHOD(name, expression)                                                                                  \
	static bool name(struct template_call *call, const struct value *args, size_t count, struct value *out) { \
		(void)call, (void)count;                                                                          \
		*out = (expression);                                                                              \
		return true;                                                                                      \
	}

static struct value int64_value(int64_t number) {
	return (struct value){ .type = &type_int64, .integer = number };
}

// Go's Duration.Seconds and the like: whole units and the rest apart, for the last digit.
static struct value in_units(int64_t nanoseconds, int64_t unit) {
	int64_t whole = nanoseconds / unit;
	return value_float((double)whole + (double)(nanoseconds % unit) / (double)unit);
}

static struct value truncated(int64_t nanoseconds, int64_t unit) {
	return value_duration(unit <= 0 ? nanoseconds : nanoseconds - nanoseconds % unit);
}

// To the nearest multiple, halves away from zero.
static struct value rounded(int64_t nanoseconds, int64_t unit) {
	int64_t result;
	if (unit <= 0)
		return value_duration(nanoseconds);
	int64_t rest = nanoseconds % unit;
	int64_t size = rest < 0 ? -rest : rest;
	int64_t step = size < unit - size ? 0 : nanoseconds < 0 ? -unit
	                                                        : unit;
	bool overflows = __builtin_add_overflow(nanoseconds - rest, step, &result);
	return value_duration(!overflows ? result : nanoseconds < 0 ? INT64_MIN
	                                                            : INT64_MAX);
}

static struct value absolute(int64_t nanoseconds) {
	return value_duration(nanoseconds >= 0 ? nanoseconds : nanoseconds == INT64_MIN ? INT64_MAX
	                                                                                : -nanoseconds);
}

METHOD(duration_seconds, in_units(args[0].integer, 1000000000))
METHOD(duration_minutes, in_units(args[0].integer, INT64_C(60000000000)))
METHOD(duration_hours, in_units(args[0].integer, INT64_C(3600000000000)))
METHOD(duration_milliseconds, int64_value(args[0].integer / 1000000))
METHOD(duration_microseconds, int64_value(args[0].integer / 1000))
METHOD(duration_nanoseconds, int64_value(args[0].integer))
METHOD(duration_round, rounded(args[0].integer, args[1].integer))
METHOD(duration_truncate, truncated(args[0].integer, args[1].integer))
METHOD(duration_abs, absolute(args[0].integer))

const struct template_callable methods_duration[] = {
	{ "String", call_string, false, 0, { NULL } },
	{ "Seconds", duration_seconds, false, 0, { NULL } },
	{ "Minutes", duration_minutes, false, 0, { NULL } },
	{ "Hours", duration_hours, false, 0, { NULL } },
	{ "Milliseconds", duration_milliseconds, false, 0, { NULL } },
	{ "Microseconds", duration_microseconds, false, 0, { NULL } },
	{ "Nanoseconds", duration_nanoseconds, false, 0, { NULL } },
	{ "Round", duration_round, false, 0, { &type_duration } },
	{ "Truncate", duration_truncate, false, 0, { &type_duration } },
	{ "Abs", duration_abs, false, 0, { NULL } },
	{ 0 },
};

const struct template_callable methods_named_int[] = {
	{ "String", call_string, false, 0, { NULL } },
	{ 0 },
};

static struct value in_zone(const struct value *time, const struct zone *zone) {
	struct value moved = { .type = &type_time, .time = time->time };
	moved.time.zone = zone;
	return moved;
}

static struct value added(const struct value *time, int64_t nanoseconds) {
	struct value moved = in_zone(time, time->time.zone);
	time_add(&moved.time, nanoseconds);
	return moved;
}

// A *time.Location, which is kept as a time of that zone. A nil one is the zero value, at second 0.
static void format_location(struct buf *out, const struct value *value) {
	buf_append_str(out, zone_name(value->time.zone));
}

static const struct template_callable methods_location[] = {
	{ "String", call_string, false, 0, { NULL } },
	{ 0 },
};
static const struct value_type type_location_value = { .name = "time.Location", .kind = KIND_TIME, .is_defined = true, .format = format_location };
static const struct value_type type_location = { .name = "*time.Location", .kind = KIND_TIME, .is_pointer = true, .element = &type_location_value, .methods = methods_location, .format = format_location };

static struct value location_of(const struct value *time) {
	return (struct value){ .type = &type_location, .time = { .seconds = 1, .zone = time->time.zone } };
}

static bool time_in(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)count;
	if (args[1].time.seconds == 0)
		return template_call_fail(call, "time: missing Location in call to Time.In");
	*out = in_zone(&args[0], args[1].time.zone);
	return true;
}

static bool time_source(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	(void)count;
	go_append_time_source(&text, &args[0].time);
	return call_give_text(call, &text, out);
}

static int order(const struct value *a, const struct value *b) {
	if (a->time.seconds != b->time.seconds)
		return a->time.seconds < b->time.seconds ? -1 : 1;
	return (a->time.nanoseconds > b->time.nanoseconds) - (a->time.nanoseconds < b->time.nanoseconds);
}

static struct value named_int(const struct value_type *type, int64_t number) {
	return (struct value){ .type = type, .integer = number };
}

// Go's AddDate: months beyond the year and days beyond the month flow over.
static struct value date_added(const struct value *time, int64_t years, int64_t months, int64_t days) {
	const struct civil_time civil = civil_time_of(&time->time);
	const int64_t bound = 100000; // years: beyond it Go's calendar is of no use either
	bool is_sane = years > -bound && years < bound && months > -bound && months < bound && days > -bound * 400 && days < bound * 400;
	int64_t month = is_sane ? civil.month - 1 + months : 0;
	int64_t year = civil.year + (is_sane ? years : 0) + (month >= 0 ? month / 12 : -((11 - month) / 12));
	int64_t first = civil_to_days(year, (int)((month % 12 + 12) % 12) + 1, 1);
	int64_t day = first + civil.day - 1 + (is_sane ? days : 0);
	struct value moved = in_zone(time, time->time.zone);
	int64_t local = day * 86400 + civil.hour * 3600 + civil.minute * 60 + civil.second;
	moved.time.seconds = local - civil.offset;
	moved.time.seconds = local - civil_time_of(&moved.time).offset; // the new date may have another one
	return moved;
}

static bool time_format(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	(void)count;
	go_format_time(&text, &args[0].time, args[1].text);
	return call_give_text(call, &text, out);
}

__extension__ typedef __int128 wide_nanoseconds; // since the year 1: more than 64 bits

// Go rounds the time since its zero time; halves go up.
static struct value time_rounded(const struct value *time, int64_t unit, bool to_nearest) {
	if (unit <= 0)
		return *time;
	wide_nanoseconds since = ((wide_nanoseconds)time->time.seconds - VALUE_TIME_ZERO) * 1000000000 + time->time.nanoseconds;
	int64_t rest = (int64_t)(since % unit);
	rest += rest < 0 ? unit : 0;
	return added(time, to_nearest && rest >= unit - rest ? unit - rest : -rest);
}

METHOD(time_round, time_rounded(&args[0], args[1].integer, true))
METHOD(time_truncate, time_rounded(&args[0], args[1].integer, false))
METHOD(time_unix, int64_value(args[0].time.seconds))
METHOD(time_unix_milli, int64_value(args[0].time.seconds * 1000 + args[0].time.nanoseconds / 1000000))
METHOD(time_unix_micro, int64_value(args[0].time.seconds * 1000000 + args[0].time.nanoseconds / 1000))
METHOD(time_unix_nano, int64_value((int64_t)((uint64_t)args[0].time.seconds * 1000000000u + (uint64_t)args[0].time.nanoseconds)))
METHOD(time_utc, in_zone(&args[0], NULL))
METHOD(time_local, in_zone(&args[0], zone_find(STR("Local"))))
METHOD(time_location, location_of(&args[0]))
METHOD(time_is_zero, value_bool(args[0].time.seconds == VALUE_TIME_ZERO && args[0].time.nanoseconds == 0))
METHOD(time_before, value_bool(order(&args[0], &args[1]) < 0))
METHOD(time_after, value_bool(order(&args[0], &args[1]) > 0))
METHOD(time_equal, value_bool(order(&args[0], &args[1]) == 0))
METHOD(time_compare, value_int(order(&args[0], &args[1])))
METHOD(time_sub, value_duration(time_difference(&args[0].time, &args[1].time)))
METHOD(time_add_span, added(&args[0], args[1].integer))
METHOD(time_add_date, date_added(&args[0], args[1].integer, args[2].integer, args[3].integer))
METHOD(time_weekday, named_int(&type_weekday, civil_time_of(&args[0].time).weekday))
METHOD(time_month, named_int(&type_month, civil_time_of(&args[0].time).month))
METHOD(time_year, value_int(civil_time_of(&args[0].time).year))
METHOD(time_day, value_int(civil_time_of(&args[0].time).day))
METHOD(time_hour, value_int(civil_time_of(&args[0].time).hour))
METHOD(time_minute, value_int(civil_time_of(&args[0].time).minute))
METHOD(time_second, value_int(civil_time_of(&args[0].time).second))
METHOD(time_nanosecond, value_int(args[0].time.nanoseconds))
METHOD(time_year_day, value_int(civil_time_of(&args[0].time).year_day))

const struct template_callable methods_time[] = {
	{ "Format", time_format, false, 0, { &type_string } },
	{ "String", call_string, false, 0, { NULL } },
	{ "GoString", time_source, false, 0, { NULL } },
	{ "Location", time_location, false, 0, { NULL } },
	{ "In", time_in, false, 0, { &type_location } },
	{ "Unix", time_unix, false, 0, { NULL } },
	{ "UnixMilli", time_unix_milli, false, 0, { NULL } },
	{ "UnixMicro", time_unix_micro, false, 0, { NULL } },
	{ "UnixNano", time_unix_nano, false, 0, { NULL } },
	{ "UTC", time_utc, false, 0, { NULL } },
	{ "Local", time_local, false, 0, { NULL } },
	{ "IsZero", time_is_zero, false, 0, { NULL } },
	{ "Before", time_before, false, 0, { &type_time } },
	{ "After", time_after, false, 0, { &type_time } },
	{ "Equal", time_equal, false, 0, { &type_time } },
	{ "Compare", time_compare, false, 0, { &type_time } },
	{ "Sub", time_sub, false, 0, { &type_time } },
	{ "Add", time_add_span, false, 0, { &type_duration } },
	{ "Round", time_round, false, 0, { &type_duration } },
	{ "Truncate", time_truncate, false, 0, { &type_duration } },
	{ "AddDate", time_add_date, false, 0, { &type_int, &type_int, &type_int } },
	{ "Weekday", time_weekday, false, 0, { NULL } },
	{ "Month", time_month, false, 0, { NULL } },
	{ "Year", time_year, false, 0, { NULL } },
	{ "Day", time_day, false, 0, { NULL } },
	{ "Hour", time_hour, false, 0, { NULL } },
	{ "Minute", time_minute, false, 0, { NULL } },
	{ "Second", time_second, false, 0, { NULL } },
	{ "Nanosecond", time_nanosecond, false, 0, { NULL } },
	{ "YearDay", time_year_day, false, 0, { NULL } },
	{ 0 },
};
