// SPDX-License-Identifier: Apache-2.0
// A native histogram as a query API lists it: only the buckets that are not empty, by their boundaries. Plain data.
// Source: Prometheus util/jsonutil, MarshalHistogram.
#pragma once
#include <stddef.h>

// Which boundaries belong to a bucket, under the numbers of the API.
enum bucket_edges {
	BUCKET_UPPER_INCLUSIVE, // (lower, upper]: of positive observations, and of custom buckets
	BUCKET_LOWER_INCLUSIVE, // [lower, upper): of negative observations
	BUCKET_OPEN,
	BUCKET_CLOSED, // [lower, upper]: the zero bucket, and the first of custom ones
	BUCKET_EDGES_COUNT
};

struct histogram_bucket {
	double lower, upper, count;
	enum bucket_edges edges;
};

struct histogram {
	double count, sum;
	const struct histogram_bucket *buckets; // in the order of the answer, which is to be ascending; at most LIMIT_HISTOGRAM_BUCKETS
	size_t bucket_count;
};
