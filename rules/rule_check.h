// SPDX-License-Identifier: Apache-2.0
// What Prometheus refuses in a rule whose YAML is well formed, in its words, each with the place in the file. Private to rules/.
// Source: Prometheus 3.x, model/rulefmt, Rule.Validate.
#pragma once
#include "rules/rule_builder.h"
#include "rules/rule_keys.h"

// One rule being read.
struct rule_reading {
	struct rule_builder *builder;
	struct yaml_reader *reader;
	const struct rule_group *group;
	const struct rule_group_fields *group_fields;
	struct rule_fields fields;
	const struct yaml_node *node;
	size_t number;    // within its group, from 1
	bool is_manifest; // stands in a PrometheusRule
	struct str name;  // alert or record, borrowed from the tree
};

// Reports `group "G", rule N, "NAME": MESSAGE` at the place; the node's own place when at.line is 0.
PRINTF_LIKE(3, 4)
void rule_refuse(const struct rule_reading *reading, struct position at, const char *format, ...);
// The same for text that ends, exclusively, at `end`.
PRINTF_LIKE(4, 5)
void rule_refuse_range(const struct rule_reading *reading, struct position at, struct position end, const char *format, ...);
// Where the node stands; the rule's own place for NULL.
struct position rule_at(const struct rule_reading *reading, const struct yaml_node *node);
// Exactly one of record and alert, a good name, and nothing in a recording rule that only an alert has.
void rule_check_kind(const struct rule_reading *reading);
// Names and values of labels, names of annotations.
void rule_check_names(const struct rule_reading *reading);
void rule_check_group_labels(struct yaml_reader *reader, const struct yaml_string_map *labels, enum name_scheme names);
