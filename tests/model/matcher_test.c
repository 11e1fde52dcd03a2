// SPDX-License-Identifier: Apache-2.0
// Matchers: what their texts mean in each mode, the messages, matching and printing.
#include "model/matcher.h"

#include "base/buf.h"
#include "tests/harness/test.h"

typedef bool parse_function(struct matchers *out, struct str text, enum matcher_mode mode, struct error *err);

// The matchers as printed, or "! " and the error.
static const char *parsed_by(parse_function *parse, const char *text, enum matcher_mode mode) {
	static struct buf out;
	struct matchers matchers = { 0 };
	struct error err = { 0 };
	buf_reset(&out);
	buf_append_cstr(&out, "");
	if (parse(&matchers, str_of(text), mode, &err))
		matchers_format(&out, &matchers);
	else
		buf_format(&out, "! %s", err.text);
	matchers_finish(&matchers);
	return buf_cstr(&out);
}

static const char *parsed(const char *text, enum matcher_mode mode) {
	return parsed_by(matchers_parse, text, mode);
}

TEST(the_utf8_parser_reads_and_says_what_upstreams_does) {
	// clang-format off: packed rows
	static const struct { const char *text, *wanted; } cases[] = {
		{ "", "{}" },
		{ "{}", "{}" },
		{ " { } ", "{}" },
		{ "foo=bar", "{foo=\"bar\"}" },
		{ "{foo=bar}", "{foo=\"bar\"}" },
		{ "{ foo = bar , }", "{foo=\"bar\"}" },
		{ "foo=bar,", "{foo=\"bar\"}" },
		{ "foo!=bar,baz=~\"q.*\",x!~y", "{foo!=\"bar\",baz=~\"q.*\",x!~\"y\"}" },
		{ "\"foo bar\"=\"\\u00e9\\n\"", "{\"foo bar\"=\"\xc3\xa9\\n\"}" },
		{ "\xc3\xa9=\xf0\x9f\x99\x82", "{\xc3\xa9=\"\xf0\x9f\x99\x82\"}" },
		{ "a=\"\"", "{a=\"\"}" },
		{ "a.b-c=1", "{a.b-c=\"1\"}" },
		{ "foo=\xe3\x80\x80"
		  "bar",
		    "{foo=\"bar\"}" },
		{ "f\"oo\"=bar", "! 1:5: unexpected \"oo\": expected an operator such as '=', '!=', '=~' or '!~'" },
		{ "{", "! 0:1: end of input: expected close brace" },
		{ "}", "! 0:1: }: expected opening brace" },
		{ "foo=bar}", "! 0:8: }: expected opening brace" },
		{ "{foo=bar", "! 0:8: end of input: expected close brace" },
		{ "{foo=bar}}", "! 9:10: }: expected end of input" },
		{ "{}foo=bar", "! 2:5: foo: expected end of input" },
		{ "{foo=bar},", "! 9:10: ,: expected end of input" },
		{ "{,}", "! 1:2: unexpected ,: expected label name" },
		{ ",", "! 0:1: unexpected ,: expected label name" },
		{ "=bar", "! 0:1: unexpected =: expected label name" },
		{ "foo", "! end of input: expected an operator such as '=', '!=', '=~' or '!~'" },
		{ "foo=", "! end of input: expected label value" },
		{ "foo==bar", "! 4:5: unexpected =: expected label value" },
		{ "foo=,", "! 4:5: unexpected ,: expected label value" },
		{ "foo=bar baz", "! 8:11: unexpected baz: expected a comma or close brace" },
		{ "foo=bar,,", "! 8:9: unexpected ,: expected a matcher or close brace after comma" },
		{ "foo=bar,=", "! 8:9: unexpected =: expected a matcher or close brace after comma" },
		{ "foo!bar", "! 3:4: !: expected one of '=~': expected an operator such as '=', '!=', '=~' or '!~'" },
		{ "foo!", "! 3:4: unexpected end of input, expected one of '=~': expected an operator such as '=', '!=', '=~' or '!~'" },
		{ "foo=\"bar", "! 4:8: \"bar: missing end \": expected label value" },
		{ "\"foo", "! 0:4: \"foo: missing end \"" },
		{ "foo=\"\\w\"", "! 4:8: \"\\w\": invalid input" },
		{ "foo=\"\\xff\"", "! 4:10: \"\\xff\": invalid input" },
		{ "\\foo=bar", "! 0:1: \\: invalid input" },
		{ "foo=ba'r", "! 6:7: ': invalid input: expected a comma or close brace" },
		{ "{~}", "! 1:2: ~: invalid input" },
		{ "foo=~\"(\"", "! failed to create matcher: error parsing regexp: missing closing ): `^(?:()$`" },
		{ "\"\"=x", "! failed to create matcher: invalid label name \"\"" },
	};
	// clang-format on
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK_CSTR(parsed(cases[i].text, MATCHER_UTF8), cases[i].wanted);
}

