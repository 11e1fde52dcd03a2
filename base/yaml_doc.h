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
	struct yaml_node *key;             // always a scalar
	struct yaml_node *value;           // never NULL; a missing value is a null scalar
	uint32_t alias_line, alias_column; // where `*alias` stands for the value, line + 1; 0: the value is written here
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

// Everything lives in the arenas; `file`, `text` and `outer` are borrowed and must outlive it. One thread.
struct yaml_doc {
	struct arena arena;  // the tree
	struct arena places; // what is kept to find places
	const char *file;
	struct str text;
	struct yaml_doc *outer;               // the document whose scalar holds this text; NULL: the text is the file's
	const struct yaml_node *outer_scalar; // that scalar
	struct yaml_node **roots;             // one per document read; a document without content is a null scalar
	size_t root_count;
	uint32_t line, column;    // of the newest document, as libyaml counts; ask yaml_document_at
	bool has_more;            // documents (or junk) follow that were not read
	bool has_aliases;         // some nodes stand in several places of the tree
	struct yaml_lines *lines; // made on demand
};

// Reads the first document; what follows it is one warning. Returns its root, or NULL when there is none: an empty text (no problem
// reported), or a syntax error (reported). Duplicate keys are reported as errors too, but the tree is returned without them.
// `doc` is initialised by this call; finish it in any case.
struct yaml_node *yaml_doc_load(struct yaml_doc *doc, const char *file, struct str text, struct problems *problems);
// Reads all documents into doc->roots. False when a syntax error was reported; the documents before it are there.
bool yaml_doc_load_all(struct yaml_doc *doc, const char *file, struct str text, struct problems *problems);

// Who is shown a text's documents while it is read, so that a large file is never in memory as a tree. What a call gets lives as long as the call.
struct yaml_visitor {
	const char *list; // a key of root mappings: the items of its list are shown one by one, then the document with that list empty
	void (*item)(void *context, const struct yaml_node *item);
	void (*document)(void *context, const struct yaml_node *root);
	void *context;
};
// Shows all documents. A list with an anchor, or one that came by an alias or a merge key, stays in its document. False when a syntax error
// was reported; what stands before it was shown.
bool yaml_doc_visit(struct yaml_doc *doc, const char *file, struct str text, const struct yaml_visitor *visitor, struct problems *problems);
// The same for a text within a scalar of `outer`; places are those in the outer file.
bool yaml_doc_visit_scalar(struct yaml_doc *doc, struct yaml_doc *outer, const struct yaml_node *scalar, const struct yaml_visitor *visitor, struct problems *problems);
void yaml_doc_finish(struct yaml_doc *doc); // a zeroed doc is fine

// Where a node begins in the file (the anchor or tag before it included).
struct position yaml_at(struct yaml_doc *doc, const struct yaml_node *node);
// Where byte `offset` of the doc's text stands in the file.
struct position yaml_offset_at(struct yaml_doc *doc, size_t offset);
// Where the newest document starts: its `---`, or its first node.
struct position yaml_document_at(struct yaml_doc *doc);
// Where the alias stands that gives the key its value; line 0 when it is not one.
struct position yaml_alias_at(struct yaml_doc *doc, const struct yaml_node *mapping, const char *key);
// Where byte `offset` of a scalar's decoded text stands in the file, through quotes, escapes, folding and block indentation; an offset at or
// past the end gives the place after the last character. The scalar's start where source and text do not agree.
struct position yaml_text_at(struct yaml_doc *doc, const struct yaml_node *scalar, size_t offset);
// The same of a line and a column of that text, both counted from 1, columns in code points.
struct position yaml_place_at(struct yaml_doc *doc, const struct yaml_node *scalar, struct position within);
// The line of the file in which `key: value` stands and nothing else, no comment either; a value that begins in a later line is no part of it.
// Without a key, the line of a scalar that stands alone there. Dashes before them are allowed. Empty when the line holds more, is long, or the
// file has aliases or strange line ends: whoever is shown it sees only what the tree says of these nodes.
struct str yaml_lone_line(struct yaml_doc *doc, const struct yaml_node *key, const struct yaml_node *value);

// A copy that lives in `arena`, for after the document; what aliases share is copied each time.
struct yaml_node *yaml_copy(struct arena *arena, const struct yaml_node *node);
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
