// SPDX-License-Identifier: Apache-2.0
#include "model/duration.h"
#include "base/buf.h"
#include "tests/harness/test.h"

static void check_ok(const char *text, dur_ms wanted, const char *printed) {
	dur_ms got = -1;
	struct error err;
	CHECK(duration_parse(str_of(text), &got, &err));
	assert_int_equal(got, wanted);
	autobuf struct buf out = { 0 };
	duration_format(&out, got);
	CHECK_STR(buf_str(&out), printed);
}

static void check_fail(const char *text, const char *message) {
	dur_ms got = 77;
	struct error err;
	CHECK(!duration_parse(str_of(text), &got, &err));
	CHECK_CSTR(err.text, message);
	CHECK(got == 77);
}

TEST(durations_read_and_print_as_prometheus_does) {
	check_ok("0", 0, "0s");
	check_ok("5m", MINUTES(5), "5m");
	check_ok("1w2d3h4m5s6ms", 788645006, "9d3h4m5s6ms");
	check_ok("90s", 90000, "1m30s");
	check_ok("14d", HOURS(24) * 14, "2w");
	check_ok("8d", HOURS(24) * 8, "8d");
	check_ok("365d", HOURS(24) * 365, "1y");
}

TEST(bad_durations_say_what_prometheus_says) {
	check_fail("", "empty duration string");
	check_fail("300", "not a valid duration string: \"300\"");
	check_fail("5 min", "unknown unit \" min\" in duration \"5 min\"");
	check_fail("5m1h", "not a valid duration string: \"5m1h\"");
	check_fail("1m1m", "not a valid duration string: \"1m1m\"");
	check_fail("-5m", "not a valid duration string: \"-5m\"");
	check_fail("300y", "duration out of range");
	check_fail("99999999999999999999y", "not a valid duration string: \"99999999999999999999y\"");
}

TEST(go_durations_take_fractions_and_signs) {
	dur_ms got;
	struct error err;
	CHECK(duration_parse_go(STR("1.5h"), &got, &err) && got == MINUTES(90));
	CHECK(duration_parse_go(STR("-2m30s"), &got, &err) && got == -150000);
	CHECK(duration_parse_go(STR("0"), &got, &err) && got == 0);
	CHECK(!duration_parse_go(STR("5"), &got, &err));
	CHECK_CSTR(err.text, "time: missing unit in duration \"5\"");
	CHECK(!duration_parse_go(STR("1h0"), &got, &err)); // zero goes without a unit only when it is all there is
	CHECK(!duration_parse_go(STR("5d"), &got, &err));
	CHECK_CSTR(err.text, "time: unknown unit \"d\" in duration \"5d\"");
}
