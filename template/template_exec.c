// SPDX-License-Identifier: Apache-2.0
// Walks the nodes of a template and writes its output. See template_exec.h; expressions are in template_eval.c.
#include "template/template_exec.h"

#include "base/go_text.h"
#include "model/limits.h"
#include "template/go_format.h"
#include "template/html_escaper.h"
#include "template/value_query.h"

#include <stdarg.h>
#include <stdio.h>

enum { NEST_MAX = 500, // of nodes and templates together: bounds the stack
	LIMIT_SHOWN = 40,
	VARIABLES_FEW = 8 };

enum walked { WALK_ON,
	WALK_BREAK,
	WALK_CONTINUE,
	WALK_FAILED };

static enum walked walk_list(struct exec *exec, const struct value *dot, struct node_list list);

// Whether the node being run is of the text that the caller calls by another name.
static bool is_renamed(const struct exec *exec) {
	return exec->call.env->name.len > 0 && exec->node->source == exec->root->source;
}

static void append_location(struct buf *out, const struct exec *exec) {
	autobuf struct buf location = { 0 };
	node_location(&location, exec->node);
	if (is_renamed(exec)) {
		buf_append_str(out, exec->call.env->name);
		buf_append_str(out, str_skip(buf_str(&location), exec->node->source->name.len));
	} else {
		buf_append_str(out, buf_str(&location));
	}
}

// Shows `most` bytes of the node at most.
static bool fail_at_node(struct exec *exec, size_t most, const char *why) {
	autobuf struct buf location = { 0 }, shown = { 0 }, name = { 0 };
	append_location(&location, exec);
	node_format(&shown, exec->node);
	if (shown.len > most) {
		buf_truncate(&shown, most);
		buf_append_cstr(&shown, "...");
	}
	go_quote(&name, is_renamed(exec) && str_equal(exec->name, exec->root->name) ? exec->call.env->name : exec->name);
	error_set(exec->call.err, ERR_INVALID, "template: %s: executing %s at <%s>: %s", buf_cstr(&location), buf_cstr(&name), buf_cstr(&shown), why);
	exec->status = TEMPLATE_FAILED;
	return false;
}

