// SPDX-License-Identifier: Apache-2.0
// What the folder itself asks of a notification's document; value.h makes it.
#pragma once
#include "template/value.h"

// .RouteLabels of a document made by template_notification_data(), or NULL. *are_rendered: they are no templates any more.
const struct value *notification_route_labels(const struct value *document, bool *are_rendered);
