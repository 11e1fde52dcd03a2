// SPDX-License-Identifier: Apache-2.0
// The functions every template has: comparison, index, slice, len, print. Source: Go's text/template/funcs.go.
#include "base/buf.h"
#include "base/query_escape.h"
#include "model/limits.h"
#include "template/go_format.h"
#include "template/template_exec.h"
#include "template/text_escape.h"
#include "template/template_function.h"
#include "template/value_query.h"

#include <stdlib.h>

static bool give_buf(struct template_call *call, const struct buf *text, struct value *out) {
	*out = value_string(arena_dup_str(call->arena, buf_str(text)));
	return true;
}

static bool call_print(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	go_print(&text, args, count);
	return give_buf(call, &text, out);
}

static bool call_println(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	go_println(&text, args, count);
	return give_buf(call, &text, out);
}

static bool call_printf(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	go_printf(&text, args[0].text, args + 1, count - 1, LIMIT_TEMPLATE_OUTPUT_BYTES);
	return give_buf(call, &text, out);
}

// The arguments as fmt.Sprint prints them, no value and pointers as an action does.
static struct str printed(struct template_call *call, const struct value *args, size_t count) {
	autobuf struct buf text = { 0 };
	if (count == 1 && args[0].type == &type_string)
		return args[0].text;
	struct value *plain = ARENA_NEW_ARRAY(call->arena, struct value, count);
	for (size_t i = 0; i < count; i++)
		plain[i] = value_is_nil(&args[i]) ? value_string(STR("<no value>")) : value_dereference(&args[i]);
	go_print(&text, plain, count);
	return arena_dup_str(call->arena, buf_str(&text));
}

static bool call_html(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	escape_html(&text, printed(call, args, count));
	return give_buf(call, &text, out);
}

static bool call_js(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	escape_js(&text, printed(call, args, count));
	return give_buf(call, &text, out);
}

static bool call_urlquery(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	url_query_escape(&text, printed(call, args, count));
	return give_buf(call, &text, out);
}

static bool call_len(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	const struct value item = value_dereference(&args[0]);
	(void)count;
	if (value_is_kind(&item, KIND_STRING))
		*out = value_int((int64_t)item.text.len);
	else if (value_is_kind(&item, KIND_LIST))
		*out = value_int((int64_t)item.count);
	else if (value_is_kind(&item, KIND_MAP))
		*out = value_int((int64_t)item.pair_count);
	else if (value_is_kind(&item, KIND_NIL))
		return template_call_fail(call, "len of nil pointer");
	else if (item.type == NULL)
		return template_call_fail(call, "reflect: call of reflect.Value.Type on zero Value");
	else
		return template_call_fail(call, "len of type %s", item.type->name);
	return true;
}

static bool call_not(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)call, (void)count;
	*out = value_bool(!value_truth(&args[0]));
	return true;
}

// A value of `length` items at most as an index.
static bool index_of(struct template_call *call, const struct value *index, size_t length, size_t *out) {
	if (value_is_nil(index))
		return template_call_fail(call, "cannot index slice/array with nil");
	if (index->type->kind != KIND_INT && index->type->kind != KIND_UINT)
		return template_call_fail(call, "cannot index slice/array with type %s", index->type->name);
	if (index->integer < 0 || (uint64_t)index->integer > length)
		return template_call_fail(call, "index out of range: %lld", (long long)index->integer);
	*out = (size_t)index->integer;
	return true;
}

static bool index_map(struct template_call *call, const struct value *map, const struct value *key, struct value *out) {
	if (value_is_nil(key))
		return template_call_fail(call, "value is nil; should be of type string");
	if (key->type != &type_string)
		return template_call_fail(call, "value has type %s; should be string", key->type->name);
	const struct value *found = map_find(map, key->text);
	*out = found != NULL ? *found : value_zero(map->type->element);
	return true;
}

