// SPDX-License-Identifier: Apache-2.0
// Query strings and forms as Go's net/url reads them.
#include "api/parameters.h"

#include "base/buf.h"
#include "model/limits.h"
#include "tests/harness/test.h"

// The pairs as NAME:VALUE, one after the other.
static void check_read(struct str text, struct str wanted) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf out = { 0 };
	struct parameters parameters = { 0 };
	parameters_parse(&parameters, &arena, text);
	for (size_t i = 0; i < parameters.count; i++) {
		buf_append_cstr(&out, i > 0 ? " " : "");
		buf_append_str(&out, parameters.items[i].name);
		buf_append_char(&out, ':');
		buf_append_str(&out, parameters.items[i].value);
	}
	if (!str_equal(buf_str(&out), wanted))
		FAIL_TEST("%.*s: \"%.*s\"", STR_ARG(text), STR_ARG(buf_str(&out)));
	array_finish(&parameters);
}

TEST(pairs_keep_their_order_and_repeat) {
	check_read(STR("a=1&b=2&a=3"), STR("a:1 b:2 a:3"));
}

TEST(what_is_missing_is_empty) {
	check_read(STR(""), STR(""));
	check_read(STR("&&a&=b&c=&"), STR("a: :b c:"));
	check_read(STR("a=b=c"), STR("a:b=c"));
}

TEST(escapes_and_plus_are_decoded_in_names_too) {
	check_read(STR("match%5B%5D=up%7B%7D&a+b=c+d%2B"), STR("match[]:up{} a b:c d+"));
	check_read(STR("a=%c3%A4"), STR("a:\xc3\xa4"));
	check_read(STR("a=b%00c"), str_make("a:b\0c", 5));
}

TEST(a_pair_that_go_refuses_is_left_out_alone) {
	check_read(STR("a=%zz&b=1"), STR("b:1"));
	check_read(STR("a=%&b=1"), STR("b:1"));
	check_read(STR("a=%4&b=1"), STR("b:1"));
	check_read(STR("%=1&b=1"), STR("b:1"));
	check_read(STR("a=1;c=2&b=1"), STR("b:1"));
}

static void check_problem(struct str text, const char *wanted) {
	autoarena struct arena arena = { 0 };
	struct parameters parameters = { 0 };
	parameters_parse(&parameters, &arena, text);
	CHECK_STR(parameters.problem, wanted);
	array_finish(&parameters);
}

TEST(the_first_broken_escape_is_told_unless_there_is_a_semicolon) {
	check_problem(STR("a=1&b=%20"), "");
	check_problem(STR("a=1&b=%zzz&c=%x"), "invalid URL escape \"%zz\"");
	check_problem(STR("a%4=1"), "invalid URL escape \"%4\"");
	check_problem(STR("a=%\"1"), "invalid URL escape \"%\\\"1\"");
	check_problem(STR("a=%zz&b=1;2&c=%yy"), "invalid semicolon separator in query");
}

TEST(a_path_keeps_its_plus) {
	autoarena struct arena arena = { 0 };
	struct str out;
	CHECK(!parameters_unescape(&arena, STR("/a%g0b"), false, &out));
	CHECK_STR(out, "%g0b");
	CHECK(parameters_unescape(&arena, STR("/a+b%2Fc%20"), false, &out));
	CHECK_STR(out, "/a+b/c ");
}

TEST(there_may_be_so_many_and_not_one_more) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf text = { 0 };
	struct parameters parameters = { 0 };
	for (int i = 1; i < LIMIT_PARAMETERS; i++)
		buf_append_cstr(&text, "a&");
	buf_append_char(&text, 'a');
	parameters_parse(&parameters, &arena, buf_str(&text));
	CHECK_INT(parameters.count, LIMIT_PARAMETERS);
	array_clear(&parameters);
	buf_append_cstr(&text, "&a");
	parameters_parse(&parameters, &arena, buf_str(&text));
	CHECK_INT(parameters.count, 0);
	array_finish(&parameters);
}

TEST(the_first_of_a_name_is_found) {
	autoarena struct arena arena = { 0 };
	struct parameters parameters = { 0 };
	parameters_parse(&parameters, &arena, STR("a=1&b=2&b=3"));
	CHECK_STR(parameters_find(&parameters, "b")->value, "2");
	CHECK(parameters_find(&parameters, "c") == NULL);
	array_finish(&parameters);
}
