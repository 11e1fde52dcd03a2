// SPDX-License-Identifier: Apache-2.0
// How the rules of a group are asked: which datasource, with which headers and parameters, when, how many at a time. Private to rules/.
// Source: vmalert's groups, but for the datasource.
#pragma once
#include "rules/rule_keys.h"
#include "rules/rule_parse.h"

// Checks these fields of the group and takes them into *group; its interval is known.
void rule_group_read_asking(struct file_reading *file, const struct yaml_node *node, const struct rule_group_fields *fields, struct rule_group *group);
