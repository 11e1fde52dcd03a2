// SPDX-License-Identifier: Apache-2.0
// Rates and their kin: of what, over which range, and when.
#include "base/buf.h"
#include "model/duration.h"
#include "promql/expr_lint.h"

enum series_kind { WANTS_COUNTER,
	WANTS_GAUGE };

static const struct series_function {
	const char *name;
	enum series_kind wants;
	bool looks_at_all; // of the range, not only at its last two samples
} series_functions[] = {
	{ "delta", WANTS_GAUGE, true },
	{ "deriv", WANTS_GAUGE, true },
	{ "idelta", WANTS_GAUGE, false },
	{ "increase", WANTS_COUNTER, true },
	{ "irate", WANTS_COUNTER, false },
	{ "predict_linear", WANTS_GAUGE, true },
	{ "rate", WANTS_COUNTER, true },
};

static const struct series_function *series_function(const struct promql_node *call) {
	for (size_t i = 0; i < sizeof series_functions / sizeof *series_functions; i++) {
		if (node_is_call(call, series_functions[i].name))
			return &series_functions[i];
	}
	return NULL;
}

static bool has_any_suffix(struct str name, const char *const *suffixes) {
	for (; *suffixes != NULL; suffixes++) {
		if (str_has_suffix(name, str_of(*suffixes)))
			return true;
	}
	return false;
}

// By the naming rules of instrumentation: what is certainly measured, not counted.
static bool looks_like_gauge(struct str name) {
	static const char *const suffixes[] = { "_ratio", "_percent", "_percentage", "_celsius", "_info", "_timestamp_seconds", "_limit", "_limit_bytes",
		"_capacity_bytes", "_available_bytes", "_free_bytes", "_size_bytes", "_temperature", "_utilization", NULL };
	return has_any_suffix(name, suffixes);
}

static bool looks_like_counter(struct str name) {
	static const char *const suffixes[] = { "_total", "_bucket", NULL };
	return str_find_char(name, ':') < 0 && has_any_suffix(name, suffixes);
}

// level:metric:operations, the last operation first: the result of one of these does not only grow.
static bool is_recorded_aggregate(struct str name) {
	static const char *const operations[] = { "sum", "avg", "min", "max", "count", "rate", "irate", "increase", "ratio", "quantile", "p50", "p90", "p95", "p99" };
	ptrdiff_t colon = str_find_char(name, ':');
	if (colon < 0)
		return false;
	while (colon >= 0) {
		name = str_skip(name, (size_t)colon + 1);
		colon = str_find_char(name, ':');
	}
	for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
		if (str_has_prefix(name, str_of(operations[i])))
			return true;
	}
	return false;
}

static void check_counter(const struct promql_lint *lint, const struct promql_node *call, const struct promql_node *selector) {
	struct str name = node_metric_name(selector);
	struct str where = expr_name(lint, name, selector);
	const char *function = call->call.function->name;
	if (is_recorded_aggregate(name))
		expr_report(lint, LINT_RATE_OF_AGGREGATE, where, "%s() of the recorded result \"%.*s\": take %s() of the counters and aggregate that", function, STR_ARG(name), function);
	else if (looks_like_gauge(name))
		expr_report(lint, LINT_RATE_NOT_COUNTER, where, "%s() of \"%.*s\", which is named as a gauge: use delta() or deriv() for a gauge, or check the name", function, STR_ARG(name));
}

static void check_gauge(const struct promql_lint *lint, const struct promql_node *call, const struct promql_node *selector) {
	struct str name = node_metric_name(selector);
	const char *function = call->call.function->name;
	bool is_slope = strcmp(function, "deriv") == 0 || strcmp(function, "predict_linear") == 0;
	if (looks_like_counter(name))
		expr_report(lint, LINT_DELTA_OF_COUNTER, expr_name(lint, name, selector), "%s() of the counter \"%.*s\" takes restarts for falls: use %s()", function, STR_ARG(name), is_slope ? "rate" : "increase");
}

static void check_range(const struct promql_lint *lint, const struct promql_node *call, const struct promql_node *matrix) {
	dur_ms least = lint->options->min_range > 0 ? lint->options->min_range : PROMQL_MIN_RANGE;
	dur_ms range = matrix->matrix.range_ns / 1000000;
	const struct time_shift *shift = matrix->matrix.selector->selector.shift;
	bool is_extended = shift != NULL && (shift->is_anchored || shift->is_smoothed);
	if (range <= 0 || range >= least || matrix->matrix.range_expr != NULL || is_extended)
		return;
	autobuf struct buf text = { 0 };
	duration_format(&text, least);
	expr_report(lint, LINT_RANGE_SHORT, expr_text(lint, matrix), "%s() needs several samples in its range: use at least %s", call->call.function->name, buf_cstr(&text));
}

static bool is_grouped_value(const struct promql_node *node) {
	if (node->kind != NODE_AGGREGATE)
		return false;
	switch ((int)node->aggregate.op) {
	case TOKEN_SUM:
	case TOKEN_AVG:
	case TOKEN_MIN:
	case TOKEN_MAX:
	case TOKEN_COUNT:
	case TOKEN_QUANTILE:
	case TOKEN_STDDEV:
	case TOKEN_STDVAR:
		return true;
	default:
		return false;
	}
}

