// SPDX-License-Identifier: Apache-2.0
// Schemas from tables of keys. See yaml_schema.h.
#include "base/yaml_schema.h"

#include "base/buf.h"
#include "base/json_write.h"

#include <assert.h>

// Editors read YAML 1.2's core schema; we take as booleans and integers what Go's readers take. What the core schema does not know are texts.
#define YES_WORDS "y|Y|yes|Yes|YES|on|On|ON"
#define NO_WORDS "n|N|no|No|NO|off|Off|OFF"
#define INT_WORDS "^[-+]?(0b[01_]+|0o[0-7_]+|0x[0-9A-Fa-f_]+|[0-9][0-9_]*_[0-9_]*)$"

enum definition {
	NO_DEFINITION,
	TEXT,
	BOOLEAN,
	INTEGER,
	DURATION,
	LONG_DURATION,
	NO_TEXT,
	NO_BOOLEAN,
	NO_DURATION,
	NO_LIST,
	NO_MAP,
	DEFINITIONS,
};

static const struct {
	const char *name, *types;
	const char *pattern;  // %s is the pattern of durations; NULL: any text
	const char *wanted;   // what editors say of a text that is none
	const char *zeros[2]; // keywords of the value 0
	const char *refused;  // a JSON value
} definitions[DEFINITIONS] = {
	[TEXT] = { "text", "string number boolean null" },
	[BOOLEAN] = { "boolean", "boolean string null", "^(" YES_WORDS "|" NO_WORDS ")$", "expected true or false" },
	[INTEGER] = { "integer", "integer string null", INT_WORDS, "expected an integer" },
	[DURATION] = { "duration", "string integer null", "^(0|(?=[0-9])%s)$", "expected a duration like 30s, 5m or 1h30m", { "minimum", "maximum" } },
	[LONG_DURATION] = { "positive_duration", "string null", "^(?=.*[1-9])%s$", "expected a duration like 30s, 5m or 1h30m, longer than 0" },
	[NO_TEXT] = { "no_text", "string null", "^$", "expected nothing here" },
	[NO_BOOLEAN] = { "no", "boolean string null", "^(" NO_WORDS ")$", "expected false", .refused = "true" },
	[NO_DURATION] = { "no_duration", "string integer null", "^(0|(?=[0-9])[^1-9]*)$", "expected nothing here, or 0", { "minimum", "maximum" } },
	[NO_LIST] = { "no_list", "array null", NULL, NULL, { "maxItems" } },
	[NO_MAP] = { "no_map", "object null", NULL, NULL, { "maxProperties" } },
};

// How values of a type look in JSON, the keyword that asks for some of it, and what holds where there is to be none.
static const struct {
	const char *types, *some;
	enum definition none;
} forms[] = {
	[YAML_STRING] = { "string number boolean", "minLength", NO_TEXT },
	[YAML_CSTRING] = { "string number boolean", "minLength", NO_TEXT },
	[YAML_BOOL] = { "boolean string", NULL, NO_BOOLEAN },
	[YAML_INT] = { "integer string", NULL, NO_DEFINITION },
	[YAML_DURATION] = { "string integer", NULL, NO_DURATION },
	[YAML_STRING_LIST] = { "array", "minItems", NO_LIST },
	[YAML_STRING_MAP] = { "object", "minProperties", NO_MAP },
	[YAML_STRUCT] = { "object", "minProperties", NO_MAP },
	[YAML_REFUSED] = { NULL },
};

// What a mapping asks of one of its keys.
enum presence {
	OPTIONAL,
	PRESENT, // not null
	FILLED,  // nor empty
	EMPTY,
};

struct schema_writing {
	struct json_writer json;
	const char *duration_pattern;
	bool is_used[DEFINITIONS];
	const struct yaml_table *tables[YAML_SCHEMA_TABLES_MAX]; // in the order they are met
	size_t table_count;
};

