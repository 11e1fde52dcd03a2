// SPDX-License-Identifier: Apache-2.0
// The lint block of the configuration: which findings are wanted and what conventions rules keep.
#include "daemon/config_read.h"

struct lint_values {
	struct yaml_strings disabled, required_labels, required_annotations;
	struct yaml_string_map severity, label_values, annotation_values;
	struct str alert_name, recording_rule_name, group_name;
	int64_t min_for, max_for, min_range;
};

#define LINT_FIELD(member) .offset = offsetof(struct lint_values, member)

static const char *finding_word(size_t number) {
	return number < LINT_ID_COUNT ? lint_finding((enum lint_id)number)->id : NULL;
}

static const char *severity_word(size_t number) {
	return number <= SEVERITY_INFO ? severity_name((enum severity)number) : NULL;
}

static const struct yaml_key lint_keys[] = {
	{ "disabled", YAML_STRING_LIST, .is_harmless = true, LINT_FIELD(disabled), .help = "Findings that are not looked for; `tocsin check rules --list-lints` names them all.", .words = finding_word },
	{ "severity", YAML_STRING_MAP, .is_harmless = true, LINT_FIELD(severity), .help = "From finding to error, warning or info; an error makes the file a broken one.", .words = finding_word, .map_words = severity_word },
	{ "alert_name", YAML_STRING, LINT_FIELD(alert_name), .help = "Regular expression that names of alerts match wholly." },
	{ "recording_rule_name", YAML_STRING, LINT_FIELD(recording_rule_name), .help = "The same for names of recording rules, like `[^:]+:[^:]+:[^:]+`." },
	{ "group_name", YAML_STRING, LINT_FIELD(group_name), .help = "The same for names of rule groups." },
	{ "required_labels", YAML_STRING_LIST, .is_harmless = true, LINT_FIELD(required_labels), .help = "Labels that every alerting rule or its group sets." },
	{ "required_annotations", YAML_STRING_LIST, .is_harmless = true, LINT_FIELD(required_annotations), .help = "Annotations that every alerting rule has." },
	{ "label_values", YAML_STRING_MAP, .is_harmless = true, LINT_FIELD(label_values), .help = "From label to a regular expression that its value in alerting rules matches wholly, where it is no template." },
	{ "annotation_values", YAML_STRING_MAP, .is_harmless = true, LINT_FIELD(annotation_values), .help = "The same for annotations, like `runbook_url: 'https://.+'`." },
	{ "min_for", YAML_DURATION, LINT_FIELD(min_for), .help = "The shortest `for` of an alerting rule; 0: none." },
	{ "max_for", YAML_DURATION, LINT_FIELD(max_for), .help = "The longest; 0: none." },
	{ "min_range", YAML_DURATION, LINT_FIELD(min_range), .preset = "1m", .help = "The shortest range over which a rate is taken: four scrape intervals." },
};
const struct yaml_table lint_table = { .name = "lint", .help = "What check says about rules.", .keys = lint_keys, .count = YAML_KEY_COUNT(lint_keys) };

static bool read_id(struct config_reader *reader, const struct yaml_node *node, struct str name, enum lint_id *out) {
	if (lint_id_parse(name, out))
		return true;
	problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, node), "unknown finding \"%.*s\"; see tocsin check rules --list-lints", STR_ARG(name));
	return false;
}

static void read_disabled(struct config_reader *reader, const struct yaml_strings *names, const struct yaml_node *list) {
	for (size_t i = 0; i < names->count; i++) {
		enum lint_id id;
		if (read_id(reader, list->items[i], names->items[i], &id))
			reader->config->lint.is_off[id] = true;
	}
}

static void read_severities(struct config_reader *reader, const struct yaml_string_map *map) {
	for (size_t i = 0; i < map->count; i++) {
		const struct yaml_string_pair *pair = &map->items[i];
		enum lint_id id;
		enum severity severity = SEVERITY_ERROR;
		if (!read_id(reader, pair->name_node, pair->name, &id))
			continue;
		if (severity_parse(pair->value, &severity))
			reader->config->lint.severity[id] = severity;
		else
			problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, pair->value_node), "unknown severity \"%.*s\", expected error, warning or info", STR_ARG(pair->value));
	}
}

static bool compile(struct config_reader *reader, const struct yaml_node *node, struct str name, struct str text, struct lint_pattern *out) {
	struct error err = { 0 };
	if (text.len == 0 || lint_pattern_compile(out, name, text, &err))
		return true;
	problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, node), "%s", err.text);
	return false;
}

static struct lint_patterns read_patterns(struct config_reader *reader, const struct yaml_string_map *map) {
	struct lint_patterns patterns = { .items = ARENA_NEW_ARRAY(reader->yaml.arena, struct lint_pattern, map->count) };
	for (size_t i = 0; i < map->count; i++) {
		const struct yaml_string_pair *pair = &map->items[i];
		if (compile(reader, pair->value_node, pair->name, pair->value, &patterns.items[patterns.count]))
			patterns.count++;
	}
	return patterns;
}

void lint_read(struct config_reader *reader, const struct yaml_node *mapping) {
	struct lint_policy *policy = &reader->config->lint;
	struct lint_values values = { 0 };
	yaml_table_read(&reader->yaml, lint_keys, YAML_KEY_COUNT(lint_keys), mapping, &values);
	if (mapping == NULL || mapping->kind != YAML_MAPPING)
		return;
	read_disabled(reader, &values.disabled, yaml_find(mapping, "disabled"));
	read_severities(reader, &values.severity);
	compile(reader, yaml_find(mapping, "alert_name"), STR_NONE, values.alert_name, &policy->alert_name);
	compile(reader, yaml_find(mapping, "recording_rule_name"), STR_NONE, values.recording_rule_name, &policy->recording_rule_name);
	compile(reader, yaml_find(mapping, "group_name"), STR_NONE, values.group_name, &policy->group_name);
	policy->required_labels = (struct lint_names){ values.required_labels.items, values.required_labels.count };
	policy->required_annotations = (struct lint_names){ values.required_annotations.items, values.required_annotations.count };
	policy->label_values = read_patterns(reader, &values.label_values);
	policy->annotation_values = read_patterns(reader, &values.annotation_values);
	policy->min_for = values.min_for;
	policy->max_for = values.max_for;
	policy->min_range = values.min_range;
}
