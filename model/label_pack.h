// SPDX-License-Identifier: Apache-2.0
// One label in as few bytes as its texts allow: length of name, length of value (LEB128), name, value. In memory only: stored and shown nowhere.
#pragma once
#include "base/str.h"

#include <stdint.h>

struct label {
	struct str name, value; // valid UTF-8; name not empty
};

static inline size_t label_length_size(size_t length) {
	size_t size = 1;
	for (; length >= 0x80; length >>= 7)
		size++;
	return size;
}

static inline size_t label_pack_size(struct label label) {
	return label_length_size(label.name.len) + label_length_size(label.value.len) + label.name.len + label.value.len;
}

static inline char *label_pack_length(char *to, size_t length) {
	for (; length >= 0x80; length >>= 7)
		*to++ = (char)(length | 0x80);
	*to++ = (char)length;
	return to;
}

static inline char *label_pack_text(char *to, struct str text) {
	if (text.len > 0)
		memcpy(to, text.data, text.len);
	return to + text.len;
}

// Both return where the next label begins.
static inline char *label_pack(char *to, struct label label) {
	to = label_pack_length(label_pack_length(to, label.name.len), label.value.len);
	return label_pack_text(label_pack_text(to, label.name), label.value);
}

static inline const char *label_unpack_length(const char *from, size_t *out) {
	size_t length = (unsigned char)*from++;
	if (length >= 0x80) {
		unsigned shift = 7;
		length &= 0x7f;
		do
			length |= (size_t)(*from & 0x7f) << shift;
		while (shift += 7, (*from++ & 0x80) != 0);
	}
	*out = length;
	return from;
}

static inline const char *label_unpack(const char *from, struct label *out) {
	from = label_unpack_length(label_unpack_length(from, &out->name.len), &out->value.len);
	out->name.data = from;
	out->value.data = from + out->name.len;
	return out->value.data + out->value.len;
}
