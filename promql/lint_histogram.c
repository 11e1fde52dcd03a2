// SPDX-License-Identifier: Apache-2.0
// Quantiles and histograms, and what absent() can never miss.
#include "base/buf.h"
#include "base/number.h"
#include "promql/expr_lint.h"

#include <math.h>

static const struct promql_node *quantile_of(const struct promql_node *node) {
	if (node->kind == NODE_AGGREGATE)
		return node->aggregate.op == TOKEN_QUANTILE ? node->aggregate.parameter : NULL;
	bool has_quantile = node_is_call(node, "histogram_quantile") || node_is_call(node, "quantile_over_time");
	return has_quantile ? node->call.arguments[0] : NULL;
}

void lint_quantile(const struct promql_lint *lint, const struct promql_node *node) {
	const struct promql_node *quantile = quantile_of(node);
	double value;
	if (quantile == NULL || !node_constant(quantile, &value) || (value >= 0 && value <= 1))
		return;
	struct str text = expr_text(lint, quantile);
	if (value >= 10 && value <= 100) // meant as a percentage
		expr_report(lint, LINT_QUANTILE_RANGE, text, "quantile %.*s is not from 0 to 1, the result is +Inf: write %.10g", STR_ARG(text), value / 100);
	else
		expr_report(lint, LINT_QUANTILE_RANGE, text, "quantile %.*s is not from 0 to 1, the result is infinite: correct it", STR_ARG(text));
}

static bool is_raw_bucket(const struct promql_node *node) {
	struct str name = node_metric_name(node);
	return str_has_suffix(name, STR("_bucket")) && str_find_char(name, ':') < 0;
}

// A selector of buckets whose values are taken as they are; NULL when there is none.
static const struct promql_node *find_raw_bucket(const struct promql_node *node) {
	for (;;) {
		node = node_unwrap(node);
		if (node->kind == NODE_SELECTOR)
			return is_raw_bucket(node) ? node : NULL;
		if (node->kind == NODE_AGGREGATE)
			node = node->aggregate.inner;
		else if (node->kind == NODE_CALL && call_vector_argument(node) != NULL)
			node = call_vector_argument(node);
		else
			return NULL;
	}
}

void lint_histogram(const struct promql_lint *lint, const struct promql_node *node) {
	if (!node_is_call(node, "histogram_quantile"))
		return;
	const struct promql_node *bucket = find_raw_bucket(node->call.arguments[1]);
	if (bucket == NULL)
		return;
	struct str name = node_metric_name(bucket);
	expr_report(lint, LINT_HISTOGRAM_RATE, expr_text(lint, bucket), "\"%.*s\" counts since its process began: take the quantile of rate(%.*s[…])", STR_ARG(name), STR_ARG(name));
}

// Whether an expression gives something whatever the data are.
static bool is_always_there(const struct promql_node *node) {
	for (;;) {
		node = node_unwrap(node);
		if (node->kind == NODE_NUMBER || node_is_call(node, "vector"))
			return true;
		if (node->kind == NODE_BINARY && node->binary.op == TOKEN_OR) {
			if (is_always_there(node->binary.right))
				return true;
			node = node->binary.left;
			continue;
		}
		if (node->kind != NODE_AGGREGATE || node->aggregate.parameter != NULL)
			return false;
		node = node->aggregate.inner;
	}
}

void lint_absent(const struct promql_lint *lint, const struct promql_node *node) {
	if (node_is_call(node, "absent") && is_always_there(node->call.arguments[0]))
		expr_report(lint, LINT_ABSENT_IMPOSSIBLE, expr_text(lint, node), "what absent() looks for is always there: leave out vector(), or absent()");
}