static void check_subquery(const struct promql_lint *lint, const struct promql_node *call, const struct promql_node *subquery) {
	const struct promql_node *inner = node_unwrap(subquery->subquery.inner);
	const char *function = call->call.function->name;
	const struct series_function *of = inner->kind == NODE_CALL ? series_function(inner) : NULL;
	if (is_grouped_value(inner))
		expr_report(lint, LINT_RATE_OF_AGGREGATE, expr_text(lint, call), "%s() of %s(): a restart of one series counts as a reset of all; write %s(%s(…))",
		    function, token_name(inner->aggregate.op), token_name(inner->aggregate.op), function);
	else if (of != NULL)
		expr_report(lint, LINT_RATE_OF_AGGREGATE, expr_text(lint, call), "%s() of %s(), which is no counter: use deriv() for how fast it changes", function, of->name);
}

void lint_series(const struct promql_lint *lint, const struct promql_node *node) {
	const struct series_function *function = series_function(node);
	if (function == NULL)
		return;
	const struct promql_node *argument = node_unwrap(node->call.arguments[0]);
	if (argument->kind == NODE_SUBQUERY && function->wants == WANTS_COUNTER)
		check_subquery(lint, node, argument);
	if (argument->kind != NODE_MATRIX)
		return;
	if (function->wants == WANTS_COUNTER)
		check_counter(lint, node, argument->matrix.selector);
	else
		check_gauge(lint, node, argument->matrix.selector);
	if (function->looks_at_all)
		check_range(lint, node, argument);
}

static bool is_threshold(enum token_kind op) {
	return op == TOKEN_GREATER || op == TOKEN_GREATER_EQUAL || op == TOKEN_LESS || op == TOKEN_LESS_EQUAL;
}

// Names of events. Of other names in _total some are totals of what is there now (disks, tasks, addresses), whatever the naming rules say.
static bool counts_events(struct str name) {
	static const char *const suffixes[] = { "_errors_total", "_failures_total", "_failed_total", "_requests_total", "_restarts_total", "_dropped_total",
		"_timeouts_total", "_retries_total", "_exceptions_total", "_rejected_total", "_evictions_total", "_oom_kills_total", NULL };
	return str_find_char(name, ':') < 0 && has_any_suffix(name, suffixes);
}

void lint_counter(const struct promql_lint *lint, const struct promql_node *node) {
	const struct promql_node *left = node_unwrap(node->binary.left), *right = node_unwrap(node->binary.right);
	double bound;
	if (!is_threshold(node->binary.op) || left->kind != NODE_SELECTOR || !node_constant(right, &bound))
		return;
	struct str name = node_metric_name(left);
	if (counts_events(name))
		expr_report(lint, LINT_COUNTER_COMPARED, expr_text(lint, node), "\"%.*s\" counts since its process began: compare increase(%.*s[…]) of a while", STR_ARG(name), STR_ARG(name));
}

// A rate is zero where nothing happened.
static bool is_zero_at_rest(const struct promql_node *node) {
	node = node_unwrap(node);
	if (node->kind == NODE_AGGREGATE && node->aggregate.parameter == NULL)
		node = node_unwrap(node->aggregate.inner);
	const struct series_function *function = node->kind == NODE_CALL ? series_function(node) : NULL;
	return function != NULL && function->wants == WANTS_COUNTER;
}

void lint_division(const struct promql_lint *lint, const struct promql_node *node) {
	enum token_kind op = node->aggregate.op;
	const struct promql_node *inner = node_unwrap(node->aggregate.inner);
	if (op != TOKEN_SUM && op != TOKEN_AVG && op != TOKEN_STDDEV && op != TOKEN_STDVAR)
		return;
	while (inner->kind == NODE_BINARY && inner->binary.right->type == PROMQL_SCALAR && !token_is_comparison(inner->binary.op))
		inner = node_unwrap(inner->binary.left);
	bool is_ratio = inner->kind == NODE_BINARY && inner->binary.op == TOKEN_DIV && is_zero_at_rest(inner->binary.right);
	if (is_ratio)
		expr_report(lint, LINT_AGGREGATE_NAN, expr_text(lint, inner->binary.right), "where this is 0 the ratio is NaN, and so is the %s(): divide %s() by %s(), or ask for `> 0` here",
		    token_name(op), token_name(op), token_name(op));
}

void lint_shift(const struct promql_lint *lint, const struct promql_node *node) {
	const struct time_shift *shift = node->kind == NODE_SELECTOR ? node->selector.shift : node->subquery.shift;
	if (shift == NULL)
		return;
	if (shift->has_time)
		expr_report(lint, LINT_TIME_FIXED, expr_text(lint, node), "`@` with a number gives the same at every evaluation: leave it out, or use offset");
	if (shift->offset_ns < 0 && shift->offset_expr == NULL)
		expr_report(lint, LINT_OFFSET_FUTURE, expr_text(lint, node), "a negative offset asks for the future, which has no samples yet: write a positive one for the past");
}
