// SPDX-License-Identifier: Apache-2.0
// Unsigned numbers in as few bytes as they need (LEB128), seven bits in each, as protocol buffers have them. Pure.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { VARINT_MAX = 10 }; // bytes

static inline size_t varint_size(uint64_t number) {
	size_t size = 1;
	for (; number >= 0x80; number >>= 7)
		size++;
	return size;
}

// Both return what follows the number.
static inline char *varint_put(char *to, uint64_t number) {
	for (; number >= 0x80; number >>= 7)
		*to++ = (char)(number | 0x80);
	*to++ = (char)number;
	return to;
}

// Of bytes from anywhere: returns what follows the number, or NULL when it does not end before `end` or is larger than any.
static inline const char *varint_get_checked(const char *from, const char *end, uint64_t *out) {
	*out = 0;
	for (unsigned shift = 0; from < end && shift < 64; shift += 7) {
		unsigned char byte = (unsigned char)*from++;
		if (shift == 63 && byte > 1)
			return NULL;
		*out |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return from;
	}
	return NULL;
}

// Of bytes that varint_put wrote: nothing is checked.
static inline const char *varint_get(const char *from, size_t *out) {
	size_t number = (unsigned char)*from++;
	if (number >= 0x80) {
		unsigned shift = 7;
		number &= 0x7f;
		do
			number |= (size_t)(*from & 0x7f) << shift;
		while (shift += 7, (*from++ & 0x80) != 0);
	}
	*out = number;
	return from;
}
