// SPDX-License-Identifier: Apache-2.0
// Snappy blocks: what goes in comes out, and what is no block is refused.
#include "base/snappy_block.h"

#include "base/mem.h"
#include "tests/harness/test.h"

static void fill(struct buf *out, int lines) {
	for (int i = 0; i < lines; i++)
		buf_format(out, "{\"alertname\":\"Down\",\"instance\":\"host-%d\"},", i);
}

TEST(what_goes_in_comes_out_and_takes_less_room) {
	for (int lines = 0; lines < 3000; lines = lines * 3 + 1) {
		autobuf struct buf bytes = { 0 }, block = { 0 };
		struct error err;
		size_t size;
		fill(&bytes, lines);
		CHECK(snappy_block_append(&block, buf_str(&bytes), &err));
		CHECK(snappy_block_size(buf_str(&block), &size) && size == bytes.len);
		CHECK(lines < 100 || block.len < bytes.len / 2);
		autofree char *again = mem_alloc(size + 1);
		CHECK(snappy_block_read(again, size, buf_str(&block)));
		CHECK(size == 0 || memcmp(again, bytes.data, size) == 0);
	}
}

TEST(another_size_or_a_broken_block_is_refused) {
	autobuf struct buf bytes = { 0 }, block = { 0 };
	struct error err;
	size_t size;
	fill(&bytes, 50);
	CHECK(snappy_block_append(&block, buf_str(&bytes), &err));
	autofree char *again = mem_alloc(bytes.len + 1);
	CHECK(!snappy_block_read(again, bytes.len - 1, buf_str(&block)));
	CHECK(!snappy_block_read(again, bytes.len, str_head(buf_str(&block), block.len - 1)));
	CHECK(!snappy_block_read(again, bytes.len, STR_NONE));
	CHECK(!snappy_block_size(STR_NONE, &size));
	CHECK(!snappy_block_size(STR("\xff\xff\xff\xff\xff\xff"), &size));
}
