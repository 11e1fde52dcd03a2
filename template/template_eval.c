// SPDX-License-Identifier: Apache-2.0
// Evaluates pipelines, commands, fields and calls. The walking of control nodes is in template_exec.c.
// Source of the rules and of every message: Go's text/template/exec.go.
#include "template/template_exec.h"
#include "template/template_function.h"
#include "template/value_query.h"

enum { ARGS_INLINE = 8 };

// Arguments of a call: nodes yet to be evaluated with `dot`, and the value a pipeline hands over (NULL: none).
struct arguments {
	const struct value *dot;
	struct node *const *nodes;
	uint32_t count;
	const struct value *final;
};

static bool eval_call(struct exec *exec, const struct template_callable *function, const struct value *receiver, const struct node *node, const struct arguments *arguments, struct value *out);
static bool eval_argument(struct exec *exec, const struct value *dot, const struct value_type *type, const struct node *node, struct value *out);

static bool has_arguments(const struct arguments *arguments) {
	return arguments->count > 0 || arguments->final != NULL;
}

static const struct template_callable *method_find(const struct value_type *type, struct str name) {
	for (const struct template_callable *method = type->methods; method != NULL && method->name != NULL; method++)
		if (str_equal_cstr(name, method->name))
			return method;
	return NULL;
}

static bool eval_struct_field(struct exec *exec, struct str name, const struct arguments *arguments, const struct value *receiver, struct value *out) {
	for (size_t i = 0; i < receiver->type->field_count && i < receiver->count; i++) {
		if (!str_equal_cstr(name, receiver->type->fields[i].name))
			continue;
		if (has_arguments(arguments))
			return exec_fail(exec, "%.*s has arguments but cannot be invoked as function", STR_ARG(name));
		*out = receiver->items[i];
		return true;
	}
	return exec_fail(exec, "can't evaluate field %.*s in type %s", STR_ARG(name), receiver->type->name);
}

// .Field or .Method arg…, on `receiver`.
static bool eval_field(struct exec *exec, struct str name, const struct node *node, const struct arguments *arguments, const struct value *receiver, struct value *out) {
	if (receiver->type == NULL) {
		*out = VALUE_NONE;
		return true;
	}
	if (receiver->type->kind == KIND_NIL)
		return exec_fail(exec, "nil pointer evaluating interface {}.%.*s", STR_ARG(name));
	const struct template_callable *method = method_find(receiver->type, name);
	if (method != NULL)
		return eval_call(exec, method, receiver, node, arguments, out);
	if (receiver->type->kind == KIND_STRUCT)
		return eval_struct_field(exec, name, arguments, receiver, out);
	if (receiver->type->kind != KIND_MAP)
		return exec_fail(exec, "can't evaluate field %.*s in type %s", STR_ARG(name), receiver->is_boxed ? type_any.name : receiver->type->name);
	if (has_arguments(arguments))
		return exec_fail(exec, "%.*s is not a method but has arguments", STR_ARG(name));
	const struct value *found = map_find(receiver, name);
	*out = found != NULL ? *found : value_zero(receiver->type->element);
	out->is_boxed = receiver->type->element == &type_any;
	return true;
}

// .A.B.C from the name at `from`; the last one gets the arguments.
static bool eval_chain(struct exec *exec, const struct value *receiver, const struct node *node, uint32_t from, const struct arguments *arguments, struct value *out) {
	const struct arguments none = { .dot = arguments->dot };
	struct value value = *receiver;
	for (uint32_t i = from; i < node->count; i++) {
		struct value next;
		if (!eval_field(exec, node->names[i], node, i + 1 == node->count ? arguments : &none, &value, &next))
			return false;
		value = next;
	}
	*out = value;
	return true;
}

static const struct value *variable_find(struct exec *exec, struct str name) {
	for (size_t i = exec->variables.count; i > exec->frame; i--)
		if (str_equal(exec->variables.items[i - 1].name, name))
			return &exec->variables.items[i - 1].value;
	return NULL;
}

