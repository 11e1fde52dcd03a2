// SPDX-License-Identifier: Apache-2.0
// Walks a rule template for what it reads. See template_uses.h.
#include "template/template_uses.h"

#include "base/array.h"
#include "template/template_exec.h"
#include "template/template_function.h"
#include "template/template_node.h"

// What an operand, a variable or the dot holds.
enum holds { HOLDS_OTHER,
	HOLDS_LABELS, // of the result
	HOLDS_DOCUMENT,
	HOLDS_SAMPLES, // of a query: all, or one of them
	HOLDS_VALUE }; // of the result or of a sample, the time, or what was made of these

struct variable {
	struct str name;
	enum holds holds;
};

struct walk {
	template_use_visit *visit;
	void *context;
	enum holds dot;
	struct {
		struct variable *items;
		size_t count, cap;
	} variables;         // in scope, innermost last
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

static struct variable *variable_find(const struct walk *walk, struct str name) {
	for (size_t i = walk->variables.count; i > 0; i--)
		if (str_equal(walk->variables.items[i - 1].name, name))
			return &walk->variables.items[i - 1];
	return NULL;
}

static enum holds variable_holds(const struct walk *walk, struct str name) {
	const struct variable *variable = variable_find(walk, name);
	return variable == NULL ? HOLDS_OTHER : variable->holds;
}

// Names from `at` on, of what holds this.
static void tell_fields(const struct walk *walk, const struct node *node, enum holds holds, uint32_t at) {
	if (holds == HOLDS_DOCUMENT)
		tell_document(walk, node, at);
	else if (holds == HOLDS_LABELS && at < node->count)
		tell(walk, TEMPLATE_USE_LABEL, node->names[at], node, node->names[at]);
	else if (holds == HOLDS_LABELS)
		tell(walk, TEMPLATE_USE_LABELS, STR_NONE, node, node->names[0]);
}

static void walk_variable(const struct walk *walk, const struct node *node) {
	enum holds holds = variable_holds(walk, node->names[0]);
	if (holds == HOLDS_VALUE && str_equal(node->names[0], STR("$value")))
		tell(walk, TEMPLATE_USE_VALUE, STR_NONE, node, node->names[0]);
	tell_fields(walk, node, holds, 1);
}

// ---- what a pipeline gives ----

static enum holds pipe_holds(const struct walk *walk, const struct node *pipe, const struct node **from);

static enum holds field_holds(enum holds holds, struct str name) {
	if (holds == HOLDS_VALUE)
		return HOLDS_VALUE; // a method of the time
	if (str_equal(name, STR("Value")) && holds != HOLDS_LABELS)
		return holds == HOLDS_OTHER ? HOLDS_OTHER : HOLDS_VALUE;
	return holds == HOLDS_DOCUMENT && str_equal(name, STR("Labels")) ? HOLDS_LABELS : HOLDS_OTHER;
}

static enum holds operand_holds(const struct walk *walk, const struct node *node, const struct node **from) {
	enum holds holds = HOLDS_OTHER;
	uint32_t at = 0;
	if (node->kind == NODE_PIPE)
		return pipe_holds(walk, node, from);
	if (node->kind == NODE_DOT || node->kind == NODE_FIELD)
		holds = walk->dot;
	else if (node->kind == NODE_CHAIN)
		holds = operand_holds(walk, node->inner, from);
	else if (node->kind == NODE_VARIABLE)
		holds = variable_holds(walk, node->names[at++]);
	for (; node->kind != NODE_DOT && at < node->count; at++)
		holds = field_holds(holds, node->names[at]);
	if (holds >= HOLDS_DOCUMENT && node->kind != NODE_CHAIN)
		*from = node;
	return holds;
}

static const struct {
	const char *name;
	enum holds gives;
} functions[] = {
	{ "query", HOLDS_SAMPLES }, { "now", HOLDS_VALUE }, { "value", HOLDS_VALUE }, { "strvalue", HOLDS_VALUE },
	// A decision, or a name: few values, whatever it is made of.
	{ "eq", HOLDS_OTHER }, { "ne", HOLDS_OTHER }, { "lt", HOLDS_OTHER }, { "le", HOLDS_OTHER }, { "gt", HOLDS_OTHER }, { "ge", HOLDS_OTHER },
	{ "not", HOLDS_OTHER }, { "match", HOLDS_OTHER }, { "label", HOLDS_OTHER }
};

// These give one or some of what they are given.
static bool is_choice(struct str function) {
	static const char *const names[] = { "first", "sortByLabel", "index", "slice", "and", "or" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_equal_cstr(function, names[i]))
			return true;
	return false;
}

// A function of arguments, the strongest of which holds this.
static enum holds function_holds(const struct node *function, enum holds strongest, const struct node **from) {
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
		if (!str_equal_cstr(function->text, functions[i].name))
			continue;
		*from = function;
		return functions[i].gives;
	}
	if (is_choice(function->text))
		return strongest == HOLDS_LABELS ? HOLDS_OTHER : strongest;
	return strongest >= HOLDS_DOCUMENT ? HOLDS_VALUE : HOLDS_OTHER;
}

