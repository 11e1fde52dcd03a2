// SPDX-License-Identifier: Apache-2.0
// JSON out: the exact bytes Go's encoding/json would write.
#include "base/json_write.h"

#include "tests/harness/test.h"

#include <math.h>

static void check_string(struct str text, const char *wanted) {
	autobuf struct buf out = { 0 };
	json_append_string(&out, text);
	CHECK_STR(buf_str(&out), wanted);
}

static void check_double(double number, const char *wanted) {
	autobuf struct buf out = { 0 };
	json_append_double(&out, number);
	CHECK_STR(buf_str(&out), wanted);
}

TEST(strings_are_escaped_as_go_does) {
	check_string(STR_NONE, "\"\"");
	check_string(STR("plain \x7f"), "\"plain \x7f\"");
	check_string(STR("\"\\/\b\f\n\r\t\x01\x1f"), "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\"");
	check_string(STR("<a & b>"), "\"\\u003ca \\u0026 b\\u003e\"");
	check_string(STR("\xe2\x80\xa8\xe2\x80\xa9\xc3\xa4\xf0\x9f\x98\x80"), "\"\\u2028\\u2029\xc3\xa4\xf0\x9f\x98\x80\"");
	check_string(STR("a\xff"
	                 "b\xe2\x82"),
	    "\"a\\ufffdb\\ufffd\\ufffd\"");
	check_string(STR("\xef\xbf\xbd"), "\"\xef\xbf\xbd\"");
	check_string(str_make("a\0b", 3), "\"a\\u0000b\"");
}

TEST(a_fingerprint_is_a_string_of_sixteen_digits) {
	autobuf struct buf out = { 0 };
	struct json_writer writer = { .out = &out };
	json_open_array(&writer);
	json_hex16(&writer, 0);
	json_hex16(&writer, UINT64_C(0x0123456789abcdef));
	json_close_array(&writer);
	CHECK_STR(buf_str(&out), "[\"0000000000000000\",\"0123456789abcdef\"]");
}

// Long texts are looked through many bytes at a time: each special byte is found wherever it stands.
TEST(a_special_byte_is_escaped_wherever_it_stands) {
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789!#$%'()*+,-./:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`{|}~";
	static const struct {
		char byte;
		const char *go, *labels; // in its place
	} cases[] = {
		{ '"', "\\\"", "\\\"" },
		{ '\\', "\\\\", "\\\\" },
		{ '<', "\\u003c", "<" },
		{ '>', "\\u003e", ">" },
		{ '&', "\\u0026", "&" },
		{ '\x1f', "\\u001f", "\\u001f" },
		{ '\0', "\\u0000", "\\u0000" },
		{ '\x80', "\\ufffd", "\\ufffd" },
		{ '\xff', "\\ufffd", "\\ufffd" },
		{ '\x7f', "\x7f", "\x7f" },
	};
	for (size_t which = 0; which < sizeof cases / sizeof *cases; which++)
		for (size_t len = 1; len < 60; len++)
			for (size_t at = 0; at < len; at++) {
				char text[64];
				autobuf struct buf go = { 0 }, labels = { 0 }, wanted = { 0 };
				memcpy(text, plain, len);
				text[at] = cases[which].byte;
				json_append_string(&go, str_make(text, len));
				buf_format(&wanted, "\"%.*s%s%.*s\"", (int)at, plain, cases[which].go, (int)(len - at - 1), plain + at + 1);
				CHECK_STR(buf_str(&go), buf_cstr(&wanted));
				struct json_writer writer = { .out = &labels, .dialect = JSON_PROMETHEUS_LABELS };
				json_string(&writer, str_make(text, len));
				buf_reset(&wanted);
				buf_format(&wanted, "\"%.*s%s%.*s\"", (int)at, plain, cases[which].labels, (int)(len - at - 1), plain + at + 1);
				CHECK_STR(buf_str(&labels), buf_cstr(&wanted));
			}
}

