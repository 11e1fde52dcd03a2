// SPDX-License-Identifier: Apache-2.0
// Digests against sha256sum, where they are published vectors (FIPS 180-4, RFC 4231) against those.
#include "tests/harness/test.h"

#include "base/buf.h"
#include "base/sha256.h"

static const char *hex(const unsigned char digest[SHA256_BYTES]) {
	static char out[2 * SHA256_BYTES + 1];
	for (size_t i = 0; i < SHA256_BYTES; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
	return out;
}

TEST(digests_are_those_of_the_standard) {
	unsigned char out[SHA256_BYTES];
	sha256(STR(""), out);
	CHECK_CSTR(hex(out), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256(STR("abc"), out);
	CHECK_CSTR(hex(out), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha256(STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), out);
	CHECK_CSTR(hex(out), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(every_length_around_a_block_agrees_with_an_independent_implementation) {
	char command[256], wanted[80];
	for (size_t len = 50; len < 135; len += 7) {
		autobuf struct buf text = { 0 };
		unsigned char out[SHA256_BYTES];
		for (size_t i = 0; i < len; i++)
			buf_append_char(&text, (char)('a' + i % 26));
		sha256(buf_str(&text), out);
		snprintf(command, sizeof command, "printf %%s '%s' | sha256sum", buf_cstr(&text));
		FILE *pipe = popen(command, "r");
		CHECK(pipe != NULL && fgets(wanted, sizeof wanted, pipe) != NULL);
		pclose(pipe);
		wanted[2 * SHA256_BYTES] = '\0';
		CHECK_CSTR(hex(out), wanted);
	}
}

TEST(codes_are_those_of_rfc_4231) {
	unsigned char out[SHA256_BYTES];
	char long_key[131];
	memset(long_key, 0xaa, sizeof long_key);
	hmac_sha256(STR("Jefe"), STR("what do ya want for nothing?"), out);
	CHECK_CSTR(hex(out), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	hmac_sha256(str_make(long_key, sizeof long_key), STR("Test Using Larger Than Block-Size Key - Hash Key First"), out);
	CHECK_CSTR(hex(out), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}
