// SPDX-License-Identifier: Apache-2.0
// The keys of a rule file as tables, and the structs they fill. Private to rules/ but for the rows' documentation.
// Source: Prometheus 3.x, model/rulefmt (RuleGroups, RuleGroup, Rule).
#pragma once
#include "model/query_params.h"

// A text that remembers where it was written, for messages. The node lives as long as the YAML tree.
struct placed_text {
	struct str text;
	const struct yaml_node *node; // NULL when absent
};

struct rule_file_fields {
	const struct yaml_node *groups; // a list, or NULL
};

struct rule_manifest_fields {
	const struct yaml_node *spec; // a map as a rule file is, or NULL
};

struct rule_group_fields {
	struct placed_text name;
	int64_t interval, query_offset; // ms
	bool has_query_offset;          // an explicit 0 overrides the default
	int64_t eval_offset;
	bool has_eval_offset;
	int64_t limit, concurrency;
	struct placed_text datasource;
	struct yaml_strings headers;
	struct query_params params; // in the document's arena
	struct yaml_string_map labels;
	const struct yaml_node *rules; // a list, or NULL
};

struct rule_fields {
	struct placed_text record, alert, expr;
	int64_t hold, keep_firing_for; // ms
	struct yaml_string_map labels, annotations;
	bool is_debugged;
};

bool rule_file_fields_read(struct yaml_reader *reader, const struct yaml_node *root, struct rule_file_fields *out);
// `is_manifest`: the group stands in an operator's manifest, where a few more keys are known.
bool rule_group_fields_read(struct yaml_reader *reader, const struct yaml_node *group, bool is_manifest, struct rule_group_fields *out);
bool rule_fields_read(struct yaml_reader *reader, const struct yaml_node *rule, struct rule_fields *out);
// Of a Kubernetes object: the keys a PrometheusRule has.
bool rule_manifest_fields_read(struct yaml_reader *reader, const struct yaml_node *object, struct rule_manifest_fields *out);
