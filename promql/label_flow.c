// SPDX-License-Identifier: Apache-2.0
// Labels from the leaves up. See label_flow.h. Source: Prometheus 3.x, promql/engine.go (resultMetric, aggregation, VectorAnd …).
#include "promql/label_flow.h"

#include "base/regex.h"

const struct promql_node *node_unwrap(const struct promql_node *node) {
	while (node->kind == NODE_PAREN)
		node = node->paren;
	return node;
}

static bool matches_empty_regex(struct str pattern) {
	if (pattern.len == 0 || str_equal(pattern, STR(".*")))
		return true;
	if (str_equal(pattern, STR(".+")))
		return false;
	bool is_literal = true;
	for (size_t i = 0; i < pattern.len; i++)
		is_literal = is_literal && strchr("\\.+*?()[]{}^$|", pattern.data[i]) == NULL;
	if (is_literal)
		return false;
	struct regex *regex = regex_compile(pattern, REGEX_ANCHORED | REGEX_DOT_NEWLINE | REGEX_ONCE, NULL);
	bool matches = regex == NULL || regex_test(regex, STR("")) != REGEX_NO_MATCH;
	regex_destroy(regex);
	return matches;
}

// What one matcher says of its label. A pattern that cannot be tried says nothing.
static enum promql_label_state matcher_state(const struct node_matcher *matcher) {
	switch ((int)matcher->op) {
	case TOKEN_EQUAL:
		return matcher->value.len > 0 ? PROMQL_LABEL_ALWAYS : PROMQL_LABEL_NEVER;
	case TOKEN_NOT_EQUAL:
		return matcher->value.len == 0 ? PROMQL_LABEL_ALWAYS : PROMQL_LABEL_MAYBE;
	case TOKEN_EQUAL_REGEX:
		return matches_empty_regex(matcher->value) ? PROMQL_LABEL_MAYBE : PROMQL_LABEL_ALWAYS;
	default:
		return PROMQL_LABEL_MAYBE;
	}
}

static struct promql_labels walk_selector(const struct label_flow *flow, const struct promql_node *node) {
	struct promql_labels labels = labels_open(flow->arena);
	struct promql_label_set *set = labels.branches;
	if (node->selector.name.len > 0)
		label_set_put(set, flow->arena, (struct promql_label){ .name = STR("__name__"), .state = PROMQL_LABEL_ALWAYS });
	for (size_t i = 0; i < node->selector.count; i++) {
		const struct node_matcher *matcher = &node->selector.matchers[i];
		enum promql_label_state state = matcher_state(matcher);
		if (state == PROMQL_LABEL_NEVER)
			label_set_remove(set, flow->arena, matcher->name, node);
		else if (state == PROMQL_LABEL_ALWAYS)
			label_set_put(set, flow->arena, (struct promql_label){ .name = matcher->name, .state = state });
	}
	return labels;
}

static void visit(const struct label_flow *flow, const struct promql_node *node, const struct promql_labels *left, const struct promql_labels *right) {
	const struct label_inflow inflow = { left, right };
	if (flow->visit != NULL)
		flow->visit(flow->context, node, &inflow);
}

static bool keeps_series(enum token_kind op) {
	return op == TOKEN_TOPK || op == TOKEN_BOTTOMK || op == TOKEN_LIMITK || op == TOKEN_LIMIT_RATIO;
}

static void aggregate_set(const struct label_flow *flow, struct promql_label_set *set, const struct promql_node *node) {
	const struct label_names *grouping = node->aggregate.grouping;
	if (!node->aggregate.without) {
		label_set_keep(set, flow->arena, grouping, node);
	} else {
		for (size_t i = 0; i < grouping->count; i++)
			label_set_remove(set, flow->arena, grouping->items[i], node);
		label_set_drop_name(set, flow->arena, node);
	}
	const struct promql_node *parameter = node->aggregate.parameter;
	if (node->aggregate.op != TOKEN_COUNT_VALUES || parameter == NULL)
		return;
	struct promql_label value = { .name = node_unwrap(parameter)->string };
	bool is_removed = node->aggregate.without && (label_names_have(grouping, value.name) || str_equal(value.name, STR("__name__")));
	if (!is_removed)
		value.state = PROMQL_LABEL_ALWAYS;
	label_set_put(set, flow->arena, value);
}

