// SPDX-License-Identifier: Apache-2.0
// What an answer said about a series. See raw_labels.h.
#include "evaluator/raw_labels.h"

#include "base/mem.h"

#include <assert.h>

static size_t marks_size(const struct labels *identity) {
	return (identity->count + 7) / 8;
}

static bool is_marked(const struct raw_labels *raw, uint32_t at) {
	return (raw->data[at / 8] >> at % 8 & 1) != 0;
}

// The identity's labels and the items side by side: moves `walk` to the label of that name, if there is one.
static bool is_shared(struct label_walk *walk, struct label *label, const struct label *item) {
	int order = -1;
	while (label->name.data != NULL && (order = str_compare(label->name, item->name)) < 0)
		if (!label_walk_next(walk, label))
			*label = (struct label){ 0 };
	return label->name.data != NULL && order == 0 && str_equal(label->value, item->value);
}

struct raw_labels *raw_labels_create(const struct labels *identity, const struct label *items, size_t count) {
	unsigned char marks[UINT8_MAX];
	size_t size = marks_size(identity), own = 0;
	const struct label *written[UINT8_MAX];
	uint32_t numbers[UINT8_MAX]; // of their names
	struct label_walk walk = labels_walk(identity);
	struct label label = { 0 };
	assert(count <= UINT8_MAX && size <= sizeof marks);
	memset(marks, 0, size);
	label_walk_next(&walk, &label);
	for (size_t i = 0; i < count; i++) {
		if (!is_shared(&walk, &label, &items[i])) {
			written[own] = &items[i];
			numbers[own] = label_name_number(items[i].name);
			size += label_pack_size(items[i], numbers[own++]);
			continue;
		}
		uint32_t at = identity->count - walk.left - 1;
		marks[at / 8] |= (unsigned char)(1U << at % 8);
	}
	struct raw_labels *raw = mem_alloc(sizeof *raw + size);
	raw->count = (uint8_t)count;
	raw->own = (uint8_t)own;
	memcpy(raw->data, marks, marks_size(identity));
	char *to = (char *)raw->data + marks_size(identity);
	for (size_t i = 0; i < own; i++)
		to = label_pack(to, *written[i], numbers[i]);
	return raw;
}

// Both halves in the order of names.
struct raw_walk {
	const struct raw_labels *raw;
	struct label_walk shared, own;
	uint32_t at; // of the next one in the identity
	struct label next_shared, next_own;
	bool has_shared, has_own;
};

static void next_shared(struct raw_walk *walk) {
	walk->has_shared = false;
	while (!walk->has_shared && label_walk_next(&walk->shared, &walk->next_shared)) {
		walk->has_shared = is_marked(walk->raw, walk->at++);
	}
}

static void next_own(struct raw_walk *walk) {
	walk->has_own = label_walk_next(&walk->own, &walk->next_own);
}

static struct raw_walk raw_walk(const struct raw_labels *raw, const struct labels *identity) {
	struct raw_walk walk = { .raw = raw, .shared = labels_walk(identity), .own = { (const char *)raw->data + marks_size(identity), raw->own } };
	next_shared(&walk);
	next_own(&walk);
	return walk;
}

// Called as often as there are labels.
static void raw_walk_take(struct raw_walk *walk, struct label *out) {
	bool is_own = walk->has_own && (!walk->has_shared || str_compare(walk->next_own.name, walk->next_shared.name) < 0);
	*out = is_own ? walk->next_own : walk->next_shared;
	if (is_own)
		next_own(walk);
	else
		next_shared(walk);
}

// What every element of every answer is put to: no merge, for names are unique and an item that is not the next one written out is a shared one.
bool raw_labels_equal(const struct raw_labels *raw, const struct labels *identity, const struct label *items, size_t count) {
	const char *own = (const char *)raw->data + marks_size(identity), *shared = identity->packed;
	struct label next_own = { 0 }, label;
	uint32_t left = raw->own, at = 0;
	if (raw->count != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (left > 0 && next_own.name.data == NULL)
			own = label_unpack(own, &next_own);
		if (left > 0 && str_equal(next_own.name, items[i].name)) {
			if (!str_equal(next_own.value, items[i].value))
				return false;
			next_own = (struct label){ 0 };
			left--;
			continue;
		}
		do {
			if (at == identity->count)
				return false;
			shared = label_unpack(shared, &label);
		} while (!is_marked(raw, at++));
		if (!str_equal(label.name, items[i].name) || !str_equal(label.value, items[i].value))
			return false;
	}
	return true;
}

uint64_t raw_labels_hash(const struct raw_labels *raw, const struct labels *identity) {
	struct raw_walk walk = raw_walk(raw, identity);
	uint64_t hash = labels_hash(NULL, 0);
	for (size_t i = 0; i < raw->count; i++) {
		struct label label;
		raw_walk_take(&walk, &label);
		hash = label_hash(hash, &label);
	}
	return hash;
}

static struct label copy_label(struct arena *arena, struct label label) {
	return (struct label){ arena_dup_str(arena, label.name), arena_dup_str(arena, label.value) };
}

const struct label *raw_labels_unpack(const struct raw_labels *raw, const struct labels *identity, struct arena *arena) {
	struct label *items = arena_alloc_raw(arena, raw->count * sizeof *items), *to = items, own = { 0 }, label;
	struct label_walk shared = labels_walk(identity), written = { (const char *)raw->data + marks_size(identity), raw->own };
	bool has_own = label_walk_next(&written, &own);
	for (uint32_t at = 0; label_walk_next(&shared, &label); at++) {
		if (!is_marked(raw, at))
			continue;
		for (; has_own && str_compare(own.name, label.name) < 0; has_own = label_walk_next(&written, &own))
			*to++ = copy_label(arena, own);
		*to++ = label;
	}
	for (; has_own; has_own = label_walk_next(&written, &own))
		*to++ = copy_label(arena, own);
	return items;
}