TEST(the_classic_parser_reads_and_says_what_upstreams_does) {
	// clang-format off: packed rows
	static const struct { const char *text, *wanted; } cases[] = {
		{ "", "{}" },
		{ "{}", "{}" },
		{ "{foo = \"bar\", dings != \"bums\", }", "{foo=\"bar\",dings!=\"bums\"}" },
		{ "foo=bar,dings!=bums", "{foo=\"bar\",dings!=\"bums\"}" },
		{ "{quote=\"She said: \\\"Hi, ladies!\\\"\"}", "{quote=\"She said: \\\"Hi, ladies!\\\"\"}" },
		{ "statuscode=~\"5..\"", "{statuscode=~\"5..\"}" },
		{ "a=", "{a=\"\"}" },
		{ "a=b c ", "{a=\"b c\"}" },
		{ "a=\\n\\q\\", "{a=\"\\n\\\\q\\\\\"}" },
		{ "a=\"x\\\\\"", "{a=\"x\\\\\"}" },
		{ "a=\xc3\xa9", "{a=\"\xc3\xa9\"}" },
		{ "job:x=1", "{job:x=\"1\"}" },
		{ "a==b", "{a=\"=b\"}" },
		{ "a={b}", "{a=\"{b\"}" },
		{ "a=b\nc", "{a=\"b\\nc\"}" },
		{ "{a=b", "{a=\"b\"}" },
		{ "a=b,\xc2\xa0", "{a=\"b\"}" },
		{ ",", "! bad matcher format: " },
		{ "a=b,,c=d", "! bad matcher format: " },
		{ "foo", "! bad matcher format: foo" },
		{ "foo bar=1", "! bad matcher format: foo bar=1" },
		{ "1a=b", "! bad matcher format: 1a=b" },
		{ "a.b=1", "! bad matcher format: a.b=1" },
		{ "=b", "! bad matcher format: =b" },
		{ "a=\"b", "! matcher value contains unescaped double quote: \"b" },
		{ "a=b\"", "! matcher value contains unescaped double quote: b\"" },
		{ "a=\"b\"c\"", "! matcher value contains unescaped double quote: \"b\"c\"" },
		{ "a=\"", "! matcher value contains unescaped double quote: \"" },
		{ "a=\xff", "! matcher value not valid UTF-8: \xff" },
		{ "a=~(", "! error parsing regexp: missing closing ): `^(?:()$`" },
		{ "a=\"\\,\"b=c", "! matcher value contains unescaped double quote: \"\\,\"b=c" },
	};
	// clang-format on
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK_CSTR(parsed(cases[i].text, MATCHER_CLASSIC), cases[i].wanted);
}

TEST(the_fallback_prefers_the_new_meaning_unless_the_old_one_differs) {
	// clang-format off: packed rows
	static const struct { const char *text, *wanted; } cases[] = {
		{ "foo=bar", "{foo=\"bar\"}" },                                                   // both agree
		{ "\"a b\"=c", "{\"a b\"=\"c\"}" },                                               // only the new one
		{ "a=b c", "{a=\"b c\"}" }, { "a=~\"\\d+\"", "{a=~\"\\\\d+\"}" },                 // only the old one
		{ "a=\"\\t\"", "{a=\"\\\\t\"}" },                                                 // they differ: the old one
		{ "foo", "! bad matcher format: foo" }, { "a.b=", "! bad matcher format: a.b=" }, // neither: the old one's words
	};
	// clang-format on
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK_CSTR(parsed(cases[i].text, MATCHER_FALLBACK), cases[i].wanted);
}

