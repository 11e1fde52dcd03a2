// SPDX-License-Identifier: Apache-2.0
// ALERTS and ALERTS_FOR_STATE of one alert, as time series of a write request. The encoded labels are kept with the alert (LAW 7).
// Source: Prometheus rules/alerting.go, sample and forStateSample: the rule's labels as written, overlaid by the alert's.
#pragma once
#include "base/buf.h"
#include "evaluator/alert_instance.h"

// Both series of an alert that is pending or firing; a staleness marker for the state it was written with before. Returns the series appended.
size_t alert_series_append(struct buf *out, struct alert_instance *instance, wall_ms at);
// Staleness markers for whatever was written of it last.
size_t alert_series_end(struct buf *out, struct alert_instance *instance, wall_ms at);
// The same of an alert of which only the row is left.
size_t alert_series_end_record(struct buf *out, const struct alert_record *record, wall_ms at);
