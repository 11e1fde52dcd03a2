// SPDX-License-Identifier: Apache-2.0
// Whether the histograms of a result may fall from one evaluation to the next. See promql.h.
#include "promql/promql.h"

#include "promql/ast.h"
#include "promql/expr_lint.h"

static bool is_rate(const struct promql_node *call) {
	static const char *const rates[] = { "rate", "increase", "irate", "delta", "idelta" };
	for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
		if (node_is_call(call, rates[i]))
			return true;
	return false;
}

static bool spine_is_gauge(const struct promql_node *node) {
	struct node_spine spine;
	node_spine_init(&spine, node);
	bool is_gauge = promql_is_gauge(spine.leftmost);
	for (size_t i = spine.count; !is_gauge && i-- > 0;)
		is_gauge = spine.items[i]->binary.op == TOKEN_SUB || promql_is_gauge(spine.items[i]->binary.right);
	node_spine_finish(&spine);
	return is_gauge;
}

static bool call_is_gauge(const struct promql_node *call) {
	bool is_gauge = is_rate(call);
	for (size_t i = 0; !is_gauge && i < call->call.count; i++)
		is_gauge = promql_is_gauge(call->call.arguments[i]);
	return is_gauge;
}

bool promql_is_gauge(const struct promql_node *node) {
	struct str name;
	switch (node->kind) {
	case NODE_SELECTOR:
		name = node_metric_name(node);
		return name.len > 0 && memchr(name.data, ':', name.len) != NULL;
	case NODE_MATRIX: return promql_is_gauge(node->matrix.selector);
	case NODE_SUBQUERY: return promql_is_gauge(node->subquery.inner);
	case NODE_PAREN: return promql_is_gauge(node->paren);
	case NODE_UNARY: return node->unary.op == TOKEN_SUB || promql_is_gauge(node->unary.inner);
	case NODE_BINARY: return spine_is_gauge(node);
	case NODE_AGGREGATE: return promql_is_gauge(node->aggregate.inner);
	case NODE_CALL: return call_is_gauge(node);
	case NODE_NUMBER:
	case NODE_STRING:
	case NODE_DURATION: break;
	}
	return false;
}
