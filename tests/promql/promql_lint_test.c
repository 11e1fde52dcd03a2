// SPDX-License-Identifier: Apache-2.0
// Findings of expressions: options and places. What each finding finds, and what it leaves alone, is in tests/cases/lint.
#include "promql/promql_lint.h"

#include "base/buf.h"
#include "tests/harness/test.h"

struct found {
	struct buf text; // "ID TEXT-OF-THE-PLACE\n" of each
	struct str expr;
};

static void note(void *context, enum lint_id id, uint32_t start, uint32_t end, struct str text) {
	struct found *found = context;
	CHECK(start < end && end <= found->expr.len && text.len > 0);
	buf_format(&found->text, "%s %.*s\n", lint_finding(id)->id, (int)(end - start), found->expr.data + start);
}

static void check_found(const char *expr, struct promql_lint_options options, const char *wanted) {
	autoarena struct arena arena = { 0 };
	struct found found = { .expr = str_of(expr) };
	struct promql_result result = promql_parse(&arena, found.expr, PROMQL_EXPERIMENTAL_FUNCTIONS);
	CHECK(result.root != NULL);
	const struct promql_lint lint = { &arena, found.expr, &options, note, &found };
	promql_lint(&lint, result.root);
	if (strcmp(buf_cstr(&found.text), wanted) != 0)
		FAIL_TEST("%s\n--- found\n%s--- wanted\n%s", expr, buf_cstr(&found.text), wanted);
	buf_finish(&found.text);
}

TEST(the_shortest_range_is_an_option) {
	check_found("rate(x_total[2m])", (struct promql_lint_options){ 0 }, "");
	check_found("rate(x_total[2m])", (struct promql_lint_options){ .min_range = MINUTES(4) }, "range-short x_total[2m]\n");
	check_found("rate(x_total[20s])", (struct promql_lint_options){ .min_range = SECONDS(20) }, "");
}

TEST(only_alerts_need_a_condition) {
	check_found("topk(1, x)", (struct promql_lint_options){ 0 }, "");
	check_found("topk(1, x)", (struct promql_lint_options){ .is_alert = true }, "alert-condition topk(1, x)\nalert-unstable topk(1, x)\n");
}

TEST(a_place_is_what_was_written) {
	const struct promql_lint_options none = { 0 };
	check_found("x{ 'a b' =~ \"y\" , c='d'}", none, "regex-needless a b' =~ \"y\"\n");
	check_found("x{a=~'b\\'c',d='e'}", none, "regex-needless a=~'b\\'c'\n");
	check_found("x{a=~`b\"c`}", none, "regex-needless a=~`b\"c`\n");
	check_found("sum by (\"a\\x62\") (sum(x))", none, "label-impossible sum by (\"a\\x62\") (sum(x))\n"); // quoted with an escape: no place of its own
	check_found("(count(x))  ==  0 ", none, "comparison-impossible ==  0\n");
}

TEST(what_info_is_given_is_no_selector_of_series) {
	check_found("info(x, {job=~\".*\"})", (struct promql_lint_options){ 0 }, "");
}

TEST(units_follow_names_and_arithmetic) {
	static const struct {
		const char *expr;
		enum promql_unit unit;
	} cases[] = {
		{ "x", PROMQL_UNIT_UNKNOWN },
		{ "x_bytes", PROMQL_UNIT_BYTES },
		{ "sum by (a) (rate(x_bytes_total[5m])) > 5", PROMQL_UNIT_BYTES },
		{ "x_bytes / 1024", PROMQL_UNIT_UNKNOWN },
		{ "x_bytes / y_bytes", PROMQL_UNIT_RATIO },
		{ "1 - x_bytes / y_bytes", PROMQL_UNIT_RATIO },
		{ "100 * x_bytes / y_bytes", PROMQL_UNIT_UNKNOWN },
		{ "(x_bytes / y_bytes) * 100", PROMQL_UNIT_UNKNOWN },
		{ "rate(x_seconds_total[5m])", PROMQL_UNIT_UNKNOWN },
		{ "histogram_quantile(0.9, rate(x_seconds_bucket[5m])) > 1", PROMQL_UNIT_SECONDS },
		{ "time() - x_timestamp_seconds", PROMQL_UNIT_SECONDS },
		{ "x_timestamp_seconds - time() < 5", PROMQL_UNIT_SECONDS },
		{ "count(x_bytes)", PROMQL_UNIT_UNKNOWN },
		{ "x_bytes > bool 5", PROMQL_UNIT_UNKNOWN },
		{ "x_bytes or y_seconds", PROMQL_UNIT_UNKNOWN },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		autoarena struct arena arena = { 0 };
		struct promql_result result = promql_parse(&arena, str_of(cases[i].expr), 0);
		CHECK(result.root != NULL);
		if (promql_unit_of(result.root) != cases[i].unit)
			FAIL_TEST("%s: unit %d", cases[i].expr, (int)promql_unit_of(result.root));
	}
}

TEST(long_chains_need_no_stack) {
	autobuf struct buf expr = { 0 };
	autoarena struct arena arena = { 0 };
	buf_append_cstr(&expr, "x");
	for (int i = 0; i < 50000; i++)
		buf_append_cstr(&expr, " or y");
	struct found found = { .expr = buf_str(&expr) };
	struct promql_result result = promql_parse(&arena, found.expr, 0);
	const struct promql_lint_options options = { .is_alert = true };
	const struct promql_lint lint = { &arena, found.expr, &options, note, &found };
	promql_lint(&lint, result.root);
	CHECK_CSTR(buf_cstr(&found.text), "alert-condition x\n");
	buf_finish(&found.text);
}
