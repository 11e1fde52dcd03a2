// SPDX-License-Identifier: Apache-2.0
// What is legal in an expression but hardly ever meant, told from the text alone. A check that is not sure says nothing. Pure, any thread.
#pragma once
#include "base/clock.h"
#include "model/lint_finding.h"
#include "promql/promql.h"

#include <stdint.h>

struct promql_lint_options {
	bool is_alert;    // the expression of an alerting rule: it is to give something only when there is something to tell
	dur_ms min_range; // the shortest range a rate is sure to find enough samples in; 0: PROMQL_MIN_RANGE
};

enum { PROMQL_MIN_RANGE = 60000 }; // ms: four samples at the common scrape interval of 15 s

// A finding in bytes start..end of the text; `text` lives until the call returns.
typedef void promql_lint_report(void *context, enum lint_id id, uint32_t start, uint32_t end, struct str text);

// `text` is what `root` was parsed from. `arena` holds temporary things.
struct promql_lint {
	struct arena *arena;
	struct str text;
	const struct promql_lint_options *options;
	promql_lint_report *report;
	void *context;
};

void promql_lint(const struct promql_lint *lint, const struct promql_node *root);

// What an expression's value counts, told from the names it is made of.
enum promql_unit { PROMQL_UNIT_UNKNOWN,
	PROMQL_UNIT_BYTES,
	PROMQL_UNIT_RATIO, // 0..1
	PROMQL_UNIT_SECONDS,
	PROMQL_UNIT_TIMESTAMP }; // seconds since 1970
enum promql_unit promql_unit_of(const struct promql_node *root);
