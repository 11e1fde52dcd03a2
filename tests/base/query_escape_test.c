// SPDX-License-Identifier: Apache-2.0
// Escapes as Go's url.QueryEscape writes them.
#include "base/query_escape.h"
#include "base/buf.h"
#include "tests/harness/test.h"

static void check(struct str text, const char *wanted) {
	autobuf struct buf out = { 0 };
	url_query_escape(&out, text);
	CHECK_CSTR(buf_cstr(&out), wanted);
}

static void check_segment(struct str text, const char *wanted) {
	autobuf struct buf out = { 0 };
	url_path_escape(&out, text);
	CHECK_CSTR(buf_cstr(&out), wanted);
}

TEST(within_a_segment_of_a_path_six_signs_more_stay) {
	check_segment(STR("aZ09-_.~$&+=:@"), "aZ09-_.~$&+=:@");
	check_segment(STR("a b/c;d,e?"), "a%20b%2Fc%3Bd%2Ce%3F");
	check_segment(str_make("\0\xff", 2), "%00%FF");
}

TEST(several_segments_keep_what_divides_them) {
	autobuf struct buf out = { 0 };
	url_paths_escape(&out, STR("/a b;c,\xc3\xa9/(x)?"));
	CHECK_CSTR(buf_cstr(&out), "/a%20b;c,%C3%A9/%28x%29%3F");
}

TEST(an_escape_is_a_sign_and_two_digits) {
	CHECK_INT(url_escaped_byte(STR("%4ax")), 'J');
	CHECK_INT(url_escaped_byte(STR("%fF")), 0xff);
	CHECK(url_escaped_byte(STR("%4")) < 0 && url_escaped_byte(STR("%4g")) < 0 && url_escaped_byte(STR("441")) < 0 && url_escaped_byte(STR_NONE) < 0);
}

TEST(all_but_letters_digits_and_four_signs_is_escaped) {
	check(STR(""), "");
	check(STR("aZ09-_.~"), "aZ09-_.~");
	check(STR("a b"), "a+b");
	check(STR("x&y=z/+%"), "x%26y%3Dz%2F%2B%25");
	check(STR("\xc3\xa9"), "%C3%A9");
	check(str_make("\0\xff", 2), "%00%FF");
}
