// SPDX-License-Identifier: Apache-2.0
// Experiments behind switches, comments, and characters that belong nowhere.
#include "tests/promql/expr_cases.h"

TEST(experimental_functions_have_a_switch) {
	CHECK_CASES(
	    { "mad_over_time(x[5m])", "mad_over_time(x[5m])", VECTOR, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "sort_by_label(x,\"a\",\"b\")", "sort_by_label(x, \"a\", \"b\")", VECTOR, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "sort_by_label(x)", "sort_by_label(x)", VECTOR, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "sort_by_label_desc(x)", "sort_by_label_desc(x)", VECTOR, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "limitk(2,x)", "limitk(2, x)", VECTOR, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "limitk(x)", "1:1: parse error: wrong number of arguments for aggregate expression provided, expected 2, got 1", NULL, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "limit_ratio by(a)(-0.5,x)", "limit_ratio by (a) (-0.5, x)", VECTOR, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "info(x)", "info(x)", VECTOR, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "info(x,{a=\"b\"})", "info(x, {a=\"b\"})", VECTOR, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "info(x,{a=~\".*\"})", "info(x, {a=~\".*\"})", VECTOR, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "info(x,y)", "1:8: parse error: expected label selectors only, got vector selector instead", NULL, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "info(x,1)", "1:1: parse error: expected type instant vector in call to function \"info\", got scalar", NULL, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "info(x,y+z)", "1:8: parse error: expected label selectors only", NULL, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "info(x,{a=\"b\"},1)", "1:1: parse error: expected at most 2 argument(s) in call to \"info\", got 3", NULL, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "start()+end()+step()+range()", "start() + end() + step() + range()", SCALAR, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "max_of(1,2)-min_of(3,4)", "max_of(1, 2) - min_of(3, 4)", SCALAR, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "max_of(1)", "1:1: parse error: expected 2 argument(s) in call to \"max_of\", got 1", NULL, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "max_of(x,1)", "1:8: parse error: expected type scalar in call to function \"max_of\", got instant vector", NULL, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "ts_of_max_over_time(x[5m])", "ts_of_max_over_time(x[5m])", VECTOR, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "double_exponential_smoothing(x[5m],0.1,0.2)", "double_exponential_smoothing(x[5m], 0.1, 0.2)", VECTOR, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "histogram_quantiles(x,\"q\",0.1,0.5,0.9)", "histogram_quantiles(x, \"q\", 0.1, 0.5, 0.9)", VECTOR, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "histogram_quantiles(x,\"q\")", "1:1: parse error: expected at least 3 argument(s) in call to \"histogram_quantiles\", got 2", NULL, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "histogram_quantiles(x,\"q\",1,2,3,4,5,6,7,8,9,10,11,12)", "1:1: parse error: expected at most 12 argument(s) in call to \"histogram_quantiles\", got 14", NULL, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "start_timestamp(x)", "start_timestamp(x)", VECTOR, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "x anchored", "1:1: parse error: anchored modifier is experimental and not enabled", NULL, PROMQL_EXPERIMENTAL_FUNCTIONS },
	    { "a + fill(1) b", "1:1: parse error: binop fill modifiers are experimental and not enabled", NULL, PROMQL_EXPERIMENTAL_FUNCTIONS });
}

