// SPDX-License-Identifier: Apache-2.0
// The expression as a tree in JSON, for user interfaces. Source: Prometheus 3.14, web/api/v1/translate_ast.go; members come sorted by name.
#include "base/json_write.h"
#include "base/number.h"
#include "model/limits.h"
#include "promql/ast.h"

#include <math.h>

struct tree {
	struct buf *out;
	size_t end; // of out: what goes beyond is too long
};

// Each node has a writer of its own: trees are deeper than one can count.
static struct json_writer open_node(struct tree *tree) {
	struct json_writer json = { .out = tree->out, .dialect = JSON_PROMETHEUS };
	json_open_object(&json);
	return json;
}

static void close_node(struct json_writer *json, const char *type) {
	json_key(json, "type");
	json_cstr(json, type);
	json_close_object(json);
}

static void write_member(struct json_writer *json, const char *key, const char *value) {
	json_key(json, key);
	json_cstr(json, value);
}

static void write_flag(struct json_writer *json, const char *key, bool value) {
	json_key(json, key);
	json_bool(json, value);
}

static void write_text(struct json_writer *json, const char *key, struct str value) {
	json_key(json, key);
	json_string(json, value);
}

static void write_ms(struct json_writer *json, const char *key, int64_t ns) {
	json_key(json, key);
	json_int(json, ns / 1000000);
}

// Go's 'f' with the fewest digits that read back the same.
static void write_number(struct json_writer *json, double value) {
	autobuf struct buf text = { 0 };
	if (isnan(value))
		buf_append_cstr(&text, "NaN");
	else if (isinf(value))
		buf_append_cstr(&text, value < 0 ? "-Inf" : "+Inf");
	else
		number_append_fixed(&text, number_shortest(value));
	write_text(json, "val", buf_str(&text));
}

static void write_names(struct json_writer *json, const char *key, const struct label_names *names) {
	json_key(json, key);
	json_open_array(json);
	for (size_t i = 0; names != NULL && i < names->count; i++)
		json_string(json, names->items[i]);
	json_close_array(json);
}

typedef void write_value(struct tree *tree, const struct promql_node *node);

// The member's value is written by another writer: to this one it is nothing, in the place of a value.
static void write_child(struct tree *tree, struct json_writer *json, const char *key, const struct promql_node *node, write_value *write) {
	json_key(json, key);
	json_raw(json, STR(""));
	write(tree, node);
}

// ---- durations ----

static void write_duration(struct tree *tree, const struct promql_node *node);

static void write_literal_duration(struct tree *tree, const struct promql_node *node) {
	struct json_writer json = open_node(tree);
	write_flag(&json, "duration", node->number.is_duration);
	write_member(&json, "type", "numberLiteral");
	write_number(&json, node->number.value);
	json_close_object(&json);
}

static void close_duration(struct tree *tree, struct json_writer *json, const struct promql_node *node) {
	write_member(json, "op", token_name(node->duration.op));
	write_child(tree, json, "rhs", node->duration.right, write_duration);
	write_member(json, "type", "durationExpr");
	write_flag(json, "wrapped", node->duration.is_wrapped);
	json_close_object(json);
}

// An object that was opened, and whose first members are written.
static struct json_writer resume_node(struct tree *tree) {
	return (struct json_writer){ .out = tree->out, .dialect = JSON_PROMETHEUS, .depth = 1, .has_items = 2 };
}

static void write_duration_spine(struct tree *tree, const struct promql_node *node) {
	struct node_spine spine;
	node_spine_init(&spine, node);
	for (size_t i = 0; i < spine.count; i++)
		buf_append_cstr(tree->out, "{\"lhs\":");
	write_duration(tree, spine.leftmost);
	for (size_t i = spine.count; i-- > 0;) {
		struct json_writer json = resume_node(tree);
		close_duration(tree, &json, spine.items[i]);
	}
	node_spine_finish(&spine);
}

static void write_duration(struct tree *tree, const struct promql_node *node) {
	if (tree->out->len > tree->end)
		return;
	if (node == NULL) {
		buf_append_cstr(tree->out, "null");
		return;
	}
	if (node->kind == NODE_NUMBER) {
		write_literal_duration(tree, node);
		return;
	}
	if (node_is_spine(node)) {
		write_duration_spine(tree, node);
		return;
	}
	struct json_writer json = open_node(tree);
	write_child(tree, &json, "lhs", node->duration.left, write_duration);
	close_duration(tree, &json, node);
}

// ---- selectors ----

static void write_matcher(struct json_writer *json, enum token_kind op, struct str name, struct str value) {
	json_open_object(json);
	write_text(json, "name", name);
	write_member(json, "type", token_name(op));
	write_text(json, "value", value);
	json_close_object(json);
}

