// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "promql/promql.h"
#include "tests/harness/test.h"

// One line per case: the expression, its normal form or error, its type; a NULL type stands for an error.
struct expr_case {
	const char *text, *wanted, *type;
	unsigned features;
};

static void check_case(const struct expr_case *item) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf got = { 0 };
	struct str text = str_of(item->text);
	struct promql_result result = promql_parse(&arena, text, item->features);
	if (result.root != NULL)
		promql_format(&got, result.root);
	else
		promql_error_format(&got, text, &result.errors[0]);
	if (strcmp(buf_cstr(&got), item->wanted) != 0)
		FAIL_TEST("%s\n  gave   %s\n  wanted %s", item->text, buf_cstr(&got), item->wanted);
	CHECK((result.root != NULL) == (item->type != NULL));
	if (result.root != NULL)
		CHECK_CSTR(promql_type_name(result.type), item->type);
}

#define CHECK_CASES(...)                                                    \
	do {                                                                \
		static const struct expr_case cases[] = { __VA_ARGS__ };    \
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)   \
			check_case(&cases[i]);                              \
	} while (0)

static const char scalar[] = "scalar", vector[] = "instant vector", matrix[] = "range vector", string[] = "string";

TEST(numbers_are_read_in_all_their_forms) {
	CHECK_CASES(
	    { "1", "1", scalar }, { "1.50", "1.5", scalar }, { ".5", "0.5", scalar }, { "5.", "5", scalar }, { "1e3", "1000", scalar },
	    { "2.5e-3", "0.0025", scalar }, { "0x1F", "31", scalar }, { "017", "15", scalar }, { "08", "8", scalar },
	    { "1_000_000", "1000000", scalar }, { "inf", "+Inf", scalar }, { "-INF", "-Inf", scalar }, { "NaN", "NaN", scalar },
	    { "-0", "-0", scalar }, { "+5", "5", scalar }, { "--5", "5", scalar }, { "5m", "5m", scalar }, { "-90s", "-1m30s", scalar },
	    { "1h30m", "1h30m", scalar }, { "9999999999999999999", "10000000000000000000", scalar });
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
	    { "up", "up", vector }, { "up == 0", "up == 0", vector }, { "job:x:rate5m", "job:x:rate5m", vector },
	    { "rate(x[5m])", "rate(x[5m])", vector }, { "x[300]", "x[5m]", matrix }, { "x[1h:]", "x[1h:]", matrix },
	    { "x[1h:90]", "x[1h:1m30s]", matrix }, { "'it''s'", "1:5: parse error: unexpected string \"'s'\"", NULL },
	    { "'say \"hi\"'", "\"say \\\"hi\\\"\"", string },
	    { "sum by(code,\"a.b\")(x)", "sum by (code, \"a.b\") (x)", vector }, { "sum(x)by()", "sum(x)", vector },
	    { "sum without()(x)", "sum without () (x)", vector }, { "topk(3,x)", "topk(3, x)", vector },
	    { "x{b='2',a=\"1\",}", "x{a=\"1\",b=\"2\"}", vector }, { "{\"a.b\",c!=\"\"}", "{__name__=\"a.b\",c!=\"\"}", vector },
	    { "a*on(b)group_left(c)d", "a * on (b) group_left (c) d", vector }, { "a and ignoring() b", "a and b", vector },
	    { "a ==bool 1", "a == bool 1", vector }, { "-1^2", "-1 ^ 2", scalar }, { "-a*b", "-a * b", vector },
	    { "x offset -5m @ 1.5", "x @ 1.500 offset -5m", vector }, { "x[5m] @ start() offset 1w", "x[5m] @ start() offset 1w", matrix },
	    { "x[step()+2*(5m-1s)]", "x[step() + 2 * (5m - 1s)]", matrix }, { "x offset (5m)", "x offset 5m", vector },
	    { "sum # how many\n(x)", "sum(x)", vector });
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
