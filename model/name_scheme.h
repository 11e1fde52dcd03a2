// SPDX-License-Identifier: Apache-2.0
// Which names metrics and labels may have. Pure. Source: prometheus/common, model.ValidationScheme.
#pragma once
#include "base/str.h"

enum name_scheme {
	NAME_UTF8,   // any text that is not empty; the default of Prometheus 3.x
	NAME_LEGACY, // letters, digits and underscores, of metrics colons too; not a digit first
};

bool name_scheme_parse(struct str text, enum name_scheme *out); // "utf8", "legacy"; "" leaves *out as it is. False when there is none of that name
bool name_is_metric(struct str name, enum name_scheme scheme);
bool name_is_label(struct str name, enum name_scheme scheme); // __name__ is one
// A label that relabelling sets, as its rule has it: with $1 and ${name} in the place of parts. In UTF-8 these are names anyway.
bool name_is_label_target(struct str name, enum name_scheme scheme);
