// SPDX-License-Identifier: Apache-2.0
// Go's basic types and the makers of their values. See value.h.
#include "template/value.h"

#include "base/mem.h"
#include "template/go_time.h"
#include "template/value_methods.h"

#include <stdlib.h>

const struct value_type type_any = { .name = "interface {}", .kind = KIND_NIL };
const struct value_type type_nil = { .name = "interface {}", .kind = KIND_NIL };
const struct value_type type_bool = { .name = "bool", .kind = KIND_BOOL, .is_defined = true };
const struct value_type type_int = { .name = "int", .kind = KIND_INT, .is_defined = true };
const struct value_type type_int64 = { .name = "int64", .kind = KIND_INT, .is_defined = true };
const struct value_type type_uint = { .name = "uint", .kind = KIND_UINT, .is_defined = true };
const struct value_type type_uint8 = { .name = "uint8", .kind = KIND_UINT, .is_defined = true };
const struct value_type type_float64 = { .name = "float64", .kind = KIND_FLOAT, .is_defined = true };
const struct value_type type_complex128 = { .name = "complex128", .kind = KIND_COMPLEX, .is_defined = true };
const struct value_type type_string = { .name = "string", .kind = KIND_STRING, .is_defined = true };
const struct value_type type_safe_html = { .name = "template.HTML", .kind = KIND_STRING, .is_defined = true, .underlying = &type_string };
const struct value_type type_safe_url = { .name = "template.URL", .kind = KIND_STRING, .is_defined = true, .underlying = &type_string };

const struct value_type type_list_any = { .name = "[]interface {}", .kind = KIND_LIST, .element = &type_any };
const struct value_type type_list_string = { .name = "[]string", .kind = KIND_LIST, .element = &type_string };
const struct value_type type_strings = { .name = "template.Strings", .kind = KIND_LIST, .is_defined = true, .underlying = &type_list_string, .element = &type_string, .methods = methods_strings };
const struct value_type type_map_any = { .name = "map[string]interface {}", .kind = KIND_MAP, .element = &type_any };
const struct value_type type_map_string = { .name = "map[string]string", .kind = KIND_MAP, .element = &type_string };
const struct value_type type_kv = { .name = "template.KV", .kind = KIND_MAP, .is_defined = true, .underlying = &type_map_string, .element = &type_string, .methods = methods_kv, .format = value_format_kv };

const struct value_type type_duration = { .name = "time.Duration", .kind = KIND_INT, .is_defined = true, .underlying = &type_int64, .methods = methods_duration, .format = value_format_duration };
const struct value_type type_duration_pointer = { .name = "*time.Duration", .kind = KIND_INT, .is_pointer = true, .element = &type_duration, .methods = methods_duration, .format = value_format_duration };
const struct value_type type_time = { .name = "time.Time", .kind = KIND_TIME, .is_defined = true, .methods = methods_time, .format = value_format_time };
const struct value_type type_time_pointer = { .name = "*time.Time", .kind = KIND_TIME, .is_pointer = true, .element = &type_time, .methods = methods_time, .format = value_format_time };
const struct value_type type_month = { .name = "time.Month", .kind = KIND_INT, .is_defined = true, .underlying = &type_int, .methods = methods_named_int, .format = value_format_month };
const struct value_type type_weekday = { .name = "time.Weekday", .kind = KIND_INT, .is_defined = true, .underlying = &type_int, .methods = methods_named_int, .format = value_format_weekday };

struct value value_nil(void) {
	return (struct value){ .type = &type_nil };
}

struct value value_bool(bool truth) {
	return (struct value){ .type = &type_bool, .boolean = truth };
}

struct value value_int(int64_t number) {
	return (struct value){ .type = &type_int, .integer = number };
}

struct value value_float(double number) {
	return (struct value){ .type = &type_float64, .number = number };
}

struct value value_string(struct str text) {
	return (struct value){ .type = &type_string, .text = text };
}

struct value value_duration(int64_t nanoseconds) {
	return (struct value){ .type = &type_duration, .integer = nanoseconds };
}

struct value value_time(wall_ms at) {
	int64_t seconds = at / 1000 - (at % 1000 < 0);
	return (struct value){ .type = &type_time, .time = { .seconds = seconds, .nanoseconds = (int32_t)(at - seconds * 1000) * 1000000 } };
}

struct value value_time_zero(void) {
	return (struct value){ .type = &type_time, .time = { .seconds = VALUE_TIME_ZERO } };
}

struct value value_list(const struct value_type *type, const struct value *items, size_t count) {
	return (struct value){ .type = type, .items = items, .count = count };
}

struct value value_struct(const struct value_type *type, const struct value *fields) {
	return value_list(type, fields, type->field_count);
}

struct ordered_pair {
	struct value_pair pair;
	size_t order;
};

static int compare_pairs(const void *a, const void *b) {
	const struct ordered_pair *left = a, *right = b;
	int order = str_compare(left->pair.key, right->pair.key);
	return order != 0 ? order : left->order < right->order ? -1
	                                                       : 1;
}

static bool are_sorted(const struct value_pair *pairs, size_t count) {
	for (size_t i = 1; i < count; i++)
		if (str_compare(pairs[i - 1].key, pairs[i].key) >= 0)
			return false;
	return true;
}

// Sorts by key; of equal keys the last one stays. Returns how many are left.
static size_t sort_pairs(struct value_pair *pairs, size_t count) {
	struct ordered_pair *ordered = mem_realloc_array(NULL, count, sizeof *ordered);
	size_t kept = 0;
	for (size_t i = 0; i < count; i++)
		ordered[i] = (struct ordered_pair){ pairs[i], i };
	qsort(ordered, count, sizeof *ordered, compare_pairs);
	for (size_t i = 0; i < count; i++) {
		bool repeats = kept > 0 && str_equal(pairs[kept - 1].key, ordered[i].pair.key);
		pairs[repeats ? kept - 1 : kept++] = ordered[i].pair;
	}
	free(ordered);
	return kept;
}

struct value value_map(const struct value_type *type, struct value_pair *pairs, size_t count) {
	if (count > 1 && !are_sorted(pairs, count))
		count = sort_pairs(pairs, count);
	return (struct value){ .type = type, .pairs = pairs, .pair_count = count };
}

struct value value_of_labels(struct arena *arena, const struct value_type *type, const struct label *labels, size_t count) {
	struct value_pair *pairs = arena_alloc_raw(arena, count * sizeof *pairs);
	for (size_t i = 0; i < count; i++)
		pairs[i] = (struct value_pair){ labels[i].name, value_string(labels[i].value) };
	return (struct value){ .type = type, .pairs = pairs, .pair_count = count };
}

struct value value_of_set(struct arena *arena, const struct value_type *type, const struct labels *labels) {
	return labels == NULL ? value_map(type, NULL, 0) : value_of_labels(arena, type, labels_unpack(labels, arena), labels->count);
}

struct value value_kv(struct arena *arena, const struct labels *labels) {
	return value_of_set(arena, &type_kv, labels);
}

struct value value_strings(struct arena *arena, const struct str *texts, size_t count) {
	struct value *items = ARENA_NEW_ARRAY(arena, struct value, count);
	for (size_t i = 0; i < count; i++)
		items[i] = value_string(texts[i]);
	return value_list(&type_list_string, items, count);
}
