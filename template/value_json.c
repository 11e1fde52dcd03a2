// SPDX-License-Identifier: Apache-2.0
// Values to and from JSON. See value.h. Source: Go's encoding/json.
#include "base/array.h"
#include "base/buf.h"
#include "base/json_read.h"
#include "base/json_write.h"
#include "template/go_time.h"
#include "template/value_query.h"

#include <math.h>

static void fields_to_json(struct buf *out, const struct value *value) {
	buf_append_char(out, '{');
	for (size_t i = 0; i < value->count; i++) {
		const struct value_field *field = &value->type->fields[i];
		if (i > 0)
			buf_append_char(out, ',');
		json_append_string(out, str_of(field->json_name != NULL ? field->json_name : field->name));
		buf_append_char(out, ':');
		value_to_json(out, &value->items[i]);
	}
	buf_append_char(out, '}');
}

static void list_to_json(struct buf *out, const struct value *value) {
	buf_append_char(out, '[');
	for (size_t i = 0; i < value->count; i++) {
		if (i > 0)
			buf_append_char(out, ',');
		value_to_json(out, &value->items[i]);
	}
	buf_append_char(out, ']');
}

static void map_to_json(struct buf *out, const struct value *value) {
	buf_append_char(out, '{');
	for (size_t i = 0; i < value->pair_count; i++) {
		if (i > 0)
			buf_append_char(out, ',');
		json_append_string(out, value->pairs[i].key);
		buf_append_char(out, ':');
		value_to_json(out, &value->pairs[i].value);
	}
	buf_append_char(out, '}');
}

static void time_to_json(struct buf *out, const struct value *value) {
	buf_append_char(out, '"');
	go_format_time(out, &value->time, STR("2006-01-02T15:04:05.999999999Z07:00"));
	buf_append_char(out, '"');
}

static void number_to_json(struct buf *out, double number) {
	if (isfinite(number))
		json_append_double(out, number);
	else
		buf_append_cstr(out, "null");
}

void value_to_json(struct buf *out, const struct value *value) {
	if (value->type == NULL) {
		buf_append_cstr(out, "null");
		return;
	}
	switch (value->type->kind) {
	case KIND_NIL:
	case KIND_COMPLEX: buf_append_cstr(out, "null"); return;
	case KIND_BOOL: buf_append_cstr(out, value->boolean ? "true" : "false"); return;
	case KIND_INT: buf_append_int(out, value->integer); return;
	case KIND_UINT: buf_format(out, "%llu", (unsigned long long)value->natural); return;
	case KIND_FLOAT: number_to_json(out, value->number); return;
	case KIND_STRING: json_append_string(out, value->text); return;
	case KIND_LIST: list_to_json(out, value); return;
	case KIND_MAP: map_to_json(out, value); return;
	case KIND_STRUCT: fields_to_json(out, value); return;
	case KIND_TIME: time_to_json(out, value); return;
	}
}

enum { NEST_MAX = 1000 }; // of a value a template built: bounds the stack

// The first thing in a value that Go's encoder refuses, or that is nested too deep.
static const struct value *find_problem(const struct value *value, int depth) {
	const struct value *found = NULL;
	if (value->type == NULL)
		return NULL;
	if (depth > NEST_MAX || value->type->kind == KIND_COMPLEX || (value->type->kind == KIND_FLOAT && !isfinite(value->number)))
		return value;
	bool has_items = value->type->kind == KIND_LIST || value->type->kind == KIND_STRUCT;
	for (size_t i = 0; has_items && found == NULL && i < value->count; i++)
		found = find_problem(&value->items[i], depth + 1);
	for (size_t i = 0; value->type->kind == KIND_MAP && found == NULL && i < value->pair_count; i++)
		found = find_problem(&value->pairs[i].value, depth + 1);
	return found;
}

bool value_json_problem(struct buf *out, const struct value *value) {
	const struct value *found = find_problem(value, 0);
	if (found == NULL)
		return false;
	if (found->type->kind == KIND_COMPLEX)
		buf_format(out, "json: unsupported type: %s", found->type->name);
	else if (found->type->kind == KIND_FLOAT && !isfinite(found->number))
		buf_format(out, "json: unsupported value: %s", isnan(found->number) ? "NaN" : found->number > 0 ? "+Inf"
		                                                                                                : "-Inf");
	else
		buf_format(out, "json: nested deeper than %d", NEST_MAX);
	return true;
}

static bool read_value(struct json_reader *reader, struct value *out);

static bool is_integer(struct str text) {
	for (size_t i = 0; i < text.len; i++)
		if (strchr(".eE", text.data[i]) != NULL)
			return false;
	return true;
}

static bool read_number(struct json_reader *reader, struct value *out) {
	struct json_reader number;
	struct str text;
	if (!json_read_number_text(reader, &text))
		return false;
	json_read_init(&number, reader->arena, text);
	*out = is_integer(text) ? value_int(0) : value_float(0);
	bool fits = is_integer(text) ? json_read_int(&number, &out->integer) : json_read_number(&number, &out->number);
	return fits || json_read_fail(reader, "number out of range");
}

static bool read_list(struct json_reader *reader, struct value *out) {
	ARRAY_OF(struct value)
	items = { 0 };
	struct value item;
	json_read_array_begin(reader);
	while (json_read_array_next(reader) && read_value(reader, &item))
		array_append(&items, item);
	*out = value_list(&type_list_any, arena_dup(reader->arena, items.items, items.count * sizeof item), items.count);
	array_finish(&items);
	return !reader->failed;
}

static bool read_object(struct json_reader *reader, struct value *out) {
	ARRAY_OF(struct value_pair)
	pairs = { 0 };
	struct value_pair pair;
	json_read_object_begin(reader);
	while (json_read_object_next(reader, &pair.key) && read_value(reader, &pair.value))
		array_append(&pairs, pair);
	*out = value_map(&type_map_any, arena_dup(reader->arena, pairs.items, pairs.count * sizeof pair), pairs.count);
	array_finish(&pairs);
	return !reader->failed;
}

// The reader bounds the depth.
static bool read_value(struct json_reader *reader, struct value *out) {
	switch (json_read_peek(reader)) {
	case JSON_NULL:
		*out = value_nil();
		return json_read_null(reader);
	case JSON_BOOL:
		*out = value_bool(false);
		return json_read_bool(reader, &out->boolean);
	case JSON_NUMBER:
		return read_number(reader, out);
	case JSON_STRING:
		*out = value_string(STR_NONE);
		return json_read_string(reader, &out->text);
	case JSON_ARRAY:
		return read_list(reader, out);
	case JSON_OBJECT:
		return read_object(reader, out);
	case JSON_BROKEN:
		break;
	}
	return false;
}

bool value_from_json(struct arena *arena, struct str json, struct value *out, struct error *err) {
	struct json_reader reader;
	struct value value;
	json_read_init(&reader, arena, json);
	reader.mends = true; // a document at hand, as amtool reads it
	if (read_value(&reader, &value) && json_read_end(&reader)) {
		*out = value;
		return true;
	}
	if (err != NULL)
		*err = reader.error;
	return false;
}