static void write_member(struct schema_writing *schema, const char *name, const char *text) {
	json_key(&schema->json, name);
	json_cstr(&schema->json, text);
}

static void write_number(struct schema_writing *schema, const char *name, int64_t number) {
	json_key(&schema->json, name);
	json_int(&schema->json, number);
}

// Names without anything to escape, in one line.
static void append_name(struct buf *list, const char *name, size_t len) {
	buf_format(list, "%s\"%.*s\"", list->len == 0 ? "[" : ", ", (int)len, name);
}

static void write_list(struct schema_writing *schema, const char *name, struct buf *list) {
	buf_append_char(list, ']');
	json_key(&schema->json, name);
	json_raw(&schema->json, buf_str(list));
}

// `types` are separated by spaces.
static void write_types(struct schema_writing *schema, const char *types, bool or_null) {
	autobuf struct buf list = { 0 };
	for (const char *at = types; *at != '\0'; at += *at == ' ') {
		size_t len = strcspn(at, " ");
		append_name(&list, at, len);
		at += len;
	}
	if (or_null)
		append_name(&list, "null", strlen("null"));
	if (strchr(types, ' ') == NULL && !or_null)
		write_member(schema, "type", types);
	else
		write_list(schema, "type", &list);
}

static void write_pattern(struct schema_writing *schema, const char *pattern, const char *wanted) {
	write_member(schema, "pattern", pattern);
	if (wanted != NULL)
		write_member(schema, "patternErrorMessage", wanted); // not of the standard: VS Code's and its language servers'
}

static void refer(struct schema_writing *schema, const char *name) {
	autobuf struct buf path = { 0 };
	buf_format(&path, "#/$defs/%s", name);
	write_member(schema, "$ref", buf_cstr(&path));
}

static void refer_to_definition(struct schema_writing *schema, enum definition which) {
	schema->is_used[which] = true;
	refer(schema, definitions[which].name);
}

static void refer_to_table(struct schema_writing *schema, const struct yaml_table *table) {
	size_t i = 0;
	while (i < schema->table_count && schema->tables[i] != table)
		i++;
	assert(i < YAML_SCHEMA_TABLES_MAX);
	schema->tables[i] = table;
	schema->table_count += i == schema->table_count;
	refer(schema, table->name);
}

// ---- what a mapping asks ----