static struct promql_labels walk_aggregate(const struct label_flow *flow, const struct promql_node *node) {
	if (node->aggregate.parameter != NULL)
		label_flow_walk(flow, node->aggregate.parameter);
	struct promql_labels labels = label_flow_walk(flow, node->aggregate.inner);
	visit(flow, node, &labels, NULL);
	for (uint32_t i = 0; i < labels.count && !keeps_series(node->aggregate.op); i++)
		aggregate_set(flow, &labels.branches[i], node);
	return labels;
}

const struct promql_node *call_vector_argument(const struct promql_node *call) {
	for (size_t i = 0; i < call->call.count; i++) {
		enum promql_type type = call->call.arguments[i]->type;
		if (type == PROMQL_VECTOR || type == PROMQL_MATRIX)
			return call->call.arguments[i];
	}
	return NULL;
}

static struct promql_labels walk_call(const struct label_flow *flow, const struct promql_node *node) {
	const struct promql_node *vector = call_vector_argument(node);
	for (size_t i = 0; i < node->call.count; i++) {
		if (node->call.arguments[i] != vector)
			label_flow_walk(flow, node->call.arguments[i]);
	}
	struct promql_labels labels = vector == NULL ? labels_none(flow->arena, node) : label_flow_walk(flow, vector);
	visit(flow, node, vector == NULL ? NULL : &labels, NULL);
	label_flow_call(flow, node, &labels);
	return labels;
}

static const struct vector_matching *matching_of(const struct promql_node *node) {
	static const struct vector_matching nothing_written = { .card = MATCHING_ONE_TO_ONE };
	return node->binary.matching == NULL ? &nothing_written : node->binary.matching;
}

static bool removes_name(const struct promql_node *node) {
	return node->binary.returns_bool || (node->binary.op >= TOKEN_ADD && node->binary.op <= TOKEN_ATAN2);
}

// One of two series that match, as the engine's resultMetric changes it; `one` is the other side, of which group_left may take labels.
static void match_set(const struct label_flow *flow, struct promql_label_set *set, const struct promql_label_set *one, const struct promql_node *node) {
	const struct vector_matching *matching = matching_of(node);
	bool is_one_to_one = matching->card == MATCHING_ONE_TO_ONE && !token_is_set_operator(node->binary.op);
	if (matching->on)
		label_set_meet_on(set, flow->arena, one, &matching->labels);
	else
		label_set_meet(set, flow->arena, one, &matching->labels);
	if (removes_name(node))
		label_set_drop_name(set, flow->arena, node);
	if (is_one_to_one && matching->on)
		label_set_keep(set, flow->arena, &matching->labels, node);
	for (size_t i = 0; is_one_to_one && !matching->on && i < matching->labels.count; i++)
		label_set_remove(set, flow->arena, matching->labels.items[i], node);
	for (size_t i = 0; i < matching->include.count; i++) {
		struct promql_label label = { .name = matching->include.items[i] };
		bool is_unsure = node->binary.returns_bool && str_equal(label.name, STR("__name__")); // 2.x drops it after this, 3.x before
		if (!is_unsure)
			label.state = label_set_find(one, label.name, &label.why);
		label_set_put(set, flow->arena, label);
	}
}

