// SPDX-License-Identifier: Apache-2.0
// The door: parse, check, and how errors are shown. See promql.h.
#include "promql/promql.h"

#include "model/limits.h"
#include "promql/expr_parser.h"

#include <assert.h>

static const struct feature_row {
	const char *name;
	unsigned features; // 0: of the engine, or on for all nowadays
} feature_rows[] = {
	{ "promql-experimental-functions", PROMQL_EXPERIMENTAL_FUNCTIONS },
	{ "promql-extended-range-selectors", PROMQL_EXTENDED_RANGE_SELECTORS },
	{ "promql-binop-fill-modifiers", PROMQL_BINOP_FILL_MODIFIERS },
	{ "promql-duration-expr", 0 },
	{ "promql-delayed-name-removal", 0 },
	{ "promql-per-step-stats", 0 },
	{ "promql-at-modifier", 0 },
	{ "promql-negative-offset", 0 },
};

// Something follows the expression, or breaks it outside of what recovers: the rest is only read for what the lexer finds wrong in it.
static void drain(struct parser *parser) {
	if (!parser->recovering)
		parser_recover(parser, NULL, NULL);
	while (parser_discard(parser))
		continue;
}

static struct promql_node *parse_whole(struct parser *parser, struct str text) {
	if (text.len > LIMIT_EXPR_BYTES) {
		parser_report(parser, (struct span){ 0 }, "expression is longer than %d bytes", LIMIT_EXPR_BYTES);
		return NULL;
	}
	if (parser_peek(parser)->kind == TOKEN_END) {
		parser_report(parser, (struct span){ 0 }, "no expression found in input");
		return NULL;
	}
	struct promql_node *root = parse_expression(parser, 1);
	if (!parser->gave_up && (root == NULL || parser_peek(parser)->kind != TOKEN_END))
		drain(parser);
	return root;
}

struct promql_result promql_parse(struct arena *arena, struct str text, unsigned features) {
	struct parser parser = { .arena = arena, .features = features };
	lexer_init(&parser.lexer, arena, text);
	struct promql_node *root = parse_whole(&parser, text);
	if (root != NULL && parser.errors.count == 0)
		check_types(&parser, root);
	struct promql_result result = { .error_count = parser.errors.count };
	if (parser.errors.count == 0) {
		assert(root != NULL); // whoever gives up says why
		result.root = root;
		result.type = root->type;
	} else {
		result.errors = arena_dup(arena, parser.errors.items, parser.errors.count * sizeof *parser.errors.items);
	}
	array_finish(&parser.errors);
	return result;
}

void promql_error_format(struct buf *out, struct str text, const struct promql_error *error) {
	if (text.len == 0) {
		buf_append_cstr(out, "unknown position");
	} else {
		size_t line = 1, line_start = 0;
		for (size_t i = 0; i < error->offset && i < text.len; i++) {
			if (text.data[i] != '\n')
				continue;
			line++;
			line_start = i + 1;
		}
		buf_format(out, "%zu:%zu", line, error->offset - line_start + 1);
	}
	buf_append_cstr(out, ": parse error: ");
	buf_append_str(out, error->text);
}

static const struct feature_row *find_feature(struct str name) {
	for (size_t i = 0; i < sizeof feature_rows / sizeof *feature_rows; i++)
		if (str_equal_cstr(name, feature_rows[i].name))
			return &feature_rows[i];
	return NULL;
}

bool promql_features_parse(struct str text, unsigned *features, struct error *err) {
	unsigned found = 0;
	while (text.len > 0) {
		struct str name = str_cut(&text, ',');
		const struct feature_row *row = find_feature(name);
		if (row == NULL && name.len > 0)
			return error_set(err, ERR_INVALID, "unknown feature \"%.*s\", expected one like \"%s\"", STR_ARG(name), feature_rows[0].name);
		found |= row == NULL ? 0 : row->features;
	}
	*features |= found;
	return true;
}

const char *promql_type_name(enum promql_type type) {
	static const char *const names[] = { "scalar", "instant vector", "range vector", "string" };
	return names[type];
}
