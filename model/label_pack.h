// SPDX-License-Identifier: Apache-2.0
// One label in few bytes: the number of its name (LEB128), the length of its value, the value. A name that is not kept has the number 0 and is
// written out, its length first. In memory only: stored and shown nowhere.
#pragma once
#include "base/varint.h"
#include "model/label_name.h"

struct label {
	struct str name, value; // valid UTF-8; name not empty
};

// `number` is label_name_number of its name, which whoever packs asks for once.
static inline size_t label_pack_size(struct label label, uint32_t number) {
	size_t name = number != 0 ? varint_size(number) : 1 + varint_size(label.name.len) + label.name.len;
	return name + varint_size(label.value.len) + label.value.len;
}

static inline char *label_pack_text(char *to, struct str text) {
	if (text.len > 0)
		memcpy(to, text.data, text.len);
	return to + text.len;
}

// Both return where the next label begins.
static inline char *label_pack(char *to, struct label label, uint32_t number) {
	to = varint_put(to, number);
	if (number == 0)
		to = label_pack_text(varint_put(to, label.name.len), label.name);
	return label_pack_text(varint_put(to, label.value.len), label.value);
}

static inline const char *label_unpack(const char *from, struct label *out) {
	size_t number;
	from = varint_get(from, &number);
	if (number == 0) {
		from = varint_get(from, &out->name.len);
		out->name.data = from;
		from += out->name.len;
	} else {
		out->name = label_name_of((uint32_t)number);
	}
	out->value.data = varint_get(from, &out->value.len);
	return out->value.data + out->value.len;
}
