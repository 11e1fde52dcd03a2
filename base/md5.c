// SPDX-License-Identifier: Apache-2.0
// MD5. See md5.h.
#include "base/md5.h"

#include <stdint.h>

enum { BLOCK = 64,
	LENGTH_BYTES = 8 };

// floor(2^32 · |sin(i + 1)|)
static const uint32_t sines[BLOCK] = {
	0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122,
	0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6,
	0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60,
	0xbebfbc70, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039,
	0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391
};
static const unsigned char shifts[4][4] = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 } };

static uint32_t read_word(const unsigned char *bytes) {
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static uint32_t mix(unsigned round, uint32_t b, uint32_t c, uint32_t d) {
	switch (round) {
	case 0: return (b & c) | (~b & d);
	case 1: return (b & d) | (c & ~d);
	case 2: return b ^ c ^ d;
	default: return c ^ (b | ~d);
	}
}

static void take_block(uint32_t state[4], const unsigned char block[BLOCK]) {
	static const unsigned char steps[4] = { 1, 5, 3, 7 }, starts[4] = { 0, 1, 5, 0 }; // which word each operation of a round takes
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	for (unsigned i = 0; i < BLOCK; i++) {
		unsigned round = i / 16, word = (starts[round] + steps[round] * i) % 16, shift = shifts[round][i % 4];
		uint32_t sum = a + mix(round, b, c, d) + sines[i] + read_word(block + 4 * word);
		a = d;
		d = c;
		c = b;
		b += sum << shift | sum >> (32 - shift);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
}

void md5(struct str text, unsigned char out[MD5_BYTES]) {
	uint32_t state[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
	const unsigned char *bytes = (const unsigned char *)text.data;
	size_t whole = text.len / BLOCK * BLOCK, rest = text.len - whole;
	for (size_t i = 0; i < whole; i += BLOCK)
		take_block(state, bytes + i);
	unsigned char tail[2 * BLOCK] = { 0 };
	if (rest > 0)
		memcpy(tail, bytes + whole, rest);
	tail[rest] = 0x80;
	size_t tail_size = rest + 1 + LENGTH_BYTES <= BLOCK ? BLOCK : 2 * BLOCK;
	uint64_t bits = (uint64_t)text.len * 8;
	for (unsigned i = 0; i < LENGTH_BYTES; i++)
		tail[tail_size - LENGTH_BYTES + i] = (unsigned char)(bits >> 8 * i);
	for (size_t i = 0; i < tail_size; i += BLOCK)
		take_block(state, tail + i);
	for (unsigned i = 0; i < MD5_BYTES; i++)
		out[i] = (unsigned char)(state[i / 4] >> 8 * (i % 4));
}
