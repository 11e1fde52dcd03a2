// SPDX-License-Identifier: Apache-2.0
// The JSON reader against a table of cases and against jansson on seeded random and mutated documents.
// Known differences from jansson, kept out of the comparison: \u0000 in member names (jansson refuses it; we take it), and a NUL byte
// after the value (jansson takes it for the end; we refuse it).
#include "base/json_read.h"

#include "base/buf.h"
#include "tests/base/json_oracle.h"
#include "tests/harness/test.h"

#include <math.h>

static bool is_accepted(struct str text) {
	autoarena struct arena arena = { 0 };
	struct json_reader reader;
	json_read_init(&reader, &arena, text);
	return json_read_skip(&reader) && json_read_end(&reader);
}

// Reads the next value and everything in it with the typed calls, and prints it again in a canonical form.
static bool read_value(struct json_reader *reader, struct buf *out) {
	struct str text;
	double number = 0;
	bool truth = false, is_first = true;
	switch (json_read_peek(reader)) {
	case JSON_NULL:
		buf_append_char(out, 'n');
		return json_read_null(reader);
	case JSON_BOOL:
		if (!json_read_bool(reader, &truth))
			return false;
		buf_append_char(out, truth ? 't' : 'f');
		return true;
	case JSON_NUMBER:
		if (!json_read_number(reader, &number))
			return false;
		buf_format(out, "%.17g", number);
		return true;
	case JSON_STRING:
		if (!json_read_string(reader, &text))
			return false;
		buf_format(out, "%zu:", text.len);
		buf_append_str(out, text);
		return true;
	case JSON_ARRAY:
		for (json_read_array_begin(reader); json_read_array_next(reader); is_first = false) {
			buf_append_char(out, is_first ? '[' : ',');
			if (!read_value(reader, out))
				return false;
		}
		buf_append_cstr(out, is_first ? "[]" : "]");
		return !reader->failed;
	case JSON_OBJECT:
		buf_append_char(out, '{');
		for (json_read_object_begin(reader); json_read_object_next(reader, &text);) {
			buf_format(out, "%zu:", text.len);
			buf_append_str(out, text);
			if (!read_value(reader, out))
				return false;
		}
		buf_append_char(out, '}');
		return !reader->failed;
	case JSON_BROKEN:
		return false;
	}
	return false;
}

static bool read_whole(struct str text, struct buf *out) {
	autoarena struct arena arena = { 0 };
	struct json_reader reader;
	json_read_init(&reader, &arena, text);
	return read_value(&reader, out) && json_read_end(&reader);
}

static bool fails_with(const char *text, const char *error, int line, int column) {
	autobuf struct buf out = { 0 };
	autoarena struct arena arena = { 0 };
	struct json_reader reader;
	json_read_init(&reader, &arena, str_of(text));
	if (read_value(&reader, &out) && json_read_end(&reader))
		return false;
	if (strcmp(reader.error.text, error) != 0 || reader.error.at.line != line || reader.error.at.column != column)
		print_error("%d:%d: %s\n", reader.error.at.line, reader.error.at.column, reader.error.text);
	return strcmp(reader.error.text, error) == 0 && reader.error.at.line == line && reader.error.at.column == column;
}

TEST(values_of_every_kind_are_read) {
	autobuf struct buf out = { 0 };
	CHECK(read_whole(STR(" { \"a\" : [ 1 , -2.5e1 , true , false , null , \"x\" , [ ] , { } ] } "), &out));
	CHECK_STR(buf_str(&out), "{1:a[1,-25,t,f,n,1:x,[],{}]}");
}

