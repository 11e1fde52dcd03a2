// SPDX-License-Identifier: Apache-2.0
// Memory with one lifetime. See arena.h.
#include "base/arena.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

enum { ARENA_FIRST_BLOCK = 1024,
	ARENA_LARGEST_BLOCK = 256 * 1024,
	ARENA_LARGEST_RECURRING = 64 * 1024,
	ARENA_TAKEN_MIN = 4096 }; // less is copied: a block of memory for each text is worse

struct arena_block {
	struct arena_block *older;
	size_t size; // of data
	_Alignas(max_align_t) char data[];
};

struct arena_text { // in a block
	struct arena_text *older;
	char *data;
};

void arena_init(struct arena *arena) {
	*arena = (struct arena){ 0 };
}

static void free_blocks(struct arena_block *block) {
	while (block != NULL) {
		struct arena_block *older = block->older;
		free(block);
		block = older;
	}
}

static void free_texts(struct arena *arena, const struct arena_text *until) {
	for (; arena->texts != until; arena->texts = arena->texts->older)
		free(arena->texts->data);
}

void arena_finish(struct arena *arena) {
	free_texts(arena, NULL);
	free_blocks(arena->blocks);
	*arena = (struct arena){ .is_recurring = arena->is_recurring };
}

void arena_reset(struct arena *arena) {
	struct arena_block *kept = arena->blocks;
	if (kept == NULL || kept->size > ARENA_LARGEST_BLOCK) {
		arena_finish(arena);
		return;
	}
	free_texts(arena, NULL);
	free_blocks(kept->older);
	kept->older = NULL;
	*arena = (struct arena){ .blocks = kept, .next = kept->data, .end = kept->data + kept->size, .is_recurring = arena->is_recurring };
}

struct arena_mark arena_mark(const struct arena *arena) {
	return (struct arena_mark){ arena->blocks, arena->texts, arena->next, arena->used };
}

void arena_release(struct arena *arena, struct arena_mark mark) {
	free_texts(arena, mark.newest_text);
	while (arena->blocks != mark.newest) {
		struct arena_block *older = arena->blocks->older;
		free(arena->blocks);
		arena->blocks = older;
	}
	arena->next = mark.next;
	arena->end = mark.newest == NULL ? NULL : mark.newest->data + mark.newest->size;
	arena->used = mark.used;
}

static void add_block(struct arena *arena, size_t wanted) {
	size_t size = arena->blocks == NULL ? ARENA_FIRST_BLOCK : arena->blocks->size * 2, largest = arena->is_recurring ? ARENA_LARGEST_RECURRING : ARENA_LARGEST_BLOCK;
	if (size > largest)
		size = largest;
	if (size < wanted)
		size = wanted;
	struct arena_block *block = mem_alloc(sizeof *block + size);
	block->older = arena->blocks;
	block->size = size;
	arena->blocks = block;
	arena->next = block->data;
	arena->end = block->data + size;
}

static char *take(struct arena *arena, size_t size, size_t alignment) {
	size_t padding = (size_t)(-(uintptr_t)arena->next & (alignment - 1));
	if (arena->blocks == NULL || (size_t)(arena->end - arena->next) < padding || (size_t)(arena->end - arena->next) - padding < size) {
		add_block(arena, size);
		padding = 0;
	}
	char *memory = arena->next + padding;
	arena->next = memory + size;
	arena->used += size + padding;
	return memory;
}

char *arena_alloc_bytes(struct arena *arena, size_t size) {
	return take(arena, size, 1);
}

void *arena_alloc_raw(struct arena *arena, size_t size) {
	return take(arena, size, _Alignof(max_align_t));
}

void *arena_alloc(struct arena *arena, size_t size) {
	void *memory = arena_alloc_raw(arena, size);
	return size == 0 ? memory : memset(memory, 0, size);
}

void *arena_dup(struct arena *arena, const void *data, size_t size) {
	void *copy = arena_alloc_raw(arena, size);
	return size == 0 ? copy : memcpy(copy, data, size);
}

char *arena_cstr(struct arena *arena, struct str text) {
	char *copy = arena_alloc_bytes(arena, text.len + 1);
	if (text.len > 0)
		memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	return copy;
}

struct str arena_dup_str(struct arena *arena, struct str text) {
	return str_make(arena_cstr(arena, text), text.len);
}

struct str arena_take_buf(struct arena *arena, struct buf *buf) {
	size_t len = buf->len;
	if (len < ARENA_TAKEN_MIN) {
		struct str copy = arena_dup_str(arena, buf_str(buf));
		buf_finish(buf);
		return copy;
	}
	struct arena_text *text = arena_alloc_raw(arena, sizeof *text);
	*text = (struct arena_text){ arena->texts, buf_take(buf) };
	arena->texts = text;
	arena->used += len;
	return str_make(text->data, len);
}

struct str arena_format(struct arena *arena, const char *format, ...) {
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		len = 0;
	char *text = arena_alloc_bytes(arena, (size_t)len + 1);
	vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	return str_make(text, (size_t)len);
}
