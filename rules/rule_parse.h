// SPDX-License-Identifier: Apache-2.0
// One rule group's YAML into the rule set being built. Private to rules/.
#pragma once
#include "base/yaml_table.h"
#include "rules/rule_builder.h"

// Where groups come from: a file, or a text within it.
struct file_reading {
	struct rule_builder *builder;
	struct yaml_reader reader;
	struct str file;  // interned: part of the identity of its groups
	bool is_manifest; // a PrometheusRule: Kubernetes reads it, not Prometheus
};

// Adds the group to the builder; problems go to builder->problems. A null node is no group, and past LIMIT_RULES nothing is read.
void rule_group_read(struct file_reading *file, const struct yaml_node *node);