// The name before the braces is the last one.
static void write_matchers(struct json_writer *json, const struct promql_node *node) {
	json_key(json, "matchers");
	json_open_array(json);
	for (size_t i = 0; i < node->selector.count; i++) {
		const struct node_matcher *matcher = &node->selector.matchers[i];
		write_matcher(json, matcher->op, matcher->name, matcher->value);
	}
	if (node->selector.name.len > 0)
		write_matcher(json, TOKEN_EQUAL, STR("__name__"), node->selector.name);
	json_close_array(json);
}

static void write_offset(struct tree *tree, struct json_writer *json, const struct time_shift *shift) {
	write_ms(json, "offset", shift->offset_ns);
	write_child(tree, json, "offsetExpr", shift->offset_expr, write_duration);
}

static void write_edge(struct json_writer *json, const struct time_shift *shift) {
	write_member(json, "startOrEnd", shift->edge == TOKEN_END ? NULL : token_name(shift->edge));
}

static void write_time(struct json_writer *json, const struct time_shift *shift) {
	json_key(json, "timestamp");
	if (shift->has_time)
		json_int(json, shift->time_ms);
	else
		json_null(json);
}

static const struct time_shift no_shift = { .edge = TOKEN_END };

// `matrix` is NULL for a selector that is none's.
static void write_selector(struct tree *tree, const struct promql_node *node, const struct promql_node *matrix) {
	const struct time_shift *shift = node->selector.shift == NULL ? &no_shift : node->selector.shift;
	struct json_writer json = open_node(tree);
	write_flag(&json, "anchored", shift->is_anchored);
	write_matchers(&json, node);
	write_text(&json, "name", node->selector.name);
	write_offset(tree, &json, shift);
	if (matrix != NULL) {
		write_ms(&json, "range", matrix->matrix.range_ns);
		write_child(tree, &json, "rangeExpr", matrix->matrix.range_expr, write_duration);
	}
	write_flag(&json, "smoothed", shift->is_smoothed);
	write_edge(&json, shift);
	write_time(&json, shift);
	close_node(&json, matrix == NULL ? "vectorSelector" : "matrixSelector");
}

// ---- expressions ----

static void write_node(struct tree *tree, const struct promql_node *node);

static void write_subquery(struct tree *tree, const struct promql_node *node) {
	const struct time_shift *shift = node->subquery.shift == NULL ? &no_shift : node->subquery.shift;
	struct json_writer json = open_node(tree);
	write_child(tree, &json, "expr", node->subquery.inner, write_node);
	write_offset(tree, &json, shift);
	write_ms(&json, "range", node->subquery.range_ns);
	write_child(tree, &json, "rangeExpr", node->subquery.range_expr, write_duration);
	write_edge(&json, shift);
	write_ms(&json, "step", node->subquery.step_ns);
	write_child(tree, &json, "stepExpr", node->subquery.step_expr, write_duration);
	write_time(&json, shift);
	close_node(&json, "subquery");
}

static void write_fill(struct json_writer *json, const char *key, bool has_value, double value) {
	json_key(json, key);
	if (has_value)
		json_double(json, value);
	else
		json_null(json);
}

static bool is_vector_pair(const struct promql_node *node) {
	return node->binary.left->type == PROMQL_VECTOR && node->binary.right->type == PROMQL_VECTOR;
}

// Two vectors are matched even when nothing was said about it.
static void write_matching(struct json_writer *json, const struct promql_node *node) {
	static const char *const cards[] = { "one-to-one", "many-to-one", "one-to-many", "many-to-many" };
	const struct vector_matching unsaid = { .card = token_is_set_operator(node->binary.op) ? MATCHING_MANY_TO_MANY : MATCHING_ONE_TO_ONE };
	const struct vector_matching *matching = node->binary.matching == NULL ? &unsaid : node->binary.matching;
	json_key(json, "matching");
	if (!is_vector_pair(node)) {
		json_null(json);
		return;
	}
	json_open_object(json);
	write_member(json, "card", cards[matching->card]);
	json_key(json, "fillValues");
	json_open_object(json);
	write_fill(json, "lhs", matching->has_fill_left, matching->fill_left);
	write_fill(json, "rhs", matching->has_fill_right, matching->fill_right);
	json_close_object(json);
	write_names(json, "include", &matching->include);
	write_names(json, "labels", &matching->labels);
	write_flag(json, "on", matching->on);
	json_close_object(json);
}

