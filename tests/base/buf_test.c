// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "tests/harness/test.h"

TEST(appending_keeps_the_text_terminated) {
	autobuf struct buf buf = { 0 };
	CHECK_CSTR(buf_cstr(&buf), "");
	for (int i = 0; i < 1000; i++)
		buf_format(&buf, "%d,", i);
	CHECK(buf.len == 3890);
	CHECK(strlen(buf.data) == buf.len);
	buf_truncate(&buf, 4);
	CHECK_STR(buf_str(&buf), "0,1,");
}

TEST(room_that_is_asked_for_is_part_of_the_text) {
	autobuf struct buf buf = { 0 };
	CHECK(buf_extend(&buf, 0) != NULL);
	CHECK_CSTR(buf.data, "");
	for (int i = 0; i < 1000; i++)
		memcpy(buf_extend(&buf, 3), "abc", 3);
	CHECK(buf.len == 3000);
	CHECK(strlen(buf.data) == buf.len && memcmp(buf.data + 2994, "abcabc", 6) == 0);
}

TEST(integers_are_written_to_their_limits) {
	autobuf struct buf buf = { 0 };
	buf_append_int(&buf, INT64_MIN);
	buf_append_char(&buf, ' ');
	buf_append_int(&buf, INT64_MAX);
	buf_append_char(&buf, ' ');
	buf_append_int(&buf, 0);
	CHECK_STR(buf_str(&buf), "-9223372036854775808 9223372036854775807 0");
}

TEST(a_taken_text_belongs_to_the_caller) {
	struct buf buf = { 0 };
	buf_append_cstr(&buf, "x");
	autofree char *text = buf_take(&buf);
	CHECK_CSTR(text, "x");
	CHECK(buf.data == NULL && buf.len == 0);
}
