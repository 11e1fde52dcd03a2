// SPDX-License-Identifier: Apache-2.0
// Reads mappings by tables of keys. See yaml_table.h.
#include "base/yaml_table.h"

#include "base/buf.h"
#include "base/edit_distance.h"
#include "base/problems.h"

#include <assert.h>

struct position yaml_reader_at(const struct yaml_reader *reader, const struct yaml_node *node) {
	if (node == NULL)
		return (struct position){ .file = reader->doc->file };
	return yaml_at(reader->doc, node);
}

bool yaml_expect(struct yaml_reader *reader, const char *name, const struct yaml_node *value, enum yaml_kind kind) {
	if (value->kind == kind)
		return true;
	problem_error(reader->problems, yaml_reader_at(reader, value), "\"%s\": expected %s, found %s", name, yaml_kind_name(kind), yaml_kind_name(value->kind));
	return false;
}

static struct str keep(const struct yaml_reader *reader, struct str text) {
	return reader->arena == NULL ? text : arena_dup_str(reader->arena, text);
}

static void *room(const struct yaml_reader *reader, size_t count, size_t size) {
	return arena_alloc(reader->arena == NULL ? &reader->doc->arena : reader->arena, count * size);
}

bool yaml_read_string(struct yaml_reader *reader, const char *name, const struct yaml_node *value, struct str *out) {
	if (!yaml_expect(reader, name, value, YAML_SCALAR))
		return false;
	*out = keep(reader, value->text);
	return true;
}

bool yaml_read_strings(struct yaml_reader *reader, const char *name, const struct yaml_node *value, struct yaml_strings *out) {
	if (!yaml_expect(reader, name, value, YAML_SEQUENCE))
		return false;
	*out = (struct yaml_strings){ .items = room(reader, value->count, sizeof *out->items) };
	bool ok = true;
	for (uint32_t i = 0; i < value->count; i++) {
		struct str text = STR_NONE;
		if (!yaml_is_null(value->items[i]) && !yaml_read_string(reader, name, value->items[i], &text))
			ok = false;
		out->items[out->count++] = text;
	}
	return ok;
}

bool yaml_read_string_map(struct yaml_reader *reader, const char *name, const struct yaml_node *value, struct yaml_string_map *out) {
	if (!yaml_expect(reader, name, value, YAML_MAPPING))
		return false;
	*out = (struct yaml_string_map){ .items = room(reader, value->count, sizeof *out->items) };
	bool ok = true;
	for (uint32_t i = 0; i < value->count; i++) {
		const struct yaml_entry *entry = &value->entries[i];
		struct yaml_string_pair pair = { .name_node = entry->key, .value_node = entry->value };
		pair.name = keep(reader, entry->key->text);
		if (yaml_is_null(entry->value) || yaml_read_string(reader, name, entry->value, &pair.value))
			out->items[out->count++] = pair;
		else
			ok = false;
	}
	return ok;
}

bool yaml_read_duration(struct yaml_reader *reader, const char *name, const struct yaml_node *value, int64_t *out) {
	struct error err = { 0 };
	if (!yaml_expect(reader, name, value, YAML_SCALAR))
		return false;
	if (reader->parse_duration(value->text, out, &err))
		return true;
	problem_error(reader->problems, yaml_reader_at(reader, value), "\"%s\": %s", name, err.text);
	return false;
}

static const char *unit_of(const struct yaml_key *key) {
	return key->type == YAML_DURATION ? "ms" : key->unit == NULL ? ""
	                                                             : key->unit;
}

static bool check_range(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, int64_t number) {
	if ((key->min == 0 && key->max == 0) || (number >= key->min && number <= key->max))
		return true;
	if (key->min == 1 && key->max == INT64_MAX) {
		problem_error(reader->problems, yaml_reader_at(reader, value), "\"%s\": must be greater than 0", key->name);
		return false;
	}
	problem_error(reader->problems, yaml_reader_at(reader, value), "\"%s\": %.*s is out of range, expected %lld to %lld%s%s", key->name, STR_ARG(value->text),
	    (long long)key->min, (long long)key->max, *unit_of(key) == '\0' ? "" : " ", unit_of(key));
	return false;
}

