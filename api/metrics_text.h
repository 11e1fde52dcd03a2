// SPDX-License-Identifier: Apache-2.0
// Pieces of Prometheus' text format. Private to api/.
#pragma once
#include "api/request.h"

void metric_head(struct buf *out, const char *name, const char *type, const char *help);
void metric_plain(struct buf *out, const char *name, const char *type, const char *help, double value); // one without labels
void metric_label_value(struct buf *out, struct str text);                                              // escaped, without the quotes
// One line a bucket, the sum and the count; labels as they stand between the braces, without the last comma.
struct bucket_counts;
struct bucket_bounds;
void metric_histogram(struct buf *out, const char *name, const char *labels, const struct bucket_counts *buckets, const struct bucket_bounds *bounds);

// Those of Alertmanager's names about alerts, silences, notifications and HTTP. Needs the view of silences.
void metrics_of_alertmanager(const struct request *request, struct buf *out);

// Memory, file descriptors, time. Any thread; a number the system does not tell is 0.
void metrics_of_process(wall_ms started_at, struct buf *out);
