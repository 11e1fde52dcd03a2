// SPDX-License-Identifier: Apache-2.0
// Stands where the document of notification templates will be.
#include "notifiers/notification.h"

const struct value *notification_data(struct arena *arena, const struct notification *notification, bool with_resolved) {
	(void)arena, (void)notification, (void)with_resolved;
	return NULL;
}
