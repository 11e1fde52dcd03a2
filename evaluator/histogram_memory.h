// SPDX-License-Identifier: Apache-2.0
// What a recording rule knows of the custom buckets of its histograms. Empty buckets are not listed, so that each histogram shows some of the
// boundaries only, at each slot others; histograms of different boundaries lose what they do not share when they are added. Together, and over
// a few slots, they show all. Owned by an evaluator.
#pragma once
#include "evaluator/histogram_layout.h"
#include "model/sample.h"

// Learns from the histograms of an answer: boundaries of custom buckets, unless a bucket reaches over one that is known. When all of them do,
// the boundaries are others now, and what was known is forgotten. At most LIMIT_HISTOGRAM_BOUNDS. Memory is the arena's meanwhile.
void histogram_bounds_learn(struct histogram_bounds *bounds, const struct sample_vector *vector, struct arena *arena);
