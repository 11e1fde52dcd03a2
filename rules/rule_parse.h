// SPDX-License-Identifier: Apache-2.0
// One rule file's text into the rule set being built. Private to rules/.
#pragma once
#include "rules/rule_builder.h"

// Adds the file's groups to the builder; problems go to builder->problems. `file` is interned.
void rule_text_parse(struct rule_builder *builder, struct str file, struct str text);
