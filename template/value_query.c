// SPDX-License-Identifier: Apache-2.0
// Types, truth and items of values. See value_query.h.
#include "template/value_query.h"

#include "base/buf.h"
#include "template/go_format.h"
#include "template/template_function.h"

#include <assert.h>

const struct value_type type_reflect = { .name = "reflect.Value", .kind = KIND_STRUCT };

bool value_is_kind(const struct value *value, enum value_kind kind) {
	return value->type != NULL && value->type->kind == kind;
}

bool value_is_nil(const struct value *value) {
	return value->type == NULL || value->type->kind == KIND_NIL;
}

bool value_truth(const struct value *value) {
	if (value->type == NULL)
		return false;
	if (value->type->is_pointer)
		return true;
	switch (value->type->kind) {
	case KIND_NIL:
		return false;
	case KIND_BOOL:
		return value->boolean;
	case KIND_INT:
		return value->integer != 0;
	case KIND_UINT:
		return value->natural != 0;
	case KIND_FLOAT:
		return value->number != 0;
	case KIND_COMPLEX:
		return value->complex_parts[0] != 0 || value->complex_parts[1] != 0;
	case KIND_STRING:
		return value->text.len > 0;
	case KIND_LIST:
		return value->count > 0;
	case KIND_MAP:
		return value->pair_count > 0;
	case KIND_STRUCT:
	case KIND_TIME:
		return true;
	}
	unreachable("value kind");
}

const struct value *map_find(const struct value *map, struct str key) {
	size_t low = 0, high = map->pair_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_compare(map->pairs[middle].key, key);
		if (order == 0)
			return &map->pairs[middle].value;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

struct value value_zero(const struct value_type *type) {
	if (type == &type_any)
		return value_nil();
	return (struct value){ .type = type };
}

static const struct value_type *underlying_of(const struct value_type *type) {
	return type->underlying == NULL ? type : type->underlying;
}

bool type_is_assignable(const struct value_type *from, const struct value_type *to) {
	if (from == to || to == &type_any || to == &type_reflect)
		return true;
	return underlying_of(from) == underlying_of(to) && (!from->is_defined || !to->is_defined) && !from->is_pointer && !to->is_pointer;
}

bool type_can_be_nil(const struct value_type *type) {
	return type == &type_any || type == &type_reflect || type->is_pointer || type->kind == KIND_LIST || type->kind == KIND_MAP;
}

const char *value_type_name(const struct value *value) {
	return value->type == NULL ? "<nil>" : value->type->name;
}

struct value value_unboxed(const struct value *value) {
	struct value content = *value;
	content.is_boxed = false;
	return value_is_kind(value, KIND_NIL) ? VALUE_NONE : content;
}

struct value value_dereference(const struct value *value) {
	struct value plain = *value;
	if (plain.type != NULL && plain.type->is_pointer)
		plain.type = plain.type->element;
	return plain;
}

struct str value_text(struct arena *arena, const struct value *value) {
	if (value_is_kind(value, KIND_STRING))
		return value->text;
	autobuf struct buf text = { 0 };
	go_print_value(&text, value);
	return arena_dup_str(arena, buf_str(&text));
}
