// SPDX-License-Identifier: Apache-2.0
// What one flush of a group has to say: the data every notifier renders. Frozen at the flush; private to notifiers/.
#pragma once
#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/ref.h"
#include "model/labels.h"
#include "template/template.h"

struct buf;

struct notified_alert {
	bool is_firing;
	const struct labels *labels; // references owned by the notification
	const struct labels *annotations;
	wall_ms starts_at;
	wall_ms ends_at;           // 0 while firing
	const char *generator_url; // in the arena
	int64_t event_sequence;    // of its last transition; 0 for posted alerts
	double value;
	const char *source; // the rule's key, or "external"; in the arena
};

struct notification {
	struct ref ref;
	struct arena arena;
	int64_t id; // the row's; grows
	wall_ms at; // the flush
	struct str receiver, group_key;
	struct str reason; // "first notification", "new alerts added", "all alerts resolved", "some alerts resolved", "repeat interval elapsed"
	struct str external_url;
	const struct labels *group_labels; // references
	const struct labels *route_labels; // of the route, expanded; NULL: none
	bool has_raw_route_labels;         // they are templates still: while they are being expanded
	struct notified_alert *alerts;     // sorted by job, instance, then label set
	size_t alert_count;
};

struct notification *notification_create(void); // one reference, to be filled by the flush
struct notification *notification_ref(struct notification *notification);
void notification_unref(struct notification *notification);
void notification_sort(struct notification *notification); // its alerts, once all are there
size_t notification_firing_count(const struct notification *notification);
bool notification_is_firing(const struct notification *notification); // any alert fires
// The same with its firing alerts only, or (with_resolved) with all: nothing in it is a reference, all is borrowed; the list is in arena.
struct notification notification_kept(struct arena *arena, const struct notification *notification, bool with_resolved);
// Labels (annotations) equal in all alerts. A new reference.
const struct labels *notification_common_labels(const struct notification *notification);
const struct labels *notification_common_annotations(const struct notification *notification);
// As it is kept in the store, and back. NULL with ERR_CORRUPT.
void notification_to_json(struct buf *out, const struct notification *notification);
struct notification *notification_from_json(struct str json, struct error *err);
// The document of notification templates (.Receiver .Status .Alerts …). With send_resolved false only its firing alerts.
const struct value *notification_data(struct arena *arena, const struct notification *notification, bool with_resolved);
