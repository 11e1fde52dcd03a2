// SPDX-License-Identifier: Apache-2.0
// A list that nearly always holds one: that one is inside, a block of memory is only for more. Any struct made by FEW_OF; a zeroed one is empty.
#pragma once
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FEW_OF(type)                 \
	struct {                     \
		union {              \
			type one;    \
			type *items; \
		};                   \
		uint32_t count, cap; \
	}

// Its items, in order of adding until one is removed; valid until the next push. cap 0: the one is inside.
#define few_items(few) ((few)->cap == 0 ? &(few)->one : (few)->items)
// Makes room for one more and yields a pointer to it (uninitialised).
#define few_push(few) (few_grow(&(few)->one, (few)->count, &(few)->cap, sizeof(few)->one), &few_items(few)[(few)->count++])
#define few_append(few, value) (*few_push(few) = (value))
// Removes an item by moving the last one into its place.
#define few_swap_remove(few, index) (few_items(few)[(index)] = few_items(few)[(few)->count - 1], (few)->count--)
#define few_clear(few) ((few)->count = 0)
#define few_finish(few) (few_release(&(few)->one, (few)->cap), (few)->count = (few)->cap = 0)

// `place` is where the one is, or the pointer to the block.
static inline void few_grow(void *place, uint32_t count, uint32_t *cap, size_t size) {
	void *block = NULL;
	if (count < (*cap == 0 ? 1 : *cap))
		return;
	if (*cap == 0) {
		block = mem_alloc(4 * size);
		memcpy(block, place, size);
	} else {
		memcpy(&block, place, sizeof block);
		block = mem_realloc_array(block, 2 * (size_t)*cap, size);
	}
	*cap = *cap == 0 ? 4 : 2 * *cap;
	memcpy(place, &block, sizeof block);
}

static inline void few_release(const void *place, uint32_t cap) {
	void *block = NULL;
	if (cap > 0)
		memcpy(&block, place, sizeof block);
	free(block);
}
