// SPDX-License-Identifier: Apache-2.0
// Go's quoting, both ways.
#include "base/go_text.h"

#include "base/buf.h"
#include "tests/harness/test.h"

TEST(quoting_escapes_what_go_escapes) {
	// clang-format off: packed rows
	static const struct { const char *text, *quoted; } cases[] = {
		{ "", "\"\"" },
		{ "a b", "\"a b\"" },
		{ "\a\b\f\n\r\t\v\\\"'", "\"\\a\\b\\f\\n\\r\\t\\v\\\\\\\"'\"" },
		{ "\x01\x7f", "\"\\x01\\x7f\"" },
		{ "\xc3\xa9\xe2\x82\xac", "\"\xc3\xa9\xe2\x82\xac\"" },
		{ "\xc2\xad", "\"\\u00ad\"" },
		{ "\xe2\x80\xa8", "\"\\u2028\"" },
		{ "\xc2\xa0", "\"\\u00a0\"" },
		{ "\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\"" },
		{ "\xf3\xa0\x80\x81", "\"\\U000e0001\"" },
		{ "a\xff", "\"a\\xff\"" },
		{ "\xef\xbf\xbd", "\"\xef\xbf\xbd\"" },
	};
	// clang-format on
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		autobuf struct buf out = { 0 };
		go_quote(&out, str_of(cases[i].text));
		CHECK_STR(buf_str(&out), cases[i].quoted);
	}
}

TEST(unquoting_reads_every_escape) {
	// clang-format off: packed rows
	static const struct { const char *quoted, *text; } cases[] = {
		{ "\"\"", "" },
		{ "\"a b\"", "a b" },
		{ "\"\\a\\b\\f\\n\\r\\t\\v\\\\\\\"'\"", "\a\b\f\n\r\t\v\\\"'" },
		{ "\"\\101\\x42\\u0043\\U0001F600\"", "ABC\xf0\x9f\x98\x80" },
		{ "\"\\xc3\\xa9\"", "\xc3\xa9" },
		{ "\"\\377\"", "\xff" },
		{ "\"\\uFFFF\"", "\xef\xbf\xbf" },
	};
	// clang-format on
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		autobuf struct buf out = { 0 };
		CHECK(go_unquote(&out, str_of(cases[i].quoted)));
		CHECK_CSTR(buf_cstr(&out), cases[i].text);
	}
}

TEST(what_go_cannot_unquote_is_refused) {
	static const char *const refused[] = {
		"",
		"\"",
		"a",
		"\"a",
		"a\"",
		"\"a\"b\"",
		"\"\n\"",
		"\"\\\"",
		"\"\\'\"",
		"\"\\q\"",
		"\"\\x4\"",
		"\"\\x4g\"",
		"\"\\400\"",
		"\"\\08\"",
		"\"\\ud800\"",
		"\"\\U00110000\"",
		"\"\\UFFFFFFFF\"",
		"\"\\u12\"",
		"'a'",
	};
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		autobuf struct buf out = { 0 };
		buf_append_cstr(&out, "kept");
		if (go_unquote(&out, str_of(refused[i])))
			FAIL_TEST("accepted %s", refused[i]);
		CHECK_STR(buf_str(&out), "kept");
	}
}