TEST(extended_ranges_have_a_switch) {
	CHECK_CASES(
	    { "x anchored", "x anchored", VECTOR, PROMQL_EXTENDED_RANGE_SELECTORS },
	    { "x[5m] anchored", "x[5m] anchored", MATRIX, PROMQL_EXTENDED_RANGE_SELECTORS },
	    { "x[5m] smoothed", "x[5m] smoothed", MATRIX, PROMQL_EXTENDED_RANGE_SELECTORS },
	    { "x smoothed offset 5m", "x smoothed offset 5m", VECTOR, PROMQL_EXTENDED_RANGE_SELECTORS },
	    { "x[5m] anchored @ 1 offset 5m", "x[5m] anchored @ 1.000 offset 5m", MATRIX, PROMQL_EXTENDED_RANGE_SELECTORS },
	    { "x anchored smoothed", "1:1: parse error: anchored and smoothed modifiers cannot be used together", NULL, PROMQL_EXTENDED_RANGE_SELECTORS },
	    { "x[5m] smoothed anchored", "1:1: parse error: anchored and smoothed modifiers cannot be used together", NULL, PROMQL_EXTENDED_RANGE_SELECTORS },
	    { "x[5m:] anchored", "1:1: parse error: anchored modifier is not supported for subqueries", NULL, PROMQL_EXTENDED_RANGE_SELECTORS },
	    { "x[5m:] smoothed", "1:1: parse error: smoothed modifier is not supported for subqueries", NULL, PROMQL_EXTENDED_RANGE_SELECTORS },
	    { "(x) anchored", "1:1: parse error: anchored modifier not implemented", NULL, PROMQL_EXTENDED_RANGE_SELECTORS },
	    { "1 smoothed", "1:1: parse error: smoothed modifier not implemented", NULL, PROMQL_EXTENDED_RANGE_SELECTORS },
	    { "rate(x[5m] anchored)", "rate(x[5m] anchored)", VECTOR, PROMQL_EXTENDED_RANGE_SELECTORS },
	    { "(x+y)[5m] anchored", "1:6: parse error: ranges only allowed for vector selectors", NULL, PROMQL_EXTENDED_RANGE_SELECTORS },
	    { "anchored anchored", "anchored anchored", VECTOR, PROMQL_EXTENDED_RANGE_SELECTORS },
	    { "x anchored[5m]", "x[5m] anchored", MATRIX, PROMQL_EXTENDED_RANGE_SELECTORS },
	    { "mad_over_time(x[5m])", "1:1: parse error: function \"mad_over_time\" is not enabled", NULL, PROMQL_EXTENDED_RANGE_SELECTORS });
}

TEST(fill_modifiers_have_a_switch) {
	CHECK_CASES(
	    { "a+fill(1)b", "a + fill (1) b", VECTOR, PROMQL_BINOP_FILL_MODIFIERS },
	    { "a+fill(-1.5)b", "a + fill (-1.5) b", VECTOR, PROMQL_BINOP_FILL_MODIFIERS },
	    { "a+fill(+1)b", "a + fill (1) b", VECTOR, PROMQL_BINOP_FILL_MODIFIERS },
	    { "a+on(x)fill_left(1)b", "a + on (x) fill_left (1) b", VECTOR, PROMQL_BINOP_FILL_MODIFIERS },
	    { "a+fill_right(nan)b", "a + fill_right (NaN) b", VECTOR, PROMQL_BINOP_FILL_MODIFIERS },
	    { "a+fill_left(1)fill_right(2)b", "a + fill_left (1) fill_right (2) b", VECTOR, PROMQL_BINOP_FILL_MODIFIERS },
	    { "a+fill_right(2)fill_left(1)b", "a + fill_left (1) fill_right (2) b", VECTOR, PROMQL_BINOP_FILL_MODIFIERS },
	    { "a+fill_left(3)fill_right(3)b", "a + fill (3) b", VECTOR, PROMQL_BINOP_FILL_MODIFIERS },
	    { "a+on(x)group_left fill(0)b", "a + on (x) group_left () fill (0) b", VECTOR, PROMQL_BINOP_FILL_MODIFIERS },
	    { "a+on(x)group_left(y)fill(0)b", "a + on (x) group_left (y) fill (0) b", VECTOR, PROMQL_BINOP_FILL_MODIFIERS },
	    { "a>bool fill(5m)b", "a > bool fill (300) b", VECTOR, PROMQL_BINOP_FILL_MODIFIERS },
	    { "a and fill(1)b", "1:1: parse error: filling in missing series not allowed for set operators", NULL, PROMQL_BINOP_FILL_MODIFIERS },
	    { "a+fill(1)1", "1:1: parse error: filling in missing series only allowed between instant vectors", NULL, PROMQL_BINOP_FILL_MODIFIERS },
	    { "1+fill(1)1", "1:1: parse error: filling in missing series only allowed between instant vectors", NULL, PROMQL_BINOP_FILL_MODIFIERS },
	    { "a+fill(x)b", "1:8: parse error: unexpected identifier \"x\"", NULL, PROMQL_BINOP_FILL_MODIFIERS },
	    { "a+fill()b", "1:8: parse error: unexpected \")\"", NULL, PROMQL_BINOP_FILL_MODIFIERS },
	    { "a+fill(1 b", "1:10: parse error: unexpected identifier \"b\"", NULL, PROMQL_BINOP_FILL_MODIFIERS },
	    { "a+fill(1e6)b", "a + fill (1e+06) b", VECTOR, PROMQL_BINOP_FILL_MODIFIERS },
	    { "a+fill b", "1:8: parse error: unexpected identifier \"b\"", NULL, PROMQL_BINOP_FILL_MODIFIERS },
	    { "fill(1)", "1:5: parse error: unexpected \"(\"", NULL, PROMQL_BINOP_FILL_MODIFIERS },
	    { "a+fill(1)fill(2)b", "1:14: parse error: unexpected \"(\"", NULL, PROMQL_BINOP_FILL_MODIFIERS },
	    { "fill+fill_left+fill_right", "fill + fill_left + fill_right", VECTOR, PROMQL_BINOP_FILL_MODIFIERS });
}

