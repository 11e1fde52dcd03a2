// SPDX-License-Identifier: Apache-2.0
// The only place that asks what time it is. Everything else takes `now` as an argument.
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef int64_t wall_ms; // Unix time in milliseconds: what is shown and persisted
typedef int64_t mono_ms; // monotonic milliseconds since an arbitrary start: deadlines
typedef int64_t dur_ms;  // a span in milliseconds

#define SECONDS(n) ((dur_ms)(n)*1000)
#define MINUTES(n) SECONDS((n)*60)
#define HOURS(n) MINUTES((n)*60)

#define CLOCK_GO_ZERO INT64_C(-62135596800000) // 0001-01-01T00:00:00Z: how Go says "no time"

wall_ms clock_wall(void);
mono_ms clock_mono(void);
int64_t clock_cpu_ns(void);  // CPU time of the process so far
int64_t clock_mono_ns(void); // for measured durations shown to people, never for deadlines

struct buf;
// Appends RFC 3339 in UTC with milliseconds only where they are not zero: "2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05Z" (Go's RFC3339Nano).
void clock_append_rfc3339(struct buf *out, wall_ms at);
void clock_append_rfc3339_millis(struct buf *out, wall_ms at); // always with three digits
// Reads an RFC 3339 time: any fraction (cut to milliseconds), any offset. As go-openapi's date-time it may lack the offset (then it is UTC),
// the colon in it, the seconds, or all after the date. False: it is none.
struct str;
bool clock_parse_rfc3339(struct str text, wall_ms *out);
