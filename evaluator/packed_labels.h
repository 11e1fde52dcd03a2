// SPDX-License-Identifier: Apache-2.0
// A label set in as few bytes as its texts allow: what an answer said about a series, kept to recognise it in the next answer.
#pragma once
#include "base/arena.h"
#include "model/labels.h"

struct packed_labels {        // one block, freed with free()
	uint32_t count, size; // size: bytes of data
	char data[];          // count times: length of name, length of value (LEB128), name, value
};

struct packed_labels *packed_labels_create(const struct label *items, size_t count);
bool packed_labels_equal(const struct packed_labels *packed, const struct label *items, size_t count); // same order
// The labels again; their texts are copied to the arena.
const struct label *packed_labels_unpack(const struct packed_labels *packed, struct arena *arena);