static bool index_once(struct template_call *call, const struct value *from, const struct value *index, struct value *out) {
	const struct value plain = value_dereference(from), *item = &plain;
	size_t at = 0, length = value_is_kind(item, KIND_LIST) ? item->count : item->text.len;
	if (value_is_kind(item, KIND_MAP))
		return index_map(call, item, index, out);
	if (value_is_kind(item, KIND_NIL) || item->type == NULL)
		return template_call_fail(call, "index of nil pointer");
	if (item->type->kind != KIND_LIST && item->type->kind != KIND_STRING)
		return template_call_fail(call, "can't index item of type %s", item->type->name);
	if (!index_of(call, index, length, &at))
		return false;
	if (at == length)
		return template_call_fail(call, "reflect: %s index out of range", item->type->kind == KIND_LIST ? "slice" : "string");
	if (item->type->kind == KIND_LIST)
		*out = item->items[at];
	else
		*out = (struct value){ .type = &type_uint8, .natural = (unsigned char)item->text.data[at] };
	return true;
}

static bool call_index(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	struct value item = args[0];
	if (value_is_nil(&item))
		return template_call_fail(call, "index of untyped nil");
	for (size_t i = 1; i < count; i++) {
		struct value next;
		if (!index_once(call, &item, &args[i], &next))
			return false;
		item = next;
	}
	*out = item;
	return true;
}

static bool call_slice(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	const struct value plain = value_dereference(&args[0]), *item = &plain;
	if (value_is_nil(item))
		return template_call_fail(call, "slice of untyped nil");
	if (count > 4)
		return template_call_fail(call, "too many slice indexes: %zu", count - 1);
	bool is_text = item->type->kind == KIND_STRING;
	if (is_text && count == 4)
		return template_call_fail(call, "cannot 3-index slice a string");
	if (!is_text && item->type->kind != KIND_LIST)
		return template_call_fail(call, "can't slice item of type %s", item->type->name);
	size_t length = is_text ? item->text.len : item->count;
	size_t bounds[3] = { 0, length, length };
	for (size_t i = 1; i < count; i++)
		if (!index_of(call, &args[i], length, &bounds[i - 1]))
			return false;
	for (size_t i = 0; i < (count == 4 ? 2u : 1u); i++)
		if (bounds[i] > bounds[i + 1])
			return template_call_fail(call, "invalid slice index: %zu > %zu", bounds[i], bounds[i + 1]);
	*out = *item;
	if (is_text)
		out->text = str_make(item->text.data + bounds[0], bounds[1] - bounds[0]);
	else
		*out = value_list(item->type, item->items + bounds[0], bounds[1] - bounds[0]);
	return true;
}

// ---- comparison ----

enum basic { BASIC_NONE,
	BASIC_BOOL,
	BASIC_COMPLEX,
	BASIC_INT,
	BASIC_FLOAT,
	BASIC_STRING,
	BASIC_UINT };

static enum basic basic_of(const struct value *value) {
	if (value->type == NULL || value->type->is_pointer)
		return BASIC_NONE;
	switch (value->type->kind) {
	case KIND_BOOL: return BASIC_BOOL;
	case KIND_INT: return BASIC_INT;
	case KIND_UINT: return BASIC_UINT;
	case KIND_FLOAT: return BASIC_FLOAT;
	case KIND_COMPLEX: return BASIC_COMPLEX;
	case KIND_STRING: return BASIC_STRING;
	case KIND_NIL:
	case KIND_LIST:
	case KIND_MAP:
	case KIND_STRUCT:
	case KIND_TIME: return BASIC_NONE;
	}
	unreachable("value kind");
}

static bool fail_types(struct template_call *call, const struct value *a, const struct value *b) {
	return template_call_fail(call, "incompatible types for comparison: %s and %s", a->type->name, b->type->name);
}

