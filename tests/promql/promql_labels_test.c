// SPDX-License-Identifier: Apache-2.0
// Label flow: what is said of a label and why. Whether it is true is held against a real Prometheus by label_property.py.
#include "promql/promql_labels.h"

#include "base/buf.h"
#include "tests/harness/test.h"

struct label_case {
	const char *expr, *label, *wanted; // "maybe", "always", or the reason why it is never there
};

static void check_case(const struct label_case *item) {
	static const char *const states[] = { "maybe", "always" };
	autoarena struct arena arena = { 0 };
	autobuf struct buf got = { 0 };
	struct promql_label_reason why = { 0 };
	struct promql_result result = promql_parse(&arena, str_of(item->expr), PROMQL_EXPERIMENTAL_FUNCTIONS | PROMQL_BINOP_FILL_MODIFIERS);
	CHECK(result.root != NULL);
	struct promql_labels labels = promql_labels_of(&arena, result.root);
	enum promql_label_state state = promql_labels_find(&labels, str_of(item->label), &why);
	if (state == PROMQL_LABEL_NEVER)
		promql_label_reason_format(&got, why);
	else
		buf_append_cstr(&got, states[state]);
	if (strcmp(buf_cstr(&got), item->wanted) != 0)
		FAIL_TEST("%s of %s\n  gave   %s\n  wanted %s", item->label, item->expr, buf_cstr(&got), item->wanted);
}

#define CHECK_CASES(...)                                                  \
	do {                                                              \
		static const struct label_case cases[] = { __VA_ARGS__ }; \
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) \
			check_case(&cases[i]);                            \
	} while (0)

TEST(matchers_tell_what_a_selector_has) {
	CHECK_CASES(
	    { "x", "a", "maybe" }, { "x", "__name__", "always" }, { "{a='1'}", "__name__", "maybe" }, { "x{a='1'}", "a", "always" },
	    { "x{a=''}", "a", "the selector asks for series without it" }, { "x{a!=''}", "a", "always" }, { "x{a!='1'}", "a", "maybe" },
	    { "x{a=~'1|2'}", "a", "always" }, { "x{a=~'1|'}", "a", "maybe" }, { "x{a=~'.*'}", "a", "maybe" }, { "x{a=~'.+'}", "a", "always" },
	    { "x{a!~'1'}", "a", "maybe" }, { "x[5m]", "a", "maybe" });
}

TEST(aggregations_keep_what_they_name) {
	CHECK_CASES(
	    { "sum(x)", "a", "`sum` without `by` keeps no label" }, { "sum by (a) (x)", "a", "maybe" }, { "sum by (a) (x{a='1'})", "a", "always" },
	    { "sum by (a, b) (x)", "c", "`sum by (a, b)` keeps only a, b" }, { "sum without (a) (x)", "a", "`sum without (a)` removes it" },
	    { "sum without (a) (x)", "b", "maybe" }, { "sum without () (x)", "__name__", "`sum without ()` removes it" },
	    { "sum by (a) (sum by (b) (x))", "a", "`sum by (b)` keeps only b" }, { "topk(1, x)", "a", "maybe" }, { "topk by (a) (1, x)", "b", "maybe" },
	    { "count_values('v', x)", "v", "always" }, { "count_values('v', x)", "a", "`count_values` without `by` keeps no label" },
	    { "count_values without (v) ('v', x)", "v", "maybe" });
}

TEST(functions_remove_add_and_keep) {
	CHECK_CASES(
	    { "rate(x[5m])", "__name__", "`rate()` removes it" }, { "last_over_time(x[5m])", "__name__", "always" }, { "sort(x)", "__name__", "always" },
	    { "-x", "__name__", "`-` removes it" }, { "+x", "__name__", "always" }, { "vector(1)", "a", "`vector()` has no labels" },
	    { "hour()", "a", "`hour()` has no labels" }, { "hour(x)", "a", "maybe" }, { "time()", "a", "`time()` has no labels" }, { "1", "a", "a constant has no labels" },
	    { "histogram_quantile(0.9, x)", "le", "`histogram_quantile()` removes it" }, { "absent(x{a='1',b!='2'})", "a", "always" },
	    { "absent(x{a='1',b!='2'})", "b", "`absent()` has only the labels that its selector matches with `=`" }, { "absent((x{a='1'}))", "a", "always" },
	    { "absent(x{a='1',a='2'})", "a", "maybe" }, { "absent(sum(x{a='1'}))", "a", "`absent()` has only the labels that its selector matches with `=`" },
	    { "absent_over_time(x{a='1'}[5m])", "a", "always" }, { "info(sum(x))", "a", "maybe" }, { "label_replace(sum(x), 'a', '$1', 'b', '(.*)')", "a", "maybe" },
	    { "label_replace(x, 'a', 'v', '', '')", "a", "always" }, { "label_replace(x, 'a', '', '', '')", "a", "`label_replace()` removes it" },
	    { "label_replace(x, 'a', '', 'b', 'c')", "a", "maybe" }, { "label_join(sum(x), 'a', '-', 'b', 'c')", "a", "always" },
	    { "label_join(sum(x), 'a', '', 'b', 'c')", "a", "`label_join()` removes it" }, { "label_join(x, 'a', '', 'b')", "a", "maybe" });
}

