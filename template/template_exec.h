// SPDX-License-Identifier: Apache-2.0
// Runs syntax trees. Private to the folder. Source: Go's text/template/exec.go.
#pragma once
#include "template/template.h"
#include "template/template_node.h"
#include "template/value.h"

struct exec_variable {
	struct str name;
	struct value value;
};

// One expansion. Everything it makes lives in call.arena.
struct exec {
	struct template_call call;
	const struct template *template;
	struct buf *out;
	size_t out_before; // length of *out at the start
	size_t arena_before;
	struct {
		struct exec_variable *items;
		size_t count, cap;
	} variables;
	size_t frame;                     // the first variable of the running template: "$"
	struct str name;                  // of the running template
	const struct template_tree *root; // the outermost one
	const struct node *node;          // being run, for messages
	const struct node *callee;        // the first argument of a running function; NULL: handed over by a pipeline
	size_t steps, queries;
	unsigned depth, calls; // nesting of evaluation, of templates
	enum template_status status;
	struct str needed;
	struct str *route_labels; // being expanded by routeLabels, innermost last
	size_t route_label_count;
	void (*document_variables)(struct exec *exec, const struct value *document); // declares variables of the outermost tree; NULL: none
};

// The outermost tree; NULL: a constant.
const struct template_tree *template_root(const struct template *template);
// Finds a template by name for {{template}}: the template's own definitions, then its set's. NULL: not defined.
const struct template_tree *template_lookup(const struct template *template, struct str name);
// The same for a call at run time: in HTML mode a copy (in the arena) with escapers. NULL: err says why.
const struct template_tree *template_lookup_escaped(const struct template *template, struct str name, struct arena *arena, struct error *err);
// Runs one tree of the template with `dot` as its document.
enum template_status exec_run(struct exec *exec, const struct template_tree *tree, const struct value *dot);
// Asks for the answer of a query; false: not known (the run ends with TEMPLATE_NEED_QUERY) or failed (call->err is set).
bool exec_query(struct template_call *call, struct str expr, struct template_vector *out);
// Runs `name` of the set as part of this run, into *out (console function tmpl). Returns false when that failed.
bool exec_nested(struct template_call *call, struct str name, const struct value *dot, struct buf *out);
// Expands `text` with the document of this run, as routeLabels does. `names` are the route labels being expanded.
bool exec_text(struct template_call *call, struct str text, struct str *names, size_t name_count, struct buf *out);
// The first argument of the running `call` as it is written; one that a pipeline handed over by its type: "<int Value>".
void exec_format_callee(struct template_call *call, const struct value *callee, struct buf *out);
// The expression nodes' half, in template_eval.c. False: exec->status says why.
bool exec_pipeline(struct exec *exec, const struct value *dot, const struct node *pipe, struct value *out);
PRINTF_LIKE(2, 3)
bool exec_fail(struct exec *exec, const char *format, ...);
bool exec_step(struct exec *exec); // counts; false over a limit
void exec_push(struct exec *exec, struct str name, const struct value *value);
bool exec_assign(struct exec *exec, struct str name, const struct value *value);