TEST(what_is_not_json_is_refused) {
	// clang-format off: packed rows
	static const char *const refused[] = {
		"",
		" ",
		"[",
		"]",
		"{",
		"}",
		"[1,]",
		"[,1]",
		"[1 2]",
		"{\"a\":1,}",
		"{\"a\"}",
		"{\"a\":}",
		"{a:1}",
		"{'a':1}",
		"{1:1}",
		"{,}",
		"nul",
		"nulll",
		"True",
		"tru",
		"NaN",
		"Infinity",
		"-",
		"+1",
		".5",
		"1.",
		"01",
		"-01",
		"1e",
		"1e+",
		"0x10",
		"1,2",
		"[1]x",
		"\"",
		"\"\\",
		"\"\\x\"",
		"\"\\u12\"",
		"\"\\u12g4\"",
		"\"\\ud800\"",
		"\"\\ud800x\"",
		"\"\\ud800\\u0041\"",
		"\"\\udc00\"",
		"\"a\nb\"",
		"\"\t\"",
		"\"\xff\"",
		"\"\xc0\xaf\"",
		"\"\xed\xa0\x80\"",
		"\"\xf4\x90\x80\x80\"",
		"\"\xe2\x82\"",
		"// c\n1",
		"/**/1",
		"\xef\xbb\xbf[]",
		"[1]\f",
		"{\"a\":1 \"b\":2}",
		"[[1]",
		"[1}",
		"{\"a\":1]",
		("\xc2\xa0"
		 "1"),
	};
	// clang-format on
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		if (is_accepted(str_of(refused[i])) || is_accepted(str_make(refused[i], strlen(refused[i]))))
			FAIL_TEST("accepted: %s", refused[i]);
	}
	CHECK(!is_accepted(str_make("[\0]", 3)) && !is_accepted(str_make("1\0", 2)) && !is_accepted(str_make("\"a\0\"", 4)));
}

TEST(errors_name_what_was_expected_and_where) {
	CHECK(fails_with("{\"a\" 1}", "unexpected \"1\", expected \":\"", 1, 6));
	CHECK(fails_with("[1,\n 2 3]", "unexpected \"3\", expected \",\" or \"]\"", 2, 4));
	CHECK(fails_with("{\"a\":1,}", "unexpected \"}\", expected a member name", 1, 8));
	CHECK(fails_with("[1,]", "unexpected \"]\", expected a value", 1, 4));
	CHECK(fails_with("[\"\xc3\xa4\", x]", "unexpected \"x\", expected a value", 1, 7));
	CHECK(fails_with("[\"abc", "unexpected end, expected the end of a string", 1, 6));
	CHECK(fails_with("[1e999]", "number \"1e999\" is out of range", 1, 2));
	CHECK(fails_with("\"\\q\"", "unexpected \"q\", expected an escape: one of \"\\/bfnrtu", 1, 3));
	CHECK(fails_with("1 2", "unexpected \"2\", expected the end", 1, 3));
}

TEST(escapes_are_decoded_and_surrogates_paired) {
	autobuf struct buf out = { 0 };
	CHECK(read_whole(STR("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\u20AC\\ud83d\\ude00z\""), &out));
	CHECK_STR(buf_str(&out), "19:a\"\\/\b\f\n\r\t\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z");
	buf_reset(&out);
	CHECK(read_whole(STR("\"\\u0000\""), &out) && str_equal(buf_str(&out), str_make("1:\0", 3)));
}

TEST(a_byte_that_a_string_may_not_hold_is_seen_wherever_it_stands) {
	static const char bytes[] = "\x01\x1f\x80\xff";
	for (size_t at = 1; at < 21; at++) {
		char text[22];
		memset(text, 'x', sizeof text);
		text[0] = text[21] = '"';
		autobuf struct buf out = { 0 };
		text[at] = '\x7f';
		CHECK(read_whole(str_make(text, sizeof text), &out));
		for (size_t b = 0; b < sizeof bytes; b++) { // its zero too
			text[at] = bytes[b];
			CHECK(!read_whole(str_make(text, sizeof text), &out));
		}
	}
}