TEST(without_their_switches_experiments_are_named_in_the_error) {
	CHECK_CASES(
	    { "x anchored", "1:1: parse error: anchored modifier is experimental and not enabled", NULL },
	    { "x[5m] smoothed", "1:1: parse error: smoothed modifier is experimental and not enabled", NULL },
	    { "a+fill(1)b", "1:1: parse error: binop fill modifiers are experimental and not enabled", NULL },
	    { "a+fill_left(1)b", "1:1: parse error: binop fill modifiers are experimental and not enabled", NULL },
	    { "limitk(1)", "1:1: parse error: limitk() is experimental and must be enabled with --enable-feature=promql-experimental-functions", NULL },
	    { "sort_by_label_desc(x,\"a\")", "1:1: parse error: function \"sort_by_label_desc\" is not enabled", NULL });
}

TEST(comments_and_white_space_stand_anywhere_between_words) {
	CHECK_CASES(
	    { "# only a note", "1:1: parse error: no expression found in input", NULL },
	    { "x # note", "x", VECTOR },
	    { "x # note\n+ y", "x + y", VECTOR },
	    { "sum # a\nby # b\n( # c\na # d\n) # e\n(x)", "sum by (a) (x)", VECTOR },
	    { "\t x \r\n", "x", VECTOR },
	    { "{ # n\na=\"b\" # n\n}", "{a=\"b\"}", VECTOR },
	    { "x[ 5m ]", "x[5m]", MATRIX },
	    { "\"#\"", "\"#\"", STRING },
	    { "x\013y", "1:2: parse error: unexpected character: '\\v'", NULL },
	    { "x\302\240y", "1:2: parse error: unexpected character: '\\u00a0'", NULL });
}