static bool read_number(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, int64_t *out) {
	int64_t number = 0;
	if (key->type == YAML_DURATION) {
		if (!yaml_read_duration(reader, key->name, value, &number))
			return false;
	} else {
		if (!yaml_expect(reader, key->name, value, YAML_SCALAR))
			return false;
		if (!yaml_get_int(value, &number)) {
			problem_error(reader->problems, yaml_reader_at(reader, value), "\"%s\": expected an integer, found \"%.*s\"", key->name, STR_ARG(value->text));
			return false;
		}
	}
	if (!check_range(reader, key, value, number))
		return false;
	*out = number;
	return true;
}

static bool read_bool(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, bool *out) {
	if (!yaml_expect(reader, key->name, value, YAML_SCALAR))
		return false;
	if (yaml_get_bool(value, out))
		return true;
	problem_error(reader->problems, yaml_reader_at(reader, value), "\"%s\": expected true or false, found \"%.*s\"", key->name, STR_ARG(value->text));
	return false;
}

static bool read_cstring(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, const char **out) {
	struct str text;
	if (!yaml_read_string(reader, key->name, value, &text))
		return false;
	*out = text.data; // scalars and their copies are followed by a NUL
	return true;
}

static bool refuse_key(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *at) {
	bool has_reason = key->help != NULL && key->help[0] != '\0';
	problem_error(reader->problems, yaml_reader_at(reader, at), "\"%s\" is not supported%s%s", key->name, has_reason ? ": " : "", has_reason ? key->help : "");
	return false;
}

static bool read_value(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_entry *entry, void *field) {
	const struct yaml_node *value = entry->value;
	switch (key->type) {
	case YAML_STRING: return yaml_read_string(reader, key->name, value, field);
	case YAML_CSTRING: return read_cstring(reader, key, value, field);
	case YAML_BOOL: return read_bool(reader, key, value, field);
	case YAML_INT:
	case YAML_DURATION: return read_number(reader, key, value, field);
	case YAML_STRING_LIST: return yaml_read_strings(reader, key->name, value, field);
	case YAML_STRING_MAP: return yaml_read_string_map(reader, key->name, value, field);
	case YAML_STRUCT:
		return yaml_expect(reader, key->name, value, YAML_MAPPING) && yaml_table_read(reader, key->nested, key->nested_count, value, field);
	case YAML_CUSTOM: return key->read(reader, key, value, field);
	case YAML_REFUSED: return refuse_key(reader, key, entry->key);
	case YAML_ANY: break;
	}
	unreachable("yaml type");
}

static void preset_number(const struct yaml_reader *reader, const struct yaml_key *key, int64_t *out) {
	struct yaml_node node = { .kind = YAML_SCALAR, .text = str_of(key->preset) };
	bool ok = key->type == YAML_DURATION ? reader->parse_duration(node.text, out, NULL) : yaml_get_int(&node, out);
	assert(ok && "the preset of a row is a valid value");
	(void)ok;
}

static void preset_field(struct yaml_reader *reader, const struct yaml_key *key, void *field) {
	if (key->type == YAML_STRUCT)
		yaml_table_preset(reader, key->nested, key->nested_count, field);
	if (key->preset == NULL)
		return;
	switch (key->type) {
	case YAML_STRING: *(struct str *)field = str_of(key->preset); return;
	case YAML_CSTRING: *(const char **)field = key->preset; return;
	case YAML_BOOL: *(bool *)field = strcmp(key->preset, "true") == 0; return;
	case YAML_INT:
	case YAML_DURATION: preset_number(reader, key, field); return;
	case YAML_STRING_LIST:
	case YAML_STRING_MAP:
	case YAML_STRUCT:
	case YAML_CUSTOM:
	case YAML_REFUSED:
	case YAML_ANY: return;
	}
}

void yaml_table_preset(struct yaml_reader *reader, const struct yaml_key *keys, size_t count, void *out) {
	for (size_t i = 0; i < count; i++)
		preset_field(reader, &keys[i], (char *)out + keys[i].offset);
}

static const struct yaml_key *find_key(const struct yaml_key *keys, size_t count, struct str name) {
	for (size_t i = 0; i < count; i++) {
		if (str_equal_cstr(name, keys[i].name))
			return &keys[i];
	}
	return NULL;
}

