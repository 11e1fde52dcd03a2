// SPDX-License-Identifier: Apache-2.0
// The order of alerts in messages and in the API, and that of label sets. Pure. Private to notifiers/. Source: Alertmanager types.AlertSlice.
#pragma once
#include "model/labels.h"

// The smaller set first, then the one that lacks the first name they do not share, then by values. Go: common/model LabelSet.Before.
int alert_order_sets(const struct labels *a, const struct labels *b);
// By job, by instance (those without come last), then by set.
int alert_order_compare(const struct labels *a, const struct labels *b);
