// SPDX-License-Identifier: Apache-2.0
// One row a key of a rule file. See rule_keys.h.
#include "rules/rule_keys.h"

#include "base/buf.h"
#include "base/problems.h"
#include "base/yaml_schema.h"
#include "model/duration.h"
#include "model/labels.h"
#include "rules/linter.h"
#include "rules/rules.h"

static bool read_placed_text(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	struct placed_text *out = field;
	out->node = value;
	return yaml_read_string(reader, key->name, value, &out->text);
}

static bool read_list_node(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	*(const struct yaml_node **)field = value;
	return yaml_expect(reader, key->name, value, YAML_SEQUENCE);
}

static bool read_map_node(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	*(const struct yaml_node **)field = value;
	return yaml_expect(reader, key->name, value, YAML_MAPPING);
}

// What is no business of rules, whatever it is.
static bool pass_over(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	(void)reader, (void)key, (void)value, (void)field;
	return true;
}

// Thanos Ruler's. Source: the PrometheusRule CRD, which takes `abort`, `warn` and nothing in any case.
static bool read_strategy(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	(void)field;
	if (!yaml_expect(reader, key->name, value, YAML_SCALAR))
		return false;
	if (value->text.len > 0 && !str_equal_nocase(value->text, STR("abort")) && !str_equal_nocase(value->text, STR("warn"))) {
		problem_error(reader->problems, yaml_reader_at(reader, value), "\"%s\": expected abort or warn, found \"%.*s\"", key->name, STR_ARG(value->text));
		return false;
	}
	lint_report_file(reader->context, LINT_IGNORED_KEY, yaml_reader_at(reader, value), "\"partial_response_strategy\" is meant for Thanos Ruler and has no effect here");
	return true;
}

#define FILE_FIELD(member) .offset = offsetof(struct rule_file_fields, member)
#define GROUP_FIELD(member) .offset = offsetof(struct rule_group_fields, member)
#define RULE_FIELD(member) .offset = offsetof(struct rule_fields, member)
#define PLACED_TEXT .type = YAML_CUSTOM, .read = read_placed_text, .shape = "string", .as = YAML_STRING
#define LIST_NODE(of) .type = YAML_CUSTOM, .read = read_list_node, .table = &(of), .is_list = true, .skips_null = true

static const struct yaml_key rule_keys[] = {
	{ .name = "record", PLACED_TEXT, RULE_FIELD(record), .example = "job:errors:rate5m", .help = "The metric a recording rule writes; exactly one of record and alert is required." },
	{ .name = "alert", PLACED_TEXT, RULE_FIELD(alert), .example = "TargetDown", .help = "The name of the alert." },
	{ .name = "expr", PLACED_TEXT, RULE_FIELD(expr), .example = "up == 0", .help = "The PromQL expression to evaluate; required." },
	{ .name = "for", .type = YAML_DURATION, RULE_FIELD(hold), .example = "5m", .help = "How long an alert is pending before it fires; alerting rules only." },
	{ .name = "keep_firing_for", .type = YAML_DURATION, RULE_FIELD(keep_firing_for), .example = "10m", .help = "How long an alert keeps firing after its condition went; alerting rules only." },
	{ .name = "labels", .type = YAML_STRING_MAP, RULE_FIELD(labels), .pattern = LABEL_NAME_PATTERN, .help = "Labels to add; templates in alerting rules, literal in recording rules." },
	{ .name = "annotations", .type = YAML_STRING_MAP, RULE_FIELD(annotations), .pattern = "[\\s\\S]", .help = "What to tell people, as templates; alerting rules only." },
	{ .name = "debug", .type = YAML_BOOL, RULE_FIELD(is_debugged), .preset = "false", .help = "vmalert's: log each evaluation of the rule and each change of its alerts." },
};

static const struct yaml_variant rule_variants[] = {
	{ "Alerting rule", .set = { "alert", "expr" }, .unset = { "record" } },
	{ "Recording rule", .set = { "record", "expr" }, .unset = { "alert", "for", "keep_firing_for", "annotations" } },
};

static const struct yaml_table rule_table = {
	.name = "rule",
	.help = "An alerting rule (alert) or a recording rule (record).",
	.keys = rule_keys,
	.count = YAML_KEY_COUNT(rule_keys),
	.variants = rule_variants,
	.variant_count = YAML_KEY_COUNT(rule_variants),
};

