// SPDX-License-Identifier: Apache-2.0
// The order of alerts in messages and in the API, and that of label sets. Pure. Private to notifiers/. Source: Alertmanager types.AlertSlice.
#pragma once
#include "model/labels.h"

// The smaller set first, then the one that lacks the first name they do not share, then by values. Go: common/model LabelSet.Before.
int alert_order_sets(const struct labels *a, const struct labels *b);

// What is put in order. By job, by instance (those without come last), then by set.
struct ordered_alert {
	const struct labels *labels;
	struct str job, instance; // set by alert_order_sort
	const void *alert;        // the caller's
};
void alert_order_sort(struct ordered_alert *alerts, size_t count);
