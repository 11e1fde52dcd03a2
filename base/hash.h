// SPDX-License-Identifier: Apache-2.0
// FNV-1a, 64 bits: hashes that are stable on disk (fingerprints, identities, keys). Not for texts somebody chooses to collide:
// whoever looks up by them compares the texts too.
#pragma once
#include "base/str.h"

#include <stdint.h>

#define HASH_START UINT64_C(14695981039346656037)

static inline uint64_t hash_byte(uint64_t hash, unsigned char byte) {
	return (hash ^ byte) * UINT64_C(1099511628211);
}

static inline uint64_t hash_bytes(uint64_t hash, struct str bytes) {
	for (size_t i = 0; i < bytes.len; i++)
		hash = hash_byte(hash, (unsigned char)bytes.data[i]);
	return hash;
}

// Followed by a byte that is not in UTF-8, so that the ends of texts count.
static inline uint64_t hash_text(uint64_t hash, struct str text) {
	return hash_byte(hash_bytes(hash, text), 0xff);
}

// Eight bytes at a step: for maps in memory only, its values are no other process' business. What is found by it is compared too.
static inline uint64_t hash_quickly(struct str bytes) {
	uint64_t hash = HASH_START ^ bytes.len, word;
	for (; bytes.len >= sizeof word; bytes = str_make(bytes.data + sizeof word, bytes.len - sizeof word)) {
		memcpy(&word, bytes.data, sizeof word);
		hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	return hash_bytes(hash, bytes);
}