static bool refuse_arguments(struct exec *exec, const struct node *word, const struct arguments *arguments) {
	if (!has_arguments(arguments))
		return true;
	autobuf struct buf shown = { 0 };
	node_format(&shown, word);
	return exec_fail(exec, "can't give argument to non-function %s", buf_cstr(&shown));
}

static bool eval_variable(struct exec *exec, const struct node *node, const struct arguments *arguments, struct value *out) {
	exec->node = node;
	const struct value *found = variable_find(exec, node->names[0]);
	if (found == NULL)
		return exec_fail(exec, "undefined variable: %.*s", STR_ARG(node->names[0]));
	if (node->count > 1) {
		struct value value = *found;
		return eval_chain(exec, &value, node, 1, arguments, out);
	}
	*out = *found;
	return refuse_arguments(exec, node, arguments);
}

static bool eval_parenthesis_chain(struct exec *exec, const struct node *node, const struct arguments *arguments, struct value *out) {
	struct value value;
	exec->node = node;
	return eval_argument(exec, arguments->dot, &type_reflect, node->inner, &value) && eval_chain(exec, &value, node, 0, arguments, out);
}

static bool has_float_look(struct str text) {
	bool is_hex = text.len > 2 && text.data[0] == '0' && (text.data[1] | 0x20) == 'x';
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (c == 'p' || c == 'P' || (!is_hex && (c == '.' || c == 'e' || c == 'E')))
			return text.data[0] != '\'';
	}
	return false;
}

// The type of a number that nobody asked a type of is told by how it is written.
static bool eval_number(struct exec *exec, const struct node *node, struct value *out) {
	const struct node_number *number = node->number;
	exec->node = node;
	if (number->is_complex)
		*out = (struct value){ .type = &type_complex128, .complex_parts = { number->real, number->imaginary } };
	else if (number->is_float && has_float_look(node->text))
		*out = value_float(number->real);
	else if (number->is_int)
		*out = value_int(number->integer);
	else if (number->is_uint)
		return exec_fail(exec, "%.*s overflows int", STR_ARG(node->text));
	else
		*out = VALUE_NONE;
	return true;
}

static bool eval_word(struct exec *exec, const struct node *word, const struct arguments *arguments, struct value *out) {
	exec->node = word;
	if (!refuse_arguments(exec, word, arguments))
		return false;
	if (word->kind == NODE_NUMBER)
		return eval_number(exec, word, out);
	if (word->kind == NODE_NIL)
		return exec_fail(exec, "nil is not a command");
	if (word->kind == NODE_DOT)
		*out = *arguments->dot;
	else if (word->kind == NODE_BOOL)
		*out = value_bool(word->is_true);
	else
		*out = value_string(word->value);
	return true;
}

static bool eval_command(struct exec *exec, const struct value *dot, const struct node *command, const struct value *final, struct value *out) {
	const struct node *word = command->items[0];
	const struct arguments arguments = { dot, command->items + 1, command->count - 1, final };
	if (!exec_step(exec))
		return false;
	if (word->kind == NODE_FIELD) {
		exec->node = word;
		return eval_chain(exec, dot, word, 0, &arguments, out);
	}
	if (word->kind == NODE_CHAIN)
		return eval_parenthesis_chain(exec, word, &arguments, out);
	if (word->kind == NODE_VARIABLE)
		return eval_variable(exec, word, &arguments, out);
	if (word->kind == NODE_IDENTIFIER) {
		exec->node = word;
		return eval_call(exec, word->function, NULL, command, &arguments, out);
	}
	if (word->kind == NODE_PIPE)
		return refuse_arguments(exec, word, &arguments) && exec_pipeline(exec, dot, word, out);
	return eval_word(exec, word, &arguments, out);
}

