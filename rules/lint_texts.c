// SPDX-License-Identifier: Apache-2.0
// Findings about names, labels and annotations as they are written.
#include "rules/rule_lint.h"

// What every version of Prometheus takes without quotes.
static bool is_plain_name(struct str name, bool is_metric) {
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (is_metric && c == ':');
		if (!is_letter && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return true;
}

static void check_name(const struct rule_reading *reading, const char *what, struct str name, const struct yaml_node *node, bool is_metric) {
	if (!is_plain_name(name, is_metric))
		lint_report(reading, LINT_NAME_UTF8, lint_node(reading, node), "%s \"%.*s\" is more than letters, digits and underscores: Prometheus 2 refuses it, queries must quote it", what, STR_ARG(name));
}

static void check_names(const struct rule_reading *reading, const char *what, const struct yaml_string_map *map) {
	for (size_t i = 0; i < map->count; i++)
		check_name(reading, what, map->items[i].name, map->items[i].name_node, false);
}

static void check_spaces(const struct rule_reading *reading, const struct yaml_string_map *labels) {
	for (size_t i = 0; i < labels->count; i++) {
		const struct yaml_string_pair *label = &labels->items[i];
		if (str_trim(label->value).len != label->value.len)
			lint_report(reading, LINT_LABEL_SPACE, lint_node(reading, label->value_node), "the value of label \"%.*s\" begins or ends with white space; remove it (\"|-\" and \">-\" keep no line end)", STR_ARG(label->name));
	}
}

static void check_reserved(const struct rule_reading *reading, const struct yaml_string_map *labels) {
	for (size_t i = 0; i < labels->count; i++) {
		const struct yaml_string_pair *label = &labels->items[i];
		if (str_equal(label->name, STR("alertname")))
			lint_report(reading, LINT_LABEL_RESERVED, lint_node(reading, label->name_node), "label \"alertname\" becomes the name of the alert, its value here is lost; remove it");
		else if (str_equal(label->name, STR("alertstate")))
			lint_report(reading, LINT_LABEL_RESERVED, lint_node(reading, label->name_node), "label \"alertstate\" is the state in the ALERTS series, its value here is lost there; choose another name");
	}
}

static void check_literals(const struct rule_reading *reading, const struct yaml_string_map *labels) {
	for (size_t i = 0; i < labels->count; i++) {
		const struct yaml_string_pair *label = &labels->items[i];
		if (str_find(label->value, STR("{{")) >= 0)
			lint_report(reading, LINT_RECORDING_TEMPLATE, lint_node(reading, label->value_node), "label \"%.*s\" of a recording rule is stored as written: templates are for alerting rules", STR_ARG(label->name));
	}
}

static void check_empty(const struct rule_reading *reading, const struct yaml_string_map *annotations) {
	for (size_t i = 0; i < annotations->count; i++) {
		const struct yaml_string_pair *annotation = &annotations->items[i];
		if (str_trim(annotation->value).len == 0)
			lint_report(reading, LINT_ANNOTATION_EMPTY, lint_node(reading, annotation->name_node), "annotation \"%.*s\" has no text; write one or remove it", STR_ARG(annotation->name));
	}
}

void lint_texts(const struct rule_reading *reading, const struct rule *rule, const struct promql_node *root) {
	(void)root;
	const struct rule_fields *fields = &reading->fields;
	check_names(reading, "label", &fields->labels);
	check_names(reading, "annotation", &fields->annotations);
	check_spaces(reading, &fields->labels);
	check_empty(reading, &fields->annotations);
	if (rule->kind == RULE_ALERTING) {
		check_reserved(reading, &fields->labels);
		return;
	}
	check_name(reading, "metric", rule->name, fields->record.node, true);
	check_literals(reading, &fields->labels);
}

void lint_group_texts(const struct rule_reading *reading, bool has_alerts) {
	const struct yaml_string_map *labels = &reading->group_fields->labels;
	check_names(reading, "label", labels);
	check_spaces(reading, labels);
	if (has_alerts)
		check_reserved(reading, labels);
}
