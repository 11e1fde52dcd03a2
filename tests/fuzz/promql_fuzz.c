// SPDX-License-Identifier: Apache-2.0
// Any bytes as an expression: parsing must end with a tree or errors, and what is printed can be read and printed again.
#include "base/buf.h"
#include "base/error.h"
#include "promql/promql.h"

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
