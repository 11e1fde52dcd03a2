// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"
#include "tests/harness/test.h"

TEST(hashes_are_fnv_1a_as_it_is_on_disk) {
	CHECK(hash_bytes(HASH_START, STR("")) == UINT64_C(0xcbf29ce484222325));
	CHECK(hash_bytes(HASH_START, STR("a")) == UINT64_C(0xaf63dc4c8601ec8c));
	CHECK(hash_bytes(HASH_START, STR("foobar")) == UINT64_C(0x85944171f73967e8));
	CHECK(hash_text(HASH_START, STR("foobar")) == hash_bytes(HASH_START, STR("foobar\xff")));
}

TEST(the_ends_of_texts_count) {
	CHECK(hash_text(hash_text(HASH_START, STR("ab")), STR("c")) != hash_text(hash_text(HASH_START, STR("a")), STR("bc")));
}
