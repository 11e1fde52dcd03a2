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

// Parses source->text. Trees live in `arena`; source must outlive them. `declared` are variables that exist from the start
// (count may be 0). On failure err has Go's message and *out what was read so far.
MUST_CHECK bool template_parse(struct arena *arena, const struct template_source *source, const struct function_table *functions, const struct str *declared, size_t declared_count, struct template_tree_list *out, struct error *err);
