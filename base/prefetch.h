// SPDX-License-Identifier: Apache-2.0
// Loading ahead what a walk over hundreds of thousands of things reads soon: most of what such a walk costs is waiting for memory.
// gcc takes a function that only prefetches for one without an effect, and leaves its calls out unless they are inlined early: hence PREFETCHING.
#pragma once
#include <stddef.h>

#define PREFETCHING static inline __attribute__((always_inline)) void

enum { CACHE_LINE_BYTES = 64 };

// Anything may be there: what cannot be read is not loaded.
PREFETCHING prefetch(const void *from, size_t bytes) {
	for (size_t at = 0; at < bytes; at += CACHE_LINE_BYTES)
		__builtin_prefetch((const char *)from + at);
}