static void write_binary(struct tree *tree, const struct promql_node *node) {
	struct node_spine spine;
	node_spine_init(&spine, node);
	for (size_t i = 0; i < spine.count; i++)
		buf_format(tree->out, "{\"bool\":%s,\"lhs\":", spine.items[i]->binary.returns_bool ? "true" : "false");
	write_node(tree, spine.leftmost);
	for (size_t i = spine.count; i-- > 0 && tree->out->len <= tree->end;) {
		struct json_writer json = resume_node(tree);
		write_matching(&json, spine.items[i]);
		write_member(&json, "op", token_name(spine.items[i]->binary.op));
		write_child(tree, &json, "rhs", spine.items[i]->binary.right, write_node);
		close_node(&json, "binaryExpr");
	}
	node_spine_finish(&spine);
}

static void write_aggregation(struct tree *tree, const struct promql_node *node) {
	struct json_writer json = open_node(tree);
	write_child(tree, &json, "expr", node->aggregate.inner, write_node);
	write_names(&json, "grouping", node->aggregate.grouping);
	write_member(&json, "op", token_name(node->aggregate.op));
	write_child(tree, &json, "param", node->aggregate.parameter, write_node);
	write_member(&json, "type", "aggregation");
	write_flag(&json, "without", node->aggregate.without);
	json_close_object(&json);
}

static void write_function(struct json_writer *json, const struct expr_function *function) {
	static const char *const types[] = { [PROMQL_SCALAR] = "scalar", [PROMQL_VECTOR] = "vector", [PROMQL_MATRIX] = "matrix", [PROMQL_STRING] = "string" };
	json_open_object(json);
	json_key(json, "argTypes");
	json_open_array(json);
	for (size_t i = 0; function->arguments[i] != '\0'; i++)
		json_cstr(json, types[function_argument_type(function, i)]);
	json_close_array(json);
	write_member(json, "name", function->name);
	write_member(json, "returnType", types[function->returns]);
	json_key(json, "variadic");
	json_int(json, function->variadic);
	json_close_object(json);
}

static void write_call(struct tree *tree, const struct promql_node *node) {
	struct json_writer json = open_node(tree);
	json_key(&json, "args");
	json_open_array(&json);
	for (size_t i = 0; i < node->call.count; i++) {
		json_raw(&json, STR(""));
		write_node(tree, node->call.arguments[i]);
	}
	json_close_array(&json);
	json_key(&json, "func");
	write_function(&json, node->call.function);
	close_node(&json, "call");
}

static void write_paren(struct tree *tree, const struct promql_node *node) {
	struct json_writer json = open_node(tree);
	write_child(tree, &json, "expr", node->paren, write_node);
	close_node(&json, "parenExpr");
}

static void write_unary(struct tree *tree, const struct promql_node *node) {
	struct json_writer json = open_node(tree);
	write_child(tree, &json, "expr", node->unary.inner, write_node);
	write_member(&json, "op", token_name(node->unary.op));
	close_node(&json, "unaryExpr");
}

static void write_literal(struct tree *tree, const struct promql_node *node) {
	struct json_writer json = open_node(tree);
	write_member(&json, "type", node->kind == NODE_STRING ? "stringLiteral" : "numberLiteral");
	if (node->kind == NODE_STRING)
		write_text(&json, "val", node->string);
	else
		write_number(&json, node->number.value);
	json_close_object(&json);
}

static void write_vector(struct tree *tree, const struct promql_node *node) {
	write_selector(tree, node, NULL);
}

static void write_matrix(struct tree *tree, const struct promql_node *node) {
	write_selector(tree, node->matrix.selector, node);
}

static void write_node(struct tree *tree, const struct promql_node *node) {
	static write_value *const writers[] = {
		[NODE_NUMBER] = write_literal,
		[NODE_STRING] = write_literal,
		[NODE_SELECTOR] = write_vector,
		[NODE_MATRIX] = write_matrix,
		[NODE_SUBQUERY] = write_subquery,
		[NODE_PAREN] = write_paren,
		[NODE_UNARY] = write_unary,
		[NODE_BINARY] = write_binary,
		[NODE_AGGREGATE] = write_aggregation,
		[NODE_CALL] = write_call,
		[NODE_DURATION] = write_duration,
	};
	if (tree->out->len > tree->end)
		return;
	if (node == NULL)
		buf_append_cstr(tree->out, "null");
	else
		writers[node->kind](tree, node);
}

bool promql_format_json(struct buf *out, const struct promql_node *node) {
	size_t before = out->len;
	struct tree tree = { .out = out, .end = before + LIMIT_SYNTAX_TREE_BYTES };
	write_node(&tree, node);
	if (out->len <= tree.end)
		return true;
	buf_truncate(out, before);
	return false;
}