TEST(exactly_one_matcher_is_read_where_one_is_wanted) {
	CHECK_CSTR(parsed_by(matchers_parse_one, "a=b", MATCHER_FALLBACK), "{a=\"b\"}");
	CHECK_CSTR(parsed_by(matchers_parse_one, "{a=b}", MATCHER_FALLBACK), "! unexpected open or close brace: {a=b}");
	CHECK_CSTR(parsed_by(matchers_parse_one, "a=b}", MATCHER_UTF8), "! unexpected open or close brace: a=b}");
	CHECK_CSTR(parsed_by(matchers_parse_one, "a=b}", MATCHER_CLASSIC), "{a=\"b}\"}");
	CHECK_CSTR(parsed_by(matchers_parse_one, "a=b,c=d", MATCHER_UTF8), "! expected 1 matcher, found 2");
	CHECK_CSTR(parsed_by(matchers_parse_one, "a=b,c=d", MATCHER_FALLBACK), "{a=\"b,c=d\"}");
	CHECK_CSTR(parsed_by(matchers_parse_one, " ", MATCHER_UTF8), "! no matchers");
}

TEST(a_failed_parse_leaves_what_was_there) {
	struct matchers matchers = { 0 };
	CHECK(matchers_parse(&matchers, STR("a=b"), MATCHER_FALLBACK, NULL));
	CHECK(!matchers_parse(&matchers, STR("c=d,!"), MATCHER_FALLBACK, NULL) && matchers.count == 1);
	CHECK(matchers_parse(&matchers, STR("c=d"), MATCHER_FALLBACK, NULL) && matchers.count == 2);
	matchers_finish(&matchers);
}

static bool matches(const char *text, const char *json) {
	struct matchers matchers = { 0 };
	const struct labels *labels = labels_from_json(str_of(json), NULL);
	CHECK(labels != NULL && matchers_parse(&matchers, str_of(text), MATCHER_FALLBACK, NULL));
	bool result = matchers_match(&matchers, labels);
	labels_unref(labels);
	matchers_finish(&matchers);
	return result;
}

TEST(all_conditions_must_hold_and_a_missing_label_is_empty) {
	CHECK(matches("", "{}"));
	CHECK(matches("a=x,b!=y", "{\"a\":\"x\",\"b\":\"z\"}"));
	CHECK(!matches("a=x,b!=y", "{\"a\":\"x\",\"b\":\"y\"}"));
	CHECK(matches("a=\"\"", "{}") && matches("a!=x", "{}") && matches("a=~\"x?\"", "{}") && matches("a!~x", "{}"));
	CHECK(!matches("a=~x", "{\"a\":\"xx\"}") && matches("a=~\"x+\"", "{\"a\":\"xx\"}") && !matches("a!~\"x+\"", "{\"a\":\"xx\"}"));
	CHECK(!matches("a=~\"x.y\"", "{\"a\":\"x\\ny\"}"));
}

TEST(a_regex_that_costs_too_much_matches_with_neither_operator) {
	const char *labels = "{\"a\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"}";
	CHECK(!matches("a=~\"(a|aa)+c?\"", labels) && !matches("a!~\"(a|aa)+c?\"", labels));
}

TEST(sorting_is_by_name_value_and_operator) {
	struct matchers matchers = { 0 };
	autobuf struct buf out = { 0 };
	CHECK(matchers_parse(&matchers, STR("b=1,a=2,a!=1,a=~1,a=1"), MATCHER_FALLBACK, NULL));
	matchers_sort(&matchers);
	matchers_format(&out, &matchers);
	CHECK_STR(buf_str(&out), "{a=\"1\",a!=\"1\",a=~\"1\",a=\"2\",b=\"1\"}");
	matchers_finish(&matchers);
}
