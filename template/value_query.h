// SPDX-License-Identifier: Apache-2.0
// Questions about values: types, truth, the items they hold. Private to the folder. Source: Go's reflect and text/template.
#pragma once
#include "template/value.h"

extern const struct value_type type_uint8;

static inline bool value_exists(const struct value *value) {
	return value->type != NULL;
}

bool value_is_kind(const struct value *value, enum value_kind kind); // false for no value
// "interface {}" and no value are both nil.
bool value_is_nil(const struct value *value);
bool value_truth(const struct value *value);                           // Go: false, 0, nil and what is empty are false
const struct value *map_find(const struct value *map, struct str key); // NULL: no such key
// The zero value of a type: 0, "", an empty map, a nil interface.
struct value value_zero(const struct value_type *type);
// May a value of type `from` be given where `to` is wanted? Go: assignability.
bool type_is_assignable(const struct value_type *from, const struct value_type *to);
bool type_can_be_nil(const struct value_type *type);
const char *value_type_name(const struct value *value); // "<nil>" for no value
// What came out of an empty interface, as itself: no longer boxed, and no value where nothing was in it.
struct value value_unboxed(const struct value *value);
// A *T where T is wanted: the value as a T.
struct value value_dereference(const struct value *value);
// The text Go's fmt.Sprint gives, in the arena.
struct str value_text(struct arena *arena, const struct value *value);
// Appends Go's words for what value_to_json() cannot write (complex numbers, NaN, infinities, what is nested too deep), and says whether
// there is any. For values that a template made; others are as deep as their makers.
bool value_json_problem(struct buf *out, const struct value *value);
