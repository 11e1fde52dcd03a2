// SPDX-License-Identifier: Apache-2.0
// See bucket_counts.h.
#include "base/bucket_counts.h"

#include <stdatomic.h>

// Nobody else writes: no read-modify-write is needed.
void bucket_counts_add(struct bucket_counts *buckets, const struct bucket_bounds *bounds, double value) {
	size_t at = 0;
	while (at < bounds->count && value > bounds->items[at])
		at++;
	uint64_t count = atomic_load_explicit(&buckets->counts[at], memory_order_relaxed);
	double sum = atomic_load_explicit(&buckets->sum, memory_order_relaxed);
	atomic_store_explicit(&buckets->counts[at], count + 1, memory_order_relaxed);
	atomic_store_explicit(&buckets->sum, sum + value, memory_order_relaxed);
}
