// SPDX-License-Identifier: Apache-2.0
// Any bytes as an expression: parsing must end with a tree or errors, what is printed can be read and printed again, its tree is
// JSON, and labels and findings are told of places within the text.
#include "base/buf.h"
#include "base/error.h"
#include "base/json_read.h"
#include "promql/promql_labels.h"
#include "promql/promql_lint.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count_selector(void *context, struct str name, const struct promql_node *selector) {
	(void)selector;
	*(size_t *)context += name.len + 1;
}

static void expect_same(struct str got, struct str wanted, const char *what) {
	if (!str_equal(got, wanted))
		unreachable(what);
}

// The normal form of a text that was printed.
static bool normal_form(struct arena *arena, struct str printed, unsigned features, struct buf *out) {
	struct promql_result result = promql_parse(arena, printed, features);
	if (result.root == NULL)
		return false; // upstream prints a few forms that it does not read: a zero offset below 1 ms, names that need quotes
	promql_format(out, result.root);
	return true;
}

static void check_lines(struct arena *arena, const struct promql_node *root, struct str normal, unsigned features) {
	autobuf struct buf lines = { 0 }, again = { 0 };
	if (!promql_format_pretty(&lines, root))
		return;
	if (!normal_form(arena, buf_str(&lines), features, &again))
		unreachable("lines are read where the normal form is");
	expect_same(buf_str(&again), normal, "lines have the same normal form");
}

// Two forms mean something else when they are read again: "x offset (1) + 2" is printed without the parentheses, and "Inf ^ 2" as "+Inf ^ 2",
// where the sign comes last. Both as upstream.
static bool may_change(struct str normal) {
	return memmem(normal.data, normal.len, " offset ", strlen(" offset ")) != NULL || memmem(normal.data, normal.len, "Inf ^", strlen("Inf ^")) != NULL;
}

static void print_again(struct arena *arena, const struct promql_node *root, unsigned features) {
	autobuf struct buf normal = { 0 }, again = { 0 };
	promql_format(&normal, root);
	if (!normal_form(arena, buf_str(&normal), features, &again) || may_change(buf_str(&normal)))
		return;
	expect_same(buf_str(&again), buf_str(&normal), "the normal form of a normal form is itself");
	check_lines(arena, root, buf_str(&normal), features);
}

// Deeper trees than a reader of ours goes are written too.
static void write_tree(const struct promql_node *root) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf tree = { 0 };
	struct json_reader reader;
	if (!promql_format_json(&tree, root))
		return;
	json_read_init(&reader, &arena, buf_str(&tree));
	if (!(json_read_skip(&reader) && json_read_end(&reader)) && reader.error.code != ERR_LIMIT)
		unreachable("a tree is JSON");
}

static void check_finding(void *context, enum lint_id id, uint32_t start, uint32_t end, struct str text) {
	const struct str *expr = context;
	if (start >= end || end > expr->len || text.len == 0 || lint_finding(id)->id == NULL)
		unreachable("a finding without a place");
}

static void lint(struct arena *arena, struct str text, const struct promql_node *root) {
	autobuf struct buf reason = { 0 };
	struct promql_label_reason why;
	struct promql_labels labels = promql_labels_of(arena, root);
	if (promql_labels_find(&labels, STR("job"), &why) == PROMQL_LABEL_NEVER)
		promql_label_reason_format(&reason, why);
	const struct promql_lint_options options = { .is_alert = true };
	const struct promql_lint linting = { arena, text, &options, check_finding, &text };
	promql_lint(&linting, root);
	(void)promql_unit_of(root);
}

static void parse(struct str text, unsigned features) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf out = { 0 };
	struct promql_result result = promql_parse(&arena, text, features);
	if ((result.root == NULL) != (result.error_count > 0))
		unreachable("a result is a tree or errors");
	for (size_t i = 0; i < result.error_count && i < 10; i++)
		promql_error_format(&out, text, &result.errors[i]);
	if (result.root == NULL)
		return;
	buf_append_cstr(&out, promql_type_name(result.type));
	size_t selectors = 0;
	promql_each_selector(result.root, count_selector, &selectors);
	print_again(&arena, result.root, features);
	write_tree(result.root);
	lint(&arena, text, result.root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct str text = str_make((const char *)data, size);
	unsigned features = 0;
	struct error err = { 0 };
	(void)!promql_features_parse(text, &features, &err);
	parse(text, 0);
	parse(text, PROMQL_EXPERIMENTAL_FUNCTIONS | PROMQL_EXTENDED_RANGE_SELECTORS | PROMQL_BINOP_FILL_MODIFIERS);
	return 0;
}
