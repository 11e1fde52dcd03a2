// SPDX-License-Identifier: Apache-2.0
// Further parameters of a query's URL. See query_params.h.
#include "model/query_params.h"

#include "base/array.h"
#include "base/problems.h"
#include "model/limits.h"

// What every question says itself.
static const char *const own[] = { "query", "time", "timeout" };

struct param_list {
	ARRAY_OF(struct query_param);
};

static bool check_name(struct yaml_reader *reader, const struct yaml_node *name) {
	bool is_own = name->text.len == 0;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		is_own |= str_equal_cstr(name->text, own[i]);
	if (is_own)
		problem_error(reader->problems, yaml_reader_at(reader, name), "setting parameter \"%.*s\" is not allowed", STR_ARG(name->text));
	return !is_own;
}

static struct arena *arena_of(const struct yaml_reader *reader) {
	return reader->arena != NULL ? reader->arena : &reader->doc->arena;
}

static void add(struct yaml_reader *reader, struct str name, struct str value, struct param_list *out) {
	array_append(out, ((struct query_param){ arena_dup_str(arena_of(reader), name), arena_dup_str(arena_of(reader), value) }));
}

static bool read_values(struct yaml_reader *reader, const struct yaml_entry *entry, struct param_list *out) {
	struct str name = entry->key->text;
	if (!check_name(reader, entry->key))
		return false;
	if (entry->value->kind == YAML_SCALAR) {
		add(reader, name, yaml_is_null(entry->value) ? STR_NONE : entry->value->text, out);
		return true;
	}
	struct yaml_strings values;
	if (!yaml_read_strings(reader, "params", entry->value, &values))
		return false;
	for (size_t i = 0; i < values.count; i++)
		add(reader, name, values.items[i], out);
	return true;
}

bool query_params_read(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	struct query_params *params = field;
	struct param_list list = { 0 };
	if (!yaml_expect(reader, key->name, value, YAML_MAPPING))
		return false;
	bool ok = true;
	for (uint32_t i = 0; i < value->count; i++)
		ok &= read_values(reader, &value->entries[i], &list);
	if (list.count > LIMIT_QUERY_PARAMS) {
		problem_error(reader->problems, yaml_reader_at(reader, value), "\"%s\": %zu values, at most %d are allowed", key->name, list.count, LIMIT_QUERY_PARAMS);
		ok = false;
	}
	if (list.count > 0)
		*params = (struct query_params){ arena_dup(arena_of(reader), list.items, list.count * sizeof *list.items), list.count };
	array_finish(&list);
	return ok;
}

bool query_params_have(const struct query_params *params, struct str name) {
	for (size_t i = 0; i < params->count; i++)
		if (str_equal(params->items[i].name, name))
			return true;
	return false;
}