TEST(a_string_ends_at_its_quote_wherever_that_stands) {
	for (size_t len = 0; len < 20; len++) {
		autobuf struct buf text = { 0 }, out = { 0 }, wanted = { 0 };
		buf_format(&text, "[\"%.*s\",\"%.*s\\n\"]", (int)len, "xxxxxxxxxxxxxxxxxxxx", (int)len, "xxxxxxxxxxxxxxxxxxxx");
		buf_format(&wanted, "[%zu:%.*s,%zu:%.*s\n]", len, (int)len, "xxxxxxxxxxxxxxxxxxxx", len + 1, (int)len, "xxxxxxxxxxxxxxxxxxxx");
		CHECK(read_whole(buf_str(&text), &out));
		CHECK_STR(buf_str(&out), buf_cstr(&wanted));
	}
}

// Bytes above ASCII are no others for what is read beside them; those after the end are not the string's.
TEST(a_string_beyond_ascii_ends_at_its_quote_wherever_that_stands) {
	for (size_t len = 0; len < 20; len++) {
		autobuf struct buf text = { 0 }, out = { 0 }, wanted = { 0 };
		buf_format(&text, "[\"\xc3\xa4%.*s\",\"%.*s\xc3\xa4\\n\"]", (int)len, "xxxxxxxxxxxxxxxxxxxx", (int)len, "xxxxxxxxxxxxxxxxxxxx");
		buf_format(&wanted, "[%zu:\xc3\xa4%.*s,%zu:%.*s\xc3\xa4\n]", len + 2, (int)len, "xxxxxxxxxxxxxxxxxxxx", len + 3, (int)len, "xxxxxxxxxxxxxxxxxxxx");
		CHECK(read_whole(buf_str(&text), &out));
		CHECK_STR(buf_str(&out), buf_cstr(&wanted));
		text.data[text.len - 6] = 'x'; // what follows a lead byte has none now
		CHECK(!read_whole(buf_str(&text), &out));
	}
}

TEST(broken_texts_are_mended_as_go_does_where_the_caller_says_so) {
	static const char *const texts[][2] = {
		{ "\"x\\ud800y\"", "x\xef\xbf\xbdy" },
		{ "\"\\udc00\\ud83d\\ude00\\ud83d\"", "\xef\xbf\xbd\xf0\x9f\x98\x80\xef\xbf\xbd" },
		{ "\"\\ud83d\\u0041\"", "\xef\xbf\xbd\x41" },
		{ "\"x\xff\xfey\"", "x\xef\xbf\xbd\xef\xbf\xbdy" },
		{ "\"\xe2\x82\"", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\"\xed\xa0\x80\"", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\"\\n\xe2\x82\\n\xc3\xa9\"", "\n\xef\xbf\xbd\xef\xbf\xbd\n\xc3\xa9" },
		{ "\"\xc3\xa9\"", "\xc3\xa9" },
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		autoarena struct arena arena = { 0 };
		struct json_reader reader;
		struct str text;
		json_read_init(&reader, &arena, str_of(texts[i][0]));
		reader.mends = true;
		CHECK(json_read_string(&reader, &text) && json_read_end(&reader));
		if (!str_equal_cstr(text, texts[i][1]))
			FAIL_TEST("%s: got %.*s", texts[i][0], STR_ARG(text));
		json_read_init(&reader, &arena, str_of(texts[i][0]));
		CHECK(json_read_string(&reader, &text) == (i == 7)); // strict else
	}
}

TEST(what_is_broken_otherwise_is_not_mended) {
	static const char *const texts[] = { "\"\\u12\"", "\"\\x\"", "\"\x01\"", "\"\\ud800", "\"\xff", "\xef\xbb\xbf\"a\"" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		autoarena struct arena arena = { 0 };
		struct json_reader reader;
		struct str text;
		json_read_init(&reader, &arena, str_of(texts[i]));
		reader.mends = true;
		CHECK(!(json_read_string(&reader, &text) && json_read_end(&reader)));
	}
}

