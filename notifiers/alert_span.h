// SPDX-License-Identifier: Apache-2.0
// From when until when an alert that others post lasts, and how a new post changes that. Pure. Private to notifiers/.
// Source: alertmanager provider/mem and alert.Merge.
#pragma once
#include "base/clock.h"

struct alert_span {
	wall_ms starts_at, ends_at;
	bool is_timeout; // nobody gave the end
};

// What holds once `posted` has come after `known`.
struct alert_span alert_span_merge(struct alert_span known, struct alert_span posted, wall_ms now);
bool alert_span_is_over(const struct alert_span *span, wall_ms now);
