// SPDX-License-Identifier: Apache-2.0
// Prometheus' durations: "1w2d3h4m5s6ms", units descending, each once; "0" is allowed. Pure. Source: prometheus/common model.ParseDuration.
#pragma once
#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"

struct buf;
// What duration_parse takes but for "0", and duration_parse_go, as regular expressions of ECMA 262. Only the first finds the empty text.
#define DURATION_PATTERN "([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?"
#define DURATION_GO_PATTERN "^[-+]?(0|(([0-9]+\\.?[0-9]*|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$"
// Errors carry Prometheus' texts: `empty duration string`, `not a valid duration string: "X"`, `unknown unit "q" in duration "X"`, `duration out of range`.
MUST_CHECK bool duration_parse(struct str text, dur_ms *out, struct error *err);
// y and w only where they divide exactly, then d h m s ms; "0s" for zero. span >= 0.
void duration_format(struct buf *out, dur_ms span);
// Go's time.ParseDuration ("1.5h", "300ms", "-2m30s") with a resolution of 1 ms: for the few keys that take it (webhook timeout).
MUST_CHECK bool duration_parse_go(struct str text, dur_ms *out, struct error *err);
