// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"
#include "base/buf.h"
#include "tests/harness/test.h"

static void check_time(wall_ms at, const char *wanted) {
	autobuf struct buf out = { 0 };
	clock_append_rfc3339(&out, at);
	CHECK_STR(buf_str(&out), wanted);
}

TEST(times_print_as_go_prints_rfc3339_nano) {
	check_time(0, "1970-01-01T00:00:00Z");
	check_time(1704067199120, "2023-12-31T23:59:59.12Z");
	check_time(1704067199123, "2023-12-31T23:59:59.123Z");
	check_time(-1, "1969-12-31T23:59:59.999Z");
	check_time(-62135596800000, "0001-01-01T00:00:00Z"); // Go's zero time
}

TEST(clocks_move_forward) {
	mono_ms before = clock_mono();
	CHECK(clock_mono() >= before);
	CHECK(clock_wall() > 1600000000000);
}

static void check_read(const char *text, const char *wanted) {
	autobuf struct buf out = { 0 };
	wall_ms at;
	CHECK(clock_parse_rfc3339(str_of(text), &at));
	clock_append_rfc3339(&out, at);
	CHECK_STR(buf_str(&out), wanted);
}

TEST(times_are_read_with_any_fraction_and_offset) {
	check_read("2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z");
	check_read("2024-02-29T23:59:59.123456789+02:30", "2024-02-29T21:29:59.123Z");
	check_read("2023-12-31T23:59:59.9-0100", "2024-01-01T00:59:59.9Z");
	check_read("0001-01-01T00:00:00.000Z", "0001-01-01T00:00:00Z");
	check_read("2024-03-01T00:00:00", "2024-03-01T00:00:00Z");
	check_read("2024-03-01T10:20", "2024-03-01T10:20:00Z");
	check_read("2024-03-01", "2024-03-01T00:00:00Z");
	check_read("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z");
}

TEST(every_day_of_four_centuries_is_read_as_it_is_written) {
	for (wall_ms at = -5000000000000; at < 8000000000000; at += 86400000) {
		autobuf struct buf text = { 0 };
		wall_ms got;
		clock_append_rfc3339(&text, at);
		CHECK(clock_parse_rfc3339(buf_str(&text), &got) && got == at);
	}
}

TEST(what_is_no_time_is_refused) {
	static const char *const texts[] = { "", "2024", "2024-13-01", "2023-02-29T00:00:00Z", "2024-02-30", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z",
		"2024-01-01 00:00:00Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00z", "2024-01-01T00:00:00+1", "2024-01-01T00:00:00Zx", "2024-01-01T", "x" };
	wall_ms at;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		CHECK(!clock_parse_rfc3339(str_of(texts[i]), &at));
}