bool exec_fail(struct exec *exec, const char *format, ...) {
	char why[ERROR_TEXT_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(why, sizeof why, format, args);
	va_end(args);
	return fail_at_node(exec, SIZE_MAX, why);
}

// Any node may be the one that crosses a limit, a text of a megabyte too: what is shown of it leaves room for the limit's name.
PRINTF_LIKE(2, 3)
static bool fail_limit(struct exec *exec, const char *format, ...) {
	char why[ERROR_TEXT_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(why, sizeof why, format, args);
	va_end(args);
	return fail_at_node(exec, LIMIT_SHOWN, why);
}

bool template_call_fail(struct template_call *call, const char *format, ...) {
	char why[ERROR_TEXT_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(why, sizeof why, format, args);
	va_end(args);
	return error_set(call->err, ERR_INVALID, "%s", why);
}

static bool check_output(struct exec *exec) {
	if (exec->out->len - exec->out_before > LIMIT_TEMPLATE_OUTPUT_BYTES)
		return fail_limit(exec, "output is longer than %d bytes", LIMIT_TEMPLATE_OUTPUT_BYTES);
	return true;
}

bool exec_step(struct exec *exec) {
	if (++exec->steps > LIMIT_TEMPLATE_STEPS)
		return fail_limit(exec, "more than %d steps", LIMIT_TEMPLATE_STEPS);
	if (exec->call.arena->used - exec->arena_before > LIMIT_TEMPLATE_MEMORY_BYTES)
		return fail_limit(exec, "more than %d bytes of memory", LIMIT_TEMPLATE_MEMORY_BYTES);
	if (exec->depth > NEST_MAX)
		return fail_limit(exec, "nested deeper than %d", NEST_MAX);
	return true;
}

static void grow_variables(struct exec *exec) {
	size_t cap = exec->variables.cap == 0 ? VARIABLES_FEW : exec->variables.cap * 2;
	struct exec_variable *items = arena_alloc_raw(exec->call.arena, cap * sizeof *items);
	if (exec->variables.count > 0)
		memcpy(items, exec->variables.items, exec->variables.count * sizeof *items);
	exec->variables.items = items;
	exec->variables.cap = cap;
}

void exec_push(struct exec *exec, struct str name, const struct value *value) {
	struct exec_variable variable = { name, *value }; // *value may be one of them
	if (exec->variables.count == exec->variables.cap)
		grow_variables(exec);
	exec->variables.items[exec->variables.count++] = variable;
}

bool exec_assign(struct exec *exec, struct str name, const struct value *value) {
	for (size_t i = exec->variables.count; i > exec->frame; i--) {
		if (!str_equal(exec->variables.items[i - 1].name, name))
			continue;
		exec->variables.items[i - 1].value = *value;
		return true;
	}
	return exec_fail(exec, "undefined variable: %.*s", STR_ARG(name));
}

bool exec_query(struct template_call *call, struct str expr, struct template_vector *out) {
	struct exec *exec = call->exec;
	const struct template_env *env = call->env;
	if (++exec->queries > LIMIT_TEMPLATE_QUERIES)
		return template_call_fail(call, "more than %d queries in one template", LIMIT_TEMPLATE_QUERIES);
	if (env->query == NULL)
		return template_call_fail(call, "query is not available here");
	if (env->query(env->query_context, expr, out, call->err))
		return true;
	if (call->err->code != ERR_NONE)
		return false;
	exec->status = TEMPLATE_NEED_QUERY;
	exec->needed = arena_dup_str(call->arena, expr);
	return false;
}

void exec_format_callee(struct template_call *call, const struct value *callee, struct buf *out) {
	const struct node *written = call->exec->callee;
	if (written != NULL)
		node_format(out, written);
	else if (value_is_kind(callee, KIND_STRING))
		buf_append_str(out, callee->text);
	else
		buf_format(out, "<%s Value>", callee->type->name);
}

static void print_value(struct exec *exec, const struct node *pipe, const struct value *value) {
	if (pipe->is_escaped) {
		html_escape_value(exec->call.arena, pipe->escapers, value, exec->out);
		return;
	}
	struct value plain = value_dereference(value);
	if (plain.type == NULL)
		buf_append_cstr(exec->out, "<no value>");
	else
		go_print_value(exec->out, &plain);
}

static enum walked walk_action(struct exec *exec, const struct value *dot, const struct node *node) {
	struct value value;
	if (!exec_pipeline(exec, dot, node->pipe, &value))
		return WALK_FAILED;
	if (node->pipe->declared > 0)
		return WALK_ON;
	exec->node = node;
	print_value(exec, node->pipe, &value);
	return check_output(exec) ? WALK_ON : WALK_FAILED;
}

// The first branch whose pipeline is true, or the last else. `else if` chains are a loop.
static enum walked walk_if_or_with(struct exec *exec, const struct value *dot, const struct node *node) {
	size_t mark = exec->variables.count;
	for (;;) {
		struct value value;
		enum walked walked = WALK_ON;
		if (!exec_step(exec) || !exec_pipeline(exec, dot, node->pipe, &value))
			return WALK_FAILED;
		bool truth = value_truth(&value);
		const struct node *chained = node->otherwise.first;
		if (!truth && chained != NULL && chained->next == NULL && (chained->kind == NODE_IF || chained->kind == NODE_WITH)) {
			node = chained;
			continue;
		}
		if (truth)
			walked = walk_list(exec, node->kind == NODE_WITH ? &value : dot, node->body);
		else if (node->has_else)
			walked = walk_list(exec, dot, node->otherwise);
		exec->variables.count = mark;
		return walked;
	}
}

static bool set_range_variables(struct exec *exec, const struct node *pipe, size_t mark, const struct value *key, const struct value *element) {
	if (pipe->is_assign && pipe->declared > 1)
		return exec_assign(exec, pipe->names[0], key) && exec_assign(exec, pipe->names[1], element);
	if (pipe->is_assign)
		return exec_assign(exec, pipe->names[0], element);
	exec->variables.items[mark - 1].value = *element;
	if (pipe->declared > 1)
		exec->variables.items[mark - 2].value = *key;
	return true;
}

static enum walked walk_iteration(struct exec *exec, const struct node *node, size_t mark, const struct value *key, const struct value *element) {
	if (!exec_step(exec) || (node->pipe->declared > 0 && !set_range_variables(exec, node->pipe, mark, key, element)))
		return WALK_FAILED;
	enum walked walked = walk_list(exec, element, node->body);
	exec->variables.count = mark;
	return walked == WALK_CONTINUE ? WALK_ON : walked;
}

static enum walked range_list(struct exec *exec, const struct node *node, size_t mark, const struct value *list) {
	enum walked walked = WALK_ON;
	for (size_t i = 0; i < list->count && walked == WALK_ON; i++) {
		struct value index = value_int((int64_t)i);
		struct value element = list->items[i];
		element.is_boxed = list->type->element == &type_any;
		walked = walk_iteration(exec, node, mark, &index, &element);
	}
	return walked;
}

static enum walked range_map(struct exec *exec, const struct node *node, size_t mark, const struct value *map) {
	enum walked walked = WALK_ON;
	for (size_t i = 0; i < map->pair_count && walked == WALK_ON; i++) {
		struct value key = value_string(map->pairs[i].key);
		struct value element = map->pairs[i].value;
		element.is_boxed = map->type->element == &type_any;
		walked = walk_iteration(exec, node, mark, &key, &element);
	}
	return walked;
}

static enum walked range_int(struct exec *exec, const struct node *node, size_t mark, const struct value *bound) {
	enum walked walked = WALK_ON;
	if (node->pipe->declared > 1) {
		autobuf struct buf shown = { 0 };
		go_print_value(&shown, bound);
		exec_fail(exec, "can't use %s to iterate over more than one variable", buf_cstr(&shown));
		return WALK_FAILED;
	}
	struct value number = { .type = bound->type };
	for (; number.integer < bound->integer && walked == WALK_ON; number.integer++)
		walked = walk_iteration(exec, node, mark, &VALUE_NONE, &number);
	return walked;
}

static enum walked range_over(struct exec *exec, const struct node *node, const struct value *value, bool *is_empty) {
	size_t mark = exec->variables.count;
	*is_empty = value->type == NULL;
	if (*is_empty)
		return WALK_ON;
	if (value->type->kind == KIND_LIST) {
		*is_empty = value->count == 0;
		return range_list(exec, node, mark, value);
	}
	if (value->type->kind == KIND_MAP) {
		*is_empty = value->pair_count == 0;
		return range_map(exec, node, mark, value);
	}
	if (value->type->kind == KIND_INT || value->type->kind == KIND_UINT) {
		*is_empty = value->integer <= 0;
		return range_int(exec, node, mark, value);
	}
	autobuf struct buf shown = { 0 };
	go_print_value(&shown, value);
	exec_fail(exec, "range can't iterate over %s", buf_cstr(&shown));
	return WALK_FAILED;
}

static enum walked walk_range(struct exec *exec, const struct value *dot, const struct node *node) {
	size_t mark = exec->variables.count;
	struct value value;
	bool is_empty;
	if (!exec_pipeline(exec, dot, node->pipe, &value))
		return WALK_FAILED;
	value = value_dereference(&value);
	enum walked walked = range_over(exec, node, &value, &is_empty);
	if (walked == WALK_ON && is_empty && node->has_else)
		walked = walk_list(exec, dot, node->otherwise);
	else if (walked == WALK_BREAK)
		walked = WALK_ON;
	exec->variables.count = mark;
	return walked;
}

// Variables are not inherited: the callee sees its own "$" only.
static bool run_tree(struct exec *exec, const struct template_tree *tree, const struct value *dot) {
	size_t outer_frame = exec->frame;
	struct str outer_name = exec->name;
	exec->frame = exec->variables.count;
	exec->name = tree->name;
	exec_push(exec, STR("$"), dot);
	if (exec->calls == 0 && exec->document_variables != NULL)
		exec->document_variables(exec, dot);
	enum walked walked = walk_list(exec, dot, tree->body);
	exec->variables.count = exec->frame;
	exec->frame = outer_frame;
	if (walked == WALK_FAILED)
		return false;
	exec->name = outer_name;
	return true;
}

static enum walked walk_template(struct exec *exec, const struct value *dot, const struct node *node) {
	const struct template_tree *tree = node->callee != NULL ? node->callee : template_lookup(exec->template, node->value);
	struct value value = VALUE_NONE;
	if (tree == NULL) {
		exec_fail(exec, "template \"%.*s\" not defined", STR_ARG(node->value));
		return WALK_FAILED;
	}
	if (exec->calls == LIMIT_TEMPLATE_DEPTH) {
		exec_fail(exec, "exceeded maximum template depth (%d)", LIMIT_TEMPLATE_DEPTH);
		return WALK_FAILED;
	}
	if (node->pipe != NULL && !exec_pipeline(exec, dot, node->pipe, &value))
		return WALK_FAILED;
	exec->calls++;
	bool ran = run_tree(exec, tree, &value);
	exec->calls--;
	return ran ? WALK_ON : WALK_FAILED;
}

static enum walked walk_node(struct exec *exec, const struct value *dot, const struct node *node) {
	exec->node = node;
	if (!exec_step(exec))
		return WALK_FAILED;
	switch (node->kind) {
	case NODE_TEXT:
		buf_append_str(exec->out, node->text);
		return check_output(exec) ? WALK_ON : WALK_FAILED;
	case NODE_ACTION:
		return walk_action(exec, dot, node);
	case NODE_IF:
	case NODE_WITH:
		return walk_if_or_with(exec, dot, node);
	case NODE_RANGE:
		return walk_range(exec, dot, node);
	case NODE_TEMPLATE:
		return walk_template(exec, dot, node);
	case NODE_BREAK:
		return WALK_BREAK;
	case NODE_CONTINUE:
		return WALK_CONTINUE;
	case NODE_PIPE:
	case NODE_COMMAND:
	case NODE_FIELD:
	case NODE_VARIABLE:
	case NODE_CHAIN:
	case NODE_IDENTIFIER:
	case NODE_DOT:
	case NODE_NIL:
	case NODE_BOOL:
	case NODE_NUMBER:
	case NODE_STRING:
		break;
	}
	unreachable("node in a list");
}

static enum walked walk_list(struct exec *exec, const struct value *dot, struct node_list list) {
	enum walked walked = WALK_ON;
	exec->depth++;
	for (const struct node *node = list.first; node != NULL && walked == WALK_ON; node = node->next)
		walked = walk_node(exec, dot, node);
	exec->depth--;
	return walked;
}

bool exec_nested(struct template_call *call, struct str name, const struct value *dot, struct buf *out) {
	struct exec *exec = call->exec;
	const struct template_tree *tree = template_lookup_escaped(exec->template, name, call->arena, call->err);
	if (tree == NULL)
		return false;
	if (exec->calls == LIMIT_TEMPLATE_DEPTH)
		return template_call_fail(call, "exceeded maximum template depth (%d)", LIMIT_TEMPLATE_DEPTH);
	struct buf *outer = exec->out;
	size_t outer_before = exec->out_before;
	exec->out = out;
	exec->out_before = out->len;
	exec->calls++;
	bool ran = run_tree(exec, tree, dot);
	exec->calls--;
	exec->out = outer;
	exec->out_before = outer_before;
	return ran;
}

enum template_status exec_run(struct exec *exec, const struct template_tree *tree, const struct value *dot) {
	exec->call.exec = exec;
	exec->status = TEMPLATE_OK;
	exec->out_before = exec->out->len;
	exec->arena_before = exec->call.arena->used;
	exec->name = tree->name;
	exec->root = tree;
	run_tree(exec, tree, dot);
	if (exec->status != TEMPLATE_OK)
		buf_truncate(exec->out, exec->out_before);
	return exec->status;
}
