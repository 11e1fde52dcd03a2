// SPDX-License-Identifier: Apache-2.0
// Labels that are grouped by, matched on, copied or read where no series can have them, and sides that can never match for their labels.
#include "base/buf.h"
#include "promql/expr_lint.h"

static const struct str metric_name = { "__name__", 8 };

// One side of an operator, or the operand of an aggregation or call.
struct side {
	const struct promql_node *node;
	const struct promql_labels *labels;
};

// Metric names are left out: delayed removal may still have them.
static bool is_never(const struct side *side, struct str name, struct promql_label_reason *why) {
	return !str_equal(name, metric_name) && promql_labels_find(side->labels, name, why) == PROMQL_LABEL_NEVER;
}

static void report_label(const struct promql_lint *lint, const struct promql_node *node, struct str name, const char *what, struct promql_label_reason why) {
	autobuf struct buf text = { 0 };
	promql_label_reason_format(&text, why);
	expr_report(lint, LINT_LABEL_IMPOSSIBLE, expr_name(lint, name, node), "%s \"%.*s\", which is not there: %s", what, STR_ARG(name), buf_cstr(&text));
}

static void check_grouping(const struct promql_lint *lint, const struct promql_node *node, const struct side *inner) {
	const struct label_names *grouping = node->aggregate.grouping;
	struct promql_label_reason why;
	for (size_t i = 0; grouping != NULL && !node->aggregate.without && i < grouping->count; i++) {
		if (is_never(inner, grouping->items[i], &why))
			report_label(lint, node, grouping->items[i], "the aggregation is by", why);
	}
}

static void check_buckets(const struct promql_lint *lint, const struct side *inner) {
	struct promql_label_reason why;
	if (!is_never(inner, STR("le"), &why))
		return;
	autobuf struct buf text = { 0 };
	promql_label_reason_format(&text, why);
	expr_report(lint, LINT_HISTOGRAM_LE, expr_text(lint, why.node), "histogram_quantile() needs the label le of the buckets, and %s: keep le too", buf_cstr(&text));
}

static void note_bucket(void *context, struct str name, const struct promql_node *selector) {
	(void)selector;
	*(bool *)context |= str_has_suffix(name, STR("_bucket"));
}

// Native histograms need no buckets: only what is named as classic ones is.
static bool has_buckets(const struct promql_node *node) {
	bool found = false;
	promql_each_selector(node, note_bucket, &found);
	return found;
}

static void check_sources(const struct promql_lint *lint, const struct promql_node *node, const struct side *inner) {
	size_t from = 3, to = node_is_call(node, "label_replace") ? 4 : node->call.count;
	struct promql_label_reason why;
	for (size_t i = from; i < to; i++) {
		struct str name = node_unwrap(node->call.arguments[i])->string;
		if (name.len > 0 && is_never(inner, name, &why))
			report_label(lint, node->call.arguments[i], name, "the function reads", why);
	}
}

static void check_call(const struct promql_lint *lint, const struct promql_node *node, const struct side *inner) {
	if (node_is_call(node, "histogram_quantile") && has_buckets(node->call.arguments[1]))
		check_buckets(lint, inner);
	if (node_is_call(node, "label_replace") || node_is_call(node, "label_join"))
		check_sources(lint, node, inner);
}

// ---- operators ----

static void check_on(const struct promql_lint *lint, const struct promql_node *node, const struct side sides[2]) {
	const struct label_names *names = &node->binary.matching->labels;
	for (size_t i = 0; i < names->count; i++) {
		struct promql_label_reason why[2] = { 0 };
		bool left = is_never(&sides[0], names->items[i], &why[0]), right = is_never(&sides[1], names->items[i], &why[1]);
		if (left || right)
			report_label(lint, node, names->items[i], left && right ? "both sides are matched on" : left ? "the left side is matched on"
			                                                                                             : "the right side is matched on",
			    why[left ? 0 : 1]);
	}
}

static void check_include(const struct promql_lint *lint, const struct promql_node *node, const struct side *one) {
	const struct vector_matching *matching = node->binary.matching;
	const char *what = matching->card == MATCHING_MANY_TO_ONE ? "group_left copies from the right side" : "group_right copies from the left side";
	struct promql_label_reason why;
	for (size_t i = 0; i < matching->include.count; i++) {
		if (is_never(one, matching->include.items[i], &why))
			report_label(lint, node, matching->include.items[i], what, why);
	}
}

// A name that one side is sure to have, or keeps by name (each branch of `or` its own), and the other cannot have.
static bool find_difference(struct arena *arena, const struct side *has, const struct side *lacks, const struct label_names *ignored, struct str *name, struct promql_label_reason *why) {
	struct promql_label_set set = labels_join(arena, has->labels);
	for (uint32_t i = 0; i < set.count; i++) {
		const struct promql_label *label = &set.items[i];
		bool is_kept = set.is_closed && has->labels->count == 1 && label->state == PROMQL_LABEL_MAYBE;
		bool counts = is_kept || label->state == PROMQL_LABEL_ALWAYS;
		if (counts && !label_names_have(ignored, label->name) && is_never(lacks, label->name, why)) {
			*name = label->name;
			return true;
		}
	}
	return false;
}

