// SPDX-License-Identifier: Apache-2.0
// Walks a rule template for what it reads. See template_uses.h.
#include "template/template_uses.h"

#include "template/template_exec.h"
#include "template/template_function.h"
#include "template/template_node.h"

enum dot { DOT_DOCUMENT,
	DOT_LABELS,
	DOT_OTHER };

struct walk {
	template_use_visit *visit;
	void *context;
	enum dot dot;
	bool is_shadowed;    // $labels or $value was declared anew: they are no longer known
	bool is_shown;       // the pipeline's text goes to the output
	struct str function; // that the operand being walked is given to first
};

static void walk_pipe(struct walk *walk, const struct node *pipe);

// The name as written, looked for from the node's place on: of fields that is the place of one of them.
static void set_place(struct template_use *use, const struct node *node, struct str name) {
	struct str rest = str_skip(node->source->text, node->at);
	ptrdiff_t found = str_find(str_head(rest, 64 + name.len), name);
	use->start = node->at + (found < 0 ? 0 : (uint32_t)found);
	use->end = use->start + (found < 0 ? 1 : (uint32_t)name.len);
}

static void tell(const struct walk *walk, enum template_use_kind kind, struct str name, const struct node *node, struct str written) {
	struct template_use use = { .kind = kind, .name = name, .is_shown = walk->is_shown, .function = walk->function };
	set_place(&use, node, written);
	struct str rest = str_skip(node->source->text, use.end);
	ptrdiff_t close = str_find(rest, STR("}}"));
	use.following = close < 0 ? STR_NONE : str_skip(rest, (size_t)close + 2);
	walk->visit(walk->context, &use);
}

// Names of fields of the document, from `at` on: "Labels.x", "Value".
static void tell_document(const struct walk *walk, const struct node *node, uint32_t at) {
	if (at >= node->count)
		tell(walk, TEMPLATE_USE_LABELS, STR_NONE, node, STR("$"));
	else if (str_equal(node->names[at], STR("Value")))
		tell(walk, TEMPLATE_USE_VALUE, STR_NONE, node, STR("Value"));
	else if (str_equal(node->names[at], STR("Labels")) && at + 1 < node->count)
		tell(walk, TEMPLATE_USE_LABEL, node->names[at + 1], node, node->names[at + 1]);
	else if (str_equal(node->names[at], STR("Labels")))
		tell(walk, TEMPLATE_USE_LABELS, STR_NONE, node, STR("Labels"));
}

static void walk_variable(const struct walk *walk, const struct node *node) {
	struct str variable = node->names[0];
	if (str_equal(variable, STR("$")))
		tell_document(walk, node, 1);
	else if (walk->is_shadowed)
		return;
	else if (str_equal(variable, STR("$value")))
		tell(walk, TEMPLATE_USE_VALUE, STR_NONE, node, variable);
	else if (str_equal(variable, STR("$labels")) && node->count > 1)
		tell(walk, TEMPLATE_USE_LABEL, node->names[1], node, node->names[1]);
	else if (str_equal(variable, STR("$labels")))
		tell(walk, TEMPLATE_USE_LABELS, STR_NONE, node, variable);
}

static void walk_field(const struct walk *walk, const struct node *node) {
	if (walk->dot == DOT_DOCUMENT)
		tell_document(walk, node, 0);
	else if (walk->dot == DOT_LABELS)
		tell(walk, TEMPLATE_USE_LABEL, node->names[0], node, node->names[0]);
}

static bool is_labels(const struct walk *walk, const struct node *node) {
	if (node->kind == NODE_DOT)
		return walk->dot == DOT_LABELS;
	if (node->kind == NODE_FIELD)
		return walk->dot == DOT_DOCUMENT && node->count == 1 && str_equal(node->names[0], STR("Labels"));
	if (node->kind != NODE_VARIABLE)
		return false;
	if (node->count == 1)
		return !walk->is_shadowed && str_equal(node->names[0], STR("$labels"));
	return node->count == 2 && str_equal(node->names[0], STR("$")) && str_equal(node->names[1], STR("Labels"));
}

static void walk_operand(struct walk *walk, const struct node *node) {
	switch ((int)node->kind) {
	case NODE_VARIABLE:
		walk_variable(walk, node);
		return;
	case NODE_FIELD:
		walk_field(walk, node);
		return;
	case NODE_DOT:
		if (walk->dot != DOT_OTHER)
			tell(walk, TEMPLATE_USE_LABELS, STR_NONE, node, STR("."));
		return;
	case NODE_CHAIN:
		walk_operand(walk, node->inner);
		return;
	case NODE_PIPE:
		walk_pipe(walk, node);
		return;
	default:
		return;
	}
}

static bool is_function(const struct node *node, const char *name) {
	return node->kind == NODE_IDENTIFIER && str_equal_cstr(node->text, name);
}

