// SPDX-License-Identifier: Apache-2.0
// A label set in few bytes. See packed_labels.h.
#include "evaluator/packed_labels.h"

#include "base/mem.h"

static size_t length_size(size_t length) {
	size_t size = 1;
	for (; length >= 0x80; length >>= 7)
		size++;
	return size;
}

static char *put_length(char *to, size_t length) {
	for (; length >= 0x80; length >>= 7)
		*to++ = (char)(length | 0x80);
	*to++ = (char)length;
	return to;
}

static const char *get_length(const char *from, size_t *out) {
	size_t length = 0;
	unsigned shift = 0;
	for (; (*from & 0x80) != 0; shift += 7)
		length |= (size_t)(*from++ & 0x7f) << shift;
	*out = length | (size_t)*from++ << shift;
	return from;
}

static char *put_text(char *to, struct str text) {
	if (text.len > 0)
		memcpy(to, text.data, text.len);
	return to + text.len;
}

struct packed_labels *packed_labels_create(const struct label *items, size_t count) {
	size_t size = 0;
	for (size_t i = 0; i < count; i++)
		size += length_size(items[i].name.len) + length_size(items[i].value.len) + items[i].name.len + items[i].value.len;
	struct packed_labels *packed = mem_alloc(sizeof *packed + size);
	packed->count = (uint32_t)count;
	packed->size = (uint32_t)size;
	char *to = packed->data;
	for (size_t i = 0; i < count; i++) {
		to = put_length(put_length(to, items[i].name.len), items[i].value.len);
		to = put_text(put_text(to, items[i].name), items[i].value);
	}
	return packed;
}

static const char *get_label(const char *from, struct label *out) {
	size_t name, value;
	from = get_length(get_length(from, &name), &value);
	*out = (struct label){ .name = { from, name }, .value = { from + name, value } };
	return from + name + value;
}

bool packed_labels_equal(const struct packed_labels *packed, const struct label *items, size_t count) {
	if (packed->count != count)
		return false;
	const char *from = packed->data;
	for (size_t i = 0; i < count; i++) {
		struct label label;
		from = get_label(from, &label);
		if (!str_equal(label.name, items[i].name) || !str_equal(label.value, items[i].value))
			return false;
	}
	return true;
}

const struct label *packed_labels_unpack(const struct packed_labels *packed, struct arena *arena) {
	struct label *items = ARENA_NEW_ARRAY(arena, struct label, packed->count);
	const char *from = arena_dup(arena, packed->data, packed->size);
	for (uint32_t i = 0; i < packed->count; i++)
		from = get_label(from, &items[i]);
	return items;
}
