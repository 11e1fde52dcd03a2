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

static void check_delta(const char *text, const char *like, const char *wanted) {
	autobuf struct buf buf = { 0 };
	buf_append_delta(&buf, str_of(text), str_of(like));
	CHECK(str_equal(buf_str(&buf), str_make(wanted, 3 + strlen(wanted + 3))));
}

TEST(a_delta_says_what_is_alike_at_both_ends_and_what_is_between) {
	check_delta("", "", "\0\0\0");
	check_delta("abc", "", "\0\0\3abc");
	check_delta("", "abc", "\0\0\0");
	check_delta("abc", "abc", "\3\0\0");
	check_delta("abc", "xyz", "\0\0\3abc");
	check_delta("aXc", "aYc", "\1\1\1X");
	check_delta("aa", "aaa", "\2\0\0"); // no byte counts for both ends
	check_delta("aaaa", "aaa", "\3\0\1"
	                           "a");
	check_delta("0123456789X0123456789", "0123456789Y0123456789", "\12\12\1X"); // longer than words
	check_delta("0123456789", "56789", "\0\5\5"
	                                   "01234");
	check_delta("01234567", "01234567x", "\10\0\0");
}

TEST(a_number_takes_as_many_bytes_as_it_needs) {
	autobuf struct buf buf = { 0 };
	buf_append_varint(&buf, 0x7f);
	buf_append_varint(&buf, 0x80);
	buf_append_varint(&buf, UINT64_MAX);
	CHECK(str_equal(buf_str(&buf), STR("\x7f\x80\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")));
}
