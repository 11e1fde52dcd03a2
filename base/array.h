// SPDX-License-Identifier: Apache-2.0
// Growing arrays: any struct with the members `T *items; size_t count, cap;`.
#pragma once
#include "base/mem.h"

#include <stdlib.h>

#define ARRAY_OF(type)             \
	struct {                   \
		type *items;       \
		size_t count, cap; \
	}

// Makes room for one more and yields a pointer to it (uninitialised). Valid until the next push.
#define array_push(array)                                                                               \
	((array)->items = (array)->count < (array)->cap                                                 \
	        ? (array)->items                                                                        \
	        : mem_realloc_array((array)->items, array_grow(&(array)->cap), sizeof *(array)->items), \
	    &(array)->items[(array)->count++])
#define array_append(array, value) (*array_push(array) = (value))
#define array_finish(array) (free((array)->items), (array)->items = NULL, (array)->count = (array)->cap = 0)
#define array_clear(array) ((array)->count = 0)
// Removes items[index] by moving the last one into its place.
#define array_swap_remove(array, index) ((array)->items[(index)] = (array)->items[--(array)->count])

static inline size_t array_grow(size_t *cap) {
	return *cap = *cap < 8 ? 8 : *cap + *cap / 2;
}
