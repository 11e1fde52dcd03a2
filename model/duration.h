// SPDX-License-Identifier: Apache-2.0
// Prometheus' durations: "1w2d3h4m5s6ms", units descending, each once; "0" is allowed. Pure. Source: prometheus/common model.ParseDuration.
#pragma once
#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"

struct buf;
// Errors carry Prometheus' texts: `empty duration string`, `not a valid duration string: "X"`, `unknown unit "q" in duration "X"`, `duration out of range`.
MUST_CHECK bool duration_parse(struct str text, dur_ms *out, struct error *err);
// y and w only where they divide exactly, then d h m s ms; "0s" for zero. span >= 0.
void duration_format(struct buf *out, dur_ms span);
// Go's time.ParseDuration ("1.5h", "300ms", "-2m30s") with a resolution of 1 ms: for the few keys that take it (webhook timeout).
MUST_CHECK bool duration_parse_go(struct str text, dur_ms *out, struct error *err);