static void note_recorded(void *context, struct str name, const struct promql_node *selector) {
	(void)selector;
	*(bool *)context |= name.len == 0 || str_find_char(name, ':') >= 0;
}

// Series of scraped metrics have labels; those of recording rules may have none.
static bool is_scraped(const struct side *side) {
	const struct promql_node *node = node_unwrap(side->node);
	bool is_recorded = false;
	while (node->kind == NODE_CALL && call_vector_argument(node) != NULL)
		node = node_unwrap(call_vector_argument(node));
	if (node->kind == NODE_MATRIX)
		node = node->matrix.selector;
	promql_each_selector(node, note_recorded, &is_recorded);
	return node->kind == NODE_SELECTOR && !is_recorded;
}

static bool has_no_labels(const struct side *side) {
	const struct promql_label_set *set = &side->labels->branches[0];
	return side->labels->count == 1 && set->is_closed && set->count == 0;
}

static bool is_open(const struct side *side) {
	return side->labels->count == 1 && !side->labels->branches[0].is_closed;
}

static void check_bare(const struct promql_lint *lint, const struct promql_node *node, const struct side *left, const struct side *right) {
	bool is_left_bare = has_no_labels(left) && is_open(right) && is_scraped(right);
	bool is_right_bare = has_no_labels(right) && is_open(left) && is_scraped(left);
	if (!is_left_bare && !is_right_bare)
		return;
	autobuf struct buf text = { 0 };
	promql_label_reason_format(&text, (is_left_bare ? left : right)->labels->branches[0].others);
	expr_report(lint, LINT_MATCH_IMPOSSIBLE, expr_text(lint, node), "the sides of `%s` have different labels and never match: %s; write on () with group_%s, or use scalar()",
	    token_name(node->binary.op), buf_cstr(&text), is_left_bare ? "right" : "left");
}

static void check_equal_labels(const struct promql_lint *lint, const struct promql_node *node, const struct side sides[2]) {
	static const struct label_names none = { 0 };
	const struct label_names *ignored = node->binary.matching == NULL ? &none : &node->binary.matching->labels;
	struct promql_label_reason why;
	struct str name;
	for (int has = 0; has < 2; has++) {
		if (!find_difference(lint->arena, &sides[has], &sides[1 - has], ignored, &name, &why))
			continue;
		autobuf struct buf text = { 0 };
		promql_label_reason_format(&text, why);
		expr_report(lint, LINT_MATCH_IMPOSSIBLE, expr_text(lint, node), "the sides of `%s` never match: the %s one has \"%.*s\" and the other cannot, as %s; say by on () or ignoring () which labels count",
		    token_name(node->binary.op), has == 0 ? "left" : "right", STR_ARG(name), buf_cstr(&text));
		return;
	}
	if (ignored->count == 0)
		check_bare(lint, node, &sides[0], &sides[1]);
}

static void check_binary(const struct promql_lint *lint, const struct promql_node *node, const struct side sides[2]) {
	const struct vector_matching *matching = node->binary.matching;
	bool is_lenient = node->binary.op == TOKEN_OR || (matching != NULL && (matching->has_fill_left || matching->has_fill_right));
	if (is_lenient)
		return;
	if (matching != NULL && matching->on)
		check_on(lint, node, sides);
	else
		check_equal_labels(lint, node, sides);
	if (matching != NULL && matching->include.count > 0)
		check_include(lint, node, &sides[matching->card == MATCHING_MANY_TO_ONE ? 1 : 0]);
}

static void visit(void *context, const struct promql_node *node, const struct label_inflow *inflow) {
	const struct promql_lint *lint = context;
	if (inflow->left == NULL)
		return;
	if (node->kind == NODE_BINARY && inflow->right != NULL) {
		const struct side sides[2] = { { node->binary.left, inflow->left }, { node->binary.right, inflow->right } };
		check_binary(lint, node, sides);
		return;
	}
	const struct side inner = { node, inflow->left };
	if (node->kind == NODE_AGGREGATE)
		check_grouping(lint, node, &inner);
	else if (node->kind == NODE_CALL)
		check_call(lint, node, &inner);
}

void lint_labels(const struct promql_lint *lint, const struct promql_node *root) {
	size_t work = 0;
	const struct label_flow flow = { .arena = lint->arena, .visit = visit, .context = (void *)lint, .work = &work };
	label_flow_walk(&flow, root);
}

// ---- lists ----

static void check_list(const struct promql_lint *lint, const struct promql_node *node, const struct label_names *names) {
	for (size_t i = 1; names != NULL && i < names->count && i < 64; i++) {
		const struct label_names before = { names->items, i };
		if (label_names_have(&before, names->items[i]))
			expr_report(lint, LINT_LABEL_REPEATED, expr_name(lint, names->items[i], node), "\"%.*s\" is in the list already: remove it", STR_ARG(names->items[i]));
	}
}

void lint_label_lists(const struct promql_lint *lint, const struct promql_node *node) {
	if (node->kind == NODE_AGGREGATE) {
		check_list(lint, node, node->aggregate.grouping);
		return;
	}
	if (node->binary.matching == NULL)
		return;
	check_list(lint, node, &node->binary.matching->labels);
	check_list(lint, node, &node->binary.matching->include);
}
