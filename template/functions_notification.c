// SPDX-License-Identifier: Apache-2.0
// The functions of notification templates. Source: alertmanager/template/template.go.
#include "template/functions_shared.h"

const struct template_callable functions_notification[] = { { 0 } };
