// SPDX-License-Identifier: Apache-2.0
// Alertmanager's JSON payload of a notification: what webhooks and incident.io get. Pure. Private to notifiers/.
#pragma once
#include "base/buf.h"
#include "notifiers/notification.h"

struct webhook_payload {
	const char *version;
	const struct notification *notification; // with the alerts that status and what is common are made of
	size_t shown;                            // of its alerts, the first ones: those that are written
	size_t truncated;                        // alerts that are not among them
};

// Ends with a line break.
void webhook_payload_write(struct buf *out, const struct webhook_payload *payload);
// Drops the alerts after the first `max` (0: none), and says how many.
size_t webhook_payload_truncate(struct notification *kept, unsigned max);