static void tell_query(const struct walk *walk, const struct node *text) {
	struct template_use use = { .kind = TEMPLATE_USE_QUERY, .name = text->value, .start = text->at, .is_shown = walk->is_shown };
	struct str written = str_skip(text->source->text, text->at);
	use.is_verbatim = str_equal(str_head(str_skip(written, 1), text->value.len), text->value);
	use.end = text->at + (uint32_t)str_head(written, text->text.len).len;
	walk->visit(walk->context, &use);
}

// index $labels "NAME"; `query` with a text; other functions with their arguments.
static void walk_call(struct walk *walk, const struct node *command, const struct node *before) {
	const struct node *function = command->items[0];
	bool has_argument = command->count > 1, is_piped = !has_argument && before != NULL && before->count == 1;
	if (is_function(function, "query") && (has_argument || is_piped)) {
		const struct node *text = has_argument ? command->items[1] : before->items[0];
		if (text->kind == NODE_STRING)
			tell_query(walk, text);
	}
	if (is_function(function, "value") || is_function(function, "strvalue"))
		tell(walk, TEMPLATE_USE_SAMPLE_VALUE, STR_NONE, function, function->text);
	bool is_index = command->count == 3 && is_function(function, "index") && is_labels(walk, command->items[1]) && command->items[2]->kind == NODE_STRING;
	if (is_index) {
		tell(walk, TEMPLATE_USE_LABEL, command->items[2]->value, command->items[2], command->items[2]->value);
		return;
	}
	for (uint32_t i = 1; i < command->count; i++)
		walk_operand(walk, command->items[i]);
}

static struct str name_of_function(const struct node *command) {
	return command->items[0]->kind == NODE_IDENTIFIER ? command->items[0]->text : STR_NONE;
}

// A command's operands are given to its own function, or else to that of the next command.
static void walk_command(struct walk *walk, const struct node *pipe, uint32_t at) {
	const struct node *command = pipe->items[at];
	struct str outer = walk->function;
	bool is_call = command->items[0]->kind == NODE_IDENTIFIER;
	if (is_call)
		walk->function = name_of_function(command);
	else if (at + 1 < pipe->count)
		walk->function = name_of_function(pipe->items[at + 1]);
	if (is_call)
		walk_call(walk, command, at > 0 ? pipe->items[at - 1] : NULL);
	for (uint32_t i = 0; !is_call && i < command->count; i++)
		walk_operand(walk, command->items[i]);
	walk->function = outer;
}

static void walk_pipe(struct walk *walk, const struct node *pipe) {
	bool was_shown = walk->is_shown;
	walk->is_shown = walk->is_shown && pipe->declared == 0;
	for (uint32_t i = 0; i < pipe->count; i++)
		walk_command(walk, pipe, i);
	walk->is_shown = was_shown;
	for (uint32_t i = 0; i < pipe->declared; i++)
		walk->is_shadowed |= str_equal(pipe->names[i], STR("$labels")) || str_equal(pipe->names[i], STR("$value"));
}

// What the dot is in the body of `with` and `range`.
static enum dot dot_within(const struct walk *walk, const struct node *node) {
	const struct node *pipe = node->pipe;
	bool is_plain = pipe->count == 1 && pipe->items[0]->count == 1;
	if (node->kind != NODE_WITH || !is_plain)
		return DOT_OTHER;
	const struct node *operand = pipe->items[0]->items[0];
	if (is_labels(walk, operand))
		return DOT_LABELS;
	bool is_root = operand->kind == NODE_VARIABLE && operand->count == 1 && str_equal(operand->names[0], STR("$"));
	return is_root ? DOT_DOCUMENT : operand->kind == NODE_DOT ? walk->dot
	                                                          : DOT_OTHER;
}

// `with $labels` alone does not read all of them: its body says which.
static bool reads_pipe(const struct walk *walk, const struct node *node) {
	return node->kind != NODE_WITH || dot_within(walk, node) == DOT_OTHER;
}

static void walk_node(void *context, const struct node *node) {
	struct walk *walk = context;
	bool is_control = node->kind == NODE_IF || node->kind == NODE_WITH || node->kind == NODE_RANGE;
	bool has_pipe = is_control || node->kind == NODE_ACTION || node->kind == NODE_TEMPLATE;
	if (!has_pipe || node->pipe == NULL)
		return;
	walk->is_shown = node->kind == NODE_ACTION;
	if (reads_pipe(walk, node))
		walk_pipe(walk, node->pipe);
	walk->is_shown = false;
	if (!is_control)
		return;
	enum dot outer = walk->dot;
	if (node->kind != NODE_IF)
		walk->dot = dot_within(walk, node);
	node_list_walk(node->body, walk_node, walk);
	walk->dot = outer;
}

void template_each_use(const struct template *template, template_use_visit *visit, void *context) {
	const struct template_tree *root = template_root(template);
	struct walk walk = { .visit = visit, .context = context };
	if (root != NULL)
		node_list_walk(root->body, walk_node, &walk);
}