static struct promql_labels combine_vectors(const struct label_flow *flow, const struct promql_node *node, struct promql_labels *left, struct promql_labels *right) {
	const struct vector_matching *matching = matching_of(node);
	if (matching->has_fill_left || matching->has_fill_right)
		return labels_open(flow->arena); // the series that is filled in takes the labels of either side
	if (node->binary.op == TOKEN_OR)
		labels_append(left, flow->arena, right);
	if (node->binary.op == TOKEN_OR || node->binary.op == TOKEN_UNLESS)
		return *left;
	bool is_many_right = matching->card == MATCHING_ONE_TO_MANY;
	struct promql_labels *many = is_many_right ? right : left;
	struct promql_label_set one = labels_join(flow->arena, is_many_right ? left : right);
	for (uint32_t i = 0; i < many->count; i++)
		match_set(flow, &many->branches[i], &one, node);
	return *many;
}

enum { WORK_MAX = 20000000 }; // comparisons of names, about: a long chain of operators on very many labels would take minutes

// What joining and meeting these takes: each fact is looked for among those of a set.
static size_t work_for(const struct promql_labels *labels) {
	size_t facts = 0, largest = 0;
	for (uint32_t i = 0; i < labels->count; i++) {
		facts += labels->branches[i].count;
		largest = labels->branches[i].count > largest ? labels->branches[i].count : largest;
	}
	return 1 + facts * largest;
}

static bool is_exhausted(const struct label_flow *flow, const struct promql_labels *left, const struct promql_labels *right) {
	if (*flow->work <= WORK_MAX)
		*flow->work += work_for(left) + work_for(right);
	return *flow->work > WORK_MAX;
}

// The operator's effect on its two sides, of which a scalar has no labels.
static struct promql_labels combine(const struct label_flow *flow, const struct promql_node *node, struct promql_labels *left, struct promql_labels *right) {
	if (is_exhausted(flow, left, right))
		return labels_open(flow->arena);
	bool is_left = node->binary.left->type == PROMQL_VECTOR, is_right = node->binary.right->type == PROMQL_VECTOR;
	visit(flow, node, is_left ? left : NULL, is_right ? right : NULL);
	if (is_left && is_right)
		return combine_vectors(flow, node, left, right);
	struct promql_labels *vector = is_left ? left : right;
	for (uint32_t i = 0; removes_name(node) && i < vector->count; i++)
		label_set_drop_name(&vector->branches[i], flow->arena, node);
	return *vector;
}

static struct promql_labels walk_binary(const struct label_flow *flow, const struct promql_node *node) {
	struct node_spine spine;
	node_spine_init(&spine, node);
	struct promql_labels left = label_flow_walk(flow, spine.leftmost);
	for (size_t i = spine.count; i-- > 0;) {
		struct promql_labels right = label_flow_walk(flow, spine.items[i]->binary.right);
		left = combine(flow, spine.items[i], &left, &right);
	}
	node_spine_finish(&spine);
	return left;
}

static struct promql_labels walk_unary(const struct label_flow *flow, const struct promql_node *node) {
	struct promql_labels labels = label_flow_walk(flow, node->unary.inner);
	for (uint32_t i = 0; node->unary.op == TOKEN_SUB && i < labels.count; i++)
		label_set_drop_name(&labels.branches[i], flow->arena, node);
	return labels;
}

struct promql_labels label_flow_walk(const struct label_flow *flow, const struct promql_node *node) {
	switch (node->kind) {
	case NODE_SELECTOR:
		return walk_selector(flow, node);
	case NODE_MATRIX:
		return label_flow_walk(flow, node->matrix.selector);
	case NODE_SUBQUERY:
		return label_flow_walk(flow, node->subquery.inner);
	case NODE_PAREN:
		return label_flow_walk(flow, node->paren);
	case NODE_UNARY:
		return walk_unary(flow, node);
	case NODE_BINARY:
		return walk_binary(flow, node);
	case NODE_AGGREGATE:
		return walk_aggregate(flow, node);
	case NODE_CALL:
		return walk_call(flow, node);
	case NODE_NUMBER:
	case NODE_STRING:
	case NODE_DURATION:
		return labels_none(flow->arena, node);
	}
	unreachable("node kind");
}
