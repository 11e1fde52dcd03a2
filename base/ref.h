// SPDX-License-Identifier: Apache-2.0
// A counted reference for immutable things that cross threads.
#pragma once
#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>

struct ref {
	_Atomic unsigned count;
};

static inline void ref_init(struct ref *ref) {
	atomic_init(&ref->count, 1);
}

static inline void ref_take(struct ref *ref) {
	unsigned before = atomic_fetch_add_explicit(&ref->count, 1, memory_order_relaxed);
	assert(before > 0 && before < 0x7fffffff);
	(void)before;
}

// True when this was the last reference: the caller frees.
static inline bool ref_drop(struct ref *ref) {
	unsigned before = atomic_fetch_sub_explicit(&ref->count, 1, memory_order_acq_rel);
	assert(before > 0);
	return before == 1;
}
