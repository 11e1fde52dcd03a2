// SPDX-License-Identifier: Apache-2.0
// Types and the rules beyond grammar, once the syntax is right. Order and texts of the reports are upstream's.
// Source: Prometheus 3.14, promql/parser/parse.go, checkAST.
#include "base/go_text.h"
#include "base/regex.h"
#include "promql/expr_parser.h"

#include <stdlib.h>

static struct span operator_span(struct parser *parser, const struct promql_node *node) {
	const char *text = parser->lexer.input.data;
	struct span span = { node->binary.left->end, node->binary.right->start };
	while (span.start < span.end && strchr(" \t\r\n", text[span.start]) != NULL)
		span.start++;
	while (span.end > span.start && strchr(" \t\r\n", text[span.end - 1]) != NULL)
		span.end--;
	return span;
}

static void expect_type(struct parser *parser, const struct promql_node *node, enum promql_type wanted, const char *where) {
	if (node->type != wanted)
		parser_report(parser, node_span(node), "expected type %s in %s, got %s", promql_type_name(wanted), where, promql_type_name(node->type));
}

static int compare_names(const void *a, const void *b) {
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

// Each label of on (…) that group_left (…) repeats.
static void check_include(struct parser *parser, const struct promql_node *node) {
	const struct vector_matching *matching = node->binary.matching;
	size_t count = matching->include.count;
	if (!matching->on || count == 0)
		return;
	struct str *sorted = arena_dup(parser->arena, matching->include.items, count * sizeof *sorted);
	qsort(sorted, count, sizeof *sorted, compare_names);
	for (size_t i = 0; i < matching->labels.count; i++) {
		struct str *label = &matching->labels.items[i];
		const struct str *found = bsearch(label, sorted, count, sizeof *sorted, compare_names);
		if (found == NULL)
			continue;
		autobuf struct buf quoted = { 0 };
		go_quote(&quoted, *label);
		while (found > sorted && str_equal(found[-1], *label))
			found--;
		for (; found < sorted + count && str_equal(*found, *label); found++)
			parser_report(parser, operator_span(parser, node), "label %s must not occur in ON and GROUP clause at once", buf_cstr(&quoted));
	}
}

static bool can_be_operand(const struct promql_node *node) {
	return node->type == PROMQL_SCALAR || node->type == PROMQL_VECTOR;
}

static void check_vector_matching(struct parser *parser, struct promql_node *node) {
	struct vector_matching *matching = node->binary.matching;
	bool fills = matching->has_fill_left || matching->has_fill_right;
	if (node->binary.left->type != PROMQL_VECTOR || node->binary.right->type != PROMQL_VECTOR) {
		if (matching->labels.count > 0)
			parser_report(parser, node_span(node), "vector matching only allowed between instant vectors");
		if (fills)
			parser_report(parser, node_span(node), "filling in missing series only allowed between instant vectors");
		node->binary.matching = NULL;
		return;
	}
	if (!token_is_set_operator(node->binary.op))
		return;
	if (matching->card == MATCHING_MANY_TO_ONE || matching->card == MATCHING_ONE_TO_MANY) {
		parser_report(parser, node_span(node), "no grouping allowed for \"%s\" operation", token_name(node->binary.op));
		parser_report(parser, node_span(node), "set operations must always be many-to-many");
	}
	if (fills)
		parser_report(parser, node_span(node), "filling in missing series not allowed for set operators");
}

// One operator, its operands having been checked.
static void check_operator(struct parser *parser, struct promql_node *node) {
	const struct promql_node *left = node->binary.left, *right = node->binary.right;
	enum token_kind op = node->binary.op;
	if (node->binary.returns_bool && !token_is_comparison(op))
		parser_report(parser, operator_span(parser, node), "bool modifier can only be used on comparison operators");
	if (token_is_comparison(op) && !node->binary.returns_bool && left->type == PROMQL_SCALAR && right->type == PROMQL_SCALAR)
		parser_report(parser, operator_span(parser, node), "comparisons between scalars must use BOOL modifier");
	struct vector_matching *matching = node->binary.matching;
	if (matching != NULL && token_is_set_operator(op) && matching->card == MATCHING_ONE_TO_ONE)
		matching->card = MATCHING_MANY_TO_MANY;
	if (matching != NULL)
		check_include(parser, node);
	if (!can_be_operand(left))
		parser_report(parser, node_span(left), "binary expression must contain only scalar and instant vector types");
	if (!can_be_operand(right))
		parser_report(parser, node_span(right), "binary expression must contain only scalar and instant vector types");
	if (matching != NULL)
		check_vector_matching(parser, node);
	if (token_is_set_operator(op) && (left->type == PROMQL_SCALAR || right->type == PROMQL_SCALAR))
		parser_report(parser, node_span(node), "set operator \"%s\" not allowed in binary scalar expression", token_name(op));
}

static void check_binary(struct parser *parser, struct promql_node *node) {
	struct node_spine spine;
	node_spine_init(&spine, node);
	check_types(parser, (struct promql_node *)spine.leftmost);
	for (size_t i = spine.count; i-- > 0;) {
		struct promql_node *at = (struct promql_node *)spine.items[i];
		check_types(parser, at->binary.right);
		check_operator(parser, at);
	}
	node_spine_finish(&spine);
}

static void check_aggregate(struct parser *parser, const struct promql_node *node) {
	check_types(parser, node->aggregate.inner);
	expect_type(parser, node->aggregate.inner, PROMQL_VECTOR, "aggregation expression");
	struct promql_node *parameter = node->aggregate.parameter;
	if (parameter == NULL)
		return;
	check_types(parser, parameter);
	expect_type(parser, parameter, node->aggregate.op == TOKEN_COUNT_VALUES ? PROMQL_STRING : PROMQL_SCALAR, "aggregation parameter");
}

static void check_argument_count(struct parser *parser, const struct promql_node *node) {
	const struct expr_function *function = node->call.function;
	size_t declared = strlen(function->arguments), given = node->call.count;
	if (function->variadic == 0) {
		if (given != declared)
			parser_report(parser, node_span(node), "expected %zu argument(s) in call to \"%s\", got %zu", declared, function->name, given);
		return;
	}
	size_t least = declared - 1;
	if (given < least)
		parser_report(parser, node_span(node), "expected at least %zu argument(s) in call to \"%s\", got %zu", least, function->name, given);
	else if (function->variadic > 0 && given > least + (size_t)function->variadic)
		parser_report(parser, node_span(node), "expected at most %zu argument(s) in call to \"%s\", got %zu", least + (size_t)function->variadic, function->name, given);
}

// The second argument of info() is a selector without a name, which may match everything. True when it is one.
static bool check_info(struct parser *parser, const struct promql_node *node) {
	const struct promql_node *labels = node->call.arguments[1];
	if (labels->type != PROMQL_VECTOR)
		parser_report(parser, node_span(node), "expected type instant vector in call to function \"info\", got %s", promql_type_name(labels->type));
	bool is_selector = labels->kind == NODE_SELECTOR;
	if (is_selector && labels->selector.name.len == 0)
		return true;
	parser_report(parser, node_span(labels), is_selector ? "expected label selectors only, got vector selector instead" : "expected label selectors only");
	return false;
}

static void check_call(struct parser *parser, const struct promql_node *node) {
	const struct expr_function *function = node->call.function;
	size_t declared = strlen(function->arguments);
	check_argument_count(parser, node);
	bool is_info = strcmp(function->name, "info") == 0 && node->call.count > 1;
	bool may_be_empty = is_info && check_info(parser, node);
	for (size_t i = 0; i < node->call.count; i++) {
		if (i >= declared && function->variadic == 0)
			break;
		struct promql_node *argument = node->call.arguments[i];
		if (i != 1 || !may_be_empty)
			check_types(parser, argument);
		enum promql_type wanted = function_argument_type(function, i < declared ? i : declared - 1);
		if (argument->type != wanted)
			parser_report(parser, node_span(argument), "expected type %s in call to function \"%s\", got %s", promql_type_name(wanted), function->name, promql_type_name(argument->type));
	}
}

// Whether a series without the label passes. A pattern that cannot be tried counts as one that lets nothing through.
static bool matches_empty(const struct node_matcher *matcher) {
	bool is_positive = matcher->op == TOKEN_EQUAL || matcher->op == TOKEN_EQUAL_REGEX;
	if (matcher->op == TOKEN_EQUAL || matcher->op == TOKEN_NOT_EQUAL)
		return (matcher->value.len == 0) == is_positive;
	struct regex *regex = regex_compile(matcher->value, REGEX_ANCHORED | REGEX_DOT_NEWLINE | REGEX_ONCE, NULL);
	if (regex == NULL)
		return !is_positive;
	bool matches = regex_test(regex, STR("")) == REGEX_MATCH;
	regex_destroy(regex);
	return matches == is_positive;
}

static void check_name_twice(struct parser *parser, const struct promql_node *node, const struct node_matcher *matcher) {
	if (!str_equal(matcher->name, STR("__name__")))
		return;
	autobuf struct buf text = { 0 };
	go_quote(&text, node->selector.name);
	buf_append_cstr(&text, " or ");
	go_quote(&text, matcher->value);
	parser_report(parser, node_span(node), "metric name must not be set twice: %s", buf_cstr(&text));
}

static void check_selector(struct parser *parser, const struct promql_node *node) {
	bool is_named = node->selector.name.len > 0, has_condition = is_named;
	for (size_t i = 0; i < node->selector.count; i++) {
		if (is_named)
			check_name_twice(parser, node, &node->selector.matchers[i]);
		has_condition = has_condition || !matches_empty(&node->selector.matchers[i]);
	}
	if (!has_condition)
		parser_report(parser, node_span(node), "vector selector must contain at least one non-empty matcher");
}

static void check_unary(struct parser *parser, const struct promql_node *node) {
	check_types(parser, node->unary.inner);
	if (!can_be_operand(node->unary.inner))
		parser_report(parser, node_span(node), "unary expression only allowed on expressions of type scalar or instant vector, got \"%s\"", promql_type_name(node->unary.inner->type));
}

static void check_subquery(struct parser *parser, const struct promql_node *node) {
	static const char *const internal_names[] = { "scalar", "vector", "matrix", "string" };
	const struct promql_node *inner = node->subquery.inner;
	check_types(parser, node->subquery.inner);
	if (inner->type != PROMQL_VECTOR)
		parser_report(parser, node_span(node), "subquery is only allowed on instant vector, got %s instead", internal_names[inner->type]);
}

void check_types(struct parser *parser, struct promql_node *node) {
	switch (node->kind) {
	case NODE_NUMBER:
	case NODE_STRING:
	case NODE_DURATION:
		return;
	case NODE_SELECTOR:
		check_selector(parser, node);
		return;
	case NODE_MATRIX:
		check_types(parser, node->matrix.selector);
		return;
	case NODE_SUBQUERY:
		check_subquery(parser, node);
		return;
	case NODE_PAREN:
		check_types(parser, node->paren);
		return;
	case NODE_UNARY:
		check_unary(parser, node);
		return;
	case NODE_BINARY:
		check_binary(parser, node);
		return;
	case NODE_AGGREGATE:
		check_aggregate(parser, node);
		return;
	case NODE_CALL:
		check_call(parser, node);
		return;
	}
}
