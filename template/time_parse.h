// SPDX-License-Identifier: Apache-2.0
// Text to time by a Go layout, and the span between two times. Pure.
#pragma once
#include "template/value.h"

struct buf;

// time.ParseInLocation with UTC. False: *problem has Go's text.
bool time_parse(struct str layout, struct str text, struct value_time *out, struct buf *problem);
int64_t time_difference(const struct value_time *later, const struct value_time *earlier); // nanoseconds, saturated (Time.Sub)
void time_add(struct value_time *time, int64_t nanoseconds);
