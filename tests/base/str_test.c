// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "tests/harness/test.h"

TEST(comparison_is_bytewise_and_shorter_comes_first) {
	CHECK(str_compare(STR("a"), STR("b")) < 0);
	CHECK(str_compare(STR("ab"), STR("a")) > 0);
	CHECK(str_compare(STR("\xff"), STR("a")) > 0);
	CHECK(str_compare(STR_NONE, STR("")) == 0);
}

TEST(cut_takes_one_part_a_time) {
	struct str rest = STR("a,b,");
	CHECK_STR(str_cut(&rest, ','), "a");
	CHECK_STR(str_cut(&rest, ','), "b");
	CHECK_STR(str_cut(&rest, ','), "");
	CHECK(rest.len == 0);
}

TEST(utf8_is_judged_strictly) {
	CHECK(str_is_utf8(STR("Grüße 日本 🚨")));
	CHECK(!str_is_utf8(STR("\xc0\x80")));         // overlong NUL
	CHECK(!str_is_utf8(STR("\xed\xa0\x80")));     // surrogate
	CHECK(!str_is_utf8(STR("\xf4\x90\x80\x80"))); // above U+10FFFF
	CHECK(!str_is_utf8(STR("a\xe2\x82")));        // cut short
	CHECK(!str_is_utf8(STR("\x80")));
}

TEST(runes_survive_encoding_and_decoding) {
	static const unsigned runes[] = { 0, 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000, 0x10ffff };
	for (size_t i = 0; i < sizeof runes / sizeof *runes; i++) {
		char utf8[4];
		unsigned back = 1;
		size_t len = str_encode_rune(runes[i], utf8);
		CHECK_INT(str_decode_rune(str_make(utf8, len), &back), len);
		CHECK_INT(back, runes[i]);
	}
	unsigned broken = 0;
	CHECK_INT(str_decode_rune(STR("\xff"), &broken), 1);
	CHECK_INT(broken, 0xfffd);
}

TEST(trimming_and_prefixes) {
	CHECK_STR(str_trim(STR(" \t a b\r\n")), "a b");
	CHECK(str_has_prefix(STR("abc"), STR("ab")) && !str_has_prefix(STR("a"), STR("ab")));
	CHECK(str_has_suffix(STR("abc"), STR("bc")) && !str_has_suffix(STR("c"), STR("bc")));
	CHECK(str_find(STR("hello"), STR("ll")) == 2 && str_find(STR("hello"), STR("x")) == -1);
	CHECK(str_find_char(STR("a:b:c"), ':') == 1 && str_find_last_char(STR("a:b:c"), ':') == 3 && str_find_last_char(STR("a:b:c"), '/') == -1 && str_find_last_char(STR_NONE, ':') == -1);
	CHECK(str_equal_nocase(STR("AbC"), STR("aBc")));
}
