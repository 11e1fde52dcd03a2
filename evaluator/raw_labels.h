// SPDX-License-Identifier: Apache-2.0
// What an answer said about a series, kept to recognise it in the next answer. Most of it stands in the labels of the alert that came of it:
// those are marked, only the others (__name__, and what the rule's labels replaced) are written out.
#pragma once
#include "base/arena.h"
#include "model/labels.h"

struct raw_labels {           // one block, freed with free()
	uint8_t count, own;   // of all; of those written out. At most LIMIT_LABELS
	unsigned char data[]; // a bit for each label of the alert, set: it is one of these; then those written out, packed and sorted
};

// `identity` must be the same in every call. Items sorted by name, names unique.
struct raw_labels *raw_labels_create(const struct labels *identity, const struct label *items, size_t count);
bool raw_labels_equal(const struct raw_labels *raw, const struct labels *identity, const struct label *items, size_t count);
uint64_t raw_labels_hash(const struct raw_labels *raw, const struct labels *identity); // labels_hash of them
// The labels again. Their texts are the identity's, or copied to the arena.
const struct label *raw_labels_unpack(const struct raw_labels *raw, const struct labels *identity, struct arena *arena);