static const struct yaml_key group_keys[] = {
	{ .name = "name", PLACED_TEXT, GROUP_FIELD(name), .help = "The group's name, not repeated within the file; required." },
	{ .name = "interval", .type = YAML_DURATION, GROUP_FIELD(interval), .example = "30s", .help = "How often its rules are evaluated; 0 or absent: global.evaluation_interval." },
	{ .name = "query_offset", .type = YAML_DURATION, GROUP_FIELD(query_offset), .has = YAML_HAS(struct rule_group_fields, has_query_offset), .help = "How far in the past its queries look; absent: global.rule_query_offset." },
	{ .name = "eval_offset", .type = YAML_DURATION, GROUP_FIELD(eval_offset), .has = YAML_HAS(struct rule_group_fields, has_eval_offset), .example = "10s", .help = "vmalert's: evaluate so long after each multiple of the interval; less than the interval. Absent: an offset made from file and name." },
	{ .name = "limit", .type = YAML_INT, GROUP_FIELD(limit), .unit = "alerts or series of a rule", .help = "More of them make the evaluation fail; 0 or less: no limit." },
	{ .name = "labels", .type = YAML_STRING_MAP, GROUP_FIELD(labels), .pattern = LABEL_NAME_PATTERN, .help = "Labels of every rule of the group; a rule's own win." },
	{ .name = "datasource", PLACED_TEXT, GROUP_FIELD(datasource), .example = "longterm", .help = "tocsin's own: the name of the datasource its rules ask; absent: the default one." },
	{ .name = "headers", .type = YAML_STRING_LIST, GROUP_FIELD(headers), .pattern = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+:", .help = "vmalert's: further headers of its queries, as `NAME: VALUE`; one replaces the datasource's of that name." },
	{ .name = "params", .type = YAML_CUSTOM, .read = query_params_read, .shape = "map of lists of strings", GROUP_FIELD(params), .help = "vmalert's: further URL parameters of its queries; one replaces the datasource's of that name." },
	{ .name = "concurrency", .type = YAML_INT, GROUP_FIELD(concurrency), .preset = "1", .min = 0, .max = 1024, .help = "vmalert's: how many of its rules are evaluated at a time, where none needs what another writes; 0 is 1." },
	{ .name = "rules", LIST_NODE(rule_table), .shape = "list of rules", GROUP_FIELD(rules), .help = "The rules, evaluated in this order." },
	{ .name = "partial_response_strategy", .type = YAML_CUSTOM, .read = read_strategy, .shape = "abort or warn", .help = "For Thanos Ruler; no effect." },
};

enum { MANIFEST_GROUP_KEYS = YAML_KEY_COUNT(group_keys),
	GROUP_KEYS = MANIFEST_GROUP_KEYS - 1 }; // a plain file's: all but the last

static const struct yaml_key manifest_keys[] = {
	{ .name = "apiVersion", .type = YAML_CUSTOM, .read = pass_over, .help = "`monitoring.coreos.com/v1`." },
	{ .name = "kind", .type = YAML_CUSTOM, .read = pass_over, .help = "`PrometheusRule`." },
	{ .name = "metadata", .type = YAML_CUSTOM, .read = pass_over, .help = "Its `namespace` and `name` are part of its groups' file; the rest is not looked at." },
	{ .name = "spec", .type = YAML_CUSTOM, .read = read_map_node, .offset = offsetof(struct rule_manifest_fields, spec), .help = "As a rule file." },
	{ .name = "status", .type = YAML_CUSTOM, .read = pass_over, .help = "The operator's; not looked at." },
};

static const struct yaml_variant group_variant = { .set = { "name" } };

static const struct yaml_table group_table = {
	.name = "group",
	.help = "Rules that are evaluated together, in their order.",
	.keys = group_keys,
	.count = GROUP_KEYS,
	.variants = &group_variant,
	.variant_count = 1,
};

static const struct yaml_key file_keys[] = {
	{ .name = "groups", LIST_NODE(group_table), .shape = "list of rule groups", FILE_FIELD(groups), .help = "The rule groups of the file." },
};

static const struct yaml_table file_table = { .name = "file", .help = "Alerting and recording rules.", .keys = file_keys, .count = YAML_KEY_COUNT(file_keys) };

bool rule_file_fields_read(struct yaml_reader *reader, const struct yaml_node *root, struct rule_file_fields *out) {
	return yaml_table_read(reader, file_keys, YAML_KEY_COUNT(file_keys), root, out);
}

bool rule_group_fields_read(struct yaml_reader *reader, const struct yaml_node *group, bool is_manifest, struct rule_group_fields *out) {
	return yaml_table_read(reader, group_keys, is_manifest ? MANIFEST_GROUP_KEYS : GROUP_KEYS, group, out);
}

bool rule_fields_read(struct yaml_reader *reader, const struct yaml_node *rule, struct rule_fields *out) {
	return yaml_table_read(reader, rule_keys, YAML_KEY_COUNT(rule_keys), rule, out);
}

bool rule_manifest_fields_read(struct yaml_reader *reader, const struct yaml_node *object, struct rule_manifest_fields *out) {
	return yaml_table_read(reader, manifest_keys, YAML_KEY_COUNT(manifest_keys), object, out);
}

void rule_keys_format(struct buf *out) {
	static const struct {
		const char *title;
		const struct yaml_key *keys;
		size_t count;
	} tables[] = {
		{ "File", file_keys, YAML_KEY_COUNT(file_keys) },
		{ "Group", group_keys, GROUP_KEYS },
		{ "Rule", rule_keys, YAML_KEY_COUNT(rule_keys) },
	};
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		buf_format(out, "%s### %s\n\n| key | type | default | meaning |\n|---|---|---|---|\n", i > 0 ? "\n" : "", tables[i].title);
		yaml_table_format(out, tables[i].keys, tables[i].count);
	}
}

void rule_schema_format(struct buf *out) {
	static const struct yaml_schema schema = { "Rule file of Prometheus, as tocsin reads it", &file_table, DURATION_PATTERN };
	yaml_schema_format(out, &schema);
}
