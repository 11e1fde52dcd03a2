// SPDX-License-Identifier: Apache-2.0
#include "base/md5.h"
#include "tests/harness/test.h"

#include <string.h>

static const char *digest(const char *text) {
	static char hex[2 * MD5_BYTES + 1];
	unsigned char bytes[MD5_BYTES];
	md5(str_of(text), bytes);
	for (int i = 0; i < MD5_BYTES; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	return hex;
}

TEST(the_digests_of_rfc_1321) {
	CHECK_CSTR(digest(""), "d41d8cd98f00b204e9800998ecf8427e");
	CHECK_CSTR(digest("a"), "0cc175b9c0f1b6a831c399e269772661");
	CHECK_CSTR(digest("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
	CHECK_CSTR(digest("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"), "d174ab98d277d9f5a5611c2c9f419d9f");
	CHECK_CSTR(digest("12345678901234567890123456789012345678901234567890123456789012345678901234567890"), "57edf4a22be3c955ac49da2e2107b67a");
}

TEST(texts_that_just_fill_a_block_have_their_length_in_the_next) {
	char text[65] = "";
	static const char *const wanted[] = { "ef1772b6dff9a122358552954ad0df65", "3b0c8ac703f828b04c6c197006d17218", "652b906d60af96844ebd21b674f35e93", "b06521f39153d618550606be297466d5", "014842d480b571495a4a0363793f7367" };
	static const unsigned lengths[] = { 55, 56, 57, 63, 64 };
	for (int i = 0; i < 5; i++) {
		memset(text, 'a', sizeof text);
		text[lengths[i]] = '\0';
		CHECK_CSTR(digest(text), wanted[i]);
	}
}
