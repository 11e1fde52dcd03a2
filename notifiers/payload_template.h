// SPDX-License-Identifier: Apache-2.0
// A YAML value whose texts are templates, as JSON: webhook's `payload`, PagerDuty's `details`. Private to notifiers/.
// Source: Alertmanager template/template.go, DeepCopyWithTemplate: what a text gives is read as YAML, and is that value unless it is a text.
#pragma once
#include "base/json_write.h"
#include "base/yaml_doc.h"
#include "notifiers/notifier_text.h"

// Writes one value. ERR_INVALID when a template fails; then something may have been written.
MUST_CHECK bool payload_template_write(const struct yaml_node *node, const struct text_run *run, struct json_writer *json, struct error *err);
// The same of a text.
MUST_CHECK bool payload_template_write_text(const char *text, const struct text_run *run, struct json_writer *json, struct error *err);
