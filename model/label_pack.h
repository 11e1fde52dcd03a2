// SPDX-License-Identifier: Apache-2.0
// One label in few bytes: the number of its name (LEB128), the length of its value, the value. A name that is not kept has the number 0 and is
// written out, its length first. In memory only: stored and shown nowhere.
#pragma once
#include "model/label_name.h"

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
	uint32_t number = label_name_number(label.name);
	size_t name = number != 0 ? label_length_size(number) : 1 + label_length_size(label.name.len) + label.name.len;
	return name + label_length_size(label.value.len) + label.value.len;
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
	uint32_t number = label_name_number(label.name);
	to = label_pack_length(to, number);
	if (number == 0)
		to = label_pack_text(label_pack_length(to, label.name.len), label.name);
	return label_pack_text(label_pack_length(to, label.value.len), label.value);
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
	size_t number;
	from = label_unpack_length(from, &number);
	if (number == 0) {
		from = label_unpack_length(from, &out->name.len);
		out->name.data = from;
		from += out->name.len;
	} else {
		out->name = label_name_of((uint32_t)number);
	}
	out->value.data = label_unpack_length(from, &out->value.len);
	return out->value.data + out->value.len;
}
