// SPDX-License-Identifier: Apache-2.0
// Go's time package as text: dates in any layout, durations. Pure.
#pragma once
#include "base/civil.h"
#include "template/value.h"

struct civil_time civil_time_of(const struct value_time *time);

void go_append_duration(struct buf *out, int64_t nanoseconds);                          // Duration.String: "1h30m0s"
void go_append_time(struct buf *out, const struct value_time *time);                    // Time.String: "2006-01-02 15:04:05.999999999 -0700 MST"
void go_append_time_source(struct buf *out, const struct value_time *time);             // Time.GoString: "time.Date(2006, time.January, 2, 15, 4, 5, 0, time.UTC)"
void go_format_time(struct buf *out, const struct value_time *time, struct str layout); // Time.Format
const char *go_month_name(int64_t month);                                               // NULL outside 1..12
const char *go_weekday_name(int64_t weekday);                                           // NULL outside 0..6
