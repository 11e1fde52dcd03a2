// SPDX-License-Identifier: Apache-2.0
// Eight bytes of a text at a step: whether one of them is such a byte. Says that there is one, not which.
#pragma once
#include <stdint.h>
#include <string.h>

#define WORD_ONES UINT64_C(0x0101010101010101)
#define WORD_HIGHS UINT64_C(0x8080808080808080)

static inline uint64_t word_at(const char *text) {
	uint64_t word;
	memcpy(&word, text, sizeof word);
	return word;
}

// Not 0: a byte is below `bound`, which is at most 128. https://graphics.stanford.edu/~seander/bithacks.html#HasLessInWord
static inline uint64_t word_has_below(uint64_t word, unsigned char bound) {
	return (word - WORD_ONES * bound) & ~word & WORD_HIGHS;
}

static inline uint64_t word_has(uint64_t word, char byte) {
	return word_has_below(word ^ WORD_ONES * (unsigned char)byte, 1);
}
