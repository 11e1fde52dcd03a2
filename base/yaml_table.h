// SPDX-License-Identifier: Apache-2.0
// Keys of a YAML mapping as rows of a table: one row reads the key, checks it, fills a field of a struct, and documents itself.
// All mistakes of a mapping are collected, each with its place; nothing stops at the first one.
#pragma once
#include "base/error.h"
#include "base/yaml_doc.h"

struct buf;
struct problems;

enum yaml_type {
	YAML_ANY,         // what a custom key is written as when nothing is said: no type of a row
	YAML_STRING,      // struct str: any scalar's text as written
	YAML_CSTRING,     // const char *: the same, NUL-terminated; stays NULL without a preset
	YAML_BOOL,        // bool
	YAML_INT,         // int64_t, within min..max
	YAML_DURATION,    // int64_t milliseconds, within min..max; by reader->parse_duration
	YAML_STRING_LIST, // struct yaml_strings
	YAML_STRING_MAP,  // struct yaml_string_map
	YAML_STRUCT,      // the struct at the offset, by the nested rows
	YAML_CUSTOM,      // whatever `read` makes of it
	YAML_REFUSED,     // a key known to upstream that is not supported: an error that names it
};

struct yaml_strings {
	struct str *items; // in file order
	size_t count;
};

struct yaml_string_pair {
	struct str name, value;
	const struct yaml_node *name_node, *value_node; // for places; live as long as the doc
};

struct yaml_string_map {
	struct yaml_string_pair *items; // in file order, names unique; a null value is an empty text, as Go reads it
	size_t count;
};

struct yaml_reader {
	struct yaml_doc *doc;
	struct arena *arena; // texts, lists and maps are kept here; NULL: they are borrowed from doc
	struct problems *problems;
	bool ignores_unknown;                                                     // keys that no row names are passed over
	bool (*parse_duration)(struct str text, int64_t *out, struct error *err); // model/duration.h: duration_parse
	void *context;                                                            // for custom handlers
};

struct yaml_key;
struct yaml_table;
// The words a text is one of, by number from 0; NULL after the last.
typedef const char *yaml_word(size_t number);
// Reads a value that is not null into the field. Reports its own problems and returns false then.
typedef bool yaml_read(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field);

struct yaml_key {
	const char *name;
	enum yaml_type type;
	bool is_required;              // present and not null
	bool is_secret;                // its value is never quoted in a message
	bool is_harmless;              // no text of this list or map is a secret: its lines are shown in a file that is hidden, too
	size_t offset;                 // of the field in the struct
	size_t has;                    // YAML_HAS of a bool that tells whether the key was given; 0: nobody asks
	const char *preset;            // the default as one would write it; NULL: the field is zero. Only shown for lists, maps, structs and custom keys
	int64_t min, max;              // YAML_INT, YAML_DURATION; both 0: any
	const char *unit;              // what numbers count ("bytes"); NULL where the type says it
	const char *help;              // one sentence
	yaml_read *read;               // YAML_CUSTOM
	const char *shape;             // YAML_CUSTOM: its type in documentation ("list of matchers")
	const struct yaml_key *nested; // YAML_STRUCT
	size_t nested_count;
	// for schemas
	enum yaml_type as;              // YAML_CUSTOM: the type it is written as
	const struct yaml_table *table; // YAML_CUSTOM: or the keys of the map it is,
	bool is_list;                   // or of each map of the list it is
	bool skips_null;                // where null items mean nothing
	const char *pattern;            // ECMA 262, of texts, of texts in a list, of names in a map: what it does not find is refused; NULL: any
	const char *example;            // a good text; NULL: none
	yaml_word *words, *map_words;   // of texts in a list and names in a map, of values in a map: those there are; NULL: any
};

// One of the ways a mapping may be written: the keys it sets (neither null nor empty), and those it leaves alone (null, empty, false or zero).
enum { YAML_VARIANT_KEYS = 6 };
struct yaml_variant {
	const char *title;
	const char *set[YAML_VARIANT_KEYS], *unset[YAML_VARIANT_KEYS]; // NULL after the last
};

// Keys with a name: a section in documentation, a definition in a schema.
struct yaml_table {
	const char *name;
	const char *help; // one sentence; NULL: none
	const struct yaml_key *keys;
	size_t count;
	const struct yaml_table *beside;     // for schemas and documentation: whose keys stand beside these in the same map; NULL: none
	const struct yaml_variant *variants; // for schemas: one of them holds. Who reads the table sees to it himself
	size_t variant_count;
};

#define YAML_HAS(type, member) (offsetof(type, member) + 1)
#define YAML_KEY_COUNT(keys) (sizeof(keys) / sizeof *(keys))
enum { YAML_KEYS_MAX = 128 }; // rows of one table

// Sets every field of the table to its preset.
void yaml_table_preset(struct yaml_reader *reader, const struct yaml_key *keys, size_t count, void *out);
// Presets, then reads the mapping (NULL or null: an empty one) into *out. A null value counts as absent.
// False when an error was reported; good keys are read all the same.
bool yaml_table_read(struct yaml_reader *reader, const struct yaml_key *keys, size_t count, const struct yaml_node *mapping, void *out);

// The parts, for custom handlers: same checks and messages; `name` is what the message calls the value.
bool yaml_read_string(struct yaml_reader *reader, const char *name, const struct yaml_node *value, struct str *out);
bool yaml_read_strings(struct yaml_reader *reader, const char *name, const struct yaml_node *value, struct yaml_strings *out);
bool yaml_read_string_map(struct yaml_reader *reader, const char *name, const struct yaml_node *value, struct yaml_string_map *out);
bool yaml_read_duration(struct yaml_reader *reader, const char *name, const struct yaml_node *value, int64_t *out);
// False, reporting `"name": expected a list, found a scalar`, when the value is of another kind.
bool yaml_expect(struct yaml_reader *reader, const char *name, const struct yaml_node *value, enum yaml_kind kind);
// Where a value stands, for an error there; of NULL only the file.
struct position yaml_reader_at(const struct yaml_reader *reader, const struct yaml_node *node);

const char *yaml_type_name(const struct yaml_key *key); // "string", "boolean", "integer", "duration", "list of strings", …
// Appends one Markdown row a key: | name | type | default | help |, nested keys as `outer.inner` after their struct.
void yaml_table_format(struct buf *out, const struct yaml_key *keys, size_t count);
