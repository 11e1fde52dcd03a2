// SPDX-License-Identifier: Apache-2.0
// What a value counts, by the naming rules of metrics ("_bytes", "_seconds", "_ratio") and what operators and functions do to units.
#include "promql/expr_lint.h"

static enum promql_unit unit_of(const struct promql_node *node);

static const struct unit_suffix {
	const char *suffix;
	enum promql_unit unit;
} suffixes[] = {
	{ "_timestamp_seconds", PROMQL_UNIT_TIMESTAMP },
	{ "process_start_time_seconds", PROMQL_UNIT_TIMESTAMP },
	{ "container_start_time_seconds", PROMQL_UNIT_TIMESTAMP },
	{ "pg_postmaster_start_time_seconds", PROMQL_UNIT_TIMESTAMP },
	{ "node_boot_time_seconds", PROMQL_UNIT_TIMESTAMP },
	{ "node_time_seconds", PROMQL_UNIT_TIMESTAMP },
	{ "_start_time_seconds", PROMQL_UNIT_UNKNOWN }, // when it began, or how long that took
	{ "_end_time_seconds", PROMQL_UNIT_UNKNOWN },
	{ "_min_time_seconds", PROMQL_UNIT_UNKNOWN }, // the oldest, or the shortest
	{ "_max_time_seconds", PROMQL_UNIT_UNKNOWN },
	{ "_bytes", PROMQL_UNIT_BYTES },
	{ "_bytes_total", PROMQL_UNIT_BYTES },
	{ "_seconds", PROMQL_UNIT_SECONDS },
	{ "_seconds_total", PROMQL_UNIT_SECONDS },
	{ "_ratio", PROMQL_UNIT_RATIO },
};

// "last_reload_time_seconds" may be when it was or how long it took.
static bool is_either_time(struct str name) {
	return str_has_suffix(name, STR("_time_seconds")) && str_find(name, STR("last_")) >= 0;
}

static enum promql_unit unit_of_name(struct str name) {
	if (is_either_time(name))
		return PROMQL_UNIT_UNKNOWN;
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		if (str_has_suffix(name, str_of(suffixes[i].suffix)))
			return suffixes[i].unit;
	}
	return PROMQL_UNIT_UNKNOWN;
}

// What a histogram observes: its buckets count, whatever their name says.
static void note_observed(void *context, struct str name, const struct promql_node *selector) {
	(void)selector;
	if (str_has_suffix(name, STR("_bucket")))
		name.len -= strlen("_bucket");
	*(enum promql_unit *)context = unit_of_name(name);
}

static enum promql_unit unit_observed(const struct promql_node *buckets) {
	enum promql_unit unit = PROMQL_UNIT_UNKNOWN;
	promql_each_selector(buckets, note_observed, &unit);
	return unit;
}

static const char *const keeping[] = { "abs", "avg_over_time", "ceil", "clamp", "clamp_max", "clamp_min", "delta", "first_over_time", "floor", "idelta", "increase",
	"label_join", "label_replace", "last_over_time", "max_over_time", "min_over_time", "predict_linear", "quantile_over_time", "round", "sort", "sort_desc", "sum_over_time" };

static enum promql_unit unit_of_call(const struct promql_node *node) {
	if (node_is_call(node, "time") || node_is_call(node, "timestamp"))
		return PROMQL_UNIT_TIMESTAMP;
	const struct promql_node *inner = call_vector_argument(node);
	if (inner == NULL)
		return PROMQL_UNIT_UNKNOWN;
	if (node_is_call(node, "histogram_quantile"))
		return unit_observed(inner);
	enum promql_unit unit = unit_of(inner);
	if (node_is_call(node, "rate") || node_is_call(node, "irate")) // bytes a second read well as bytes; seconds a second are neither
		return unit == PROMQL_UNIT_BYTES ? unit : PROMQL_UNIT_UNKNOWN;
	for (size_t i = 0; i < sizeof keeping / sizeof *keeping; i++) {
		if (node_is_call(node, keeping[i]))
			return unit;
	}
	return PROMQL_UNIT_UNKNOWN;
}

static enum promql_unit unit_of_aggregate(const struct promql_node *node) {
	switch ((int)node->aggregate.op) {
	case TOKEN_SUM:
	case TOKEN_AVG:
	case TOKEN_MIN:
	case TOKEN_MAX:
	case TOKEN_TOPK:
	case TOKEN_BOTTOMK:
	case TOKEN_QUANTILE:
		return unit_of(node->aggregate.inner);
	default:
		return PROMQL_UNIT_UNKNOWN;
	}
}

static bool is_number(const struct promql_node *node) {
	double value;
	return node_constant(node, &value);
}

static enum promql_unit unit_of_difference(const struct promql_node *node, enum promql_unit left, enum promql_unit right) {
	if (left == PROMQL_UNIT_TIMESTAMP && right == PROMQL_UNIT_TIMESTAMP)
		return node->binary.op == TOKEN_SUB ? PROMQL_UNIT_SECONDS : PROMQL_UNIT_UNKNOWN;
	if (is_number(node->binary.left))
		return left == PROMQL_UNIT_UNKNOWN ? right : PROMQL_UNIT_UNKNOWN; // 1 - ratio
	return left == right || is_number(node->binary.right) ? left : PROMQL_UNIT_UNKNOWN;
}

static enum promql_unit unit_of_operator(const struct promql_node *node, enum promql_unit left) {
	enum promql_unit right = unit_of(node->binary.right);
	enum token_kind op = node->binary.op;
	if (node->binary.returns_bool)
		return PROMQL_UNIT_UNKNOWN;
	if (token_is_comparison(op))
		return node->binary.left->type == PROMQL_VECTOR ? left : right;
	if (op == TOKEN_AND || op == TOKEN_UNLESS)
		return left;
	if (op == TOKEN_OR)
		return left == right ? left : PROMQL_UNIT_UNKNOWN;
	if (op == TOKEN_ADD || op == TOKEN_SUB)
		return unit_of_difference(node, left, right);
	bool is_ratio = op == TOKEN_DIV && left == right && (left == PROMQL_UNIT_BYTES || left == PROMQL_UNIT_SECONDS);
	return is_ratio ? PROMQL_UNIT_RATIO : PROMQL_UNIT_UNKNOWN;
}

static enum promql_unit unit_of_spine(const struct promql_node *node) {
	struct node_spine spine;
	node_spine_init(&spine, node);
	enum promql_unit unit = unit_of(spine.leftmost);
	for (size_t i = spine.count; i-- > 0;)
		unit = unit_of_operator(spine.items[i], unit);
	node_spine_finish(&spine);
	return unit;
}

static enum promql_unit unit_of(const struct promql_node *node) {
	switch (node->kind) {
	case NODE_SELECTOR:
		return unit_of_name(node_metric_name(node));
	case NODE_MATRIX:
		return unit_of(node->matrix.selector);
	case NODE_SUBQUERY:
		return unit_of(node->subquery.inner);
	case NODE_PAREN:
		return unit_of(node->paren);
	case NODE_UNARY:
		return unit_of(node->unary.inner);
	case NODE_BINARY:
		return unit_of_spine(node);
	case NODE_AGGREGATE:
		return unit_of_aggregate(node);
	case NODE_CALL:
		return unit_of_call(node);
	case NODE_NUMBER:
	case NODE_STRING:
	case NODE_DURATION:
		return PROMQL_UNIT_UNKNOWN;
	}
	unreachable("node kind");
}

enum promql_unit promql_unit_of(const struct promql_node *root) {
	return unit_of(root);
}
