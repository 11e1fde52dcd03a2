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
