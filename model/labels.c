// SPDX-License-Identifier: Apache-2.0
// An immutable, sorted label set in one block. See labels.h.
#include "model/labels.h"

#include "base/arena.h"
#include "base/array.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/go_text.h"
#include "base/hash.h"
#include "base/json_read.h"
#include "base/json_write.h"

enum { NUMBERS_KEPT = 32 };

uint64_t label_hash(uint64_t hash, const struct label *next) {
	return hash_text(hash_text(hash, next->name), next->value);
}

uint64_t labels_hash(const struct label *items, size_t count) {
	uint64_t hash = HASH_START;
	for (size_t i = 0; i < count; i++)
		hash = label_hash(hash, &items[i]);
	return hash;
}

// The numbers of the first names are remembered: looking them up costs more than the rest.
const struct labels *labels_from_hashed(const struct label *items, size_t count, uint64_t fingerprint) {
	uint32_t numbers[NUMBERS_KEPT];
	size_t bytes = 0;
	for (size_t i = 0; i < count; i++) {
		uint32_t number = label_name_number(items[i].name);
		if (i < NUMBERS_KEPT)
			numbers[i] = number;
		bytes += label_pack_size(items[i], number);
	}
	struct labels *labels = mem_alloc(sizeof *labels + bytes);
	ref_init(&labels->ref);
	labels->count = (uint32_t)count;
	labels->fingerprint = fingerprint;
	char *to = labels->packed;
	for (size_t i = 0; i < count; i++)
		to = label_pack(to, items[i], i < NUMBERS_KEPT ? numbers[i] : label_name_number(items[i].name));
	return labels;
}

const struct labels *labels_from_sorted(const struct label *items, size_t count) {
	return labels_from_hashed(items, count, labels_hash(items, count));
}

const struct labels *labels_unhashed(const struct label *items, size_t count) {
	return labels_from_hashed(items, count, 0);
}

const struct labels *labels_empty(void) {
	return labels_from_sorted(NULL, 0);
}

// The count is the one mutable part of an immutable set.
static struct ref *ref_of(const struct labels *labels) {
	return &((struct labels *)(uintptr_t)labels)->ref;
}

const struct labels *labels_ref(const struct labels *labels) {
	ref_take(ref_of(labels));
	return labels;
}

void labels_unref(const struct labels *labels) {
	if (labels != NULL && ref_drop(ref_of(labels)))
		free((void *)(uintptr_t)labels);
}

struct label *labels_unpack(const struct labels *labels, struct arena *arena) {
	struct label *items = ARENA_NEW_ARRAY(arena, struct label, labels->count);
	const char *from = labels->packed;
	for (uint32_t i = 0; i < labels->count; i++)
		from = label_unpack(from, &items[i]);
	return items;
}

size_t labels_size(const struct labels *labels) {
	struct label_walk walk = labels_walk(labels);
	for (struct label label; label_walk_next(&walk, &label);)
		;
	return (size_t)(walk.at - (const char *)labels);
}

const struct labels *labels_copy_to(struct arena *arena, const struct labels *labels) {
	return arena_dup(arena, labels, labels_size(labels));
}

const struct labels *labels_copy(const struct labels *labels) {
	size_t size = labels_size(labels);
	struct labels *copy = mem_alloc(size);
	memcpy(copy, labels, size);
	ref_init(&copy->ref);
	return copy;
}

// Most names are told apart by their first byte, and those behind are larger.
struct str labels_get(const struct labels *labels, struct str name) {
	struct label label;
	if (name.len == 0)
		return STR_NONE;
	unsigned char first = (unsigned char)name.data[0];
	for (struct label_walk walk = labels_walk(labels); label_walk_next(&walk, &label);) {
		unsigned char other = (unsigned char)label.name.data[0];
		if (other > first)
			break;
		if (other == first && str_equal(label.name, name))
			return label.value;
	}
	return STR_NONE;
}

bool labels_equal_items(const struct labels *labels, const struct label *items, size_t count) {
	struct label label;
	if (labels->count != count)
		return false;
	for (struct label_walk walk = labels_walk(labels); label_walk_next(&walk, &label); items++)
		if (!str_equal(label.name, items->name) || !str_equal(label.value, items->value))
			return false;
	return true;
}

int labels_compare(const struct labels *a, const struct labels *b) {
	struct label_walk left = labels_walk(a), right = labels_walk(b);
	for (struct label x, y; label_walk_next(&left, &x) && label_walk_next(&right, &y);) {
		int order = str_compare(x.name, y.name);
		if (order == 0)
			order = str_compare(x.value, y.value);
		if (order != 0)
			return order;
	}
	return (a->count > b->count) - (a->count < b->count);
}

bool labels_equal(const struct labels *a, const struct labels *b) {
	return a == b || (a->fingerprint == b->fingerprint && labels_compare(a, b) == 0);
}

