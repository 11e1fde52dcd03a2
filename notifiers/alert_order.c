// SPDX-License-Identifier: Apache-2.0
// See alert_order.h.
#include "notifiers/alert_order.h"

static int compare_label(const struct labels *a, const struct labels *b, struct str name) {
	struct str x = labels_get(a, name), y = labels_get(b, name);
	if (x.len == 0 || y.len == 0)
		return (x.len == 0) - (y.len == 0);
	return str_compare(x, y);
}

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

int alert_order_compare(const struct labels *a, const struct labels *b) {
	int order = compare_label(a, b, STR("job"));
	if (order == 0)
		order = compare_label(a, b, STR("instance"));
	return order != 0 ? order : alert_order_sets(a, b);
}
