// SPDX-License-Identifier: Apache-2.0
// The body of a remote write: prometheus.WriteRequest (remote write 1.0) as protobuf, written by hand. Pure.
// A request is nothing but its time series one after the other: requests are joined by appending, and cut between series.
// Source: Prometheus prompb/remote.proto and types.proto; https://prometheus.io/docs/specs/prw/remote_write_spec/
#pragma once
#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"

// Prometheus' staleness marker. Never held as a double: a copy through a register may change a NaN's bits.
#define REMOTE_WRITE_STALE UINT64_C(0x7ff0000000000002)

enum { REMOTE_WRITE_HISTOGRAM = 0x22 }; // the tag of TimeSeries.histograms

// What a request or a part of one holds.
struct write_amount {
	size_t series, histograms; // histograms: series whose sample is one
};

// Appends one Label field of a time series. The caller sees to it that names are sorted bytewise and unique, and no value empty.
void remote_write_label(struct buf *out, struct str name, struct str value);
uint64_t remote_write_bits(double value);
// Appends one time series with one sample; `labels` are its Label fields.
void remote_write_series(struct buf *out, struct str labels, uint64_t value_bits, wall_ms at);
// The same with the labels in up to REMOTE_WRITE_PIECES pieces.
enum { REMOTE_WRITE_PIECES = 8 };
void remote_write_series_of(struct buf *out, const struct str *pieces, size_t count, uint64_t value_bits, wall_ms at);
// Takes the first time series off a request that these functions made: its labels (at most `cap`; slices of the request) and what follows
// them, for remote_write_series_again. False: the request is empty.
struct label;
bool remote_write_take(struct str *request, struct label *labels, size_t cap, size_t *count, struct str *samples);
void remote_write_series_again(struct buf *out, struct str labels, struct str samples);
// Takes the first time series off a request and returns its bytes. The request is not empty.
struct str remote_write_cut(struct str *request, bool *is_histogram);
// The bytes of the first time series of a request: `count` of them, or as many of these as fit into max_bytes, but one at least where there is
// one. *amount: what they are.
size_t remote_write_span(struct str request, size_t count, size_t max_bytes, struct write_amount *amount);
