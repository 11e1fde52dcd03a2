// SPDX-License-Identifier: Apache-2.0
// The templates every receiver starts from; users' files may define them anew. Names as in Alertmanager's, texts our own.
// A door of notifiers/: `template render` starts from them too.
#pragma once
#include "base/error.h"

struct template_set;

// Adds them to an empty set, text or HTML: before the users' files. Fails only where the template language lacks something.
MUST_CHECK bool default_templates_add(struct template_set *set, struct error *err);
