// SPDX-License-Identifier: Apache-2.0
// No expression may exhaust the stack or run without bound.
#include "base/buf.h"
#include "model/limits.h"
#include "promql/promql.h"
#include "tests/harness/test.h"

static struct promql_result parse_repeated(struct arena *arena, struct buf *text, const char *start, const char *part, size_t count, const char *end) {
	buf_append_cstr(text, start);
	for (size_t i = 0; i < count; i++)
		buf_append_cstr(text, part);
	buf_append_cstr(text, end);
	return promql_parse(arena, buf_str(text), 0);
}

static void check_refused(const char *start, const char *part, const char *end) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf text = { 0 };
	struct promql_result result = parse_repeated(&arena, &text, start, part, (LIMIT_EXPR_BYTES - 100) / strlen(part), end);
	CHECK(result.root == NULL);
	CHECK(result.error_count > 0);
}

TEST(a_megabyte_of_nesting_is_an_error_and_no_crash) {
	check_refused("", "(", "");
	check_refused("", "-", "");
	check_refused("", "-", "a");
	check_refused("", "sum(", "");
	check_refused("", "sum by(a)(", "");
	check_refused("a[", "(", "");
	check_refused("a[", "-", "5m]");
	check_refused("a offset ", "-", "5m");
	check_refused("a offset ", "(", "");
	check_refused("a[", "max_of(", "");
	check_refused("a", "^a", "");
	check_refused("a[1", "^1", "]");
	check_refused("a", "[5m:1m]", "");
	check_refused("", "{", "");
	check_refused("a", " offset 5m", "");
	check_refused("a[", "(5m+", "");
	check_refused("a[5m:", "-(", "");
	check_refused("", "max_over_time(a[5m:1m]) + (", "");
	check_refused("a[5m", "]", "");
	check_refused("a + on (", "(", "");
	check_refused("", "a @ ", "");
	check_refused("", "f(a,", "");
	check_refused("a{", "b=\"c\" ", "}");
	check_refused("sum by (", "a ", ") (b)");
	check_refused("", "sum(a b) ", "");
	check_refused("(", "sum(a b) + ", "");
}

TEST(recovering_again_and_again_takes_no_stack_and_no_quadratic_time) {
	check_refused("", "sum by ) (", "");
	check_refused("x{", "=,", "}");
	check_refused("x", "[foo]", "");
	check_refused("x", " offset @", "");
	check_refused("x + on (", ",,", ")");
}

TEST(nesting_is_allowed_up_to_the_limit_and_no_further) {
	for (int extra = 0; extra < 2; extra++) {
		autoarena struct arena arena = { 0 };
		autobuf struct buf text = { 0 };
		for (int i = 0; i < LIMIT_EXPR_DEPTH - 1 + extra; i++)
			buf_append_char(&text, '(');
		buf_append_cstr(&text, "a");
		for (int i = 0; i < LIMIT_EXPR_DEPTH - 1 + extra; i++)
			buf_append_char(&text, ')');
		struct promql_result result = promql_parse(&arena, buf_str(&text), 0);
		CHECK((result.root != NULL) == (extra == 0));
	}
}

static void check_chain(const char *part, size_t count) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf text = { 0 }, normal = { 0 };
	struct promql_result result = parse_repeated(&arena, &text, "a", part, count, "");
	CHECK(result.root != NULL);
	promql_format(&normal, result.root);
	CHECK(str_equal(buf_str(&normal), buf_str(&text)));
}

TEST(a_long_flat_chain_of_operators_works) {
	check_chain(" + a", 10000);
	check_chain(" or a", 10000);
	check_chain(" == a", 100000);
}

TEST(a_megabyte_of_labels_and_matchers_works) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf text = { 0 }, normal = { 0 };
	struct promql_result result = parse_repeated(&arena, &text, "a{", "b=\"c\",", 100000, "}");
	CHECK(result.root != NULL);
	promql_format(&normal, result.root);
	CHECK_INT(normal.len, text.len - 1);
	buf_reset(&text);
	result = parse_repeated(&arena, &text, "sum by (", "job,", 200000, ") (a)");
	CHECK(result.root != NULL);
}

