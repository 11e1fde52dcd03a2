// SPDX-License-Identifier: Apache-2.0
// Kubernetes objects that hold rules: PrometheusRule, ConfigMap, and lists of them. Private to rules/.
// Source: the Prometheus operator's monitoring.coreos.com/v1, and Kubernetes' v1.
#pragma once
#include "rules/rule_parse.h"

// Whether the document is a PrometheusRule but for its groups, which stand beside `spec`: the groups were read as a plain file's.
bool rule_manifest_has_stray_groups(const struct yaml_node *root);
// Whether the document is an object and no rule file: it has apiVersion and kind, and no groups.
bool rule_manifest_is(const struct yaml_node *root);
// Reads its groups. Objects of other kinds are passed over with a word; false when this is one.
bool rule_manifest_read(struct file_reading *reading, const struct yaml_node *object);
