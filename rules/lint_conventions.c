// SPDX-License-Identifier: Apache-2.0
// Findings about the conventions that the configuration's lint block asks for.
#include "base/buf.h"
#include "model/duration.h"
#include "rules/rule_lint.h"

static const struct lint_policy *policy_of(const struct rule_reading *reading) {
	return reading->builder->options->linter->policy;
}

static void check_name(const struct rule_reading *reading, enum lint_id id, const char *key, const struct lint_pattern *pattern, const struct placed_text *name) {
	if (!lint_pattern_fits(pattern, name->text))
		lint_report(reading, id, lint_node(reading, name->node), "the name does not match %s: %.*s", key, STR_ARG(pattern->text));
}

static bool has_text(const struct rule_text *const *texts, size_t count, struct str name) {
	for (size_t i = 0; i < count; i++) {
		if (str_equal(texts[i]->name, name))
			return texts[i]->text.len > 0;
	}
	return false;
}

static void check_required(const struct rule_reading *reading, const struct rule *rule) {
	const struct lint_policy *policy = policy_of(reading);
	struct lint_place place = lint_node(reading, reading->fields.alert.node);
	for (size_t i = 0; i < policy->required_labels.count; i++) {
		struct str name = policy->required_labels.items[i];
		if (!has_text(rule->labels, rule->label_count, name))
			lint_report(reading, LINT_LABEL_REQUIRED, place, "the alert has no label \"%.*s\"", STR_ARG(name));
	}
	for (size_t i = 0; i < policy->required_annotations.count; i++) {
		struct str name = policy->required_annotations.items[i];
		if (!has_text(rule->annotations, rule->annotation_count, name))
			lint_report(reading, LINT_ANNOTATION_REQUIRED, place, "the alert has no annotation \"%.*s\"", STR_ARG(name));
	}
}

static const struct yaml_string_pair *find_pair(const struct yaml_string_map *map, struct str name) {
	for (size_t i = 0; i < map->count; i++) {
		if (str_equal(map->items[i].name, name))
			return &map->items[i];
	}
	return NULL;
}

// What a template gives is not known before it runs.
static void check_values(const struct rule_reading *reading, enum lint_id id, const struct lint_patterns *patterns, const struct yaml_string_map *map) {
	for (size_t i = 0; i < patterns->count; i++) {
		const struct lint_pattern *pattern = &patterns->items[i];
		const struct yaml_string_pair *pair = find_pair(map, pattern->name);
		if (pair == NULL || str_find(pair->value, STR("{{")) >= 0 || lint_pattern_fits(pattern, pair->value))
			continue;
		lint_report(reading, id, lint_node(reading, pair->value_node), "the value of \"%.*s\" does not match %.*s", STR_ARG(pattern->name), STR_ARG(pattern->text));
	}
}

static void check_hold(const struct rule_reading *reading, dur_ms hold) {
	const struct lint_policy *policy = policy_of(reading);
	const struct yaml_node *node = yaml_find(reading->node, "for");
	struct lint_place place = lint_node(reading, node != NULL ? node : reading->fields.alert.node);
	autobuf struct buf bound = { 0 };
	if (hold < policy->min_for) {
		duration_format(&bound, policy->min_for);
		lint_report(reading, LINT_FOR_TOO_SHORT, place, "alerts have to hold for %s at least", buf_cstr(&bound));
	} else if (policy->max_for > 0 && hold > policy->max_for) {
		duration_format(&bound, policy->max_for);
		lint_report(reading, LINT_FOR_TOO_LONG, place, "alerts have to fire after %s at the latest", buf_cstr(&bound));
	}
}

void lint_conventions(const struct rule_reading *reading, const struct rule *rule, const struct promql_node *root) {
	(void)root;
	const struct lint_policy *policy = policy_of(reading);
	if (rule->kind == RULE_RECORDING) {
		check_name(reading, LINT_RECORDING_RULE_NAME, "lint.recording_rule_name", &policy->recording_rule_name, &reading->fields.record);
		return;
	}
	check_name(reading, LINT_ALERT_NAME, "lint.alert_name", &policy->alert_name, &reading->fields.alert);
	check_required(reading, rule);
	check_values(reading, LINT_LABEL_VALUE, &policy->label_values, &reading->fields.labels);
	check_values(reading, LINT_ANNOTATION_VALUE, &policy->annotation_values, &reading->fields.annotations);
	check_hold(reading, rule->hold);
}

void lint_group_conventions(const struct rule_reading *reading, bool has_alerts) {
	const struct lint_policy *policy = policy_of(reading);
	check_name(reading, LINT_GROUP_NAME, "lint.group_name", &policy->group_name, &reading->group_fields->name);
	if (has_alerts)
		check_values(reading, LINT_LABEL_VALUE, &policy->label_values, &reading->group_fields->labels);
}
