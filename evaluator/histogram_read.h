// SPDX-License-Identifier: Apache-2.0
// The native histogram of an element of an answer: what it says, not what it means (histogram_layout.h). Private to vector_read.c.
#pragma once
#include "base/array.h"
#include "base/json_read.h"
#include "model/histogram.h"

struct histogram_reader {                  // zeroed: ready
	ARRAY_OF(struct histogram_bucket); // of the one being read; memory is kept for the next
};

// Reads {"count":"…","sum":"…","buckets":[[edges,"lower","upper","count"],…]}; buckets may be missing, further members are passed over.
// False: the JSON reader has failed and says why. *out lives in its arena.
bool histogram_read(struct histogram_reader *reader, struct json_reader *json, const struct histogram **out);
