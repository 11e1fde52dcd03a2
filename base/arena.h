// SPDX-License-Identifier: Apache-2.0
// Memory with one lifetime: many small allocations, one release. One thread at a time.
#pragma once
#include "base/buf.h"
#include "base/str.h"

#include <stddef.h>

struct arena_block;
struct arena_text;
struct arena {
	struct arena_block *blocks; // newest first
	struct arena_text *texts;   // taken over, newest first
	char *next, *end;           // free room in the newest block
	size_t used;                // bytes handed out since init or reset, for limits and metrics
	bool is_recurring;          // filled and emptied all the time: its blocks are so small that the allocator keeps them (mem_return_large_blocks)
};

void arena_init(struct arena *arena);   // a zeroed arena is initialised too, and one with is_recurring
void arena_finish(struct arena *arena); // frees everything; the arena is empty and usable again
void arena_reset(struct arena *arena);  // as finish, but keeps one block to be reused

// A point in an arena's life to go back to. Valid until the arena is reset, finished or goes back further.
struct arena_mark {
	struct arena_block *newest;
	struct arena_text *newest_text;
	char *next;
	size_t used;
};
struct arena_mark arena_mark(const struct arena *arena);
void arena_release(struct arena *arena, struct arena_mark mark); // frees what was handed out since

void *arena_alloc(struct arena *arena, size_t size);       // zeroed, aligned for any type
void *arena_alloc_raw(struct arena *arena, size_t size);   // uninitialised, aligned for any type
char *arena_alloc_bytes(struct arena *arena, size_t size); // uninitialised, no alignment: for text
void *arena_dup(struct arena *arena, const void *data, size_t size);
struct str arena_dup_str(struct arena *arena, struct str text);  // the copy is followed by a NUL
char *arena_cstr(struct arena *arena, struct str text);          // NUL-terminated copy
struct str arena_take_buf(struct arena *arena, struct buf *buf); // its text, a large one without a copy, followed by a NUL; the buf is empty again
PRINTF_LIKE(2, 3)
struct str arena_format(struct arena *arena, const char *format, ...); // followed by a NUL

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_NEW_ARRAY(arena, type, count) ((type *)arena_alloc((arena), sizeof(type) * (count)))

static inline void cleanup_arena(struct arena *arena) {
	arena_finish(arena);
}
#define autoarena __attribute__((cleanup(cleanup_arena)))
