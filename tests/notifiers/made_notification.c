// SPDX-License-Identifier: Apache-2.0
// Notifications made by hand. See made_notification.h.
#include "tests/notifiers/made_notification.h"

#include "tests/notifiers/dispatch_rig.h"

struct notification *made_notification(const char *receiver, const char *reason) {
	struct notification *notification = notification_create();
	notification->id = 1;
	notification->at = 1767323045678;
	notification->receiver = str_of(receiver);
	notification->reason = str_of(reason);
	notification->group_key = STR("{}:{alertname=\"Down\"}");
	notification->external_url = STR("http://tocsin.example:9093");
	notification->group_labels = labels_of("alertname=\"Down\"");
	notification->alerts = ARENA_NEW_ARRAY(&notification->arena, struct notified_alert, 16);
	return notification;
}

void made_notification_add(struct notification *notification, const char *labels, const char *annotations, bool is_firing, wall_ms starts_at, wall_ms ends_at) {
	notification->alerts[notification->alert_count++] = (struct notified_alert){
		.is_firing = is_firing,
		.labels = labels_of(labels),
		.annotations = annotations[0] == '\0' ? labels_empty() : labels_of(annotations),
		.starts_at = starts_at,
		.ends_at = ends_at,
		.generator_url = "http://prometheus.example/graph",
		.event_sequence = (int64_t)notification->alert_count * 10,
		.value = 1.5,
		.source = "disk.yml;disks;DiskFull",
	};
}
