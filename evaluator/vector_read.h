// SPDX-License-Identifier: Apache-2.0
// The careful reader of a whole answer: any member order, white space and unknown members. Private to vector_decode.c and its tests.
#pragma once
#include "base/error.h"
#include "model/sample.h"

// Adds to *out what `text` says; its labels are slices of text or in out's arena, so text must live as long as *out.
// Errors as vector_decoder_finish; then *out is to be reset.
MUST_CHECK bool vector_read_answer(struct sample_vector *out, struct str text, struct error *err);

// Shared by both readers, so that they agree. False: not a value or time of a sample.
bool vector_read_value(struct str text, double *out);   // "1.5", "NaN", "+Inf"
bool vector_read_time(struct str number, wall_ms *out); // a JSON number: seconds with a fraction, to the nearest millisecond
// Orders labels whose names were not sorted. False when a name comes twice.
bool vector_sort_labels(struct label *labels, size_t count);
