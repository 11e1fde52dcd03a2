// SPDX-License-Identifier: Apache-2.0
// A YAML text as a tree in which every node knows its place. Aliases share nodes, merge keys are resolved, nothing is typed:
// a scalar is its text. Bounded in depth and in nodes visited (YAML_DEPTH_MAX, YAML_NODES_MAX), so that every walk of a tree ends soon.
#pragma once
#include "base/arena.h"
#include "base/error.h"

#include <stdint.h>

struct problems;
struct yaml_lines;

enum {
	YAML_DEPTH_MAX = 64,      // nesting of collections, through aliases too
	YAML_NODES_MAX = 4000000, // nodes visited by a walk, aliases counted each time
};

enum yaml_kind { YAML_SCALAR,
	YAML_SEQUENCE,
	YAML_MAPPING };
enum yaml_style { YAML_PLAIN,
	YAML_SINGLE_QUOTED,
	YAML_DOUBLE_QUOTED,
	YAML_LITERAL,
	YAML_FOLDED };

struct yaml_node;
struct yaml_entry {
	struct yaml_node *key;   // always a scalar
	struct yaml_node *value; // never NULL; a missing value is a null scalar
};

struct yaml_node {
	enum yaml_kind kind : 8;
	enum yaml_style style : 8; // scalars
	uint8_t height;            // 1 for a scalar
	uint32_t count;            // items or entries
	uint32_t line, column;     // as libyaml counts; ask yaml_at
	const char *tag;           // explicit tag, resolved ("tag:yaml.org,2002:str"); NULL when none
	union {
		struct str text;            // scalars: decoded, followed by a NUL; !!binary is decoded too
		struct yaml_node **items;   // sequences
		struct yaml_entry *entries; // mappings: own entries in file order, then merged ones; keys unique
	};
};

// Everything lives in the arena; `file` and `text` are borrowed and must outlive it. One thread.
struct yaml_doc {
	struct arena arena;
	const char *file;
	struct str text;
	struct yaml_node **roots; // one per document read; a document without content is a null scalar
	size_t root_count;
	bool has_more;            // documents (or junk) follow that were not read
	struct yaml_lines *lines; // made on demand
};

// Reads the first document; what follows it is one warning. Returns its root, or NULL when there is none: an empty text (no problem
// reported), or a syntax error (reported). Duplicate keys are reported as errors too, but the tree is returned without them.
// `doc` is initialised by this call; finish it in any case.
struct yaml_node *yaml_doc_load(struct yaml_doc *doc, const char *file, struct str text, struct problems *problems);
// Reads all documents into doc->roots. False when a syntax error was reported; the documents before it are there.
bool yaml_doc_load_all(struct yaml_doc *doc, const char *file, struct str text, struct problems *problems);
void yaml_doc_finish(struct yaml_doc *doc); // a zeroed doc is fine

// Where a node begins in the file (the anchor or tag before it included).
struct position yaml_at(struct yaml_doc *doc, const struct yaml_node *node);
// Where byte `offset` of a scalar's decoded text stands in the file, through quotes, escapes, folding and block indentation; an offset at or
// past the end gives the place after the last character. The scalar's start where source and text do not agree.
struct position yaml_text_at(struct yaml_doc *doc, const struct yaml_node *scalar, size_t offset);

// The value of `key`, or NULL.
struct yaml_node *yaml_find(const struct yaml_node *mapping, const char *key);
// The key itself, for what is wrong with its being there; or NULL.
struct yaml_node *yaml_find_key(const struct yaml_node *mapping, const char *key);
// What YAML's core schema calls null: `~`, `null` or nothing, not quoted. NULL is null too.
bool yaml_is_null(const struct yaml_node *node);
// Plain true/false, yes/no, on/off in the usual three spellings. False when it is none of them.
bool yaml_get_bool(const struct yaml_node *node, bool *out);
// A plain integer: decimal, 0x, 0o or 0b, `_` between digits. False when it is none, or out of range.
bool yaml_get_int(const struct yaml_node *node, int64_t *out);
// A plain number, exponents and .inf/.nan included. False when it is none.
bool yaml_get_double(const struct yaml_node *node, double *out);
const char *yaml_kind_name(enum yaml_kind kind); // "a scalar", "a list", "a map"
