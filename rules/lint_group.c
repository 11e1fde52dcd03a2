// SPDX-License-Identifier: Apache-2.0
// Findings about a group as a whole.
#include "base/buf.h"
#include "model/duration.h"
#include "rules/rule_lint.h"

static const dur_ms lookback = MINUTES(5); // Prometheus' --query.lookback-delta

static bool has_kind(const struct rule_group *group, enum rule_kind kind) {
	for (size_t i = 0; i < group->rule_count; i++) {
		if (group->rules[i].kind == kind)
			return true;
	}
	return false;
}

static void check_interval(const struct rule_reading *reading, const struct rule_group *group) {
	if (reading->group_fields->interval < lookback || !has_kind(group, RULE_RECORDING))
		return;
	autobuf struct buf interval = { 0 };
	duration_format(&interval, group->interval);
	lint_report(reading, LINT_GROUP_INTERVAL, lint_node(reading, yaml_find(reading->node, "interval")),
	    "recorded every %s, while queries look back for 5m: results are missing between evaluations; choose an interval below 5m", buf_cstr(&interval));
}

void rule_lint_group(const struct rule_reading *reading, const struct rule_group *group) {
	const struct rule_group_fields *fields = reading->group_fields;
	if (group->rule_count == 0)
		lint_report(reading, LINT_GROUP_EMPTY, lint_node(reading, fields->name.node), "the group has no rules; remove it");
	if (fields->limit < 0)
		lint_report(reading, LINT_GROUP_LIMIT, lint_node(reading, yaml_find(reading->node, "limit")), "a limit of %lld is none; leave it out", (long long)fields->limit);
	check_interval(reading, group);
	lint_group_texts(reading, has_kind(group, RULE_ALERTING));
	lint_group_conventions(reading, has_kind(group, RULE_ALERTING));
}
