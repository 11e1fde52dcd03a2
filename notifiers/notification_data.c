// SPDX-License-Identifier: Apache-2.0
// A notification as the document of its templates.
#include "notifiers/notification.h"
#include "notifiers/notifier_text.h"
#include "template/value.h"

#include <inttypes.h>

static struct template_alert alert_document(struct arena *arena, const struct notified_alert *alert) {
	return (struct template_alert){
		.is_firing = alert->is_firing,
		.has_ended = !alert->is_firing,
		.labels = alert->labels,
		.annotations = alert->annotations,
		.starts_at = alert->starts_at,
		.ends_at = alert->ends_at,
		.generator_url = str_of(alert->generator_url),
		.fingerprint = arena_format(arena, "%016" PRIx64, alert->labels->fingerprint),
	};
}

// A copy in the arena, instead of a reference somebody would have to give back after the expansion.
static const struct labels *kept_in(struct arena *arena, const struct labels *labels) {
	const struct labels *copy = labels_copy_to(arena, labels);
	labels_unref(labels);
	return copy;
}

const struct value *notification_data(struct arena *arena, const struct notification *notification, bool with_resolved) {
	struct notification kept = notification_kept(arena, notification, with_resolved);
	struct template_alert *alerts = ARENA_NEW_ARRAY(arena, struct template_alert, notification->alert_count);
	autobuf struct buf receiver = { 0 };
	for (size_t i = 0; i < kept.alert_count; i++)
		alerts[i] = alert_document(arena, &kept.alerts[i]);
	notifier_text_quote_regexp(&receiver, notification->receiver);
	struct template_notification document = {
		.receiver = arena_dup_str(arena, buf_str(&receiver)),
		.is_firing = notification_is_firing(&kept),
		.alerts = alerts,
		.alert_count = kept.alert_count,
		.reason = notification->reason,
		.group_labels = notification->group_labels,
		.common_labels = kept_in(arena, notification_common_labels(&kept)),
		.common_annotations = kept_in(arena, notification_common_annotations(&kept)),
		.route_labels = notification->route_labels,
		.route_labels_are_rendered = !notification->has_raw_route_labels,
		.external_url = notification->external_url,
	};
	return template_notification_data(arena, &document);
}
