// SPDX-License-Identifier: Apache-2.0
// A remote write request taken apart by a reader that shares nothing with the writer: snappy, then protobuf field by field.
#pragma once
#include "base/array.h"
#include "base/clock.h"
#include "base/str.h"

struct written {      // one sample
	char *series; // {__name__="x",a="b"}: labels in the order of the wire
	char *value;  // "1", "NaN", "stale"; of a histogram its fields as write_request.c shows them
	wall_ms at;
};

struct write_request {
	ARRAY_OF(struct written);
	size_t series; // time series; each has one sample here
};

// Appends what the body holds. False: it is not a WriteRequest, its labels are not sorted, or a value is empty.
bool write_request_read(struct write_request *request, struct str body);
void write_request_finish(struct write_request *request);
