// SPDX-License-Identifier: Apache-2.0
// Findings about `for` and `keep_firing_for`: they end at an evaluation, whatever they say.
#include "base/buf.h"
#include "model/duration.h"
#include "rules/rule_lint.h"

// 0 when it depends on a configuration that nobody named.
static dur_ms known_interval(const struct rule_reading *reading) {
	const struct rule_options *options = reading->builder->options;
	return reading->group_fields->interval > 0 || options->default_interval > 0 ? reading->group->interval : 0;
}

static void check_span(const struct rule_reading *reading, const char *key, dur_ms span) {
	dur_ms interval = known_interval(reading);
	if (span <= 0 || interval == 0 || span % interval == 0)
		return;
	autobuf struct buf is = { 0 }, step = { 0 }, acts = { 0 };
	duration_format(&is, span);
	duration_format(&step, interval);
	duration_format(&acts, (span / interval + 1) * interval);
	struct lint_place place = lint_node(reading, yaml_find(reading->node, key));
	if (span < interval)
		lint_report(reading, LINT_FOR_BELOW_INTERVAL, place, "%s: %s is shorter than the interval of the group: it acts as %s; write that, or evaluate more often", key, buf_cstr(&is), buf_cstr(&acts));
	else
		lint_report(reading, LINT_FOR_NOT_MULTIPLE, place, "%s: %s is not a multiple of the interval %s: it acts as %s", key, buf_cstr(&is), buf_cstr(&step), buf_cstr(&acts));
}

void lint_timing(const struct rule_reading *reading, const struct rule *rule, const struct promql_node *root) {
	(void)root;
	check_span(reading, "for", rule->hold);
	check_span(reading, "keep_firing_for", rule->keep_firing_for);
}
