// SPDX-License-Identifier: Apache-2.0
// SHA-256 and HMAC over it, written out here: it is the only digest we need, and no library comes for it alone. See sha256.h.
#include "base/sha256.h"

#include <stdint.h>
#include <string.h>

enum { BLOCK = 64 };

// clang-format off: packed rows
static const uint32_t round_constants[64] = {
	0x428a2f98,
	0x71374491,
	0xb5c0fbcf,
	0xe9b5dba5,
	0x3956c25b,
	0x59f111f1,
	0x923f82a4,
	0xab1c5ed5,
	0xd807aa98,
	0x12835b01,
	0x243185be,
	0x550c7dc3,
	0x72be5d74,
	0x80deb1fe,
	0x9bdc06a7,
	0xc19bf174,
	0xe49b69c1,
	0xefbe4786,
	0x0fc19dc6,
	0x240ca1cc,
	0x2de92c6f,
	0x4a7484aa,
	0x5cb0a9dc,
	0x76f988da,
	0x983e5152,
	0xa831c66d,
	0xb00327c8,
	0xbf597fc7,
	0xc6e00bf3,
	0xd5a79147,
	0x06ca6351,
	0x14292967,
	0x27b70a85,
	0x2e1b2138,
	0x4d2c6dfc,
	0x53380d13,
	0x650a7354,
	0x766a0abb,
	0x81c2c92e,
	0x92722c85,
	0xa2bfe8a1,
	0xa81a664b,
	0xc24b8b70,
	0xc76c51a3,
	0xd192e819,
	0xd6990624,
	0xf40e3585,
	0x106aa070,
	0x19a4c116,
	0x1e376c08,
	0x2748774c,
	0x34b0bcb5,
	0x391c0cb3,
	0x4ed8aa4a,
	0x5b9cca4f,
	0x682e6ff3,
	0x748f82ee,
	0x78a5636f,
	0x84c87814,
	0x8cc70208,
	0x90befffa,
	0xa4506ceb,
	0xbef9a3f7,
	0xc67178f2,
};
// clang-format on

struct digest {
	uint32_t state[8];
	unsigned char block[BLOCK];
	size_t filled;
	uint64_t bytes;
};

static uint32_t turn(uint32_t word, unsigned by) {
	return word >> by | word << (32 - by);
}

static void schedule(const unsigned char *block, uint32_t words[64]) {
	for (size_t i = 0; i < 16; i++)
		words[i] = (uint32_t)block[i * 4] << 24 | (uint32_t)block[i * 4 + 1] << 16 | (uint32_t)block[i * 4 + 2] << 8 | block[i * 4 + 3];
	for (size_t i = 16; i < 64; i++) {
		uint32_t a = turn(words[i - 15], 7) ^ turn(words[i - 15], 18) ^ words[i - 15] >> 3;
		uint32_t b = turn(words[i - 2], 17) ^ turn(words[i - 2], 19) ^ words[i - 2] >> 10;
		words[i] = words[i - 16] + a + words[i - 7] + b;
	}
}

static void compress(struct digest *digest) {
	uint32_t words[64], s[8];
	schedule(digest->block, words);
	memcpy(s, digest->state, sizeof s);
	for (size_t i = 0; i < 64; i++) {
		uint32_t one = s[7] + (turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + round_constants[i] + words[i];
		uint32_t two = (turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
		memmove(s + 1, s, 7 * sizeof *s);
		s[4] += one;
		s[0] = one + two;
	}
	for (size_t i = 0; i < 8; i++)
		digest->state[i] += s[i];
	digest->filled = 0;
}

static struct digest digest_begin(void) {
	return (struct digest){ .state = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 } };
}

static void digest_add(struct digest *digest, const void *data, size_t size) {
	const unsigned char *bytes = data;
	digest->bytes += size;
	while (size > 0) {
		size_t part = BLOCK - digest->filled < size ? BLOCK - digest->filled : size;
		memcpy(digest->block + digest->filled, bytes, part);
		digest->filled += part;
		bytes += part;
		size -= part;
		if (digest->filled == BLOCK)
			compress(digest);
	}
}

static void digest_end(struct digest *digest, unsigned char out[SHA256_BYTES]) {
	uint64_t bits = digest->bytes * 8;
	unsigned char length[8];
	for (size_t i = 0; i < 8; i++)
		length[i] = (unsigned char)(bits >> (56 - 8 * i));
	digest_add(digest, "\x80", 1);
	while (digest->filled != BLOCK - sizeof length)
		digest_add(digest, "", 1);
	digest_add(digest, length, sizeof length);
	for (size_t i = 0; i < SHA256_BYTES; i++)
		out[i] = (unsigned char)(digest->state[i / 4] >> (24 - 8 * (i % 4)));
}

static void add_text(struct digest *digest, struct str text) {
	if (text.len > 0)
		digest_add(digest, text.data, text.len);
}

void sha256(struct str text, unsigned char out[SHA256_BYTES]) {
	struct digest digest = digest_begin();
	add_text(&digest, text);
	digest_end(&digest, out);
}

static struct digest keyed(const unsigned char key[BLOCK], unsigned char with) {
	unsigned char pad[BLOCK];
	struct digest digest = digest_begin();
	for (size_t i = 0; i < BLOCK; i++)
		pad[i] = key[i] ^ with;
	digest_add(&digest, pad, BLOCK);
	return digest;
}

void hmac_sha256(struct str key, struct str text, unsigned char out[SHA256_BYTES]) {
	unsigned char block[BLOCK] = { 0 };
	if (key.len > BLOCK)
		sha256(key, block);
	else if (key.len > 0)
		memcpy(block, key.data, key.len);
	struct digest inner = keyed(block, 0x36);
	add_text(&inner, text);
	digest_end(&inner, out);
	struct digest outer = keyed(block, 0x5c);
	digest_add(&outer, out, SHA256_BYTES);
	digest_end(&outer, out);
}
