// SPDX-License-Identifier: Apache-2.0
// The common language: numbers, everyday expressions and their errors.
#include "tests/promql/expr_cases.h"

TEST(numbers_are_read_in_all_their_forms) {
	CHECK_CASES(
	    { "1", "1", SCALAR }, { "1.50", "1.5", SCALAR }, { ".5", "0.5", SCALAR }, { "5.", "5", SCALAR }, { "1e3", "1000", SCALAR },
	    { "2.5e-3", "0.0025", SCALAR }, { "0x1F", "31", SCALAR }, { "017", "15", SCALAR }, { "08", "8", SCALAR },
	    { "1_000_000", "1000000", SCALAR }, { "inf", "+Inf", SCALAR }, { "-INF", "-Inf", SCALAR }, { "NaN", "NaN", SCALAR },
	    { "-0", "-0", SCALAR }, { "+5", "5", SCALAR }, { "--5", "5", SCALAR }, { "5m", "5m", SCALAR }, { "-90s", "-1m30s", SCALAR },
	    { "1h30m", "1h30m", SCALAR }, { "9999999999999999999", "10000000000000000000", SCALAR });
}

TEST(broken_numbers_are_refused) {
	CHECK_CASES(
	    { "1e999", "1:1: parse error: error parsing number: strconv.ParseFloat: parsing \"1e999\": value out of range", NULL },
	    { "0x", "1:1: parse error: error parsing number: strconv.ParseFloat: parsing \"0x\": invalid syntax", NULL },
	    { "1__0", "1:1: parse error: bad number or duration syntax: \"1__\"", NULL },
	    { "5x", "1:1: parse error: bad number or duration syntax: \"5\"", NULL },
	    { "5m5h", "1:1: parse error: not a valid duration string: \"5m5h\"", NULL });
}

TEST(common_expressions_have_a_normal_form) {
	CHECK_CASES(
	    { "up", "up", VECTOR }, { "up == 0", "up == 0", VECTOR }, { "job:x:rate5m", "job:x:rate5m", VECTOR },
	    { "rate(x[5m])", "rate(x[5m])", VECTOR }, { "x[300]", "x[5m]", MATRIX }, { "x[1h:]", "x[1h:]", MATRIX },
	    { "x[1h:90]", "x[1h:1m30s]", MATRIX }, { "'it''s'", "1:5: parse error: unexpected string \"'s'\"", NULL },
	    { "'say \"hi\"'", "\"say \\\"hi\\\"\"", STRING },
	    { "sum by(code,\"a.b\")(x)", "sum by (code, \"a.b\") (x)", VECTOR }, { "sum(x)by()", "sum(x)", VECTOR },
	    { "sum without()(x)", "sum without () (x)", VECTOR }, { "topk(3,x)", "topk(3, x)", VECTOR },
	    { "x{b='2',a=\"1\",}", "x{a=\"1\",b=\"2\"}", VECTOR }, { "{\"a.b\",c!=\"\"}", "{__name__=\"a.b\",c!=\"\"}", VECTOR },
	    { "a*on(b)group_left(c)d", "a * on (b) group_left (c) d", VECTOR }, { "a and ignoring() b", "a and b", VECTOR },
	    { "a ==bool 1", "a == bool 1", VECTOR }, { "-1^2", "-1 ^ 2", SCALAR }, { "-a*b", "-a * b", VECTOR },
	    { "x offset -5m @ 1.5", "x @ 1.500 offset -5m", VECTOR }, { "x[5m] @ start() offset 1w", "x[5m] @ start() offset 1w", MATRIX },
	    { "x[step()+2*(5m-1s)]", "x[step() + 2 * (5m - 1s)]", MATRIX }, { "x offset (5m)", "x offset 5m", VECTOR },
	    { "sum # how many\n(x)", "sum(x)", VECTOR });
}

TEST(errors_carry_upstreams_words_and_place) {
	CHECK_CASES(
	    { "", "unknown position: parse error: no expression found in input", NULL },
	    { "  \n", "1:1: parse error: no expression found in input", NULL },
	    { "foo +", "1:6: parse error: unexpected end of input", NULL },
	    { "sum(x", "1:6: parse error: unclosed left parenthesis", NULL },
	    { "sum by x (y)", "1:8: parse error: unexpected identifier \"x\" in grouping opts, expected \"(\"", NULL },
	    { "sum(a b)", "1:7: parse error: unexpected identifier \"b\" in aggregation", NULL },
	    { "x{a}", "1:4: parse error: unexpected \"}\" in label matching, expected label matching operator", NULL },
	    { "x{,}", "1:3: parse error: unexpected \",\" in label matching, expected identifier or \"}\"", NULL },
	    { "nix(x)", "1:1: parse error: unknown function with name \"nix\"", NULL },
	    { "rate(x)", "1:6: parse error: expected type range vector in call to function \"rate\", got instant vector", NULL },
	    { "rate()", "1:1: parse error: expected 1 argument(s) in call to \"rate\", got 0", NULL },
	    { "1 ==\n 2", "1:3: parse error: comparisons between scalars must use BOOL modifier", NULL },
	    { "x\n+\n\"s\"", "3:1: parse error: binary expression must contain only scalar and instant vector types", NULL },
	    { "{a=\"\"}", "1:1: parse error: vector selector must contain at least one non-empty matcher", NULL },
	    { "x[0s]", "1:3: parse error: duration must be greater than 0", NULL },
	    { "limitk(1, x)", "1:1: parse error: limitk() is experimental and must be enabled with --enable-feature=promql-experimental-functions", NULL });
}