// Go prints the values, too: "non-comparable types %s: %v, %s: %v".
static bool fail_kinds(struct template_call *call, const struct value *a, const struct value *b) {
	autobuf struct buf text = { 0 };
	const struct value args[] = { *a, value_string(str_of(a->type->name)), value_string(str_of(b->type->name)), *b };
	go_printf(&text, STR("non-comparable types %s: %v, %s: %v"), args, 4, ERROR_TEXT_MAX);
	return template_call_fail(call, "%s", buf_cstr(&text));
}

static bool fail_comparable(struct template_call *call, const struct value *value) {
	autobuf struct buf text = { 0 };
	const struct value args[] = { *value, value_string(str_of(value->type->name)) };
	go_printf(&text, STR("non-comparable type %s: %v"), args, 2, ERROR_TEXT_MAX);
	return template_call_fail(call, "%s", buf_cstr(&text));
}

// -1, 0, 1; 2 when not comparable (NaN).
static int order_numbers(double a, double b) {
	return a < b ? -1 : a > b ? 1
	    : a == b              ? 0
	                          : 2;
}

// Integers of either sign.
static int order_integers(const struct value *a, const struct value *b) {
	bool a_negative = a->type->kind == KIND_INT && a->integer < 0;
	bool b_negative = b->type->kind == KIND_INT && b->integer < 0;
	if (a_negative != b_negative)
		return a_negative ? -1 : 1;
	return a->natural < b->natural ? -1 : a->natural > b->natural;
}

static bool is_integer(enum basic basic) {
	return basic == BASIC_INT || basic == BASIC_UINT;
}

static bool is_nil_kind(const struct value *value) {
	if (value_is_nil(value))
		return true;
	return (value->type->kind == KIND_LIST && value->items == NULL) || (value->type->kind == KIND_MAP && value->pairs == NULL);
}

static bool equal_things(struct template_call *call, const struct value *a, const struct value *b, bool *out) {
	if (!value_is_nil(a) && !value_is_nil(b) && a->type->kind != b->type->kind)
		return fail_kinds(call, a, b);
	if (is_nil_kind(a) || is_nil_kind(b)) {
		*out = is_nil_kind(a) == is_nil_kind(b);
		return true;
	}
	if (a->type->kind == KIND_LIST || a->type->kind == KIND_MAP)
		return fail_comparable(call, b);
	if (a->type->is_pointer && a->type->kind == KIND_STRUCT) {
		*out = a->type == b->type && a->items == b->items;
		return true;
	}
	*out = a->type == b->type && a->type->kind == KIND_TIME && a->time.seconds == b->time.seconds && a->time.nanoseconds == b->time.nanoseconds && a->time.zone == b->time.zone;
	return true;
}

static bool equal_one(struct template_call *call, const struct value *a, const struct value *b, bool *out) {
	enum basic left = basic_of(a), right = basic_of(b);
	*out = false;
	if (is_integer(left) && is_integer(right)) {
		*out = order_integers(a, b) == 0;
		return true;
	}
	if (left != right)
		return value_is_nil(a) || value_is_nil(b) || fail_types(call, a, b);
	if (left == BASIC_BOOL)
		*out = a->boolean == b->boolean;
	else if (left == BASIC_FLOAT)
		*out = a->number == b->number;
	else if (left == BASIC_COMPLEX)
		*out = a->complex_parts[0] == b->complex_parts[0] && a->complex_parts[1] == b->complex_parts[1];
	else if (left == BASIC_STRING)
		*out = str_equal(a->text, b->text);
	else
		return equal_things(call, a, b, out);
	return true;
}

static bool call_eq(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	bool equal = false;
	if (count < 2)
		return template_call_fail(call, "missing argument for comparison");
	for (size_t i = 1; i < count && !equal; i++)
		if (!equal_one(call, &args[0], &args[i], &equal))
			return false;
	*out = value_bool(equal);
	return true;
}

static bool call_ne(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	bool good = call_eq(call, args, count, out);
	out->boolean = good && !out->boolean;
	return good;
}

