// SPDX-License-Identifier: Apache-2.0
// All that is wrong with the syntax of an expression, as upstream lists it.
#include "base/buf.h"
#include "promql/promql.h"
#include "tests/harness/test.h"

// The expression, and its errors in one line each.
struct list_case {
	const char *text, *wanted;
};

static void check_list(const struct list_case *item) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf got = { 0 };
	struct str text = str_of(item->text);
	struct promql_result result = promql_parse(&arena, text, 0);
	CHECK(result.root == NULL);
	for (size_t i = 0; i < result.error_count; i++) {
		promql_error_format(&got, text, &result.errors[i]);
		buf_append_char(&got, '\n');
	}
	if (strcmp(buf_cstr(&got), item->wanted) != 0)
		FAIL_TEST("%s\n  gave\n%s  wanted\n%s", item->text, buf_cstr(&got), item->wanted);
}

#define CHECK_LISTS(...)                                                  \
	do {                                                              \
		static const struct list_case cases[] = { __VA_ARGS__ };  \
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) \
			check_list(&cases[i]);                            \
	} while (0)

TEST(after_an_aggregation_that_breaks_upstream_goes_on_as_if_it_had_no_arguments) {
	CHECK_LISTS(
	    { "sum(a b)",
	        "1:7: parse error: unexpected identifier \"b\" in aggregation\n"
	        "1:1: parse error: no arguments for aggregate expression provided\n" },
	    { "max(min(a b) c)",
	        "1:11: parse error: unexpected identifier \"b\" in aggregation\n"
	        "1:5: parse error: no arguments for aggregate expression provided\n"
	        "1:14: parse error: unexpected identifier \"c\"\n" },
	    { "sum by (x) y",
	        "1:12: parse error: unexpected identifier \"y\" in aggregation\n"
	        "1:1: parse error: no arguments for aggregate expression provided\n" },
	    { "(sum(a b) + c) d",
	        "1:8: parse error: unexpected identifier \"b\" in aggregation\n"
	        "1:2: parse error: no arguments for aggregate expression provided\n"
	        "1:14: parse error: unexpected \")\"\n" },
	    { "f(sum(a b), c d, e)",
	        "1:9: parse error: unexpected identifier \"b\" in aggregation\n"
	        "1:3: parse error: no arguments for aggregate expression provided\n"
	        "1:1: parse error: unknown function with name \"f\"\n"
	        "1:11: parse error: unexpected \",\"\n" },
	    { "sum(a ~ b)",
	        "1:7: parse error: unexpected character: '~'\n"
	        "1:1: parse error: no arguments for aggregate expression provided\n" });
}

TEST(a_broken_label_list_is_read_on_at_the_next_label) {
	CHECK_LISTS(
	    { "sum by (a b, , c) (x) y",
	        "1:11: parse error: unexpected identifier \"b\" in grouping opts, expected \",\" or \")\"\n"
	        "1:14: parse error: unexpected \",\" in grouping opts, expected label\n"
	        "1:23: parse error: unexpected identifier \"y\"\n" },
	    { "sum by a (x)",
	        "1:8: parse error: unexpected identifier \"a\" in grouping opts, expected \"(\"\n" },
	    { "a + on b group_left c",
	        "1:8: parse error: unexpected identifier \"b\" in grouping opts, expected \"(\"\n"
	        "1:10: parse error: unexpected <group_left>\n" },
	    { "a + on (x y, 1) b c",
	        "1:11: parse error: unexpected identifier \"y\" in grouping opts, expected \",\" or \")\"\n"
	        "1:14: parse error: unexpected number \"1\" in grouping opts, expected label\n"
	        "1:19: parse error: unexpected identifier \"c\"\n" },
	    { "sum(x) by",
	        "1:10: parse error: unexpected end of input in grouping opts, expected \"(\"\n" });
}

TEST(a_broken_matcher_is_left_out) {
	CHECK_LISTS(
	    { "x{a b=\"c\", d=\"e\" f}",
	        "1:5: parse error: unexpected identifier \"b\" in label matching, expected label matching operator\n"
	        "1:18: parse error: unexpected identifier \"f\" in label matching, expected \",\" or \"}\"\n" },
	    { "x{a=b, \"c\" \"d\", =, e=~} + y z",
	        "1:5: parse error: unexpected identifier \"b\" in label matching, expected string\n"
	        "1:12: parse error: unexpected string \"\\\"d\\\"\" in label matching, expected \",\" or \"}\"\n"
	        "1:17: parse error: unexpected \"=\" in label matching, expected identifier or \"}\"\n"
	        "1:23: parse error: unexpected \"}\" in label matching, expected string\n"
	        "1:29: parse error: unexpected identifier \"z\"\n" },
	    { "x{1, a=\"b\",,}",
	        "1:3: parse error: unexpected character inside braces: '1'\n" });
}

TEST(a_broken_modifier_is_left_out) {
	CHECK_LISTS(
	    { "x offset foo + y",
	        "1:10: parse error: unexpected identifier \"foo\" in offset, expected number, duration, step(), or range()\n" },
	    { "(x offset foo) + (y @ bar) z",
	        "1:11: parse error: unexpected identifier \"foo\" in offset, expected number, duration, step(), or range()\n"
	        "1:23: parse error: unexpected identifier \"bar\" in @, expected timestamp\n"
	        "1:28: parse error: unexpected identifier \"z\"\n" },
	    { "x @ start + y",
	        "1:11: parse error: unexpected <op:+> in @, expected timestamp\n" },
	    { "(x[foo] + y[5m 5m]) + (z[5m:bar] - z[5m:1m 1m]) w",
	        "1:4: parse error: unexpected character in duration expression: 'f'\n" });
}

TEST(what_fits_nowhere_ends_the_expression) {
	CHECK_LISTS(
	    { "a b c",
	        "1:3: parse error: unexpected identifier \"b\"\n" },
	    { "a b \"open",
	        "1:3: parse error: unexpected identifier \"b\"\n"
	        "1:5: parse error: unterminated quoted string\n" },
	    { "(a b) c",
	        "1:4: parse error: unexpected identifier \"b\"\n" },
	    { "a b ~ c ~",
	        "1:3: parse error: unexpected identifier \"b\"\n"
	        "1:5: parse error: unexpected character: '~'\n" },
	    { "f(x,,y)",
	        "1:4: parse error: trailing commas not allowed in function call args\n"
	        "1:1: parse error: unknown function with name \"f\"\n" },
	    { "a + fill(x) b c",
	        "1:10: parse error: unexpected identifier \"x\"\n" });
}

TEST(an_echo_is_marked_and_what_caused_it_is_not) {
	autoarena struct arena arena = { 0 };
	struct promql_result result = promql_parse(&arena, STR("sum(a b) + sum()"), 0);
	CHECK_INT(result.error_count, 2);
	CHECK(!result.errors[0].is_echo);
	CHECK(result.errors[1].is_echo);
	result = promql_parse(&arena, STR("sum()"), 0);
	CHECK_INT(result.error_count, 1);
	CHECK(!result.errors[0].is_echo);
}
