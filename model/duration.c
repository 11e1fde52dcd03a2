// SPDX-License-Identifier: Apache-2.0
// Prometheus' durations. See duration.h.
#include "model/duration.h"

#include "base/buf.h"

static const struct duration_unit {
	const char *name;
	dur_ms span;
	bool only_exact; // printed only when it divides what is left
} units[] = {
	{ "y", HOURS(24) * 365, true },
	{ "w", HOURS(24) * 7, true },
	{ "d", HOURS(24), false },
	{ "h", HOURS(1), false },
	{ "m", MINUTES(1), false },
	{ "s", SECONDS(1), false },
	{ "ms", 1, false },
};
enum { UNIT_COUNT = sizeof units / sizeof *units };

// Go holds durations as nanoseconds in an int64: what does not fit there is out of range.
static const dur_ms LONGEST = INT64_MAX / 1000000;

static bool is_digit(char c) {
	return c >= '0' && c <= '9';
}

static size_t count_while(struct str text, bool digits) {
	size_t n = 0;
	while (n < text.len && is_digit(text.data[n]) == digits)
		n++;
	return n;
}

static int unit_index(struct str name) {
	for (int i = 0; i < UNIT_COUNT; i++)
		if (str_equal_cstr(name, units[i].name))
			return i;
	return -1;
}

// False when the digits do not fit 64 bits: Go says another thing of that than of a value out of range.
static bool read_digits(struct str number, uint64_t *out) {
	*out = 0;
	for (size_t i = 0; i < number.len; i++)
		if (__builtin_mul_overflow(*out, 10u, out) || __builtin_add_overflow(*out, (unsigned)(number.data[i] - '0'), out))
			return false;
	return true;
}

static bool add_part(uint64_t number, dur_ms unit, dur_ms *total) {
	dur_ms value = 0;
	return !__builtin_mul_overflow(number, unit, &value) && !__builtin_add_overflow(*total, value, total) && *total <= LONGEST;
}

bool duration_parse(struct str text, dur_ms *out, struct error *err) {
	if (text.len == 0)
		return error_set(err, ERR_INVALID, "empty duration string");
	if (str_equal(text, STR("0"))) {
		*out = 0;
		return true;
	}
	dur_ms total = 0;
	int last_unit = -1;
	for (struct str rest = text; rest.len > 0;) {
		struct str number = str_head(rest, count_while(rest, true));
		rest = str_skip(rest, number.len);
		struct str name = str_head(rest, count_while(rest, false));
		rest = str_skip(rest, name.len);
		uint64_t value = 0;
		if (number.len == 0 || name.len == 0 || !read_digits(number, &value))
			return error_set(err, ERR_INVALID, "not a valid duration string: \"%.*s\"", STR_ARG(text));
		int unit = unit_index(name);
		if (unit < 0)
			return error_set(err, ERR_INVALID, "unknown unit \"%.*s\" in duration \"%.*s\"", STR_ARG(name), STR_ARG(text));
		if (unit <= last_unit)
			return error_set(err, ERR_INVALID, "not a valid duration string: \"%.*s\"", STR_ARG(text));
		if (!add_part(value, units[unit].span, &total))
			return error_set(err, ERR_INVALID, "duration out of range");
		last_unit = unit;
	}
	*out = total;
	return true;
}

void duration_format(struct buf *out, dur_ms span) {
	if (span == 0) {
		buf_append_cstr(out, "0s");
		return;
	}
	for (int i = 0; i < UNIT_COUNT; i++) {
		dur_ms unit = units[i].span;
		if (span < unit || (units[i].only_exact && span % unit != 0))
			continue;
		buf_append_int(out, span / unit);
		buf_append_cstr(out, units[i].name);
		span %= unit;
	}
}

// "12.5" as units of `unit` milliseconds; *used is the length of the number, 0 when there is none.
static double decimal(struct str text, size_t *used) {
	double value = 0, scale = 1;
	size_t digits = 0, i = 0;
	for (; i < text.len && is_digit(text.data[i]); i++, digits++)
		value = value * 10 + (text.data[i] - '0');
	if (i < text.len && text.data[i] == '.')
		for (i++; i < text.len && is_digit(text.data[i]); i++, digits++)
			value += (text.data[i] - '0') * (scale /= 10);
	*used = digits == 0 ? 0 : i;
	return value;
}

static double go_unit(struct str name) {
	static const struct {
		const char *name;
		double ms;
	} go_units[] = {
		{ "ns", 1e-6 },
		{ "us", 1e-3 },
		{ "µs", 1e-3 },
		{ "μs", 1e-3 },
		{ "ms", 1 },
		{ "s", 1e3 },
		{ "m", 6e4 },
		{ "h", 36e5 },
	};
	for (size_t i = 0; i < sizeof go_units / sizeof *go_units; i++)
		if (str_equal_cstr(name, go_units[i].name))
			return go_units[i].ms;
	return 0;
}

bool duration_parse_go(struct str text, dur_ms *out, struct error *err) {
	struct str rest = text;
	bool negative = str_has_prefix(rest, STR("-"));
	if (negative || str_has_prefix(rest, STR("+")))
		rest = str_skip(rest, 1);
	double total = 0;
	if (rest.len == 0)
		return error_set(err, ERR_INVALID, "time: invalid duration \"%.*s\"", STR_ARG(text));
	if (str_equal(rest, STR("0")))
		rest = STR_NONE; // the one number without a unit
	while (rest.len > 0) {
		size_t used = 0;
		double value = decimal(rest, &used);
		rest = str_skip(rest, used);
		size_t unit_len = 0;
		while (unit_len < rest.len && !is_digit(rest.data[unit_len]) && rest.data[unit_len] != '.')
			unit_len++;
		if (used == 0)
			return error_set(err, ERR_INVALID, "time: invalid duration \"%.*s\"", STR_ARG(text));
		if (unit_len == 0)
			return error_set(err, ERR_INVALID, "time: missing unit in duration \"%.*s\"", STR_ARG(text));
		double unit = go_unit(str_head(rest, unit_len));
		if (unit == 0)
			return error_set(err, ERR_INVALID, "time: unknown unit \"%.*s\" in duration \"%.*s\"", STR_ARG(str_head(rest, unit_len)), STR_ARG(text));
		total += value * unit;
		rest = str_skip(rest, unit_len);
	}
	if (total > (double)LONGEST)
		return error_set(err, ERR_INVALID, "time: invalid duration \"%.*s\"", STR_ARG(text));
	*out = (dur_ms)(negative ? -total : total);
	return true;
}
