// SPDX-License-Identifier: Apache-2.0
// Any bytes as an expression: parsing must end with a tree or errors, what is printed can be read and printed again, and labels and
// findings are told of places within the text.
#include "base/buf.h"
#include "base/error.h"
#include "promql/promql_labels.h"
#include "promql/promql_lint.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count_selector(void *context, struct str name, const struct promql_node *selector) {
	(void)selector;
	*(size_t *)context += name.len + 1;
}

static void print_again(struct arena *arena, struct str normal, unsigned features) {
	autobuf struct buf again = { 0 };
	struct promql_result result = promql_parse(arena, normal, features);
	if (result.root == NULL)
		return; // upstream prints a few forms that it does not read: a zero offset below 1 ms, names that need quotes
	promql_format(&again, result.root);
	size_t selectors = 0;
	promql_each_selector(result.root, count_selector, &selectors);
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
	buf_reset(&out);
	promql_format(&out, result.root);
	print_again(&arena, buf_str(&out), features);
	lint(&arena, text, result.root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct str text = str_make((const char *)data, size);
	(void)promql_feature_parse(text);
	parse(text, 0);
	parse(text, PROMQL_EXPERIMENTAL_FUNCTIONS | PROMQL_EXTENDED_RANGE_SELECTORS | PROMQL_BINOP_FILL_MODIFIERS);
	return 0;
}
