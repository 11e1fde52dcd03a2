// SPDX-License-Identifier: Apache-2.0
// What an installation wants linting to say: which findings, how severe, and the conventions its rules keep. Immutable once made, any thread.
#pragma once
#include "base/clock.h"
#include "model/lint_finding.h"

struct regex;

// What a name or the value of `name` has to match, wholly.
struct lint_pattern {
	struct str name, text; // as written; borrowed
	struct regex *regex;   // owned; NULL: anything is fine
};

struct lint_patterns {
	struct lint_pattern *items; // borrowed but for the regexes
	size_t count;
};

struct lint_names {
	const struct str *items; // borrowed
	size_t count;
};

struct lint_policy {
	bool is_off[LINT_ID_COUNT];
	enum severity severity[LINT_ID_COUNT];
	struct lint_pattern alert_name, recording_rule_name, group_name;
	struct lint_names required_labels, required_annotations; // of alerts
	struct lint_patterns label_values, annotation_values;    // of alerts, where the value is no template
	dur_ms min_for, max_for;                                 // 0: none
	dur_ms min_range;                                        // of rates; 0: what promql_lint takes for one
};

// Every finding on, with the severity of its row, and no conventions.
void lint_policy_init(struct lint_policy *policy);
void lint_policy_finish(struct lint_policy *policy); // a zeroed one is fine
// Anchored, dot matches newlines: as Prometheus' matchers. Fails with ERR_INVALID or ERR_LIMIT, leaving *out alone. `text` is borrowed.
MUST_CHECK bool lint_pattern_compile(struct lint_pattern *out, struct str name, struct str text, struct error *err);
bool lint_pattern_fits(const struct lint_pattern *pattern, struct str text); // text is valid UTF-8; one too expensive to match does not fit