static bool declare(struct exec *exec, const struct node *pipe, const struct value *value) {
	for (uint32_t i = 0; i < pipe->declared; i++) {
		if (!pipe->is_assign)
			exec_push(exec, pipe->names[i], value);
		else if (!exec_assign(exec, pipe->names[i], value))
			return false;
	}
	return true;
}

bool exec_pipeline(struct exec *exec, const struct value *dot, const struct node *pipe, struct value *out) {
	struct value value = VALUE_NONE;
	exec->node = pipe;
	exec->depth++;
	for (uint32_t i = 0; i < pipe->count; i++) {
		struct value next;
		if (!eval_command(exec, dot, pipe->items[i], i == 0 ? NULL : &value, &next))
			return false;
		value = value_unboxed(&next);
	}
	exec->depth--;
	*out = value;
	return declare(exec, pipe, out);
}

// Makes *value fit the parameter type, or says why it does not.
static bool validate(struct exec *exec, struct value *value, const struct value_type *type) {
	if (type == &type_reflect)
		return true;
	if (value->type == NULL) {
		if (!type_can_be_nil(type))
			return exec_fail(exec, "invalid value; expected %s", type->name);
		*value = value_zero(type);
		return true;
	}
	if (type_is_assignable(value->type, type))
		return true;
	if (value->type->is_pointer && type_is_assignable(value->type->element, type)) {
		*value = value_dereference(value);
		return true;
	}
	return exec_fail(exec, "wrong type for value; expected %s; got %s", type->name, value->type->name);
}

static bool refuse_literal(struct exec *exec, const struct node *node, const char *wanted) {
	autobuf struct buf shown = { 0 };
	node_format(&shown, node);
	return exec_fail(exec, "expected %s; found %s", wanted, buf_cstr(&shown));
}

// A constant given where a certain type is wanted takes that type.
static bool eval_literal(struct exec *exec, const struct value_type *type, const struct node *node, struct value *out) {
	const struct node_number *number = node->kind == NODE_NUMBER ? node->number : NULL;
	out->type = type;
	exec->node = node;
	switch (type->kind) {
	case KIND_BOOL:
		out->boolean = node->is_true;
		return node->kind == NODE_BOOL || refuse_literal(exec, node, "bool");
	case KIND_INT:
		out->integer = number != NULL ? number->integer : 0;
		return (number != NULL && number->is_int) || refuse_literal(exec, node, "integer");
	case KIND_UINT:
		out->natural = number != NULL ? number->natural : 0;
		return (number != NULL && number->is_uint) || refuse_literal(exec, node, "unsigned integer");
	case KIND_FLOAT:
		out->number = number != NULL ? number->real : 0;
		return (number != NULL && number->is_float) || refuse_literal(exec, node, "float");
	case KIND_STRING:
		out->text = node->value;
		return node->kind == NODE_STRING || refuse_literal(exec, node, "string");
	case KIND_NIL:
	case KIND_COMPLEX:
	case KIND_LIST:
	case KIND_MAP:
	case KIND_STRUCT:
	case KIND_TIME:
		break;
	}
	autobuf struct buf shown = { 0 };
	node_format(&shown, node);
	return exec_fail(exec, "can't handle %s for arg of type %s", buf_cstr(&shown), type->name);
}

static bool eval_nil(struct exec *exec, const struct value_type *type, struct value *out) {
	if (!type_can_be_nil(type))
		return exec_fail(exec, "cannot assign nil to %s", type->name);
	*out = type == &type_reflect ? VALUE_NONE : value_zero(type);
	return true;
}

