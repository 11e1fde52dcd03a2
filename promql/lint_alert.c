// SPDX-License-Identifier: Apache-2.0
// What the expression of an alert needs besides: a condition, and series that stay.
#include "promql/expr_lint.h"

// Why there is something whatever the values are; NULL when the expression has a condition.
static const struct promql_node *find_unconditional(const struct promql_node *node);

static const struct promql_node *unconditional_operator(const struct promql_node *node, const struct promql_node *left) {
	const struct promql_node *right = node->binary.right;
	if (token_is_comparison(node->binary.op) && !node->binary.returns_bool)
		return NULL;
	if (node->binary.op == TOKEN_UNLESS)
		return NULL;
	if (node->binary.op == TOKEN_OR)
		return left != NULL ? left : find_unconditional(right);
	bool has_condition = (node->binary.left->type == PROMQL_VECTOR && left == NULL) ||
	    (right->type == PROMQL_VECTOR && find_unconditional(right) == NULL);
	return has_condition ? NULL : node;
}

static const struct promql_node *unconditional_spine(const struct promql_node *node) {
	struct node_spine spine;
	node_spine_init(&spine, node);
	const struct promql_node *found = find_unconditional(spine.leftmost);
	for (size_t i = spine.count; i-- > 0;)
		found = unconditional_operator(spine.items[i], found);
	node_spine_finish(&spine);
	return found;
}

static const struct promql_node *unconditional_call(const struct promql_node *node) {
	static const char *const conditions[] = { "absent", "absent_over_time", "present_over_time" };
	for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
		if (node_is_call(node, conditions[i]))
			return NULL;
	}
	const struct promql_node *inner = call_vector_argument(node);
	bool is_empty_without = node->type == PROMQL_VECTOR && inner != NULL;
	return is_empty_without && find_unconditional(inner) == NULL ? NULL : node;
}

// Series that are there only while something is so: Prometheus' own of alerts, and those whose labels say what is so, when one is asked for.
static bool is_condition(const struct promql_node *selector) {
	struct str name = node_metric_name(selector);
	bool is_info = str_find(name, STR("_info")) >= 0 || str_has_suffix(name, STR("_metadata"));
	return str_equal(name, STR("ALERTS")) || str_equal(name, STR("ALERTS_FOR_STATE")) || (is_info && selector->selector.count > 0);
}

static const struct promql_node *find_unconditional(const struct promql_node *node) {
	switch (node->kind) {
	case NODE_SELECTOR:
		return is_condition(node) ? NULL : node;
	case NODE_MATRIX:
		return find_unconditional(node->matrix.selector);
	case NODE_SUBQUERY:
		return find_unconditional(node->subquery.inner);
	case NODE_PAREN:
		return find_unconditional(node->paren);
	case NODE_UNARY:
		return find_unconditional(node->unary.inner) == NULL ? NULL : node;
	case NODE_BINARY:
		return unconditional_spine(node);
	case NODE_AGGREGATE:
		return find_unconditional(node->aggregate.inner) == NULL ? NULL : node;
	case NODE_CALL:
		return unconditional_call(node);
	case NODE_NUMBER:
	case NODE_STRING:
	case NODE_DURATION:
		return node;
	}
	unreachable("node kind");
}

static void note_selector(void *context, struct str name, const struct promql_node *selector) {
	(void)name, (void)selector;
	*(bool *)context = true;
}

// One without selectors is meant to fire always: a sign of life.
static void check_condition(const struct promql_lint *lint, const struct promql_node *root) {
	bool has_selector = false;
	promql_each_selector(root, note_selector, &has_selector);
	const struct promql_node *found = find_unconditional(root);
	if (found == NULL || !has_selector)
		return;
	struct str where = expr_text(lint, found);
	if (found->kind == NODE_BINARY && found->binary.returns_bool)
		expr_report(lint, LINT_ALERT_CONDITION, where, "with `bool` the comparison gives 0 or 1 for every series, and the alert fires for all: leave out `bool`");
	else if (node_unwrap(root) != found)
		expr_report(lint, LINT_ALERT_CONDITION, where, "this side gives something whatever its value is, and the alert fires: compare it with a threshold");
	else
		expr_report(lint, LINT_ALERT_CONDITION, where, "the expression compares nothing, so the alert fires for every series: compare it with a threshold");
}

static bool chooses_series(enum token_kind op) {
	return op == TOKEN_TOPK || op == TOKEN_BOTTOMK || op == TOKEN_LIMITK || op == TOKEN_LIMIT_RATIO;
}

// Along the side that gives the result its series. With `by` it usually takes one of several that are the same.
static void check_choice(const struct promql_lint *lint, const struct promql_node *root) {
	const struct promql_node *node = node_unwrap(root);
	while (node->kind == NODE_BINARY)
		node = node_unwrap(node->binary.left->type == PROMQL_VECTOR ? node->binary.left : node->binary.right);
	if (node->kind == NODE_AGGREGATE && chooses_series(node->aggregate.op) && node->aggregate.grouping == NULL)
		expr_report(lint, LINT_ALERT_UNSTABLE, expr_text(lint, node), "%s() may choose other series at each evaluation, and alerts come and go: compare with a threshold instead", token_name(node->aggregate.op));
}

void lint_alert(const struct promql_lint *lint, const struct promql_node *root) {
	check_condition(lint, root);
	check_choice(lint, root);
}
