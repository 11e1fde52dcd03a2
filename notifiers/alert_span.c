// SPDX-License-Identifier: Apache-2.0
// How long a posted alert lasts. See alert_span.h.
#include "notifiers/alert_span.h"

bool alert_span_is_over(const struct alert_span *span, wall_ms now) {
	return span->ends_at <= now;
}

static bool is_within(wall_ms at, const struct alert_span *span) {
	return at > span->starts_at && at < span->ends_at;
}

struct alert_span alert_span_merge(struct alert_span known, struct alert_span posted, wall_ms now) {
	struct alert_span merged = posted;
	if (!is_within(posted.ends_at, &known) && !is_within(posted.starts_at, &known))
		return posted;
	if (known.starts_at < posted.starts_at)
		merged.starts_at = known.starts_at;
	bool known_end_counts = alert_span_is_over(&posted, now) ? alert_span_is_over(&known, now) : !known.is_timeout;
	if (known_end_counts && known.ends_at > posted.ends_at)
		merged.ends_at = known.ends_at;
	return merged;
}
