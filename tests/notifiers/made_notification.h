// SPDX-License-Identifier: Apache-2.0
// Notifications made by hand, for tests.
#pragma once
#include "notifiers/notification.h"

// Of the group {alertname="Down"} at the root; one reference.
struct notification *made_notification(const char *receiver, const char *reason);
// labels and annotations as a="x",b="y".
void made_notification_add(struct notification *notification, const char *labels, const char *annotations, bool is_firing, wall_ms starts_at, wall_ms ends_at);