// *order as order_numbers() gives it.
static bool compare(struct template_call *call, const struct value *args, int *order) {
	enum basic left = basic_of(&args[0]), right = basic_of(&args[1]);
	if (left == BASIC_NONE || right == BASIC_NONE)
		return template_call_fail(call, "invalid type for comparison");
	if (is_integer(left) && is_integer(right))
		*order = order_integers(&args[0], &args[1]);
	else if (left != right)
		return fail_types(call, &args[0], &args[1]);
	else if (left == BASIC_FLOAT)
		*order = order_numbers(args[0].number, args[1].number);
	else if (left == BASIC_STRING)
		*order = order_numbers(str_compare(args[0].text, args[1].text), 0);
	else
		return template_call_fail(call, "invalid type for comparison");
	return true;
}

static bool call_lt(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	int order = 0;
	(void)count;
	bool good = compare(call, args, &order);
	*out = value_bool(order == -1);
	return good;
}

static bool call_le(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	int order = 0;
	(void)count;
	bool good = compare(call, args, &order);
	*out = value_bool(order == -1 || order == 0);
	return good;
}

// Go: > is what is not <=, so NaN is greater than everything.
static bool call_gt(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	bool good = call_le(call, args, count, out);
	out->boolean = !out->boolean;
	return good;
}

static bool call_ge(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	bool good = call_lt(call, args, count, out);
	out->boolean = !out->boolean;
	return good;
}

// No value of ours is a function.
static bool call_call(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf callee = { 0 };
	(void)count, (void)out;
	if (value_is_nil(&args[0]))
		return template_call_fail(call, "call of nil");
	exec_format_callee(call, &args[0], &callee);
	return template_call_fail(call, "non-function %s of type %s", buf_cstr(&callee), args[0].type->name);
}

// What HTML mode makes of the arguments of html and urlquery, when it moves their work to where it belongs. Pointers are followed.
static bool call_eval_args(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	struct value *plain = ARENA_NEW_ARRAY(call->arena, struct value, count);
	for (size_t i = 0; i < count; i++)
		plain[i] = value_dereference(&args[i]);
	go_print(&text, plain, count);
	return give_buf(call, &text, out);
}

const struct template_callable callable_eval_args = { "_eval_args_", call_eval_args, true, 0, { &type_any } };

const struct template_callable functions_builtin[] = {
	{ "and", NULL, true, CALL_AND, { &type_reflect, &type_reflect } },
	{ "or", NULL, true, CALL_OR, { &type_reflect, &type_reflect } },
	{ "not", call_not, false, 0, { &type_reflect } },
	{ "eq", call_eq, true, 0, { &type_reflect, &type_reflect } },
	{ "ne", call_ne, false, 0, { &type_reflect, &type_reflect } },
	{ "lt", call_lt, false, 0, { &type_reflect, &type_reflect } },
	{ "le", call_le, false, 0, { &type_reflect, &type_reflect } },
	{ "gt", call_gt, false, 0, { &type_reflect, &type_reflect } },
	{ "ge", call_ge, false, 0, { &type_reflect, &type_reflect } },
	{ "len", call_len, false, 0, { &type_reflect } },
	{ "index", call_index, true, 0, { &type_reflect, &type_reflect } },
	{ "slice", call_slice, true, 0, { &type_reflect, &type_reflect } },
	{ "print", call_print, true, 0, { &type_any } },
	{ "printf", call_printf, true, 0, { &type_string, &type_any } },
	{ "println", call_println, true, 0, { &type_any } },
	{ "html", call_html, true, CALL_HTML_ESCAPER, { &type_any } },
	{ "js", call_js, true, 0, { &type_any } },
	{ "urlquery", call_urlquery, true, CALL_URL_ESCAPER, { &type_any } },
	{ "call", call_call, true, 0, { &type_reflect, &type_reflect } },
	{ 0 },
};