TEST(a_long_chain_is_laid_out_as_far_as_its_indentation_allows) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf text = { 0 }, lines = { 0 };
	struct promql_result result = parse_repeated(&arena, &text, "a", " + a", 1000, "");
	CHECK(promql_format_pretty(&lines, result.root));
	CHECK_INT(lines.len, 1911105); // as upstream's
	buf_reset(&text);
	buf_reset(&lines);
	buf_append_cstr(&lines, "kept");
	result = parse_repeated(&arena, &text, "a", " + a", 100000, "");
	CHECK(!promql_format_pretty(&lines, result.root));
	CHECK_STR(buf_str(&lines), "kept");
}

TEST(the_deepest_nesting_is_laid_out_too) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf text = { 0 }, lines = { 0 };
	for (int i = 0; i < LIMIT_EXPR_DEPTH - 1; i++)
		buf_append_cstr(&text, "sum(");
	buf_append_char(&text, 'a');
	for (int i = 0; i < LIMIT_EXPR_DEPTH - 1; i++)
		buf_append_char(&text, ')');
	struct promql_result result = promql_parse(&arena, buf_str(&text), 0);
	CHECK(result.root != NULL);
	CHECK(promql_format_pretty(&lines, result.root));
	struct promql_result again = promql_parse(&arena, buf_str(&lines), 0);
	CHECK(again.root != NULL);
}

TEST(a_long_flat_chain_of_duration_operators_works) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf text = { 0 }, normal = { 0 };
	struct promql_result result = parse_repeated(&arena, &text, "a[5m", " + 5m", 10000, "]");
	CHECK(result.root != NULL);
	promql_format(&normal, result.root);
	CHECK(str_equal(buf_str(&normal), buf_str(&text)));
}

static void append_name(void *context, struct str name, const struct promql_node *selector) {
	(void)selector;
	buf_append_str(context, name);
}

TEST(selectors_are_visited_once_each_from_left_to_right) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf names = { 0 };
	struct str text = STR("a + -b * (sum(rate(c[5m])) or {__name__=\"d\"}) + max_over_time(e[5m:]) - topk(scalar(f), {__name__=~\"x\",y=\"z\"})");
	struct promql_result result = promql_parse(&arena, text, 0);
	CHECK(result.root != NULL);
	promql_each_selector(result.root, append_name, &names);
	CHECK_STR(buf_str(&names), "abcdef");
}

TEST(an_expression_that_is_too_long_is_refused) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf text = { 0 };
	struct promql_result result = parse_repeated(&arena, &text, "", "a", LIMIT_EXPR_BYTES + 1, "");
	CHECK(result.root == NULL);
	CHECK_STR(result.errors[0].text, "expression is longer than 1048576 bytes");
}

TEST(errors_are_kept_up_to_a_limit) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf text = { 0 };
	struct promql_result result = parse_repeated(&arena, &text, "nix()", "+nix()", 20000, "");
	CHECK(result.root == NULL);
	CHECK_INT(result.error_count, LIMIT_PROBLEMS);
}

TEST(labels_on_both_sides_are_compared_without_quadratic_work) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf text = { 0 };
	buf_append_cstr(&text, "a + on(");
	for (int i = 0; i < 50000; i++)
		buf_format(&text, "l%d,", i);
	buf_append_cstr(&text, ") group_left(");
	for (int i = 0; i < 50000; i++)
		buf_format(&text, "r%d,", i);
	buf_append_cstr(&text, "l7) b");
	struct promql_result result = promql_parse(&arena, buf_str(&text), 0);
	CHECK_INT(result.error_count, 1);
	CHECK_STR(result.errors[0].text, "label \"l7\" must not occur in ON and GROUP clause at once");
}

// Each operator wraps what stands before it in one more object.
TEST(a_chain_becomes_a_tree_without_recursion_until_it_is_too_long) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf text = { 0 }, more = { 0 }, tree = { 0 };
	struct promql_result result = parse_repeated(&arena, &text, "1", "-1", 100000, "");
	CHECK(promql_format_json(&tree, result.root));
	CHECK(str_has_prefix(buf_str(&tree), STR("{\"bool\":false,\"lhs\":{\"bool\":false,\"lhs\":")));
	CHECK(tree.len > 10000000 && str_has_suffix(buf_str(&tree), STR("\"type\":\"binaryExpr\"}")));
	buf_reset(&tree);
	buf_append_cstr(&tree, "before");
	result = parse_repeated(&arena, &more, "1", "-1", 400000, "");
	CHECK(!promql_format_json(&tree, result.root));
	CHECK_STR(buf_str(&tree), "before");
}