TEST(a_string_without_escapes_is_a_slice_of_the_text) {
	autoarena struct arena arena = { 0 };
	struct json_reader reader;
	struct str text = STR("\"plain\""), out;
	json_read_init(&reader, &arena, text);
	CHECK(json_read_string(&reader, &out) && out.data == text.data + 1 && arena.used == 0);
}

TEST(integers_are_exact_over_the_whole_range) {
	// clang-format off: packed rows
	static const struct {
		const char *text;
		bool ok;
		int64_t value;
	} cases[] = {
		{ "0", true, 0 },
		{ "-0", true, 0 },
		{ "9223372036854775807", true, INT64_MAX },
		{ "-9223372036854775808", true, INT64_MIN },
		{ "9007199254740993", true, 9007199254740993 },
		{ "9223372036854775808", false, 0 },
		{ "-9223372036854775809", false, 0 },
		{ "1.0", false, 0 },
		{ "1e3", false, 0 },
		{ "99999999999999999999", false, 0 },
		{ "\"1\"", false, 0 },
	};
	// clang-format on
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct json_reader reader;
		int64_t value = -7;
		json_read_init(&reader, NULL, str_of(cases[i].text));
		CHECK(json_read_int(&reader, &value) == cases[i].ok);
		CHECK(value == (cases[i].ok ? cases[i].value : -7));
	}
}

