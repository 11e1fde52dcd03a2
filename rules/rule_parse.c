// SPDX-License-Identifier: Apache-2.0
// Walks a group's tree and fills groups and rules. Everything wrong is collected; a file with problems gives no set in the end.
#include "rules/rule_parse.h"

#include "base/problems.h"
#include "model/limits.h"
#include "rules/rule_asking.h"
#include "rules/rule_body.h"
#include "rules/rule_identity.h"
#include "rules/rule_lint.h"

// Up to 3.2 Prometheus keeps these three as YAML nodes and takes the own text of an alias node, which is the name of its anchor.
static void warn_of_aliases(const struct rule_reading *reading) {
	static const char *const keys[] = { "record", "alert", "expr" };
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		struct position at = yaml_alias_at(reading->reader->doc, reading->node, keys[i]);
		if (at.line > 0)
			lint_report(reading, LINT_YAML_ALIAS, (struct lint_place){ .at = at, .value_line = at.line },
			    "'%s' is an alias: Prometheus before 3.3 takes the name of its anchor for the value", keys[i]);
	}
}

// Of a rule with a broken key its expression is looked at all the same: what is wrong there is told now, not at the next run.
static void check_expr_alone(const struct rule_reading *reading, struct rule *rule) {
	if (reading->fields.expr.text.len > 0)
		rule_read_expr(reading, rule);
	arena_reset(&reading->builder->scratch);
}

static void read_rule(struct rule_reading *reading, struct rule *rule) {
	rule->at = rule_at(reading, NULL);
	bool is_read = rule_fields_read(reading->reader, reading->node, &reading->fields);
	struct rule_builder *builder = reading->builder;
	size_t errors_before = builder->problems->errors;
	const struct rule_fields *fields = &reading->fields;
	rule->kind = fields->alert.text.len > 0 ? RULE_ALERTING : RULE_RECORDING;
	reading->name = rule->kind == RULE_ALERTING ? fields->alert.text : fields->record.text;
	if (!is_read) { // what is missing for being broken is not reported again
		check_expr_alone(reading, rule);
		return;
	}
	rule->name = rule_intern(builder, reading->name);
	rule->hold = fields->hold;
	rule->keep_firing_for = fields->keep_firing_for;
	rule->is_debugged = fields->is_debugged;
	if (!reading->is_manifest)
		warn_of_aliases(reading);
	rule_check_kind(reading);
	const struct promql_node *root = rule_read_expr(reading, rule);
	rule_check_names(reading);
	rule_read_texts(reading, rule);
	if (builder->options->linter != NULL && builder->problems->errors == errors_before)
		rule_lint(reading, rule, root);
	arena_reset(&builder->scratch);
}

// Null items are no rules and do not count, as for Go's reader.
static void read_rules(struct file_reading *file, const struct rule_group_fields *fields, struct rule_group *group) {
	size_t count = fields->rules == NULL ? 0 : fields->rules->count;
	group->rules = ARENA_NEW_ARRAY(&file->builder->set->arena, struct rule, count);
	for (size_t i = 0; i < count; i++) {
		if (yaml_is_null(fields->rules->items[i]))
			continue;
		struct rule_reading reading = {
			.builder = file->builder,
			.reader = &file->reader,
			.group = group,
			.group_fields = fields,
			.node = fields->rules->items[i],
			.number = group->rule_count + 1,
			.is_manifest = file->is_manifest,
		};
		read_rule(&reading, &group->rules[group->rule_count++]);
	}
}

static bool is_same_pointer(const void *value, const void *key) {
	return value == key;
}

// Two groups without a name are two groups of one name as well.
static void check_group_name(struct file_reading *file, struct str name, struct position at) {
	const char *known = name.len == 0 ? "" : name.data;
	if (name.len == 0)
		problem_error(file->builder->problems, at, "Groupname must not be empty");
	// Equal texts are the same pointer, and an odd factor maps no two files to one number: equal hash and name mean equal file and name.
	uint64_t hash = (uint64_t)(uintptr_t)file->file.data * 0x9e3779b97f4a7c15u + (uint64_t)(uintptr_t)known;
	struct hash_map *names = &file->builder->group_names;
	if (hash_map_find(names, hash, known, is_same_pointer) != NULL)
		problem_error(file->builder->problems, at, "groupname: \"%.*s\" is repeated in the same file", STR_ARG(name));
	else
		hash_map_insert(names, hash, (void *)known);
}

static bool check_room(struct file_reading *file, const struct rule_group_fields *fields, struct position at) {
	file->builder->counted += 1 + (fields->rules == NULL ? 0 : fields->rules->count);
	if (file->builder->counted <= LIMIT_RULES)
		return true;
	problem_error(file->builder->problems, at, "more than %d rules and groups", LIMIT_RULES);
	return false;
}

static dur_ms interval_of(const struct rule_options *options, const struct rule_group_fields *fields) {
	if (fields->interval > 0)
		return fields->interval;
	return options->default_interval > 0 ? options->default_interval : MINUTES(1);
}

static void lint_group(struct file_reading *file, const struct yaml_node *node, const struct rule_group_fields *fields, const struct rule_group *group) {
	const struct rule_reading reading = {
		.builder = file->builder,
		.reader = &file->reader,
		.group = group,
		.group_fields = fields,
		.node = node,
	};
	rule_lint_group(&reading, group);
}

void rule_group_read(struct file_reading *file, const struct yaml_node *node) {
	if (file->builder->counted > LIMIT_RULES || yaml_is_null(node))
		return;
	const struct rule_options *options = file->builder->options;
	struct rule_group_fields fields = { 0 };
	struct position at = yaml_reader_at(&file->reader, node);
	bool ok = rule_group_fields_read(&file->reader, node, file->is_manifest, &fields);
	if (!check_room(file, &fields, at))
		return;
	struct rule_group group = {
		.name = rule_intern(file->builder, fields.name.text),
		.file = file->file,
		.interval = interval_of(options, &fields),
		.query_offset = fields.has_query_offset ? fields.query_offset : options->default_query_offset,
		.limit = fields.limit,
		.at = at,
	};
	if (ok || fields.name.node != NULL)
		check_group_name(file, group.name, at);
	rule_check_group_labels(&file->reader, &fields.labels, options->names);
	rule_group_read_asking(file, node, &fields, &group);
	if (options->linter != NULL)
		lint_order_begin(options->linter, fields.rules);
	read_rules(file, &fields, &group);
	if (options->linter != NULL && ok)
		lint_group(file, node, &fields, &group);
	rule_group_identify(&group, &file->builder->set->arena);
	array_append(&file->builder->groups, group);
}
