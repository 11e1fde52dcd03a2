// SPDX-License-Identifier: Apache-2.0
// The expression as a tree. Private to promql/. Everything lives in the arena of the parse; offsets are bytes in its text.
// Ranges are those of upstream's PositionRange(), but where upstream's are off: an aggregation ends with its last parenthesis whatever
// follows, and NODE_DURATION holds all that was written for it: sign, name and parentheses of max_of () and min_of ().
// A chain of left-associative operators is deep on its left side without bound: walk `left` of NODE_BINARY and of open NODE_DURATION
// with a loop (node_spine). All other nesting is at most LIMIT_EXPR_DEPTH, so recursion is fine there.
#pragma once
#include "promql/expr_function.h"
#include "promql/expr_token.h"

#include <stdint.h>

enum node_kind {
	NODE_NUMBER,
	NODE_STRING,
	NODE_SELECTOR,
	NODE_MATRIX,
	NODE_SUBQUERY,
	NODE_PAREN,
	NODE_UNARY,
	NODE_BINARY,
	NODE_AGGREGATE,
	NODE_CALL,
	NODE_DURATION,
};

struct label_names {
	struct str *items;
	size_t count;
};

struct node_matcher {
	enum token_kind op; // = != =~ !~
	struct str name, value;
};

// offset, @, anchored and smoothed of a selector or subquery. A range selector keeps them in its inner selector.
struct time_shift {
	bool has_time;
	int64_t time_ms;      // @ 1234.5
	enum token_kind edge; // @ start(), @ end(): TOKEN_START, TOKEN_FINISH; else TOKEN_END
	int64_t offset_ns;
	struct promql_node *offset_expr; // NODE_DURATION, or NULL
	bool is_anchored, is_smoothed;
};

enum matching_card { MATCHING_ONE_TO_ONE,
	MATCHING_MANY_TO_ONE,
	MATCHING_ONE_TO_MANY,
	MATCHING_MANY_TO_MANY };

struct vector_matching {
	enum matching_card card;
	bool on; // on (…), else ignoring (…)
	struct label_names labels, include;
	bool has_fill_left, has_fill_right;
	double fill_left, fill_right;
};

struct promql_node {
	enum node_kind kind;
	enum promql_type type;
	uint32_t start, end; // byte range in the text; end exclusive
	uint32_t depth;      // levels of recursion below this node, itself included
	union {
		struct {
			double value;
			bool is_duration;
		} number; // a duration's value is in seconds
		struct str string;
		struct {
			struct str name;               // before the braces; empty when there is none
			struct node_matcher *matchers; // the name is not among them
			size_t count;
			struct time_shift *shift; // NULL: none
		} selector;
		struct {
			struct promql_node *selector, *range_expr;
			int64_t range_ns;
		} matrix;
		struct {
			struct promql_node *inner, *range_expr, *step_expr;
			int64_t range_ns, step_ns;
			struct time_shift *shift;
		} subquery;
		struct promql_node *paren;
		struct {
			enum token_kind op;
			struct promql_node *inner;
		} unary;
		struct {
			struct promql_node *left, *right;
			struct vector_matching *matching; // NULL: nothing written; the checker drops it where it has no meaning
			enum token_kind op;
			bool returns_bool;
		} binary;
		struct {
			struct promql_node *inner, *parameter;
			struct label_names *grouping; // NULL: neither by nor without
			enum token_kind op;
			bool without;
		} aggregate;
		struct {
			const struct expr_function *function; // NULL when unknown: then the expression has errors
			struct promql_node **arguments;
			size_t count;
		} call;
		// left is NULL for a sign, both are for step() and range()
		struct {
			struct promql_node *left, *right;
			enum token_kind op;
			bool is_wrapped;
		} duration;
	};
};

// The nodes down the left side of a chain of operators, outermost first, without its leftmost operand.
struct node_spine {
	const struct promql_node **items; // freed by node_spine_finish
	size_t count;
	const struct promql_node *leftmost;
};

bool node_is_spine(const struct promql_node *node);                             // a binary operator, or a duration's that is not in parentheses
void node_spine_init(struct node_spine *spine, const struct promql_node *node); // node_is_spine(node)
void node_spine_finish(struct node_spine *spine);
struct str node_metric_name(const struct promql_node *selector); // that its matchers fix; empty when they do not
