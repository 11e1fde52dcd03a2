// SPDX-License-Identifier: Apache-2.0
// Which rules of a group need what others of it write. See rule_order.h.
#include "evaluator/rule_order.h"

#include "base/array.h"
#include "promql/promql_selectors.h"

enum { EDGES_MAX = 1 << 16 }; // of a group

struct directed_edge {
	uint32_t before, after;
	bool is_read;
};

struct ordering {
	const struct rule_group *group;
	size_t reader; // the rule whose selectors are looked at
	struct {
		ARRAY_OF(struct directed_edge);
	} edges;
	bool is_strict;
};

struct reading { // of one selector
	struct promql_demand *name, *alertname;
	bool reads_alerts;
};

static bool reads(const struct reading *reading, const struct rule *rule) {
	if (rule->kind == RULE_RECORDING)
		return promql_demand_holds(reading->name, rule->name);
	return reading->reads_alerts && promql_demand_holds(reading->alertname, rule->name);
}

static void add(struct ordering *ordering, size_t before, size_t after, bool is_read) {
	if (ordering->edges.count == EDGES_MAX)
		ordering->is_strict = true;
	else
		array_append(&ordering->edges, ((struct directed_edge){ (uint32_t)before, (uint32_t)after, is_read }));
}

static void visit_selector(void *context, struct str fixed_name, const struct promql_node *selector) {
	struct ordering *ordering = context;
	(void)fixed_name;
	struct reading reading = { .name = promql_demand_of(selector, STR("__name__")), .alertname = promql_demand_of(selector, STR("alertname")) };
	ordering->is_strict |= reading.name == NULL;
	reading.reads_alerts = promql_demand_holds(reading.name, STR("ALERTS")) || promql_demand_holds(reading.name, STR("ALERTS_FOR_STATE"));
	for (size_t i = 0; i < ordering->group->rule_count && !ordering->is_strict; i++) {
		if (i == ordering->reader || !reads(&reading, &ordering->group->rules[i]))
			continue;
		if (i < ordering->reader)
			add(ordering, i, ordering->reader, true);
		else
			add(ordering, ordering->reader, i, false);
	}
	promql_demand_destroy(reading.name);
	promql_demand_destroy(reading.alertname);
}

// What cannot be read again here may read anything.
static void visit_rule(struct ordering *ordering, struct arena *arena) {
	struct promql_result parsed = promql_parse(arena, ordering->group->rules[ordering->reader].expr, PROMQL_ALL_FEATURES);
	if (parsed.root == NULL)
		ordering->is_strict = true;
	else
		promql_each_selector(parsed.root, visit_selector, ordering);
	arena_reset(arena);
}

static int compare_names(const void *left, const void *right) {
	const struct rule *a = *(const struct rule *const *)left, *b = *(const struct rule *const *)right;
	int order = str_compare(a->name, b->name);
	return order != 0 ? order : (a > b) - (a < b);
}

// Neighbours among recording rules of one name; those between follow.
static void order_writers(struct ordering *ordering) {
	const struct rule_group *group = ordering->group;
	const struct rule **sorted = mem_realloc_array(NULL, group->rule_count, sizeof *sorted);
	size_t count = 0;
	for (size_t i = 0; i < group->rule_count; i++)
		if (group->rules[i].kind == RULE_RECORDING)
			sorted[count++] = &group->rules[i];
	if (count > 1)
		qsort(sorted, count, sizeof *sorted, compare_names);
	for (size_t i = 1; i < count; i++)
		if (str_equal(sorted[i - 1]->name, sorted[i]->name))
			add(ordering, (size_t)(sorted[i - 1] - group->rules), (size_t)(sorted[i] - group->rules), false);
	free(sorted);
}

static int compare_edges(const void *left, const void *right) {
	const struct directed_edge *a = left, *b = right;
	if (a->after != b->after)
		return a->after < b->after ? -1 : 1;
	if (a->before != b->before)
		return a->before < b->before ? -1 : 1;
	return b->is_read - a->is_read;
}

// One edge between two rules, the stronger one.
static void freeze(struct rule_order *order, struct ordering *ordering) {
	const struct directed_edge *edges = ordering->edges.items;
	qsort(ordering->edges.items, ordering->edges.count, sizeof *edges, compare_edges);
	order->edges = mem_realloc_array(NULL, ordering->edges.count, sizeof *order->edges);
	order->starts = mem_zalloc((ordering->group->rule_count + 1) * sizeof *order->starts);
	uint32_t kept = 0;
	for (size_t i = 0; i < ordering->edges.count; i++) {
		if (i > 0 && edges[i].after == edges[i - 1].after && edges[i].before == edges[i - 1].before)
			continue;
		order->edges[kept++] = (struct rule_edge){ .before = edges[i].before, .is_read = edges[i].is_read };
		order->starts[edges[i].after + 1] = kept;
	}
	for (size_t i = 1; i <= ordering->group->rule_count; i++)
		if (order->starts[i] < order->starts[i - 1])
			order->starts[i] = order->starts[i - 1];
}

void rule_order_init(struct rule_order *order, const struct rule_group *group) {
	struct ordering ordering = { .group = group };
	autoarena struct arena arena = { 0 };
	*order = (struct rule_order){ 0 };
	if (group->rule_count < 2)
		return;
	for (; ordering.reader < group->rule_count && !ordering.is_strict; ordering.reader++)
		visit_rule(&ordering, &arena);
	order_writers(&ordering);
	order->is_strict = ordering.is_strict;
	if (!order->is_strict && ordering.edges.count > 0)
		freeze(order, &ordering);
	array_finish(&ordering.edges);
}

void rule_order_finish(struct rule_order *order) {
	free(order->edges);
	free(order->starts);
	*order = (struct rule_order){ 0 };
}

const struct rule_edge *rule_order_edges(const struct rule_order *order, size_t rule, size_t *count) {
	*count = order->starts == NULL ? 0 : order->starts[rule + 1] - order->starts[rule];
	return order->starts == NULL ? NULL : order->edges + order->starts[rule];
}