// *from becomes the node that brought a value into it.
static enum holds pipe_holds(const struct walk *walk, const struct node *pipe, const struct node **from) {
	enum holds piped = HOLDS_OTHER;
	for (uint32_t i = 0; i < pipe->count; i++) {
		const struct node *command = pipe->items[i], *first = command->items[0];
		if (first->kind != NODE_IDENTIFIER) {
			piped = operand_holds(walk, first, from);
			continue;
		}
		for (uint32_t k = 1; k < command->count; k++) {
			enum holds given = operand_holds(walk, command->items[k], from);
			piped = given > piped ? given : piped;
		}
		piped = function_holds(first, piped, from);
	}
	return piped;
}

// Tells of an action that shows what changes, and where it comes from.
static void tell_shown(const struct walk *walk, const struct node *pipe) {
	const struct node *from = pipe;
	if (pipe_holds(walk, pipe, &from) < HOLDS_DOCUMENT)
		return;
	bool is_time = from->kind == NODE_IDENTIFIER && str_equal(from->text, STR("now"));
	struct str written = STR(".");
	if (from->kind == NODE_IDENTIFIER)
		written = from->text;
	else if (from->kind != NODE_DOT && from->count > 0)
		written = from->names[from->count - 1];
	tell(walk, TEMPLATE_USE_SHOWN, is_time ? STR("the time") : STR("a value"), from, written);
}

static void declare(struct walk *walk, const struct node *pipe, enum holds holds, bool is_range) {
	for (uint32_t i = 0; i < pipe->declared; i++) {
		bool is_key = is_range && pipe->declared == 2 && i == 0;
		const struct variable declared = { pipe->names[i], is_key ? HOLDS_OTHER : holds };
		struct variable *known = pipe->is_assign ? variable_find(walk, declared.name) : NULL;
		if (known == NULL)
			array_append(&walk->variables, declared);
		else if (known->holds != declared.holds) // the branch may not be taken
			known->holds = known->holds == HOLDS_VALUE || declared.holds == HOLDS_VALUE ? HOLDS_VALUE : HOLDS_OTHER;
	}
}

// ---- what it reads ----

static void walk_operand(struct walk *walk, const struct node *node) {
	switch ((int)node->kind) {
	case NODE_VARIABLE:
		walk_variable(walk, node);
		return;
	case NODE_FIELD:
		tell_fields(walk, node, walk->dot, 0);
		return;
	case NODE_DOT:
		if (walk->dot == HOLDS_DOCUMENT || walk->dot == HOLDS_LABELS)
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
	const struct node *ignored;
	bool is_index = command->count == 3 && is_function(function, "index") && operand_holds(walk, command->items[1], &ignored) == HOLDS_LABELS && command->items[2]->kind == NODE_STRING;
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
}

static void walk_node(void *context, const struct node *node);

// The body of `with` and `range` has another dot; what it declares ends with it.
static void walk_control(struct walk *walk, const struct node *node, size_t outer_count, enum holds holds) {
	enum holds outer = walk->dot;
	walk->is_shown = false;
	if (node->kind == NODE_WITH)
		walk->dot = holds;
	else if (node->kind == NODE_RANGE)
		walk->dot = holds == HOLDS_SAMPLES || holds == HOLDS_VALUE ? holds : HOLDS_OTHER;
	declare(walk, node->pipe, node->kind == NODE_RANGE ? walk->dot : holds, node->kind == NODE_RANGE);
	node_list_walk(node->body, walk_node, walk);
	walk->dot = outer;
	walk->variables.count = outer_count;
}

// `with $labels` alone does not read all of them: its body says which.
static bool reads_pipe(const struct node *node, enum holds holds) {
	return node->kind != NODE_WITH || (holds != HOLDS_DOCUMENT && holds != HOLDS_LABELS);
}

static void walk_node(void *context, const struct node *node) {
	struct walk *walk = context;
	bool is_control = node->kind == NODE_IF || node->kind == NODE_WITH || node->kind == NODE_RANGE;
	bool has_pipe = is_control || node->kind == NODE_ACTION || node->kind == NODE_TEMPLATE;
	const struct node *ignored;
	if (!has_pipe || node->pipe == NULL)
		return;
	enum holds holds = pipe_holds(walk, node->pipe, &ignored);
	walk->is_shown = node->kind == NODE_ACTION;
	if (reads_pipe(node, holds))
		walk_pipe(walk, node->pipe);
	if (is_control)
		walk_control(walk, node, walk->variables.count, holds);
	else if (node->pipe->declared > 0)
		declare(walk, node->pipe, holds, false);
	else if (node->kind == NODE_ACTION || holds > HOLDS_DOCUMENT)
		tell_shown(walk, node->pipe);
}

void template_each_use(const struct template *template, template_use_visit *visit, void *context) {
	const struct template_tree *root = template_root(template);
	struct walk walk = { .visit = visit, .context = context, .dot = HOLDS_DOCUMENT };
	static const struct variable known[] = { { { "$", 1 }, HOLDS_DOCUMENT }, { { "$labels", 7 }, HOLDS_LABELS }, { { "$value", 6 }, HOLDS_VALUE } };
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		array_append(&walk.variables, known[i]);
	if (root != NULL)
		node_list_walk(root->body, walk_node, &walk);
	array_finish(&walk.variables);
}
