// SPDX-License-Identifier: Apache-2.0
// The checks of a rule's fields. See rule_check.h.
#include "rules/rule_check.h"

#include "base/buf.h"
#include "base/go_text.h"
#include "base/problems.h"

#include <stdarg.h>

struct position rule_at(const struct rule_reading *reading, const struct yaml_node *node) {
	return yaml_reader_at(reading->reader, node == NULL ? reading->node : node);
}

static void refuse(const struct rule_reading *reading, struct problem problem, const char *format, va_list args) {
	autobuf struct buf text = { 0 };
	buf_append_cstr(&text, "group ");
	go_quote(&text, reading->group->name);
	buf_format(&text, ", rule %zu, ", reading->number);
	go_quote(&text, reading->name);
	buf_append_cstr(&text, ": ");
	buf_vformat(&text, format, args);
	problem.severity = SEVERITY_ERROR;
	problem.text = buf_str(&text);
	problem.scope = reading->group->name;
	problem.subject = reading->name;
	problem_put(reading->builder->problems, &problem);
}

void rule_refuse(const struct rule_reading *reading, struct position at, const char *format, ...) {
	va_list args;
	va_start(args, format);
	refuse(reading, (struct problem){ .at = at }, format, args);
	va_end(args);
}

void rule_refuse_range(const struct rule_reading *reading, struct position at, struct position end, const char *format, ...) {
	va_list args;
	va_start(args, format);
	refuse(reading, (struct problem){ .at = at, .end_line = end.line, .end_column = end.column }, format, args);
	va_end(args);
}

static enum name_scheme names_of(const struct rule_reading *reading) {
	return reading->builder->options->names;
}

static bool is_label_name(struct str text, enum name_scheme names) {
	return name_is_label(text, names) && !str_equal(text, STR("__name__"));
}

// Where the key stands; the rule where nobody wrote it.
static struct position key_at(const struct rule_reading *reading, const char *key) {
	for (uint32_t i = 0; reading->node->kind == YAML_MAPPING && i < reading->node->count; i++) {
		if (str_equal_cstr(reading->node->entries[i].key->text, key))
			return rule_at(reading, reading->node->entries[i].key);
	}
	return rule_at(reading, NULL);
}

static void check_recording(const struct rule_reading *reading) {
	const struct rule_fields *fields = &reading->fields;
	struct position at = rule_at(reading, fields->record.node);
	struct str name = fields->record.text;
	if (fields->annotations.count > 0)
		rule_refuse(reading, key_at(reading, "annotations"), "invalid field 'annotations' in recording rule");
	if (fields->hold != 0)
		rule_refuse(reading, key_at(reading, "for"), "invalid field 'for' in recording rule");
	if (fields->keep_firing_for != 0)
		rule_refuse(reading, key_at(reading, "keep_firing_for"), "invalid field 'keep_firing_for' in recording rule");
	if (!name_is_metric(name, names_of(reading)))
		rule_refuse(reading, at, "invalid recording rule name: %.*s", STR_ARG(name));
	if (str_find_char(name, '{') >= 0 || str_find_char(name, '}') >= 0)
		rule_refuse(reading, at, "braces present in the recording rule name; should it be in expr?: %.*s", STR_ARG(name));
}

// Of `record` and `alert` the one that came second.
static struct position second_name_at(const struct rule_reading *reading) {
	struct position record = key_at(reading, "record"), alert = key_at(reading, "alert");
	bool is_alert = alert.line > record.line || (alert.line == record.line && alert.column > record.column);
	return is_alert ? alert : record;
}

void rule_check_kind(const struct rule_reading *reading) {
	const struct rule_fields *fields = &reading->fields;
	bool has_record = fields->record.text.len > 0, has_alert = fields->alert.text.len > 0;
	if (has_record && has_alert)
		rule_refuse(reading, second_name_at(reading), "only one of 'record' and 'alert' must be set");
	if (!has_record && !has_alert)
		rule_refuse(reading, rule_at(reading, fields->record.node), "one of 'record' or 'alert' must be set");
	if (has_record)
		check_recording(reading);
}

void rule_check_names(const struct rule_reading *reading) {
	const struct yaml_string_map *labels = &reading->fields.labels, *annotations = &reading->fields.annotations;
	for (size_t i = 0; i < labels->count; i++) {
		const struct yaml_string_pair *label = &labels->items[i];
		if (!is_label_name(label->name, names_of(reading)))
			rule_refuse(reading, rule_at(reading, label->name_node), "invalid label name: %.*s", STR_ARG(label->name));
		if (!str_is_utf8(label->value))
			rule_refuse(reading, rule_at(reading, label->value_node), "invalid label value: %.*s", STR_ARG(label->value));
	}
	for (size_t i = 0; i < annotations->count; i++) {
		const struct yaml_string_pair *annotation = &annotations->items[i];
		if (!name_is_label(annotation->name, names_of(reading)))
			rule_refuse(reading, rule_at(reading, annotation->name_node), "invalid annotation name: %.*s", STR_ARG(annotation->name));
		if (!str_is_utf8(annotation->value))
			rule_refuse(reading, rule_at(reading, annotation->value_node), "invalid annotation value: %.*s", STR_ARG(annotation->value));
	}
}

void rule_check_group_labels(struct yaml_reader *reader, const struct yaml_string_map *labels, enum name_scheme names) {
	for (size_t i = 0; i < labels->count; i++) {
		const struct yaml_string_pair *label = &labels->items[i];
		if (!is_label_name(label->name, names))
			problem_error(reader->problems, yaml_reader_at(reader, label->name_node), "invalid label name: %.*s", STR_ARG(label->name));
		if (!str_is_utf8(label->value))
			problem_error(reader->problems, yaml_reader_at(reader, label->value_node), "invalid label value: %.*s", STR_ARG(label->value));
	}
}
