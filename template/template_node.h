// SPDX-License-Identifier: Apache-2.0
// The syntax tree of templates, and the way from a node back to its text for messages. Nodes live in the arena of their tree.
#pragma once
#include "base/arena.h"
#include "base/buf.h"

#include <stdint.h>

struct template_callable;

enum node_kind {
	NODE_TEXT,
	NODE_ACTION,
	NODE_IF,
	NODE_WITH,
	NODE_RANGE,
	NODE_TEMPLATE,
	NODE_BREAK,
	NODE_CONTINUE,
	NODE_PIPE,
	NODE_COMMAND,
	NODE_FIELD,      // .A.B
	NODE_VARIABLE,   // $x.A.B: the first of names is "$x"
	NODE_CHAIN,      // (pipe).A.B
	NODE_IDENTIFIER, // a function
	NODE_DOT,
	NODE_NIL,
	NODE_BOOL,
	NODE_NUMBER,
	NODE_STRING,
};

// A number is all it can be, as Go's untyped constants are.
struct node_number {
	bool is_int, is_uint, is_float, is_complex;
	int64_t integer;
	uint64_t natural;
	double real, imaginary;
};

struct node_list {
	struct node *first, *last;
};

// Where the nodes' positions point to: several trees ("define") share one source.
struct template_source {
	struct str name; // of the template the text was given for
	struct str text;
	uint32_t hidden_bytes; // what stands before the text in upstream's text: counts in columns of the first line
};

struct node {
	enum node_kind kind;
	bool is_assign;            // a pipe: "=" rather than ":="
	bool is_true;              // a bool
	bool is_escaped;           // a pipe in HTML mode
	unsigned char escapers[3]; // of such a pipe: enum html_escaper in order, 0 ends
	uint32_t at;               // byte offset in the source
	uint32_t count;            // of names, items
	uint32_t declared;         // of a pipe's variables, which are the first ones in `names`
	const struct template_source *source;
	struct node *next; // in the list it belongs to
	union {
		struct str text; // text; the source text of an identifier, number or string
		struct str *names;
		struct node *pipe; // of actions and control nodes
	};
	union {
		struct str value;    // a string unquoted; the name of a called template
		struct node **items; // commands of a pipe, words of a command
		struct node *inner;  // of a chain
		struct node_list body;
		const struct node_number *number;
		const struct template_callable *function;
	};
	union {
		struct node_list otherwise;         // else
		const struct template_tree *callee; // HTML mode: the copy of the called template for its place
	};
	bool has_else;
};

struct template_tree {
	struct str name;
	const struct template_source *source;
	struct node_list body;
};

void node_list_append(struct node_list *list, struct node *node); // links it; it must be in no list
// A tree of nothing but white space does not replace another one, as in Go.
bool template_tree_is_empty(const struct template_tree *tree);
// Visits the nodes of the list and those behind their else, in order. Bodies and pipes are the visitor's to enter.
typedef void node_visit(void *context, const struct node *node);
void node_list_walk(struct node_list list, node_visit *visit, void *context);
// "NAME:LINE:COLUMN" of a node, the column counted in bytes from 0.
void node_location(struct buf *out, const struct node *node);
// The node as Go prints it in messages.
void node_format(struct buf *out, const struct node *node);
