// SPDX-License-Identifier: Apache-2.0
// Walks an expression and runs the checks of each kind of node, then those that look at the whole. See promql_lint.h.
#include "promql/promql_lint.h"

#include "base/buf.h"
#include "promql/expr_lint.h"

#include <math.h>
#include <stdarg.h>

enum { CHECKS_MAX = 4 };

static expr_check *const checks[][CHECKS_MAX] = {
	[NODE_SELECTOR] = { lint_matchers, lint_shift },
	[NODE_SUBQUERY] = { lint_shift },
	[NODE_BINARY] = { lint_counter, lint_label_lists },
	[NODE_AGGREGATE] = { lint_quantile, lint_division, lint_label_lists },
	[NODE_CALL] = { lint_series, lint_quantile, lint_histogram, lint_absent },
	[NODE_DURATION] = { NULL },
};

void expr_report(const struct promql_lint *lint, enum lint_id id, struct str where, const char *format, ...) {
	autobuf struct buf text = { 0 };
	va_list args;
	va_start(args, format);
	buf_vformat(&text, format, args);
	va_end(args);
	uint32_t start = (uint32_t)(where.data - lint->text.data);
	lint->report(lint->context, id, start, start + (uint32_t)where.len, buf_str(&text));
}

struct str expr_text(const struct promql_lint *lint, const struct promql_node *node) {
	return str_make(lint->text.data + node->start, node->end - node->start);
}

struct str expr_name(const struct promql_lint *lint, struct str name, const struct promql_node *node) {
	struct str whole = expr_text(lint, node);
	uintptr_t first = (uintptr_t)whole.data, at = (uintptr_t)name.data;
	bool is_inside = name.len > 0 && at >= first && at + name.len <= first + whole.len;
	return is_inside ? name : whole;
}

bool node_is_call(const struct promql_node *node, const char *name) {
	return node->kind == NODE_CALL && strcmp(node->call.function->name, name) == 0;
}

static void walk(const struct promql_lint *lint, const struct promql_node *node);

static void run_checks(const struct promql_lint *lint, const struct promql_node *node) {
	for (size_t i = 0; i < CHECKS_MAX && checks[node->kind][i] != NULL; i++)
		checks[node->kind][i](lint, node);
}

static void walk_spine(const struct promql_lint *lint, const struct promql_node *node) {
	struct node_spine spine;
	node_spine_init(&spine, node);
	walk(lint, spine.leftmost);
	for (size_t i = spine.count; i-- > 0;) {
		walk(lint, spine.items[i]->binary.right);
		run_checks(lint, spine.items[i]);
	}
	node_spine_finish(&spine);
}

static void walk_call(const struct promql_lint *lint, const struct promql_node *node) {
	bool is_info = strcmp(node->call.function->name, "info") == 0; // its second argument is no selector of series
	for (size_t i = 0; i < node->call.count && !(is_info && i > 0); i++)
		walk(lint, node->call.arguments[i]);
}

static void walk(const struct promql_lint *lint, const struct promql_node *node) {
	switch (node->kind) {
	case NODE_NUMBER:
	case NODE_STRING:
	case NODE_DURATION:
		return;
	case NODE_SELECTOR:
		break;
	case NODE_MATRIX:
		walk(lint, node->matrix.selector);
		break;
	case NODE_SUBQUERY:
		walk(lint, node->subquery.inner);
		break;
	case NODE_PAREN:
		walk(lint, node->paren);
		break;
	case NODE_UNARY:
		walk(lint, node->unary.inner);
		break;
	case NODE_BINARY:
		walk_spine(lint, node);
		return;
	case NODE_AGGREGATE:
		if (node->aggregate.parameter != NULL)
			walk(lint, node->aggregate.parameter);
		walk(lint, node->aggregate.inner);
		break;
	case NODE_CALL:
		walk_call(lint, node);
		break;
	}
	run_checks(lint, node);
}

void promql_lint(const struct promql_lint *lint, const struct promql_node *root) {
	walk(lint, root);
	lint_values(lint, root);
	lint_labels(lint, root);
	bool gives_alerts = root->type != PROMQL_MATRIX && root->type != PROMQL_STRING; // else it has been said that it fails
	if (lint->options->is_alert && gives_alerts)
		lint_alert(lint, root);
}