TEST(operators_give_what_both_sides_allow) {
	CHECK_CASES(
	    { "x + 1", "__name__", "`+` removes it" }, { "x > 1", "__name__", "always" }, { "x > bool 1", "__name__", "`>` removes it" }, { "1 - x", "a", "maybe" },
	    { "x + on (a) y", "a", "maybe" }, { "x + on (a) y", "b", "`on (a)` keeps only a" }, { "x + on () y", "b", "`on ()` keeps no label" },
	    { "x + on (a) y{a='1'}", "a", "always" }, { "x + ignoring (a) y", "a", "`ignoring (a)` removes it" }, { "x / sum by (a) (y)", "b", "`sum by (a)` keeps only a" },
	    { "x / ignoring (b) sum by (a) (y)", "a", "maybe" }, { "x * on (a) group_left (c) y{c='1'}", "c", "always" }, { "x * on (a) group_left (c) y", "b", "maybe" },
	    { "x{c='1'} * on (a) group_left (c) sum by (a) (y)", "c", "`sum by (a)` keeps only a" }, { "x * on (a) group_right (c) sum by (a) (y)", "b", "`sum by (a)` keeps only a" },
	    { "x and on (a) sum by (b) (y)", "a", "`sum by (b)` keeps only b" }, { "x and sum by (b) (y)", "a", "`sum by (b)` keeps only b" },
	    { "x unless sum(y)", "a", "maybe" }, { "sum by (a) (x) or y", "b", "maybe" }, { "sum by (a) (x) or sum by (b) (y)", "c", "`sum by (a)` keeps only a" },
	    { "x{a='1'} or y{a='2'}", "a", "always" }, { "x{a='1'} or y", "a", "maybe" }, { "sum(x) + fill(0) sum(y)", "a", "maybe" });
}

// Forgetting is allowed, claiming is not.
TEST(very_many_labels_and_branches_are_known_less_well) {
	autobuf struct buf expr = { 0 };
	buf_append_cstr(&expr, "sum by (l0");
	for (int i = 1; i < 300; i++)
		buf_format(&expr, ", l%d", i);
	buf_append_cstr(&expr, ") (x)");
	check_case(&(struct label_case){ buf_cstr(&expr), "l299", "maybe" });
	check_case(&(struct label_case){ buf_cstr(&expr), "other", "maybe" });
	buf_reset(&expr);
	buf_append_cstr(&expr, "sum(x)");
	for (int i = 0; i < 300; i++)
		buf_format(&expr, " or sum by (l%d) (x)", i);
	check_case(&(struct label_case){ buf_cstr(&expr), "l299", "maybe" });
	check_case(&(struct label_case){ buf_cstr(&expr), "l14", "maybe" });
}

TEST(long_chains_need_no_stack) {
	autobuf struct buf expr = { 0 };
	buf_append_cstr(&expr, "sum by (a) (x)");
	for (int i = 0; i < 50000; i++)
		buf_append_cstr(&expr, " + 1 + x");
	check_case(&(struct label_case){ buf_cstr(&expr), "b", "`sum by (a)` keeps only a" });
}

// Minutes without a bound on the work: each operator would hold sixteen branches of a hundred labels against each other.
TEST(long_chains_on_very_many_labels_are_given_up) {
	autobuf struct buf expr = { 0 };
	buf_append_char(&expr, '(');
	for (int branch = 0; branch < 20; branch++) {
		buf_append_cstr(&expr, branch > 0 ? " or sum by (l0" : "sum by (l0");
		for (int i = 1; i < 100; i++)
			buf_format(&expr, ", l%d", i);
		buf_append_cstr(&expr, ") (x)");
	}
	buf_append_char(&expr, ')');
	check_case(&(struct label_case){ buf_cstr(&expr), "other", "`sum by (l0, l1, l2, l3, l4, l5, l6, l7, …)` keeps only l0, l1, l2, l3, l4, l5, l6, l7, …" });
	for (int i = 0; i < 50000; i++)
		buf_append_cstr(&expr, "+y");
	check_case(&(struct label_case){ buf_cstr(&expr), "other", "maybe" });
}
