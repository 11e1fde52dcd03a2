// SPDX-License-Identifier: Apache-2.0
// Numbers for people, as Prometheus' templates write them. Pure. Source: prometheus/template and prometheus/common/helpers/templates.
#pragma once
#include "base/buf.h"

void humanize(struct buf *out, double number);           // "1.235k", "12m"
void humanize_1024(struct buf *out, double number);      // "1.5ki"
void humanize_duration(struct buf *out, double seconds); // "1d 2h 3m 4s", "50ms"
void humanize_percentage(struct buf *out, double ratio); // "12.34%"
