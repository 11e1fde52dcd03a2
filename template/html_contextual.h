// SPDX-License-Identifier: Apache-2.0
// Gives every action of an HTML template the escapers of its place. Private to the folder. Source: Go's html/template/escape.go.
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "template/template_node.h"

struct template;

// Makes escaped copies (in the arena) of `root` and of every template it calls, one for each context it is called in.
// NULL with ERR_INVALID and Go's text where there is one ("html/template:x:1:5: …").
const struct template_tree *html_escape_trees(struct arena *arena, const struct template *template, const struct template_tree *root, struct error *err);
