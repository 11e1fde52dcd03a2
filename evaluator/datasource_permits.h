// SPDX-License-Identifier: Apache-2.0
// The bounds of all configured datasources, by name. As long as one of a name is configured it keeps its set of permits, whatever else of it
// changes: what is in flight when a reload comes counts. Main's; evaluators read while they take a setup over.
#pragma once
#include "base/array.h"
#include "evaluator/evaluator.h"
#include "evaluator/query_permits.h"

struct named_permits {
	char *name; // "" = the default datasource's, when it has none
	struct query_permits *permits;
};

struct datasource_permits { // zeroed = none
	ARRAY_OF(struct named_permits);
};

void datasource_permits_update(struct datasource_permits *table, const struct evaluation_setup *setup, _Atomic uint64_t *in_use);
struct query_permits *datasource_permits_of(const struct datasource_permits *table, const struct datasource_config *config); // one of the setup; borrowed
void datasource_permits_finish(struct datasource_permits *table);