// The key that may have been meant; NULL when none is near.
static const struct yaml_key *nearest_key(const struct yaml_key *keys, size_t count, struct str name) {
	const struct yaml_key *nearest = NULL;
	size_t least = SIZE_MAX;
	for (size_t i = 0; i < count; i++) {
		struct str known = str_of(keys[i].name);
		size_t distance = edit_distance(name, known);
		if (keys[i].type == YAML_REFUSED || distance >= least || !edit_is_near(name, known))
			continue;
		nearest = &keys[i];
		least = distance;
	}
	return nearest;
}

// In a hidden file only what looks like a key: "password:hunter2", its space forgotten, is one too, for YAML.
static bool is_shown(const struct yaml_reader *reader, const struct yaml_node *name) {
	if (!problems_hides(reader->problems, reader->doc->file))
		return true;
	for (size_t i = 0; i < name->text.len; i++) {
		char c = name->text.data[i];
		if (c != '_' && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9'))
			return false;
	}
	return true;
}

static bool report_unknown(struct yaml_reader *reader, const struct yaml_key *keys, size_t count, const struct yaml_node *name) {
	autobuf struct buf names = { 0 };
	for (size_t i = 0; i < count; i++) {
		if (keys[i].type != YAML_REFUSED)
			buf_format(&names, "%s%s", names.len > 0 ? ", " : "", keys[i].name);
	}
	const struct yaml_key *nearest = nearest_key(keys, count, name->text);
	if (nearest != NULL)
		buf_format(&names, "; did you mean %s?", nearest->name);
	if (is_shown(reader, name))
		problem_error(reader->problems, yaml_reader_at(reader, name), "unknown key \"%.*s\"; expected one of %s", STR_ARG(name->text), buf_cstr(&names));
	else
		problem_error(reader->problems, yaml_reader_at(reader, name), "unknown key; expected one of %s", buf_cstr(&names));
	return false;
}

// An @, escaped or not, may follow the password of a URL.
static bool has_at(struct str line, const struct yaml_node *value) {
	return str_find_char(line, '@') >= 0 || (value->kind == YAML_SCALAR && str_find_char(value->text, '@') >= 0);
}

// In a hidden file, what is certain to hold no secret.
static void show_line(struct yaml_reader *reader, const struct yaml_node *key, const struct yaml_node *value) {
	struct str line = yaml_lone_line(reader->doc, key, value);
	if (line.len > 0 && !has_at(line, value))
		problems_show_line(reader->problems, reader->doc->file, yaml_reader_at(reader, key == NULL ? value : key).line, line);
}

// A text where a map belongs may be all that the map would say, passwords too.
static bool takes_text(const struct yaml_key *key) {
	switch (key->type == YAML_CUSTOM ? key->as : key->type) {
	case YAML_STRING:
	case YAML_CSTRING:
	case YAML_BOOL:
	case YAML_INT:
	case YAML_DURATION: return true;
	case YAML_STRING_LIST:
	case YAML_STRING_MAP: return key->is_harmless;
	case YAML_STRUCT:
	case YAML_CUSTOM:
	case YAML_REFUSED:
	case YAML_ANY: return false;
	}
	return false;
}

static void show_texts(struct yaml_reader *reader, const struct yaml_node *list_or_map) {
	for (uint32_t i = 0; i < list_or_map->count; i++) {
		if (list_or_map->kind == YAML_MAPPING)
			show_line(reader, list_or_map->entries[i].key, list_or_map->entries[i].value);
		else if (list_or_map->items[i]->kind == YAML_SCALAR)
			show_line(reader, NULL, list_or_map->items[i]);
	}
}

static void show_entry(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_entry *entry) {
	const struct yaml_node *value = entry->value;
	if (key->is_secret || key->type == YAML_REFUSED || !problems_hides(reader->problems, reader->doc->file))
		return;
	if (value->kind == YAML_SCALAR && !yaml_is_null(value) && !takes_text(key))
		return;
	show_line(reader, entry->key, value);
	if (value->kind == YAML_SCALAR && value->line != entry->key->line)
		show_line(reader, NULL, value);
	if (value->kind != YAML_SCALAR && key->is_harmless)
		show_texts(reader, value);
}

// A key mistyped, where what was meant is certain to be none that holds a secret.
static void show_mistyped(struct yaml_reader *reader, const struct yaml_key *keys, size_t count, const struct yaml_entry *entry) {
	const struct yaml_key *nearest = nearest_key(keys, count, entry->key->text);
	for (size_t i = 0; i < count; i++) {
		if ((keys[i].is_secret || keys[i].type == YAML_REFUSED) && edit_is_near(entry->key->text, str_of(keys[i].name)))
			return;
	}
	if (nearest != NULL && is_shown(reader, entry->key))
		show_entry(reader, nearest, entry);
}

static bool check_required(struct yaml_reader *reader, const struct yaml_key *keys, size_t count, const bool *seen, const struct yaml_node *mapping) {
	bool ok = true;
	for (size_t i = 0; i < count; i++) {
		if (!keys[i].is_required || seen[i])
			continue;
		problem_error(reader->problems, yaml_reader_at(reader, mapping), "\"%s\" is missing", keys[i].name);
		ok = false;
	}
	return ok;
}

// Files made by a machine have them. An empty map may mean its defaults (sigv4).
static bool is_empty_list(const struct yaml_node *value) {
	return value->kind == YAML_SEQUENCE && value->count == 0;
}

bool yaml_table_read(struct yaml_reader *reader, const struct yaml_key *keys, size_t count, const struct yaml_node *mapping, void *out) {
	assert(count <= YAML_KEYS_MAX);
	bool seen[YAML_KEYS_MAX] = { false };
	yaml_table_preset(reader, keys, count, out);
	if (yaml_is_null(mapping))
		return check_required(reader, keys, count, seen, mapping);
	if (mapping->kind != YAML_MAPPING) {
		problem_error(reader->problems, yaml_reader_at(reader, mapping), "expected a map, found %s", yaml_kind_name(mapping->kind));
		return false;
	}
	bool ok = true;
	for (uint32_t i = 0; i < mapping->count; i++) {
		const struct yaml_entry *entry = &mapping->entries[i];
		const struct yaml_key *key = find_key(keys, count, entry->key->text);
		if (key == NULL) {
			show_mistyped(reader, keys, count, entry);
			ok &= reader->ignores_unknown || report_unknown(reader, keys, count, entry->key);
			continue;
		}
		show_entry(reader, key, entry);
		if (yaml_is_null(entry->value) || (key->type == YAML_REFUSED && is_empty_list(entry->value)))
			continue;
		seen[key - keys] = true;
		if (!read_value(reader, key, entry, (char *)out + key->offset))
			ok = false;
		else if (key->has != 0)
			*(bool *)((char *)out + key->has - 1) = true;
	}
	return check_required(reader, keys, count, seen, mapping) && ok;
}

const char *yaml_type_name(const struct yaml_key *key) {
	static const char *const names[] = { "any", "string", "string", "boolean", "integer", "duration", "list of strings", "map of strings", "map", "map", "not supported" };
	return key->type == YAML_CUSTOM && key->shape != NULL ? key->shape : key->is_secret ? "secret"
	                                                                                    : names[key->type];
}

static void format_row(struct buf *out, const char *outer, const struct yaml_key *key) {
	buf_format(out, "| `%s%s` | %s", outer, key->name, yaml_type_name(key));
	if (key->type == YAML_INT && (key->min != 0 || key->max != 0))
		buf_format(out, " %lld to %lld", (long long)key->min, (long long)key->max);
	if (key->unit != NULL)
		buf_format(out, ", %s", key->unit);
	buf_format(out, " | %s%s%s | %s |\n", key->preset == NULL ? "" : "`", key->preset == NULL ? (key->is_required ? "required" : "") : key->preset,
	    key->preset == NULL ? "" : "`", key->help == NULL ? "" : key->help);
}

static void format_rows(struct buf *out, const char *outer, const struct yaml_key *keys, size_t count) {
	for (size_t i = 0; i < count; i++) {
		format_row(out, outer, &keys[i]);
		if (keys[i].type != YAML_STRUCT)
			continue;
		autobuf struct buf path = { 0 };
		buf_format(&path, "%s%s.", outer, keys[i].name);
		format_rows(out, buf_cstr(&path), keys[i].nested, keys[i].nested_count);
	}
}

void yaml_table_format(struct buf *out, const struct yaml_key *keys, size_t count) {
	format_rows(out, "", keys, count);
}