TEST(stray_characters_are_refused_where_they_stand) {
	CHECK_CASES(
	    { "x;", "1:2: parse error: unexpected character: ';'", NULL },
	    { "x?", "1:2: parse error: unexpected character: '?'", NULL },
	    { "$x", "1:1: parse error: unexpected character: '$'", NULL },
	    { "x.y", "1:2: parse error: unexpected character: '.'", NULL },
	    { "\303\251", "1:1: parse error: unexpected character: '\303\251'", NULL },
	    { "\"\303\251\" + \303\274", "1:8: parse error: unexpected character: '\303\274'", NULL },
	    { "x\\", "1:2: parse error: unexpected character: '\\\\'", NULL },
	    { "x\n\n  & y", "3:3: parse error: unexpected character: '&'", NULL },
	    { "~", "1:1: parse error: unexpected character: '~'", NULL },
	    { "x !", "1:3: parse error: unexpected character after '!': '\357\277\275'", NULL },
	    { "(", "1:2: parse error: unclosed left parenthesis", NULL },
	    { "((x)", "1:5: parse error: unclosed left parenthesis", NULL },
	    { "x)", "1:3: parse error: unexpected right parenthesis ')'", NULL },
	    { "()", "1:2: parse error: unexpected \")\"", NULL },
	    { "[", "1:1: parse error: unexpected \"[\"", NULL },
	    { "[5m]", "1:1: parse error: unexpected \"[\"", NULL },
	    { "}", "1:1: parse error: unexpected character: '}'", NULL },
	    { "{{a=\"b\"}}", "1:2: parse error: unexpected left brace '{'", NULL },
	    { "x{a=\"b\"}}", "1:9: parse error: unexpected character: '}'", NULL },
	    { ",", "1:1: parse error: unexpected \",\"", NULL },
	    { "x,y", "1:2: parse error: unexpected \",\"", NULL },
	    { "1,", "1:2: parse error: unexpected \",\"", NULL },
	    { "(x,y)", "1:3: parse error: unexpected \",\"", NULL },
	    { "((x,", "1:4: parse error: unexpected \",\"", NULL },
	    { ":", ":", VECTOR },
	    { "x[5m:", "1:6: parse error: unclosed left bracket", NULL },
	    { "x[5m:1m", "1:8: parse error: unclosed left bracket", NULL },
	    { "sum(", "1:5: parse error: unclosed left parenthesis", NULL },
	    { "sum by(", "1:8: parse error: unclosed left parenthesis", NULL },
	    { "x{a=", "1:5: parse error: unexpected end of input inside braces", NULL },
	    { "\"a\" \"b\"", "1:5: parse error: unexpected string \"\\\"b\\\"\"", NULL },
	    { "x 5", "1:3: parse error: unexpected number \"5\"", NULL },
	    { "5 x", "1:3: parse error: unexpected identifier \"x\"", NULL },
	    { "5m5", "1:1: parse error: bad number or duration syntax: \"5m5\"", NULL },
	    { "1..2", "1:1: parse error: bad number or duration syntax: \"1..\"", NULL },
	    { "1.2.3", "1:1: parse error: bad number or duration syntax: \"1.2.\"", NULL },
	    { "1e", "1:1: parse error: bad number or duration syntax: \"1e\"", NULL },
	    { "1e+", "1:1: parse error: bad number or duration syntax: \"1e+\"", NULL },
	    { "0x1.5", "1:1: parse error: bad number or duration syntax: \"0x1.\"", NULL },
	    { "1_", "1:1: parse error: bad number or duration syntax: \"1_\"", NULL },
	    { "_1", "_1", VECTOR },
	    { "1_a", "1:1: parse error: bad number or duration syntax: \"1_\"", NULL },
	    { "00", "0", SCALAR },
	    { "1e5e5", "1:1: parse error: bad number or duration syntax: \"1e5e\"", NULL },
	    { "5ms5s", "1:1: parse error: not a valid duration string: \"5ms5s\"", NULL },
	    { "1h1h", "1:1: parse error: not a valid duration string: \"1h1h\"", NULL },
	    { "x1y", "x1y", VECTOR },
	    { "5y5y", "1:1: parse error: bad number or duration syntax: \"5y5\"", NULL },
	    { "2w1y", "1:1: parse error: bad number or duration syntax: \"2w1\"", NULL });
}

TEST(features_are_named_as_upstream_names_them) {
	struct error err = { 0 };
	unsigned features = 0;
	CHECK(promql_features_parse(STR("promql-experimental-functions"), &features, &err));
	CHECK_INT(features, PROMQL_EXPERIMENTAL_FUNCTIONS);
	CHECK(promql_features_parse(STR("promql-extended-range-selectors,,promql-binop-fill-modifiers,"), &features, &err));
	CHECK_INT(features, PROMQL_EXPERIMENTAL_FUNCTIONS | PROMQL_EXTENDED_RANGE_SELECTORS | PROMQL_BINOP_FILL_MODIFIERS);
}

TEST(features_that_change_nothing_are_taken_and_unknown_ones_refused) {
	struct error err = { 0 };
	unsigned features = 0;
	CHECK(promql_features_parse(STR("promql-at-modifier,promql-negative-offset,promql-duration-expr,promql-delayed-name-removal,promql-per-step-stats"), &features, &err));
	CHECK_INT(features, 0);
	CHECK(!promql_features_parse(STR("promql-binop-fill-modifiers,promql-experimental-function"), &features, &err));
	CHECK_INT(features, 0);
	CHECK_CSTR(err.text, "unknown feature \"promql-experimental-function\", expected one like \"promql-experimental-functions\"");
}

TEST(a_nul_ends_nothing) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf out = { 0 };
	struct promql_result result = promql_parse(&arena, str_make("a\0b", 3), 0);
	CHECK_INT(result.error_count, 1);
	CHECK_INT(result.errors[0].offset, 1);
	CHECK_STR(result.errors[0].text, "unexpected character: '\\x00'");
	result = promql_parse(&arena, str_make("{a=\"b\0c\"}", 9), 0);
	promql_format(&out, result.root);
	CHECK_CSTR(buf_cstr(&out), "{a=\"b\\x00c\"}");
}
