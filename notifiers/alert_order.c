// SPDX-License-Identifier: Apache-2.0
// See alert_order.h.
#include "notifiers/alert_order.h"

#include <stdlib.h>

int alert_order_sets(const struct labels *a, const struct labels *b) {
	if (a->count != b->count)
		return a->count < b->count ? -1 : 1;
	struct label_walk left = labels_walk(a), right = labels_walk(b);
	for (struct label x, y; label_walk_next(&left, &x) && label_walk_next(&right, &y);) {
		int names = str_compare(x.name, y.name);
		if (names != 0)
			return -names;
		int values = str_compare(x.value, y.value);
		if (values != 0)
			return values;
	}
	return 0;
}

static int compare_values(struct str x, struct str y) {
	if (x.len == 0 || y.len == 0)
		return (x.len == 0) - (y.len == 0);
	return str_compare(x, y);
}

static int compare(const void *left, const void *right) {
	const struct ordered_alert *a = left, *b = right;
	int order = compare_values(a->job, b->job);
	if (order == 0)
		order = compare_values(a->instance, b->instance);
	return order != 0 ? order : alert_order_sets(a->labels, b->labels);
}

void alert_order_sort(struct ordered_alert *alerts, size_t count) {
	for (size_t i = 0; i < count; i++) {
		alerts[i].job = labels_get(alerts[i].labels, STR("job"));
		alerts[i].instance = labels_get(alerts[i].labels, STR("instance"));
	}
	if (count > 1)
		qsort(alerts, count, sizeof *alerts, compare);
}
