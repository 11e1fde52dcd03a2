// SPDX-License-Identifier: Apache-2.0
// Eight bytes of a text at a step: whether one of them is such a byte, and which is the first.
#pragma once
#include <endian.h>
#include <stdint.h>
#include <string.h>

#define WORD_ONES UINT64_C(0x0101010101010101)
#define WORD_HIGHS UINT64_C(0x8080808080808080)

static inline uint64_t word_at(const char *text) { // the first byte is the lowest
	uint64_t word;
	memcpy(&word, text, sizeof word);
	return le64toh(word);
}

// Both tell of bytes by their highest bits, exactly of the first; what follows it may be wrong. Not 0: a byte is below `bound`, which is at most 128. https://graphics.stanford.edu/~seander/bithacks.html#HasLessInWord
static inline uint64_t word_has_below(uint64_t word, unsigned char bound) {
	return (word - WORD_ONES * bound) & ~word & WORD_HIGHS;
}

static inline uint64_t word_has(uint64_t word, char byte) {
	return word_has_below(word ^ WORD_ONES * (unsigned char)byte, 1);
}

// Its place, 0 to 7, by what they told, which is not 0; of several the first of all by their union.
static inline unsigned word_first(uint64_t told) {
	return (unsigned)__builtin_ctzll(told) / 8;
}

// The bits up to the end of that byte.
static inline uint64_t word_until_first(uint64_t told) {
	return told ^ (told - 1);
}
