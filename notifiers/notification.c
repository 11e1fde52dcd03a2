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

static int compare_names(struct str a, struct str b) {
	if (a.data == b.data) // nearly all names are kept once
		return 0;
	unsigned char x = (unsigned char)a.data[0], y = (unsigned char)b.data[0];
	return x != y ? x - y : str_compare(a, b);
}

// Keeps of items, sorted by name, those that these labels have too. Returns how many.
static size_t keep_shared(struct label *items, size_t count, const struct labels *labels) {
	struct label_walk walk = labels_walk(labels);
	size_t at = 0, kept = 0;
	for (struct label label; at < count && label_walk_next(&walk, &label);) {
		int order = -1;
		while (at < count && (order = compare_names(items[at].name, label.name)) < 0)
			at++;
		if (order != 0)
			continue;
		if (str_equal(items[at].value, label.value))
			items[kept++] = items[at];
		at++;
	}
	return kept;
}

// What all of them have, with the same value: one pass over all, for what they have is far apart.
static const struct labels *common(const struct notified_alert *alerts, size_t count, const struct labels *(*part)(const struct notified_alert *)) {
	if (count == 0)
		return labels_empty();
	const struct labels *first = part(&alerts[0]);
	if (count == 1)
		return labels_ref(first);
	autoarena struct arena arena = { 0 };
	struct label *items = labels_unpack(first, &arena);
	size_t kept = first->count;
	for (size_t i = 1; i < count && kept > 0; i++)
		kept = keep_shared(items, kept, part(&alerts[i]));
	return labels_from_sorted(items, kept);
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