static bool is_listed(const char *const names[YAML_VARIANT_KEYS], const char *name) {
	for (size_t i = 0; i < YAML_VARIANT_KEYS && names[i] != NULL; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

static enum presence presence_in(const struct yaml_variant *variant, const struct yaml_key *key) {
	return is_listed(variant->set, key->name) ? FILLED : is_listed(variant->unset, key->name) ? EMPTY
	                                                                                          : OPTIONAL;
}

// What all variants agree on.
static enum presence presence_of(const struct yaml_table *table, const struct yaml_key *key) {
	enum presence presence = table->variant_count == 0 ? OPTIONAL : presence_in(&table->variants[0], key);
	for (size_t i = 1; i < table->variant_count; i++) {
		if (presence_in(&table->variants[i], key) != presence)
			presence = OPTIONAL;
	}
	return presence == OPTIONAL && key->is_required ? PRESENT : presence;
}

// Whether an empty mapping is refused.
static bool table_requires(const struct yaml_table *table) {
	for (size_t i = 0; i < table->count; i++) {
		enum presence presence = presence_of(table, &table->keys[i]);
		if (presence == PRESENT || presence == FILLED)
			return true;
	}
	return table->variant_count > 1;
}

// ---- values ----

static enum yaml_type written_type(const struct yaml_key *key) {
	if (key->type != YAML_CUSTOM)
		return key->type;
	if (key->table != NULL)
		return key->is_list ? YAML_STRING_LIST : YAML_STRUCT;
	return key->as;
}

// Whether the value is what a definition says, and no more.
static bool is_reference(const struct yaml_key *key) {
	if (key->table != NULL)
		return !key->is_list;
	switch (written_type(key)) {
	case YAML_STRING:
	case YAML_CSTRING:
	case YAML_DURATION: return key->pattern == NULL;
	case YAML_BOOL:
	case YAML_INT: return true;
	case YAML_ANY:
	case YAML_STRING_LIST:
	case YAML_STRING_MAP:
	case YAML_STRUCT:
	case YAML_CUSTOM:
	case YAML_REFUSED: return false;
	}
	unreachable("yaml type");
}

static void write_text_pattern(struct schema_writing *schema, const struct yaml_key *key) {
	autobuf struct buf wanted = { 0 };
	if (key->example != NULL)
		buf_format(&wanted, "expected something like %s", key->example);
	write_pattern(schema, key->pattern, key->example == NULL ? NULL : buf_cstr(&wanted));
}

static void write_text(struct schema_writing *schema, const struct yaml_key *key) {
	if (key->pattern == NULL)
		refer_to_definition(schema, TEXT);
	else
		write_text_pattern(schema, key);
}

static void write_range(struct schema_writing *schema, const struct yaml_key *key) {
	refer_to_definition(schema, INTEGER);
	if (key->min == 0 && key->max == 0)
		return;
	write_number(schema, "minimum", key->min);
	if (key->max != INT64_MAX)
		write_number(schema, "maximum", key->max);
}

static void write_duration(struct schema_writing *schema, const struct yaml_key *key) {
	if (key->pattern == NULL) {
		refer_to_definition(schema, key->min > 0 ? LONG_DURATION : DURATION);
		return;
	}
	write_text_pattern(schema, key);
	write_number(schema, "minimum", 0);
	write_number(schema, "maximum", 0);
}

static void write_example(struct schema_writing *schema, const struct yaml_key *key) {
	autobuf struct buf list = { 0 };
	if (key->example == NULL)
		return;
	buf_append_char(&list, '[');
	json_append_string(&list, str_of(key->example));
	write_list(schema, "examples", &list);
}

static void write_items(struct schema_writing *schema, const struct yaml_key *key) {
	json_key(&schema->json, "items");
	json_open_object(&schema->json);
	write_example(schema, key);
	if (key->table != NULL) {
		if (!key->skips_null && table_requires(key->table))
			write_types(schema, "object", false);
		refer_to_table(schema, key->table);
	} else {
		if (key->pattern != NULL)
			write_types(schema, "string", true);
		write_text(schema, key);
	}
	json_close_object(&schema->json);
}

static void write_map(struct schema_writing *schema, const struct yaml_key *key) {
	if (key->pattern != NULL) {
		json_key(&schema->json, "propertyNames");
		json_open_object(&schema->json);
		write_text_pattern(schema, key);
		json_close_object(&schema->json);
	}
	json_key(&schema->json, "additionalProperties");
	json_open_object(&schema->json);
	refer_to_definition(schema, TEXT);
	json_close_object(&schema->json);
}

static void write_members(struct schema_writing *schema, const struct yaml_table *table);

static void write_struct(struct schema_writing *schema, const struct yaml_key *key) {
	const struct yaml_table nested = { .name = key->name, .keys = key->nested, .count = key->nested_count };
	if (key->table != NULL)
		refer_to_table(schema, key->table);
	else
		write_members(schema, &nested);
}

static void write_content(struct schema_writing *schema, const struct yaml_key *key) {
	switch (written_type(key)) {
	case YAML_STRING:
	case YAML_CSTRING: write_text(schema, key); return;
	case YAML_BOOL: refer_to_definition(schema, BOOLEAN); return;
	case YAML_INT: write_range(schema, key); return;
	case YAML_DURATION: write_duration(schema, key); return;
	case YAML_STRING_LIST: write_items(schema, key); return;
	case YAML_STRING_MAP: write_map(schema, key); return;
	case YAML_STRUCT: write_struct(schema, key); return;
	case YAML_ANY:
	case YAML_CUSTOM:
	case YAML_REFUSED: return;
	}
}

// That there is something, or nothing; no more of the value.
static void write_presence(struct schema_writing *schema, const struct yaml_key *key, enum presence presence) {
	enum yaml_type type = written_type(key);
	if (presence == EMPTY && forms[type].none != NO_DEFINITION)
		refer_to_definition(schema, forms[type].none);
	if (presence == EMPTY || forms[type].types == NULL)
		return;
	bool is_words = (type == YAML_STRING || type == YAML_CSTRING) && key->pattern != NULL;
	write_types(schema, is_words ? "string" : forms[type].types, presence == OPTIONAL);
	if (presence == FILLED && forms[type].some != NULL)
		write_number(schema, forms[type].some, 1);
}

static void write_value(struct schema_writing *schema, const struct yaml_key *key, enum presence presence) {
	if (presence != OPTIONAL || !is_reference(key))
		write_presence(schema, key, presence);
	if (presence != EMPTY)
		write_content(schema, key);
}

static void write_default(struct schema_writing *schema, const struct yaml_key *key) {
	struct yaml_node node = { .kind = YAML_SCALAR, .text = str_of(key->preset) };
	int64_t number = 0;
	bool is_on = false;
	json_key(&schema->json, "default");
	if (key->type == YAML_INT && yaml_get_int(&node, &number))
		json_int(&schema->json, number);
	else if (key->type == YAML_BOOL && yaml_get_bool(&node, &is_on))
		json_bool(&schema->json, is_on);
	else
		json_cstr(&schema->json, key->preset);
}

// What editors show.
static void write_notes(struct schema_writing *schema, const struct yaml_key *key) {
	autobuf struct buf text = { 0 };
	if (key->help != NULL)
		buf_append_cstr(&text, key->help);
	if (key->unit != NULL)
		buf_format(&text, " Counts %s.", key->unit);
	if (text.len > 0)
		write_member(schema, "description", buf_cstr(&text));
	if (key->preset != NULL)
		write_default(schema, key);
	if (written_type(key) != YAML_STRING_LIST)
		write_example(schema, key);
}

// ---- mappings ----

static void write_property(struct schema_writing *schema, const struct yaml_key *key, enum presence presence) {
	json_key(&schema->json, key->name);
	json_open_object(&schema->json);
	write_notes(schema, key);
	if (presence == EMPTY) {
		json_key(&schema->json, "doNotSuggest"); // as patternErrorMessage, for editors
		json_bool(&schema->json, true);
	}
	write_value(schema, key, presence);
	json_close_object(&schema->json);
}

static void write_required(struct schema_writing *schema, struct buf *names) {
	if (names->len > 0)
		write_list(schema, "required", names);
}

// Only what tells the variant from the others.
static void write_variant(struct schema_writing *schema, const struct yaml_table *table, const struct yaml_variant *variant) {
	autobuf struct buf required = { 0 };
	json_open_object(&schema->json);
	write_member(schema, "title", variant->title);
	json_key(&schema->json, "properties");
	json_open_object(&schema->json);
	for (size_t i = 0; i < table->count; i++) {
		const struct yaml_key *key = &table->keys[i];
		enum presence presence = presence_in(variant, key);
		if (presence == OPTIONAL || presence == presence_of(table, key))
			continue;
		if (presence == FILLED)
			append_name(&required, key->name, strlen(key->name));
		json_key(&schema->json, key->name);
		json_open_object(&schema->json);
		write_presence(schema, key, presence);
		json_close_object(&schema->json);
	}
	json_close_object(&schema->json);
	write_required(schema, &required);
	json_close_object(&schema->json);
}

static void write_variants(struct schema_writing *schema, const struct yaml_table *table) {
	if (table->variant_count < 2)
		return;
	json_key(&schema->json, "anyOf"); // they exclude each other, but for null, which is all of them
	json_open_array(&schema->json);
	for (size_t i = 0; i < table->variant_count; i++)
		write_variant(schema, table, &table->variants[i]);
	json_close_array(&schema->json);
}

static void write_properties(struct schema_writing *schema, const struct yaml_table *table, struct buf *required) {
	for (size_t i = 0; i < table->count; i++) {
		const struct yaml_key *key = &table->keys[i];
		enum presence presence = presence_of(table, key);
		if (key->type == YAML_REFUSED)
			continue;
		if (presence == PRESENT || presence == FILLED)
			append_name(required, key->name, strlen(key->name));
		write_property(schema, key, presence);
	}
}

static void write_members(struct schema_writing *schema, const struct yaml_table *table) {
	autobuf struct buf required = { 0 };
	json_key(&schema->json, "properties");
	json_open_object(&schema->json);
	write_properties(schema, table, &required);
	if (table->beside != NULL)
		write_properties(schema, table->beside, &required);
	json_close_object(&schema->json);
	json_key(&schema->json, "additionalProperties");
	json_bool(&schema->json, false);
	write_required(schema, &required);
	write_variants(schema, table);
}

// ---- the document ----

static void write_table(struct schema_writing *schema, const struct yaml_table *table) {
	json_key(&schema->json, table->name);
	json_open_object(&schema->json);
	if (table->help != NULL)
		write_member(schema, "description", table->help);
	write_types(schema, "object", true);
	write_members(schema, table);
	json_close_object(&schema->json);
}

static void write_definition_pattern(struct schema_writing *schema, enum definition which) {
	autobuf struct buf pattern = { 0 };
	const char *at = definitions[which].pattern, *place = at == NULL ? NULL : strstr(at, "%s");
	if (at == NULL)
		return;
	if (place != NULL)
		buf_format(&pattern, "%.*s%s", (int)(place - at), at, schema->duration_pattern);
	buf_append_cstr(&pattern, place == NULL ? at : place + strlen("%s"));
	write_pattern(schema, buf_cstr(&pattern), definitions[which].wanted);
}

static void write_definition(struct schema_writing *schema, enum definition which) {
	json_key(&schema->json, definitions[which].name);
	json_open_object(&schema->json);
	write_types(schema, definitions[which].types, false);
	write_definition_pattern(schema, which);
	for (size_t i = 0; i < 2 && definitions[which].zeros[i] != NULL; i++)
		write_number(schema, definitions[which].zeros[i], 0);
	if (definitions[which].refused != NULL) {
		json_key(&schema->json, "not");
		json_open_object(&schema->json);
		json_key(&schema->json, "const");
		json_raw(&schema->json, str_of(definitions[which].refused));
		json_close_object(&schema->json);
	}
	json_close_object(&schema->json);
}

void yaml_schema_format(struct buf *out, const struct yaml_schema *schema) {
	struct schema_writing writing = { .json = { .out = out, .indent = 2 }, .duration_pattern = schema->duration_pattern };
	json_open_object(&writing.json);
	write_member(&writing, "$schema", "https://json-schema.org/draft/2020-12/schema");
	write_member(&writing, "title", schema->title);
	write_member(&writing, "description", schema->root->help);
	write_types(&writing, "object", !table_requires(schema->root));
	write_members(&writing, schema->root);
	json_key(&writing.json, "$defs");
	json_open_object(&writing.json);
	for (size_t i = 0; i < writing.table_count; i++) // which may lead to further ones
		write_table(&writing, writing.tables[i]);
	for (enum definition which = TEXT; which < DEFINITIONS; which++) {
		if (writing.is_used[which])
			write_definition(&writing, which);
	}
	json_close_object(&writing.json);
	json_close_object(&writing.json);
	buf_append_char(out, '\n');
}
