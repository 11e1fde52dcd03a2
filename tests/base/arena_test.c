// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"
#include "tests/harness/test.h"

TEST(allocations_are_zeroed_aligned_and_disjoint) {
	autoarena struct arena arena = { 0 };
	for (size_t size = 1; size < 5000; size += 37) {
		unsigned char *memory = arena_alloc(&arena, size);
		CHECK((uintptr_t)memory % _Alignof(max_align_t) == 0);
		for (size_t i = 0; i < size; i++)
			CHECK(memory[i] == 0);
		memset(memory, 0xff, size);
	}
}

TEST(a_reset_arena_reuses_its_newest_block) {
	autoarena struct arena arena = { 0 };
	arena_alloc(&arena, 100);
	struct arena_block *block = arena.blocks;
	arena_reset(&arena);
	CHECK(arena.blocks == block);
	CHECK(arena.used == 0);
	arena_alloc(&arena, 100);
	CHECK(arena.blocks == block);
}

TEST(texts_are_copied_with_a_terminator) {
	autoarena struct arena arena = { 0 };
	char text[] = "abc";
	struct str copy = arena_dup_str(&arena, str_of(text));
	text[0] = 'x';
	CHECK_STR(copy, "abc");
	CHECK(copy.data[3] == '\0');
	CHECK_STR(arena_format(&arena, "%s-%d", "n", 7), "n-7");
}

TEST(an_allocation_larger_than_any_block_works) {
	autoarena struct arena arena = { 0 };
	char *large = arena_alloc_bytes(&arena, 3 << 20);
	memset(large, 'x', 3 << 20);
	arena_reset(&arena); // such a block is not kept
	CHECK(arena.blocks == NULL);
}

TEST(a_release_frees_what_came_after_the_mark_and_nothing_else) {
	autoarena struct arena arena = { 0 };
	struct arena_mark empty = arena_mark(&arena);
	char *kept = arena_cstr(&arena, STR("kept"));
	struct arena_mark mark = arena_mark(&arena);
	size_t used = arena.used;
	for (int i = 0; i < 100; i++)
		memset(arena_alloc(&arena, 10000), 'x', 10000);
	arena_release(&arena, mark);
	CHECK(arena.used == used);
	CHECK_CSTR(kept, "kept");
	CHECK(arena_alloc_bytes(&arena, 1) == kept + 5); // the room is handed out again
	arena_release(&arena, empty);
	CHECK(arena.blocks == NULL && arena.used == 0);
	CHECK_CSTR(arena_cstr(&arena, STR("again")), "again");
}

static struct str take(struct arena *arena, char what, size_t count) {
	struct buf buf = { 0 };
	for (size_t i = 0; i < count; i++)
		buf_append_char(&buf, what);
	struct str taken = arena_take_buf(arena, &buf);
	CHECK(buf.data == NULL && taken.len == count && taken.data[count] == '\0');
	return taken;
}

// The sanitizer sees whether each is freed, once.
TEST(a_text_that_was_taken_over_lives_as_long_as_the_arena) {
	autoarena struct arena arena = { 0 };
	take(&arena, 'a', 0);
	struct str kept = take(&arena, 'b', 100000), small = take(&arena, 'c', 10);
	struct arena_mark mark = arena_mark(&arena);
	take(&arena, 'd', 200000);
	take(&arena, 'e', 300000);
	arena_release(&arena, mark);
	CHECK(kept.data[0] == 'b' && kept.data[99999] == 'b');
	CHECK_STR(small, "cccccccccc");
	take(&arena, 'f', 100000);
	arena_reset(&arena);
	CHECK(arena.texts == NULL && arena.used == 0);
	take(&arena, 'g', 100000);
}

TEST(a_large_text_is_taken_over_where_it_is) {
	autoarena struct arena arena = { 0 };
	struct buf buf = { 0 };
	for (int i = 0; i < 10000; i++)
		buf_append_char(&buf, 'x');
	const char *data = buf.data;
	CHECK(arena_take_buf(&arena, &buf).data == data);
}
