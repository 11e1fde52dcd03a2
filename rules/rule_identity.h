// SPDX-License-Identifier: Apache-2.0
// What makes a rule or a group the same one after a restart or a reload: keys and hashes. Private to rules/. Pure.
#pragma once
#include "rules/rules.h"

// Fills hash, content_hash and the rules' keys once everything else of the group is there.
void rule_group_identify(struct rule_group *group, struct arena *arena);
// The key's part without file and ordinal ("group, rule, labels"), and the one without the group too.
struct str rule_key_in_any_file(struct str key);
struct str rule_key_in_any_group(struct str key);
