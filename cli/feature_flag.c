// SPDX-License-Identifier: Apache-2.0
// See feature_flag.h.
#include "cli/feature_flag.h"

#include "promql/promql.h"

#include <stdio.h>

bool feature_flag_read(const char *command, const struct flag_list *texts, unsigned *out) {
	struct error err = { 0 };
	for (size_t i = 0; i < texts->count; i++) {
		if (promql_features_parse(str_of(texts->items[i]), out, &err))
			continue;
		fprintf(stderr, "tocsin %s: --enable-feature: %s\n", command, err.text);
		return false;
	}
	return true;
}
