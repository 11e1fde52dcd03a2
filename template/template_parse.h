// SPDX-License-Identifier: Apache-2.0
// Template text to syntax trees. Private to the folder. Source: Go's text/template/parse.
#pragma once
#include "base/error.h"
#include "template/template_node.h"

struct function_table;

struct template_tree_list {
	struct template_tree *items; // definitions in order, then the text's own tree
	size_t count, cap;           // array_finish() by the caller
};

// What a text may name.
struct template_scope {
	const struct function_table *functions;
	const struct str *declared; // variables that exist from the start; borrowed for the call
	size_t declared_count;
};

// Parses source->text. Trees live in `arena`; source must outlive them. On failure err has Go's message and *out what was read so far.
MUST_CHECK bool template_parse(struct arena *arena, const struct template_source *source, const struct template_scope *scope, struct template_tree_list *out, struct error *err);