TEST(depth_is_bounded_and_skipping_does_not_recurse) {
	char deep[200001];
	memset(deep, '[', 200000);
	CHECK(!is_accepted(str_make(deep, 200000)));
	memset(deep + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	CHECK(is_accepted(str_make(deep, 2 * (size_t)JSON_DEPTH_MAX)));
	memset(deep, '[', JSON_DEPTH_MAX + 1);
	memset(deep + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
	struct json_reader reader;
	json_read_init(&reader, NULL, str_make(deep, 2 * ((size_t)JSON_DEPTH_MAX + 1)));
	CHECK(!json_read_skip(&reader) && reader.error.code == ERR_LIMIT);
}

TEST(skipping_leaves_the_reader_after_the_value) {
	autoarena struct arena arena = { 0 };
	struct json_reader reader;
	struct str name;
	int64_t last = 0;
	json_read_init(&reader, &arena, STR("{\"a\":{\"x\":[1,{\"y\":[]}],\"z\":\"\\n\"},\"b\":[],\"c\":7}"));
	CHECK(json_read_object_begin(&reader));
	CHECK(json_read_object_next(&reader, &name) && str_equal_cstr(name, "a") && json_read_skip(&reader));
	CHECK(json_read_object_next(&reader, &name) && str_equal_cstr(name, "b") && json_read_skip(&reader));
	CHECK(json_read_object_next(&reader, &name) && str_equal_cstr(name, "c") && json_read_int(&reader, &last) && last == 7);
	CHECK(!json_read_object_next(&reader, &name) && json_read_end(&reader));
}

TEST(after_the_first_failure_everything_fails_and_the_first_error_stays) {
	struct json_reader reader;
	struct str out;
	json_read_init(&reader, NULL, STR("[1]"));
	CHECK(!json_read_string(&reader, &out));
	CHECK(!json_read_fail(&reader, "later"));
	CHECK(!json_read_array_begin(&reader) && !json_read_array_next(&reader) && !json_read_object_next(&reader, &out));
	CHECK(!json_read_skip(&reader) && !json_read_null(&reader) && !json_read_end(&reader) && json_read_peek(&reader) == JSON_BROKEN);
	CHECK_CSTR(reader.error.text, "unexpected \"[\", expected a string");
}

// --- jansson as the oracle ---

static uint64_t seed = 20260102;

static unsigned roll(unsigned sides) { // xorshift64*: the same documents in every run
	seed ^= seed >> 12, seed ^= seed << 25, seed ^= seed >> 27;
	return (unsigned)((seed * 0x2545f4914f6cdd1dULL) >> 33) % sides;
}

static void grow_string(struct buf *out) {
	static const char *const pieces[] = {
		"a",
		"zz",
		" ",
		"\\n",
		"\\\"",
		"\\\\",
		"\\/",
		"\\u0041",
		"\\u00e9",
		"\\ud834\\udd1e",
		"\xc3\xa9",
		"\xe2\x82\xac",
		"\xf0\x9f\x98\x80",
		"<",
		"\x7f",
	};
	buf_append_char(out, '"');
	for (unsigned count = roll(6); count > 0; count--)
		buf_append_cstr(out, pieces[roll(sizeof pieces / sizeof *pieces)]);
	buf_append_char(out, '"');
}

static void grow_number(struct buf *out) {
	static const char *const forms[] = { "0", "-0", "1", "-17", "3.25", "1e5", "1E-7", "0.1", "123456789012345678901234567890", "2.5e+300", "-1e-320" };
	if (roll(2) == 0)
		buf_format(out, "%.*g", (int)roll(17) + 1, ((double)roll(1000000) - 500000) / (roll(9999) + 1));
	else
		buf_append_cstr(out, forms[roll(sizeof forms / sizeof *forms)]);
}

static void grow_value(struct buf *out, unsigned depth) {
	static const char *const spaces[] = { "", "", "", " ", "\n", "\t\r " };
	unsigned kind = roll(depth > 4 ? 5 : 8), members = roll(4);
	buf_append_cstr(out, spaces[roll(6)]);
	if (kind < 3)
		buf_append_cstr(out, kind == 0 ? "true" : kind == 1 ? "false"
		                                                    : "null");
	else if (kind == 3)
		grow_number(out);
	else if (kind == 4)
		grow_string(out);
	else {
		bool is_object = kind == 5;
		buf_append_char(out, is_object ? '{' : '[');
		for (unsigned i = 0; i < members; i++) {
			if (i > 0)
				buf_append_char(out, ',');
			if (is_object) {
				grow_string(out);
				buf_append_char(out, ':');
			}
			grow_value(out, depth + 1);
		}
		buf_append_char(out, is_object ? '}' : ']');
	}
	buf_append_cstr(out, spaces[roll(6)]);
}

static void mutate(struct buf *text) {
	static const char bytes[] = "{}[]:,\"\\truefalsn0123456789.eE+-u \n\x80\xc3\xed\xff\x01";
	for (unsigned count = roll(3) + 1; count > 0 && text->len > 0; count--) {
		size_t at = roll((unsigned)text->len);
		switch (roll(3)) {
		case 0: text->data[at] = bytes[roll(sizeof bytes)]; break; // the NUL too
		case 1: buf_truncate(text, at); break;
		case 2:
			memmove(text->data + at, text->data + at + 1, text->len - at);
			buf_truncate(text, text->len - 1);
			break;
		}
	}
}

static bool agrees_with_oracle(struct str text) {
	autobuf struct buf ours = { 0 }, theirs = { 0 };
	enum oracle_verdict verdict = json_oracle_read(text, &theirs);
	bool accepted = read_whole(text, &ours);
	if (accepted != (verdict != ORACLE_REFUSES))
		return false;
	bool skips = is_accepted(text);
	if (accepted && !skips)
		return false;
	return verdict != ORACLE_ACCEPTS || str_equal(buf_str(&ours), buf_str(&theirs));
}

TEST(random_and_mutated_documents_are_read_as_jansson_reads_them) {
	unsigned accepted = 0, refused = 0;
	for (int i = 0; i < 20000; i++) {
		autobuf struct buf text = { 0 };
		grow_value(&text, 0);
		if (i % 2 == 1)
			mutate(&text);
		if (str_find(buf_str(&text), STR("\\u0000")) >= 0 || str_find_char(buf_str(&text), '\0') >= 0)
			continue;
		if (!agrees_with_oracle(buf_str(&text)))
			FAIL_TEST("document %d differs: %s", i, buf_cstr(&text));
		is_accepted(buf_str(&text)) ? accepted++ : refused++;
	}
	CHECK(accepted > 5000 && refused > 2000);
}