bool labels_same(const struct labels *a, const struct labels *b) {
	return a == b || (a != NULL && b != NULL && labels_equal(a, b));
}

void label_builder_set(struct label_builder *builder, struct str name, struct str value) {
	for (size_t i = 0; i < builder->count; i++)
		if (str_equal(builder->items[i].name, name)) {
			builder->items[i].value = value;
			return;
		}
	array_append(builder, ((struct label){ .name = name, .value = value }));
}

void label_builder_add_all(struct label_builder *builder, const struct labels *labels) {
	struct label label;
	for (struct label_walk walk = labels_walk(labels); label_walk_next(&walk, &label);)
		label_builder_set(builder, label.name, label.value);
}

static int compare_names(const void *a, const void *b) {
	return str_compare(((const struct label *)a)->name, ((const struct label *)b)->name);
}

const struct labels *label_builder_build(struct label_builder *builder) {
	size_t kept = 0;
	for (size_t i = 0; i < builder->count; i++)
		if (builder->items[i].value.len > 0)
			builder->items[kept++] = builder->items[i];
	builder->count = 0;
	if (kept > 1)
		qsort(builder->items, kept, sizeof *builder->items, compare_names);
	return labels_from_sorted(builder->items, kept);
}

void label_builder_finish(struct label_builder *builder) {
	array_finish(builder);
}

void labels_format(struct buf *out, const struct labels *labels) {
	struct label_walk walk = labels_walk(labels);
	buf_append_char(out, '{');
	for (struct label label; label_walk_next(&walk, &label);) {
		buf_append_str(out, label.name);
		buf_append_char(out, '=');
		go_quote(out, label.value);
		buf_append_cstr(out, walk.left > 0 ? ", " : "");
	}
	buf_append_char(out, '}');
}

void labels_to_json(struct buf *out, const struct labels *labels) {
	struct label_walk walk = labels_walk(labels);
	buf_append_char(out, '{');
	for (struct label label; label_walk_next(&walk, &label);) {
		json_append_string(out, label.name);
		buf_append_char(out, ':');
		json_append_string(out, label.value);
		if (walk.left > 0)
			buf_append_char(out, ',');
	}
	buf_append_char(out, '}');
}

// Says in which dialect the member is within.
static enum json_dialect open_member(struct json_writer *writer, const char *key) {
	enum json_dialect around = writer->dialect;
	json_key(writer, key);
	json_open_object(writer);
	if (around == JSON_PROMETHEUS)
		writer->dialect = JSON_PROMETHEUS_LABELS;
	return around;
}

static void close_member(struct json_writer *writer, enum json_dialect around) {
	writer->dialect = around;
	json_close_object(writer);
}

static void write_label(struct json_writer *writer, const struct label *label) {
	json_key_str(writer, label->name);
	json_string(writer, label->value);
}

void labels_write(struct json_writer *writer, const char *key, const struct labels *labels) {
	enum json_dialect around = open_member(writer, key);
	struct label_walk walk = labels == NULL ? (struct label_walk){ 0 } : labels_walk(labels);
	for (struct label label; label_walk_next(&walk, &label);)
		write_label(writer, &label);
	close_member(writer, around);
}

void labels_write_items(struct json_writer *writer, const char *key, const struct label *items, size_t count) {
	enum json_dialect around = open_member(writer, key);
	for (size_t i = 0; i < count; i++)
		write_label(writer, &items[i]);
	close_member(writer, around);
}

const struct labels *labels_from_json(struct str json, struct error *err) {
	autoarena struct arena arena = { 0 };
	struct label_builder builder = { 0 };
	struct json_reader reader;
	json_read_init(&reader, &arena, json);
	struct str name, value;
	bool ok = json_read_object_begin(&reader);
	while (ok && json_read_object_next(&reader, &name) && (ok = json_read_string(&reader, &value)))
		label_builder_set(&builder, name, value);
	ok = ok && json_read_end(&reader);
	const struct labels *labels = ok ? label_builder_build(&builder) : NULL;
	label_builder_finish(&builder);
	if (!ok)
		error_set(err, ERR_CORRUPT, "not a JSON object of strings");
	return labels;
}

const struct labels *labels_read(struct json_reader *reader) {
	struct label *items = NULL, one;
	size_t count = 0, cap = 0;
	if (!json_read_object_begin(reader))
		return NULL;
	while (json_read_object_next(reader, &one.name) && json_read_string(reader, &one.value)) {
		if (count > 0 && str_compare(items[count - 1].name, one.name) >= 0) {
			json_read_fail(reader, "labels are not sorted");
			return NULL;
		}
		if (count == cap) {
			struct label *more = ARENA_NEW_ARRAY(reader->arena, struct label, cap = cap == 0 ? 16 : cap * 2);
			if (count > 0)
				memcpy(more, items, count * sizeof *items);
			items = more;
		}
		items[count++] = one;
	}
	return reader->failed ? NULL : labels_from_sorted(items, count);
}
