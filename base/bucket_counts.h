// SPDX-License-Identifier: Apache-2.0
// Values counted by upper bounds, as Prometheus shows them. One thread observes; any thread may read, a moment apart.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { BUCKET_BOUNDS_MAX = 12 }; // at most

// Ascending; what is above the last one is counted, too. Immutable.
struct bucket_bounds {
	size_t count;
	double items[BUCKET_BOUNDS_MAX];
};

// Zeroed: nothing observed.
struct bucket_counts {
	_Atomic uint64_t counts[BUCKET_BOUNDS_MAX + 1]; // not cumulative; one more than there are bounds
	_Atomic double sum;
};

void bucket_counts_add(struct bucket_counts *buckets, const struct bucket_bounds *bounds, double value);
