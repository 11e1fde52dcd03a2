// SPDX-License-Identifier: Apache-2.0
// Holds time intervals against answers of Alertmanager, with the calendar's lengths of months: a file of lines {"interval": {"times": [["09:00",
// "17:00"]], "weekdays": […], …}, "error": "…"} or {…, "at": [milliseconds, …], "in": "01…"}. Says which lines differ.
#include "base/arena.h"
#include "base/buf.h"
#include "base/fs.h"
#include "base/json_read.h"
#include "model/time_interval.h"

#include <stdio.h>

enum { FILE_MAX = 256 << 20,
	RANGES_MAX = 8,
	MOMENTS_MAX = 256 };

struct golden_case {
	struct time_interval interval;
	struct value_range ranges[5][RANGES_MAX];
	struct error err; // the first one
	bool is_broken;
	struct str wanted_error, wanted;
	wall_ms moments[MOMENTS_MAX];
	size_t moment_count;
};

static void note(struct golden_case *one, bool ok, const struct error *err) {
	if (!ok && !one->is_broken)
		one->err = *err;
	one->is_broken |= !ok;
}

static void read_times(struct json_reader *in, struct golden_case *one) {
	struct value_ranges *out = &one->interval.minutes;
	*out = (struct value_ranges){ one->ranges[0], 0, true };
	json_read_array_begin(in);
	while (json_read_array_next(in)) {
		struct str texts[2] = { 0 };
		struct error err = { 0 };
		json_read_array_begin(in);
		for (size_t i = 0; json_read_array_next(in) && json_read_string(in, &texts[i]);)
			i++;
		note(one, minute_range_parse(texts[0], texts[1], &one->ranges[0][out->count++], &err), &err);
	}
}

static void read_texts(struct json_reader *in, struct golden_case *one, struct value_ranges *out, struct value_range *ranges, value_range_parse *parse) {
	*out = (struct value_ranges){ ranges, 0, true };
	json_read_array_begin(in);
	while (json_read_array_next(in)) {
		struct str text;
		struct error err = { 0 };
		if (json_read_string(in, &text))
			note(one, parse(text, &ranges[out->count++], &err), &err);
	}
}

static void read_location(struct json_reader *in, struct golden_case *one) {
	struct str name;
	struct error err = { 0 };
	if (json_read_string(in, &name))
		note(one, interval_zone_parse(name, &one->interval.zone, &err), &err);
}

static void read_interval(struct json_reader *in, struct golden_case *one) {
	struct time_interval *to = &one->interval;
	struct str name;
	json_read_object_begin(in);
	while (json_read_object_next(in, &name)) {
		if (str_equal_cstr(name, "times"))
			read_times(in, one);
		else if (str_equal_cstr(name, "weekdays"))
			read_texts(in, one, &to->weekdays, one->ranges[1], weekday_range_parse);
		else if (str_equal_cstr(name, "days_of_month"))
			read_texts(in, one, &to->month_days, one->ranges[2], month_day_range_parse);
		else if (str_equal_cstr(name, "months"))
			read_texts(in, one, &to->months, one->ranges[3], month_range_parse);
		else if (str_equal_cstr(name, "years"))
			read_texts(in, one, &to->years, one->ranges[4], year_range_parse);
		else
			read_location(in, one);
	}
}

static void read_moments(struct json_reader *in, struct golden_case *one) {
	json_read_array_begin(in);
	while (json_read_array_next(in) && one->moment_count < MOMENTS_MAX)
		if (!json_read_int(in, &one->moments[one->moment_count++]))
			return;
}

static bool read_case(struct json_reader *in, struct golden_case *one) {
	struct str name;
	json_read_object_begin(in);
	while (json_read_object_next(in, &name)) {
		if (str_equal_cstr(name, "interval"))
			read_interval(in, one);
		else if (str_equal_cstr(name, "at"))
			read_moments(in, one);
		else
			json_read_string(in, str_equal_cstr(name, "error") ? &one->wanted_error : &one->wanted);
	}
	return json_read_end(in) && one->wanted.len == one->moment_count;
}

// Members stand in the order in which the peer reads them: the first error is the same.
static bool check(const struct golden_case *one) {
	if (one->is_broken || one->wanted_error.len > 0)
		return one->is_broken && one->wanted_error.len > 0 && str_equal_cstr(one->wanted_error, one->err.text);
	for (size_t i = 0; i < one->moment_count; i++)
		if (time_interval_contains(&one->interval, one->moments[i]) != (one->wanted.data[i] == '1')) {
			printf("at %lld\n", (long long)one->moments[i]);
			return false;
		}
	return true;
}

static bool check_line(struct str line) {
	autoarena struct arena arena = { 0 };
	struct json_reader reader;
	struct golden_case one = { 0 };
	json_read_init(&reader, &arena, line);
	if (read_case(&reader, &one) && check(&one))
		return true;
	printf("%.*s\n  got: %s\n", STR_ARG(line), one.is_broken ? one.err.text : "no error");
	return false;
}

int main(int argc, char **argv) {
	autobuf struct buf file = { 0 };
	struct error err;
	size_t lines = 0, bad = 0;
	if (argc != 2 || !fs_read_file(argv[1], FILE_MAX, &file, &err))
		return 2;
	for (struct str rest = buf_str(&file); rest.len > 0; lines++)
		bad += !check_line(str_cut(&rest, '\n'));
	printf("%zu of %zu lines differ\n", bad, lines);
	return bad > 0 || lines == 0;
}