TEST(doubles_are_the_shortest_that_read_back) {
	// clang-format off: packed rows
	static const struct {
		double number;
		const char *text;
	} cases[] = {
		{ 0, "0" },
		{ -0.0, "-0" },
		{ 1, "1" },
		{ -17, "-17" },
		{ 0.1, "0.1" },
		{ 0.3, "0.3" },
		{ 0.1 + 0.2, "0.30000000000000004" },
		{ 100, "100" },
		{ 1e15, "1000000000000000" },
		{ 1e20, "100000000000000000000" },
		{ 1e21, "1e+21" },
		{ 1.5e300, "1.5e+300" },
		{ 1e-6, "0.000001" },
		{ 9.999e-7, "9.999e-7" },
		{ 1e-7, "1e-7" },
		{ 1e-10, "1e-10" },
		{ 5e-324, "5e-324" },
		{ -2.5e-308, "-2.5e-308" },
		{ 1.7976931348623157e308, "1.7976931348623157e+308" },
		{ 2.2250738585072014e-308, "2.2250738585072014e-308" },
		{ 1.0 / 3, "0.3333333333333333" },
		{ 123456.789, "123456.789" },
		{ 9007199254740993.0, "9007199254740992" },
		{ 5.684341886080802e-14, "5.684341886080802e-14" },
		{ 9.5367431640625e-7, "9.5367431640625e-7" },
	};
	// clang-format on
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_double(cases[i].number, cases[i].text);
}

TEST(the_writer_keeps_the_commas) {
	autobuf struct buf out = { 0 };
	struct json_writer writer = { .out = &out };
	json_open_object(&writer);
	json_key(&writer, "a");
	json_open_array(&writer);
	json_int(&writer, -5);
	json_double(&writer, 2.5);
	json_double(&writer, NAN);
	json_open_object(&writer);
	json_close_object(&writer);
	json_open_array(&writer);
	json_close_array(&writer);
	json_bool(&writer, true);
	json_close_array(&writer);
	json_key(&writer, "b");
	json_cstr(&writer, "x<y");
	json_key(&writer, "c");
	json_cstr(&writer, NULL);
	json_key(&writer, "d");
	json_time(&writer, 1000);
	json_key(&writer, "e");
	json_raw(&writer, STR("[1,2]"));
	json_key(&writer, "f");
	json_string(&writer, STR("s"));
	json_close_object(&writer);
	CHECK_STR(buf_str(&out), "{\"a\":[-5,2.5,null,{},[],true],\"b\":\"x\\u003cy\",\"c\":null,\"d\":\"1970-01-01T00:00:01Z\",\"e\":[1,2],\"f\":\"s\"}");
	CHECK(writer.depth == 0);
}

TEST(the_api_of_prometheus_has_other_escapes_and_exponents) {
	autobuf struct buf out = { 0 };
	struct json_writer writer = { .out = &out, .dialect = JSON_PROMETHEUS };
	json_open_object(&writer);
	json_key_str(&writer, str_make("a\bz", 2));
	json_string(&writer, STR("\b\f\n\r\t\x01<\xe2\x80\xa8\xff"));
	json_key(&writer, "d");
	json_double(&writer, 1.5e-9);
	json_close_object(&writer);
	CHECK_CSTR(buf_cstr(&out), "{\"a\\u0008\":\"\\u0008\\u000c\\n\\r\\t\\u0001\\u003c\\u2028\\ufffd\",\"d\":1.5e-09}");
}

TEST(label_sets_of_prometheus_keep_what_html_minds) {
	autobuf struct buf out = { 0 };
	struct json_writer writer = { .out = &out, .dialect = JSON_PROMETHEUS_LABELS };
	json_string(&writer, STR("<&>\b\"\\\xe2\x80\xa8"));
	CHECK_CSTR(buf_cstr(&out), "\"<&>\\u0008\\\"\\\\\xe2\x80\xa8\"");
}

TEST(an_indented_document_has_one_member_a_line) {
	autobuf struct buf out = { 0 };
	struct json_writer writer = { .out = &out, .indent = 2 };
	json_open_object(&writer);
	json_key(&writer, "a");
	json_open_array(&writer);
	json_int(&writer, 1);
	json_open_object(&writer);
	json_close_object(&writer);
	json_close_array(&writer);
	json_key(&writer, "b");
	json_raw(&writer, STR("[2]"));
	json_close_object(&writer);
	CHECK_CSTR(buf_cstr(&out), "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": [2]\n}");
}