static bool eval_argument(struct exec *exec, const struct value *dot, const struct value_type *type, const struct node *node, struct value *out) {
	const struct arguments none = { .dot = dot };
	bool good;
	exec->node = node;
	if (node->kind == NODE_DOT) {
		*out = *dot;
		good = true;
	} else if (node->kind == NODE_NIL) {
		return eval_nil(exec, type, out);
	} else if (node->kind == NODE_FIELD) {
		good = eval_chain(exec, dot, node, 0, &none, out);
	} else if (node->kind == NODE_VARIABLE) {
		good = eval_variable(exec, node, &none, out);
	} else if (node->kind == NODE_PIPE) {
		good = exec_pipeline(exec, dot, node, out);
	} else if (node->kind == NODE_IDENTIFIER) {
		good = eval_call(exec, node->function, NULL, node, &none, out);
	} else if (node->kind == NODE_CHAIN) {
		good = eval_parenthesis_chain(exec, node, &none, out);
	} else if (type == &type_any || type == &type_reflect) {
		return eval_word(exec, node, &none, out);
	} else {
		return eval_literal(exec, type, node, out);
	}
	return good && validate(exec, out, type);
}

static uint32_t parameter_count(const struct template_callable *function) {
	uint32_t count = 0;
	while (count < TEMPLATE_PARAMS_MAX && function->params[count] != NULL)
		count++;
	return count;
}

static bool check_count(struct exec *exec, const struct template_callable *function, const struct arguments *arguments) {
	uint32_t wanted = parameter_count(function);
	uint32_t given = arguments->count + (arguments->final != NULL);
	if (function->is_variadic && given < wanted - 1)
		return exec_fail(exec, "wrong number of args for %s: want at least %u got %u", function->name, wanted - 1, arguments->count);
	if (!function->is_variadic && given != wanted)
		return exec_fail(exec, "wrong number of args for %s: want %u got %u", function->name, wanted, given);
	return true;
}

// and, or: evaluate until one decides.
static bool eval_and_or(struct exec *exec, bool wanted, const struct arguments *arguments, struct value *out) {
	*out = VALUE_NONE;
	for (uint32_t i = 0; i < arguments->count; i++) {
		if (!eval_argument(exec, arguments->dot, &type_reflect, arguments->nodes[i], out))
			return false;
		if (value_truth(out) == wanted)
			return true;
	}
	if (arguments->final != NULL)
		*out = *arguments->final;
	return true;
}

static bool run_function(struct exec *exec, const struct template_callable *function, const struct node *node, const struct value *args, size_t count, struct value *out) {
	exec->call.err->code = ERR_NONE;
	exec->call.err->text[0] = '\0';
	if (function->call(&exec->call, args, count, out))
		return true;
	if (exec->status == TEMPLATE_NEED_QUERY)
		return false;
	char why[ERROR_TEXT_MAX];
	memcpy(why, exec->call.err->text, sizeof why);
	exec->node = node;
	if (exec->status == TEMPLATE_FAILED) // a template run inside already said where
		return false;
	return exec_fail(exec, "error calling %s: %s", function->name, why);
}

static bool eval_call(struct exec *exec, const struct template_callable *function, const struct value *receiver, const struct node *node, const struct arguments *arguments, struct value *out) {
	if (!check_count(exec, function, arguments))
		return false;
	if (function->flags & (CALL_AND | CALL_OR))
		return eval_and_or(exec, (function->flags & CALL_OR) != 0, arguments, out);
	uint32_t wanted = parameter_count(function);
	size_t count = 0, total = arguments->count + 2u;
	struct value inlined[ARGS_INLINE];
	struct value *args = total <= ARGS_INLINE ? inlined : ARENA_NEW_ARRAY(exec->call.arena, struct value, total);
	if (receiver != NULL)
		args[count++] = *receiver;
	for (uint32_t i = 0; i < arguments->count; i++) {
		const struct value_type *type = function->params[i < wanted ? i : wanted - 1];
		if (!eval_argument(exec, arguments->dot, type, arguments->nodes[i], &args[count++]))
			return false;
	}
	if (arguments->final != NULL) {
		uint32_t i = arguments->count;
		args[count] = *arguments->final;
		if (!validate(exec, &args[count++], function->params[i < wanted ? i : wanted - 1]))
			return false;
	}
	exec->callee = arguments->count > 0 ? arguments->nodes[0] : NULL;
	return run_function(exec, function, node, args, count, out);
}
