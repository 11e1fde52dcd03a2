// SPDX-License-Identifier: Apache-2.0
// Histograms for tests, as answers list them.
#pragma once
#include "base/arena.h"
#include "model/histogram.h"
#include "model/sample.h"

// Of the JSON of its buckets ("[[0,\"1\",\"2\",\"3\"],…]"), with 100 observations whose sum is 7; in the arena. Fails the test when it cannot be read.
const struct histogram *listed_histogram(struct arena *arena, const char *buckets);
// Of a whole histogram.
const struct histogram *listed_histogram_of(struct arena *arena, const char *json);
