// SPDX-License-Identifier: Apache-2.0
// Walks a rule file's tree and fills groups and rules. Everything wrong is collected; a file with problems gives no set in the end.
#include "rules/rule_parse.h"

#include "base/problems.h"
#include "base/yaml_doc.h"
#include "model/duration.h"
#include "model/limits.h"
#include "rules/rule_body.h"
#include "rules/rule_identity.h"
#include "rules/rule_lint.h"

_Static_assert((int)YAML_DEPTH_MAX == (int)LIMIT_YAML_DEPTH && (int)YAML_NODES_MAX == (int)LIMIT_YAML_NODES, "one bound, two spellings");

struct file_reading {
	struct rule_builder *builder;
	struct yaml_reader reader;
	struct str file;             // interned
	struct hash_map group_names; // interned texts: equal ones are the same pointer
};

static void read_rule(struct rule_reading *reading, struct rule *rule) {
	rule->at = rule_at(reading, NULL);
	if (!rule_fields_read(reading->reader, reading->node, &reading->fields))
		return; // what is missing for being broken is not reported again
	struct rule_builder *builder = reading->builder;
	size_t errors_before = builder->problems->errors;
	const struct rule_fields *fields = &reading->fields;
	rule->kind = fields->alert.text.len > 0 ? RULE_ALERTING : RULE_RECORDING;
	reading->name = rule->kind == RULE_ALERTING ? fields->alert.text : fields->record.text;
	rule->name = rule_intern(builder, reading->name);
	rule->hold = fields->hold;
	rule->keep_firing_for = fields->keep_firing_for;
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
		};
		read_rule(&reading, &group->rules[group->rule_count++]);
	}
}

static bool is_same_pointer(const void *value, const void *key) {
	return value == key;
}

static void check_group_name(struct file_reading *file, struct str name, struct position at) {
	if (name.len == 0) {
		problem_error(file->builder->problems, at, "Groupname must not be empty");
		return;
	}
	uint64_t hash = (uint64_t)(uintptr_t)name.data;
	if (hash_map_find(&file->group_names, hash, name.data, is_same_pointer) != NULL)
		problem_error(file->builder->problems, at, "groupname: \"%.*s\" is repeated in the same file", STR_ARG(name));
	else
		hash_map_insert(&file->group_names, hash, (void *)name.data);
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

static bool read_group(struct file_reading *file, const struct yaml_node *node) {
	const struct rule_options *options = file->builder->options;
	struct rule_group_fields fields = { 0 };
	struct position at = yaml_reader_at(&file->reader, node);
	bool ok = rule_group_fields_read(&file->reader, node, &fields);
	if (!check_room(file, &fields, at))
		return false;
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
	rule_check_group_labels(&file->reader, &fields.labels);
	if (options->linter != NULL)
		lint_order_begin(options->linter, fields.rules);
	read_rules(file, &fields, &group);
	if (options->linter != NULL && ok)
		lint_group(file, node, &fields, &group);
	rule_group_identify(&group, &file->builder->set->arena);
	array_append(&file->builder->groups, group);
	return true;
}

static void read_groups(struct file_reading *file, const struct yaml_node *groups) {
	for (uint32_t i = 0; i < groups->count; i++) {
		if (!yaml_is_null(groups->items[i]) && !read_group(file, groups->items[i]))
			return;
	}
}

void rule_text_parse(struct rule_builder *builder, struct str name, struct str text) {
	struct yaml_doc doc;
	struct file_reading file = { .builder = builder, .file = rule_intern(builder, name) };
	const char *path = file.file.data == NULL ? "" : file.file.data;
	lint_file_begin(builder, path, text);
	const struct yaml_node *root = yaml_doc_load(&doc, path, text, builder->problems);
	file.reader = (struct yaml_reader){
		.doc = &doc,
		.problems = builder->problems,
		.ignores_unknown = builder->options->ignores_unknown_keys,
		.parse_duration = duration_parse,
	};
	struct rule_file_fields fields = { 0 };
	if (root != NULL)
		rule_file_fields_read(&file.reader, root, &fields);
	if (fields.groups != NULL && fields.groups->kind == YAML_SEQUENCE)
		read_groups(&file, fields.groups);
	lint_file_end(builder, path);
	hash_map_finish(&file.group_names);
	yaml_doc_finish(&doc);
}
