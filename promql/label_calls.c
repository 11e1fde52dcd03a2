// SPDX-License-Identifier: Apache-2.0
// What functions do to labels, as a table of those that do more than take the metric name away. Source: Prometheus 3.x, promql/functions.go.
#include "promql/label_flow.h"

typedef void call_effect(const struct label_flow *flow, const struct promql_node *call, struct promql_label_set *set);

static void keep_all(const struct label_flow *flow, const struct promql_node *call, struct promql_label_set *set) {
	(void)flow, (void)call, (void)set;
}

static void drop_name(const struct label_flow *flow, const struct promql_node *call, struct promql_label_set *set) {
	label_set_drop_name(set, flow->arena, call);
}

static void clear_all(const struct label_flow *flow, const struct promql_node *call, struct promql_label_set *set) {
	(void)flow;
	label_set_clear(set, call);
}

static void drop_bucket(const struct label_flow *flow, const struct promql_node *call, struct promql_label_set *set) {
	label_set_drop_name(set, flow->arena, call);
	label_set_remove(set, flow->arena, STR("le"), call);
}

static struct str text_argument(const struct promql_node *call, size_t index) {
	return node_unwrap(call->call.arguments[index])->string;
}

static void add_quantile(const struct label_flow *flow, const struct promql_node *call, struct promql_label_set *set) {
	drop_bucket(flow, call, set);
	label_set_put(set, flow->arena, (struct promql_label){ .name = text_argument(call, 1), .state = PROMQL_LABEL_MAYBE });
}

// info() adds labels that only the data know.
static void add_unknown(const struct label_flow *flow, const struct promql_node *call, struct promql_label_set *set) {
	(void)flow, (void)call;
	uint32_t kept = 0;
	for (uint32_t i = 0; i < set->count; i++) {
		if (set->items[i].state == PROMQL_LABEL_ALWAYS)
			set->items[kept++] = set->items[i];
	}
	set->count = kept;
	set->is_closed = false;
}

static bool is_matched_once(const struct promql_node *selector, struct str name) {
	size_t times = 0;
	for (size_t i = 0; i < selector->selector.count; i++)
		times += str_equal(selector->selector.matchers[i].name, name);
	return times == 1;
}

// absent() makes a series of the selector's equalities, and one without labels of anything else.
static void make_absent(const struct label_flow *flow, const struct promql_node *call, struct promql_label_set *set) {
	const struct promql_node *argument = node_unwrap(call->call.arguments[0]);
	const struct promql_node *selector = argument->kind == NODE_MATRIX ? argument->matrix.selector : argument;
	label_set_clear(set, call);
	if (selector->kind != NODE_SELECTOR)
		return;
	for (size_t i = 0; i < selector->selector.count; i++) {
		const struct node_matcher *matcher = &selector->selector.matchers[i];
		if (matcher->op != TOKEN_EQUAL || matcher->value.len == 0 || str_equal(matcher->name, STR("__name__")))
			continue;
		bool is_sure = is_matched_once(selector, matcher->name);
		label_set_put(set, flow->arena, (struct promql_label){ .name = matcher->name, .state = is_sure ? PROMQL_LABEL_ALWAYS : PROMQL_LABEL_MAYBE });
	}
}

static bool matches_everything(struct str pattern) {
	return str_equal(pattern, STR(".*")) || str_equal(pattern, STR("(.*)"));
}

// label_replace(v, target, replacement, source, pattern)
static void replace_label(const struct label_flow *flow, const struct promql_node *call, struct promql_label_set *set) {
	struct promql_label target = { .name = text_argument(call, 1), .state = PROMQL_LABEL_MAYBE };
	struct str replacement = text_argument(call, 2), source = text_argument(call, 3), pattern = text_argument(call, 4);
	bool is_source_empty = source.len == 0 || label_set_find(set, source, NULL) == PROMQL_LABEL_NEVER;
	bool replaces = matches_everything(pattern) || (is_source_empty && pattern.len == 0);
	bool is_literal = str_find_char(replacement, '$') < 0;
	enum promql_label_state before = label_set_find(set, target.name, &target.why);
	if (is_literal && replacement.len == 0 && (replaces || before == PROMQL_LABEL_NEVER)) {
		label_set_remove(set, flow->arena, target.name, call);
		return;
	}
	if (is_literal && replacement.len > 0 && (replaces || before == PROMQL_LABEL_ALWAYS))
		target.state = PROMQL_LABEL_ALWAYS;
	target.why = (struct promql_label_reason){ 0 };
	label_set_put(set, flow->arena, target);
}

// label_join(v, target, separator, sources…)
static void join_labels(const struct label_flow *flow, const struct promql_node *call, struct promql_label_set *set) {
	struct promql_label target = { .name = text_argument(call, 1), .state = PROMQL_LABEL_NEVER, .why = { call, call->start } };
	if (text_argument(call, 2).len > 0 && call->call.count > 4)
		target.state = PROMQL_LABEL_ALWAYS;
	for (size_t i = 3; i < call->call.count; i++) {
		enum promql_label_state source = label_set_find(set, text_argument(call, i), NULL);
		if (source == PROMQL_LABEL_ALWAYS)
			target.state = PROMQL_LABEL_ALWAYS;
		else if (source == PROMQL_LABEL_MAYBE && target.state == PROMQL_LABEL_NEVER)
			target.state = PROMQL_LABEL_MAYBE;
	}
	if (target.state != PROMQL_LABEL_NEVER)
		target.why = (struct promql_label_reason){ 0 };
	label_set_put(set, flow->arena, target);
}

static const struct effect_row {
	const char *function;
	call_effect *effect;
} effects[] = {
	{ "absent", make_absent },
	{ "absent_over_time", make_absent },
	{ "first_over_time", keep_all },
	{ "histogram_fraction", drop_bucket },
	{ "histogram_quantile", drop_bucket },
	{ "histogram_quantiles", add_quantile },
	{ "info", add_unknown },
	{ "label_join", join_labels },
	{ "label_replace", replace_label },
	{ "last_over_time", keep_all },
	{ "sort", keep_all },
	{ "sort_by_label", keep_all },
	{ "sort_by_label_desc", keep_all },
	{ "sort_desc", keep_all },
};

static call_effect *effect_of(const struct promql_node *call) {
	if (call->type == PROMQL_SCALAR || call_vector_argument(call) == NULL)
		return clear_all;
	for (size_t i = 0; i < sizeof effects / sizeof *effects; i++) {
		if (strcmp(effects[i].function, call->call.function->name) == 0)
			return effects[i].effect;
	}
	return drop_name;
}

void label_flow_call(const struct label_flow *flow, const struct promql_node *call, struct promql_labels *labels) {
	call_effect *effect = effect_of(call);
	for (uint32_t i = 0; i < labels->count; i++)
		effect(flow, call, &labels->branches[i]);
}
