// SPDX-License-Identifier: Apache-2.0
// JSON values into typed ones. See value_unmarshal.h.
#include "template/value_unmarshal.h"

#include "base/buf.h"
#include "template/go_number.h"
#include "template/go_time.h"
#include "template/time_parse.h"
#include "template/value_query.h"

struct fitting {
	struct arena *arena;
	struct error *err;
	const struct value_type *owner; // the struct a field of which is being fitted; NULL: the document is
	struct buf path;                // to that field, by JSON names: "alerts.labels"
};

static bool fit(struct fitting *fitting, const struct value *json, const struct value_type *type, struct value *out);

int value_field_find(const struct value_type *type, struct str name) {
	int found = -1;
	for (size_t i = 0; i < type->field_count; i++) {
		struct str json_name = str_of(type->fields[i].json_name);
		if (str_equal(name, json_name))
			return (int)i;
		if (found < 0 && str_equal_nocase(name, json_name))
			found = (int)i;
	}
	return found;
}

static const char *json_kind_name(const struct value *json) {
	switch (json->type->kind) {
	case KIND_BOOL: return "bool";
	case KIND_INT:
	case KIND_FLOAT: return "number";
	case KIND_STRING: return "string";
	case KIND_LIST: return "array";
	case KIND_MAP: return "object";
	case KIND_NIL:
	case KIND_UINT:
	case KIND_COMPLEX:
	case KIND_STRUCT:
	case KIND_TIME: break;
	}
	return "value";
}

static const char *after_package(const char *name) {
	const char *dot = strrchr(name, '.');
	return dot == NULL ? name : dot + 1;
}

static bool fail_kind(struct fitting *fitting, const struct value *json, const struct value_type *type) {
	if (fitting->owner == NULL)
		return error_set(fitting->err, ERR_INVALID, "json: cannot unmarshal %s into Go value of type %s", json_kind_name(json), type->name);
	return error_set(fitting->err, ERR_INVALID, "json: cannot unmarshal %s into Go struct field %s.%s of type %s", json_kind_name(json), after_package(fitting->owner->name), buf_cstr(&fitting->path), type->name);
}

static bool fit_time(struct fitting *fitting, const struct value *json, struct value *out) {
	autobuf struct buf problem = { 0 };
	if (!value_is_kind(json, KIND_STRING))
		return error_set(fitting->err, ERR_INVALID, "Time.UnmarshalJSON: input is not a JSON string");
	if (!time_parse(STR("2006-01-02T15:04:05Z07:00"), json->text, &out->time, &problem))
		return error_set(fitting->err, ERR_INVALID, "%s", buf_cstr(&problem));
	return true;
}

static bool fit_list(struct fitting *fitting, const struct value *json, const struct value_type *type, struct value *out) {
	struct value *items = ARENA_NEW_ARRAY(fitting->arena, struct value, json->count);
	for (size_t i = 0; i < json->count; i++)
		if (!fit(fitting, &json->items[i], type->element, &items[i]))
			return false;
	*out = value_list(type, items, json->count);
	return true;
}

static bool fit_map(struct fitting *fitting, const struct value *json, const struct value_type *type, struct value *out) {
	struct value_pair *pairs = ARENA_NEW_ARRAY(fitting->arena, struct value_pair, json->pair_count);
	for (size_t i = 0; i < json->pair_count; i++) {
		pairs[i].key = json->pairs[i].key;
		if (!fit(fitting, &json->pairs[i].value, type->element, &pairs[i].value))
			return false;
	}
	*out = value_map(type, pairs, json->pair_count);
	return true;
}

static struct value zero_of(struct arena *arena, const struct value_type *type) {
	if (type->kind == KIND_TIME)
		return value_time_zero();
	if (type->kind != KIND_STRUCT)
		return value_zero(type);
	struct value *fields = ARENA_NEW_ARRAY(arena, struct value, type->field_count);
	for (size_t i = 0; i < type->field_count; i++)
		fields[i] = zero_of(arena, type->fields[i].type);
	return value_struct(type, fields);
}

static bool fit_struct(struct fitting *fitting, const struct value *json, const struct value_type *type, struct value *out) {
	struct value zero = zero_of(fitting->arena, type);
	struct value *fields = arena_dup(fitting->arena, zero.items, type->field_count * sizeof *fields);
	const struct value_type *outer = fitting->owner;
	size_t before = fitting->path.len;
	for (size_t i = 0; i < json->pair_count; i++) {
		int at = value_field_find(type, json->pairs[i].key);
		if (at < 0 || value_is_nil(&json->pairs[i].value))
			continue;
		fitting->owner = type;
		buf_format(&fitting->path, "%s%s", before > 0 ? "." : "", type->fields[at].json_name);
		if (!fit(fitting, &json->pairs[i].value, type->fields[at].type, &fields[at]))
			return false;
		buf_truncate(&fitting->path, before);
		fitting->owner = outer;
	}
	*out = value_struct(type, fields);
	return true;
}

// The types bound the depth.
static bool fit(struct fitting *fitting, const struct value *json, const struct value_type *type, struct value *out) {
	*out = zero_of(fitting->arena, type);
	if (value_is_nil(json))
		return true;
	if (type->kind == KIND_TIME)
		return fit_time(fitting, json, out);
	if (json->type->kind != (type->kind == KIND_STRUCT ? KIND_MAP : type->kind))
		return fail_kind(fitting, json, type);
	if (type->kind == KIND_STRUCT)
		return fit_struct(fitting, json, type, out);
	if (type->kind == KIND_MAP)
		return fit_map(fitting, json, type, out);
	if (type->kind == KIND_LIST)
		return fit_list(fitting, json, type, out);
	*out = (struct value){ .type = type, .text = json->text };
	return true;
}

bool value_unmarshal(struct arena *arena, const struct value *json, const struct value_type *type, struct value *out, struct error *err) {
	struct fitting fitting = { .arena = arena, .err = err };
	bool fits = fit(&fitting, json, type, out);
	buf_finish(&fitting.path);
	return fits;
}

bool value_parse_time(struct str rfc3339, wall_ms *out) {
	autobuf struct buf problem = { 0 };
	struct value_time time;
	if (!time_parse(STR("2006-01-02T15:04:05Z07:00"), rfc3339, &time, &problem))
		return false;
	*out = time.seconds * 1000 + time.nanoseconds / 1000000;
	return true;
}

void value_append_time(struct buf *out, wall_ms at, struct str layout) {
	struct value time = value_time(at);
	go_format_time(out, &time.time, layout);
}

bool value_parse_number(struct str text, double *out) {
	return go_parse_float(text, out) == GO_FLOAT_OK;
}
