// SPDX-License-Identifier: Apache-2.0
// What one flush of a group has to say. See notification.h.
#include "notifiers/notification.h"

#include "base/mem.h"
#include "notifiers/alert_order.h"

struct notification *notification_create(void) {
	struct notification *notification = MEM_NEW(struct notification);
	ref_init(&notification->ref);
	arena_init(&notification->arena);
	return notification;
}

struct notification *notification_ref(struct notification *notification) {
	ref_take(&notification->ref);
	return notification;
}

void notification_unref(struct notification *notification) {
	if (notification == NULL || !ref_drop(&notification->ref))
		return;
	labels_unref(notification->group_labels);
	labels_unref(notification->route_labels);
	for (size_t i = 0; i < notification->alert_count; i++) {
		labels_unref(notification->alerts[i].labels);
		labels_unref(notification->alerts[i].annotations);
	}
	arena_finish(&notification->arena);
	free(notification);
}

size_t notification_firing_count(const struct notification *notification) {
	size_t count = 0;
	for (size_t i = 0; i < notification->alert_count; i++)
		count += notification->alerts[i].is_firing;
	return count;
}

bool notification_is_firing(const struct notification *notification) {
	for (size_t i = 0; i < notification->alert_count; i++)
		if (notification->alerts[i].is_firing)
			return true;
	return false;
}

struct notification notification_kept(struct arena *arena, const struct notification *notification, bool with_resolved) {
	struct notification kept = *notification;
	kept.alerts = ARENA_NEW_ARRAY(arena, struct notified_alert, notification->alert_count);
	kept.alert_count = 0;
	for (size_t i = 0; i < notification->alert_count; i++)
		if (with_resolved || notification->alerts[i].is_firing)
			kept.alerts[kept.alert_count++] = notification->alerts[i];
	return kept;
}

static bool has_label(const struct labels *labels, const struct label *wanted) {
	struct label label;
	for (struct label_walk walk = labels_walk(labels); label_walk_next(&walk, &label);) {
		bool is_same = label.name.data == wanted->name.data; // nearly all names are kept once
		if (is_same || (label.name.data[0] == wanted->name.data[0] && str_equal(label.name, wanted->name)))
			return str_equal(label.value, wanted->value);
	}
	return false;
}

// What all of them have, with the same value.
static const struct labels *common(const struct notified_alert *alerts, size_t count, const struct labels *(*part)(const struct notified_alert *)) {
	if (count == 0)
		return labels_empty();
	const struct labels *first = part(&alerts[0]);
	if (count == 1)
		return labels_ref(first);
	autofree struct label *kept = mem_alloc((first->count + 1) * sizeof *kept);
	size_t kept_count = 0;
	struct label label;
	for (struct label_walk walk = labels_walk(first); label_walk_next(&walk, &label);) {
		size_t at = 1;
		while (at < count && has_label(part(&alerts[at]), &label))
			at++;
		if (at == count)
			kept[kept_count++] = label;
	}
	return labels_from_sorted(kept, kept_count);
}

static const struct labels *alert_labels(const struct notified_alert *alert) {
	return alert->labels;
}

static const struct labels *alert_annotations(const struct notified_alert *alert) {
	return alert->annotations;
}

const struct labels *notification_common_labels(const struct notification *notification) {
	return common(notification->alerts, notification->alert_count, alert_labels);
}

const struct labels *notification_common_annotations(const struct notification *notification) {
	return common(notification->alerts, notification->alert_count, alert_annotations);
}

void notification_sort(struct notification *notification) {
	size_t count = notification->alert_count;
	if (count < 2)
		return;
	autofree struct notified_alert *unsorted = mem_alloc(count * sizeof *unsorted);
	autofree struct ordered_alert *ordered = mem_alloc(count * sizeof *ordered);
	for (size_t i = 0; i < count; i++) {
		unsorted[i] = notification->alerts[i];
		ordered[i] = (struct ordered_alert){ .labels = unsorted[i].labels, .alert = &unsorted[i] };
	}
	alert_order_sort(ordered, count);
	for (size_t i = 0; i < count; i++)
		notification->alerts[i] = *(const struct notified_alert *)ordered[i].alert;
}
