// SPDX-License-Identifier: Apache-2.0
// A native histogram as a field of a time series of a remote write. Pure. Source: Prometheus prompb/types.proto, Histogram.
#pragma once
#include "base/buf.h"
#include "base/clock.h"
#include "evaluator/histogram_layout.h"

// What a receiver is told of what came before: whether a count that falls is a reset, or nothing remarkable.
enum histogram_hint { HISTOGRAM_HINT_NONE = 0,
	HISTOGRAM_HINT_GAUGE = 3 };

// Appends TimeSeries.histograms, what follows the labels in remote_write_series_again. Count and sum are the histogram's, buckets the layout's.
void histogram_encode(struct buf *out, const struct histogram *histogram, const struct histogram_layout *layout, enum histogram_hint hint, wall_ms at);
