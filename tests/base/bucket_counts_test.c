// SPDX-License-Identifier: Apache-2.0
// Values counted by upper bounds.
#include "base/bucket_counts.h"
#include "tests/harness/test.h"

TEST(a_value_is_counted_below_the_first_bound_it_does_not_exceed) {
	static const struct bucket_bounds bounds = { 3, { 1, 5, 10 } };
	struct bucket_counts buckets = { 0 };
	const double values[] = { 0, 1, 1.5, 5, 10, 10.5, 1e9 };
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		bucket_counts_add(&buckets, &bounds, values[i]);
	CHECK(buckets.counts[0] == 2 && buckets.counts[1] == 2 && buckets.counts[2] == 1 && buckets.counts[3] == 2);
	CHECK(buckets.counts[4] == 0 && buckets.sum == 1e9 + 28);
}
