// SPDX-License-Identifier: Apache-2.0
// The query language as text: parses, types and prints. Never evaluates. Source of its rules: Prometheus 3.x, promql/parser.
#pragma once
#include "base/arena.h"
#include "base/error.h"

struct buf;
struct matchers;
struct problems;

enum promql_feature { // --enable-feature names of upstream
	PROMQL_EXPERIMENTAL_FUNCTIONS = 1 << 0,
	PROMQL_EXTENDED_RANGE_SELECTORS = 1 << 1,
	PROMQL_BINOP_FILL_MODIFIERS = 1 << 2,
	PROMQL_ALL_FEATURES = (1 << 3) - 1,
};

enum promql_type { PROMQL_SCALAR,
	PROMQL_VECTOR,
	PROMQL_MATRIX,
	PROMQL_STRING };

struct promql_error {
	size_t offset;   // byte offset into the text where the problem starts
	size_t end;      // exclusive; >= offset. Upstream ends the ranges of operators one byte earlier
	struct str text; // upstream's message without "L:C: parse error: "; in the arena
	bool is_echo;    // only follows from the problem before it: upstream lists it too, but it tells people nothing
};

struct promql_node; // the AST, promql/ast.h; lives in the arena given to promql_parse

struct promql_result {
	struct promql_node *root; // NULL when there are errors
	enum promql_type type;    // of root
	struct promql_error *errors;
	// In upstream's order, at most LIMIT_PROBLEMS. What is wrong with the syntax, as far as upstream's parser recovers; only where the syntax
	// is right, what is wrong with the meaning.
	size_t error_count;
};

// Parses and type-checks `text`, which must outlive the result. Everything in the result lives in `arena`. Pure, any thread.
// Follows Prometheus 3.14, which has no bounds; ours: LIMIT_EXPR_BYTES, and LIMIT_EXPR_DEPTH levels of nesting (not operators in a row).
struct promql_result promql_parse(struct arena *arena, struct str text, unsigned features);
// Appends the normal form, equal to Prometheus' Expr.String().
void promql_format(struct buf *out, const struct promql_node *node);
// Appends the expression in indented lines of at most 100 bytes where it can be broken, equal to Prometheus' Prettify(). Comments are gone.
// False when that takes more than LIMIT_PRETTY_BYTES (the left side of each operator in a row is indented more): then nothing is appended.
MUST_CHECK bool promql_format_pretty(struct buf *out, const struct promql_node *node);
// Appends the tree as JSON, equal to what Prometheus' /api/v1/parse_query gives. False when that is longer than LIMIT_SYNTAX_TREE_BYTES:
// then nothing is appended.
MUST_CHECK bool promql_format_json(struct buf *out, const struct promql_node *node);
// "L:C: parse error: TEXT": lines and columns counted as upstream does, from 1.
void promql_error_format(struct buf *out, struct str text, const struct promql_error *error);
// Adds to *features what upstream's --enable-feature=TEXT would: names between commas. Names that change nothing about the language are
// taken as upstream takes them. Fails at a name that is none of promql's; *features is unchanged then.
MUST_CHECK bool promql_features_parse(struct str text, unsigned *features, struct error *err);
const char *promql_type_name(enum promql_type type); // "scalar", "instant vector", "range vector", "string"

// Visits every vector selector of the expression: `name` is the metric name when one `=` matcher on __name__ fixes it, else empty.
typedef void promql_selector_visit(void *context, struct str name, const struct promql_node *selector);
void promql_each_selector(const struct promql_node *node, promql_selector_visit *visit, void *context);
bool promql_selector_is_shifted(const struct promql_node *selector); // by offset or @
// Where a selector or a whole expression stands: bytes of the text, end exclusive.
void promql_node_span(const struct promql_node *node, size_t *start, size_t *end);

// Whether the histograms of the result are to be taken as gauges: they are differences (rate() and its like, minus), or were recorded by
// another rule (a colon in the name), which are nearly always differences.
bool promql_is_gauge(const struct promql_node *node);

// A vector selector and nothing else, as upstream's ParseMetricSelector reads it; its name is a matcher on __name__. *out is new, finished by
// the caller. ERR_INVALID with "L:C: parse error: TEXT", ERR_LIMIT; then *out is unchanged.
MUST_CHECK bool promql_selector_parse(struct arena *arena, struct str text, struct matchers *out, struct error *err);
