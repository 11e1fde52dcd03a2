// SPDX-License-Identifier: Apache-2.0
#include "base/rune_case.h"
#include "base/buf.h"
#include "tests/harness/test.h"

static const char *mapped(void (*map)(struct buf *out, struct str text), const char *text) {
	static struct buf out;
	buf_reset(&out);
	map(&out, str_of(text));
	return buf_cstr(&out);
}

TEST(letters_of_all_scripts_change_case_and_nothing_else_does) {
	CHECK_CSTR(mapped(text_case_upper, "bAr 123 \xc3\xa9\xce\xb1\xd0\xb6"), "BAR 123 \xc3\x89\xce\x91\xd0\x96");
	CHECK_CSTR(mapped(text_case_lower, "BaR 123 \xc3\x89\xce\x91\xd0\x96"), "bar 123 \xc3\xa9\xce\xb1\xd0\xb6");
	CHECK_CSTR(mapped(text_case_lower, ""), "");
}

TEST(case_is_mapped_one_to_one_as_go_does) {
	CHECK_INT(rune_case_upper(0xdf), 0xdf); // not "SS"
	CHECK_INT(rune_case_lower(0x1e9e), 0xdf);
	CHECK_INT(rune_case_lower(0x130), 'i');
	CHECK_INT(rune_case_upper(0x131), 'I');
	CHECK_INT(rune_case_upper(0x17f), 'S');
	CHECK_INT(rune_case_upper(0x1c5), 0x1c4);
	CHECK_INT(rune_case_lower(0x1c5), 0x1c6);
	CHECK_INT(rune_case_upper(0x10428), 0x10400);
}
