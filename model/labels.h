// SPDX-License-Identifier: Apache-2.0
// An immutable, sorted label set in one block of memory, counted. Equality is the labels; the fingerprint is only an index.
#pragma once
#include "base/ref.h"
#include "model/label_pack.h"

// The names that users may set, as a regular expression of ECMA 262.
#define LABEL_NAME_PATTERN "^(?!__name__$)[\\s\\S]"

// Shape: sorted by name bytewise, names unique, no empty values. Any thread may read it while holding a reference.
struct labels {
	struct ref ref;
	uint32_t count;
	uint64_t fingerprint; // FNV-1a 64 over name 0xff value 0xff …: Alertmanager's, stable on disk and shown by its API
	char packed[];        // the labels in order; read by a walk
};

// `struct label label; for (struct label_walk walk = labels_walk(labels); label_walk_next(&walk, &label);)`: each in order, borrowed.
struct label_walk {
	const char *at;
	uint32_t left;
};
static inline struct label_walk labels_walk(const struct labels *labels) {
	return (struct label_walk){ labels->packed, labels->count };
}
static inline bool label_walk_next(struct label_walk *walk, struct label *out) {
	if (walk->left == 0)
		return false;
	walk->left--;
	walk->at = label_unpack(walk->at, out);
	return true;
}

const struct labels *labels_empty(void); // a new reference to the empty set
const struct labels *labels_ref(const struct labels *labels);
void labels_unref(const struct labels *labels); // NULL is fine
struct arena;
// All of them as an array in the arena; the texts are borrowed from labels.
struct label *labels_unpack(const struct labels *labels, struct arena *arena);
size_t labels_size(const struct labels *labels);                                       // bytes of the block
const struct labels *labels_copy_to(struct arena *arena, const struct labels *labels); // not counted: it lives as long as the arena
const struct labels *labels_copy(const struct labels *labels);                         // a set of its own, of one that is not counted
// The value of `name`, or an empty slice; borrowed from labels.
struct str labels_get(const struct labels *labels, struct str name);
bool labels_equal(const struct labels *a, const struct labels *b);                             // compares the labels, after the fingerprint
bool labels_same(const struct labels *a, const struct labels *b);                              // equal, or NULL both
bool labels_equal_items(const struct labels *labels, const struct label *items, size_t count); // with sorted, unique items
int labels_compare(const struct labels *a, const struct labels *b);                            // Prometheus' labels.Compare: name, value pairwise, then count
uint64_t labels_hash(const struct label *items, size_t count);                                 // the fingerprint of sorted items
uint64_t label_hash(uint64_t hash, const struct label *next);                                  // of one more; begins with that of none

// Collects labels that become a set. Not for the steady state of evaluation: that hashes candidates in its arena.
struct label_builder {
	struct label *items; // borrowed texts, unsorted; a later one wins over an earlier one of the same name
	size_t count, cap;
};

void label_builder_set(struct label_builder *builder, struct str name, struct str value); // an empty value removes
void label_builder_add_all(struct label_builder *builder, const struct labels *labels);
const struct labels *label_builder_build(struct label_builder *builder); // a new reference; empties the builder, keeps its memory
void label_builder_finish(struct label_builder *builder);
// From items that are already sorted, unique and without empty values (a decoded sample).
const struct labels *labels_from_sorted(const struct label *items, size_t count);
const struct labels *labels_from_hashed(const struct label *items, size_t count, uint64_t fingerprint); // which is known already
// The same without a fingerprint: of annotations, which nobody looks for. Equal only to one that has none either.
const struct labels *labels_unhashed(const struct label *items, size_t count);

struct buf;
struct error;
void labels_format(struct buf *out, const struct labels *labels);  // {a="x", b="y"}: names sorted, values quoted as Go's %q
void labels_to_json(struct buf *out, const struct labels *labels); // {"a":"x","b":"y"}; <, > and & escaped as Go does
struct json_writer;
void labels_write(struct json_writer *writer, const char *key, const struct labels *labels); // a member of the open object; NULL as {}
void labels_write_items(struct json_writer *writer, const char *key, const struct label *items, size_t count);
// Reads what labels_to_json wrote. A new reference, or NULL with ERR_CORRUPT.
const struct labels *labels_from_json(struct str json, struct error *err);
// The same within a document and with empty values kept, which annotations may have. NULL: the reader failed.
struct json_reader;
const struct labels *labels_read(struct json_reader *reader);
