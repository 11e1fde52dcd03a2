// SPDX-License-Identifier: Apache-2.0
// What the listed buckets of a native histogram are: of which schema, at which index. Answers of a query API leave out the schema, the zero
// threshold and all that is empty; what cannot be told from the rest is chosen so that it takes nothing from histograms this one is added
// to (docs/decisions/0045-histograms-from-answers.md). Pure. Source: Prometheus model/histogram.
#pragma once
#include "base/arena.h"
#include "base/array.h"
#include "base/error.h"
#include "model/histogram.h"

#include <stdint.h>

enum {
	SCHEMA_MIN = -4, // a bucket's upper boundary is that of the one before times 2^(2^-schema)
	SCHEMA_MAX = 8,
	SCHEMA_CUSTOM = -53, // boundaries are listed
};

struct histogram_side { // buckets ascending by index, with their counts beside
	const int32_t *indices;
	const double *counts;
	size_t count;
};

struct histogram_layout {
	int schema;
	double zero_threshold, zero_count;
	struct histogram_side negative, positive; // negative ones by absolute value; custom ones are all positive
	const double *bounds;                     // of custom buckets the upper ones, ascending, without +Inf; borrowed where they are the known ones
	size_t bound_count;
};

// Upper boundaries of custom buckets: ascending, finite. Zeroed: none.
struct histogram_bounds {
	ARRAY_OF(double);
};

// Arrays of *out live in the arena. `known`: boundaries that may be there without being listed, or NULL. ERR_INVALID: no schema has these
// buckets, or a count is negative, which nobody stores.
MUST_CHECK bool histogram_layout_find(struct histogram_layout *out, const struct histogram *histogram, const struct histogram_bounds *known, struct arena *arena, struct error *err);
// They are custom buckets, none of them reaches over one of the bounds, and all that is listed is among them.
bool histogram_bounds_hold(const struct histogram_bounds *bounds, const struct histogram *histogram);
// None of its buckets reaches over one of the bounds.
bool histogram_bounds_agree(const struct histogram_bounds *bounds, const struct histogram *histogram);
