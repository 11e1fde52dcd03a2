// SPDX-License-Identifier: Apache-2.0
// The text of a file into the rule set being built: its documents, each a rule file of Prometheus' own form or a Kubernetes object.
// Private to rules/.
#pragma once
#include "rules/rule_builder.h"

struct file_reading;
struct yaml_node;

// Adds the file's groups to the builder; problems go to builder->problems, sorted by place.
void rule_input_read(struct rule_builder *builder, struct str file, struct str text);
// The same for a rule file within a scalar of the reading's document. `file` is its identity.
void rule_input_read_scalar(const struct file_reading *reading, const struct yaml_node *scalar, struct str file);
// The groups of a rule file's root, or of what has its form. Those already shown one by one are not there any more.
void rule_input_read_groups(struct file_reading *reading, const struct yaml_node *root);
