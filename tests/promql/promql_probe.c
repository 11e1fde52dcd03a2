// SPDX-License-Identifier: Apache-2.0
// Lets scripts ask the parser: reads expressions from stdin, each a digit (the features), the text and a NUL; writes a line of JSON for each:
// ok, then text, type, pretty, tree and nodes ("KIND START-END", parents first) or errors and their ranges.
#include "base/json_write.h"
#include "promql/ast.h"
#include "promql/promql.h"

#include <stdio.h>

static void read_all(struct buf *out) {
	char chunk[1 << 16];
	for (size_t got; (got = fread(chunk, 1, sizeof chunk, stdin)) > 0;)
		buf_append(out, chunk, got);
}

static void write_range(struct json_writer *json, const char *name, size_t start, size_t end) {
	autobuf struct buf text = { 0 };
	buf_format(&text, "%s%s%zu-%zu", name, *name != '\0' ? " " : "", start, end);
	json_string(json, buf_str(&text));
}

static void write_node(struct json_writer *json, const struct promql_node *node);

static void write_shift(struct json_writer *json, const struct time_shift *shift) {
	write_node(json, shift == NULL ? NULL : shift->offset_expr);
}

// In the order of the text, but what refines a selector or subquery after it. Chains of operators are walked by recursion: these texts are short.
static void write_children(struct json_writer *json, const struct promql_node *node) {
	switch ((int)node->kind) {
	case NODE_SELECTOR:
		write_shift(json, node->selector.shift);
		return;
	case NODE_MATRIX:
		write_node(json, node->matrix.selector);
		write_node(json, node->matrix.range_expr);
		return;
	case NODE_SUBQUERY:
		write_node(json, node->subquery.inner);
		write_node(json, node->subquery.range_expr);
		write_node(json, node->subquery.step_expr);
		write_shift(json, node->subquery.shift);
		return;
	case NODE_PAREN:
		write_node(json, node->paren);
		return;
	case NODE_UNARY:
		write_node(json, node->unary.inner);
		return;
	case NODE_BINARY:
		write_node(json, node->binary.left);
		write_node(json, node->binary.right);
		return;
	case NODE_AGGREGATE:
		write_node(json, node->aggregate.parameter);
		write_node(json, node->aggregate.inner);
		return;
	case NODE_CALL:
		for (size_t i = 0; i < node->call.count; i++)
			write_node(json, node->call.arguments[i]);
		return;
	case NODE_DURATION:
		write_node(json, node->duration.left);
		write_node(json, node->duration.right);
		return;
	default:
		return;
	}
}

static void write_node(struct json_writer *json, const struct promql_node *node) {
	static const char *const kinds[] = { "number", "string", "selector", "matrix", "subquery", "paren", "unary", "binary", "aggregate", "call", "duration" };
	if (node == NULL)
		return;
	write_range(json, kinds[node->kind], node->start, node->end);
	write_children(json, node);
}

static void write_good(struct json_writer *json, const struct promql_result *result) {
	autobuf struct buf normal = { 0 }, pretty = { 0 }, tree = { 0 };
	promql_format(&normal, result->root);
	bool fits = promql_format_pretty(&pretty, result->root), tree_fits = promql_format_json(&tree, result->root);
	json_key(json, "text");
	json_string(json, buf_str(&normal));
	json_key(json, "type");
	json_cstr(json, promql_type_name(result->type));
	json_key(json, "pretty");
	json_cstr(json, fits ? buf_cstr(&pretty) : "too long");
	json_key(json, "tree");
	json_cstr(json, tree_fits ? buf_cstr(&tree) : "too long");
	json_key(json, "nodes");
	json_open_array(json);
	write_node(json, result->root);
	json_close_array(json);
}

static void write_errors(struct json_writer *json, struct str text, const struct promql_result *result) {
	json_key(json, "errors");
	json_open_array(json);
	for (size_t i = 0; i < result->error_count; i++) {
		autobuf struct buf line = { 0 };
		promql_error_format(&line, text, &result->errors[i]);
		json_string(json, buf_str(&line));
	}
	json_close_array(json);
	json_key(json, "ranges");
	json_open_array(json);
	for (size_t i = 0; i < result->error_count; i++)
		write_range(json, "", result->errors[i].offset, result->errors[i].end);
	json_close_array(json);
}

static void probe(struct arena *arena, struct buf *out, struct str text, unsigned features) {
	struct promql_result result = promql_parse(arena, text, features);
	struct json_writer json = { .out = out };
	json_open_object(&json);
	json_key(&json, "ok");
	json_bool(&json, result.root != NULL);
	if (result.root != NULL)
		write_good(&json, &result);
	write_errors(&json, text, &result);
	json_close_object(&json);
	buf_append_char(out, '\n');
}

int main(void) {
	autobuf struct buf input = { 0 }, output = { 0 };
	autoarena struct arena arena = { 0 };
	read_all(&input);
	for (struct str rest = buf_str(&input); rest.len > 0;) {
		struct str record = str_cut(&rest, '\0');
		if (record.len == 0)
			continue;
		probe(&arena, &output, str_skip(record, 1), (unsigned)(record.data[0] - '0'));
		arena_reset(&arena);
	}
	fwrite(output.data, 1, output.len, stdout);
	return 0;
}
