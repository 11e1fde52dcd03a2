// SPDX-License-Identifier: Apache-2.0
// Heap memory that is always had. See mem.h.
#include "base/mem.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGE_BLOCK = 128 << 10,
	ROOM_MAX = 96 << 10 }; // what is neither a large block nor, when it is free at the end of a heap, given back (M_TRIM_THRESHOLD)

static void *checked(void *memory, size_t size) {
	if (memory != NULL)
		return memory;
	fprintf(stderr, "tocsin: out of memory (%zu bytes wanted)\n", size);
	abort();
}

void *mem_alloc(size_t size) {
	return checked(malloc(size == 0 ? 1 : size), size);
}

void *mem_zalloc(size_t size) {
	return checked(calloc(1, size == 0 ? 1 : size), size);
}

void *mem_realloc(void *old, size_t size) {
	return checked(realloc(old, size == 0 ? 1 : size), size);
}

void *mem_realloc_array(void *old, size_t count, size_t size) {
	size_t total = 0;
	if (__builtin_mul_overflow(count, size, &total))
		return checked(NULL, SIZE_MAX);
	return mem_realloc(old, total);
}

void *mem_dup(const void *data, size_t size) {
	void *copy = mem_alloc(size);
	if (size > 0)
		memcpy(copy, data, size);
	return copy;
}

char *mem_dup_cstr(const char *text) {
	return text == NULL ? NULL : mem_dup(text, strlen(text) + 1);
}

struct str mem_dup_str(struct str text) {
	return str_make(mem_dup(text.data, text.len), text.len);
}

void mem_free_str(struct str owned) {
	free((char *)owned.data);
}

void mem_make_room(size_t bytes) {
	void *volatile block = mem_alloc(bytes < ROOM_MAX ? bytes : ROOM_MAX); // or the compiler sees that nobody wants it
	free(block);
}

void mem_return_large_blocks(void) {
	mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
}
