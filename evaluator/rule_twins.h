// SPDX-License-Identifier: Apache-2.0
// Which rules of a group ask the same. Pure.
#pragma once
#include "rules/rules.h"

#include <stdint.h>

// For each rule the index of the next one with an equal expression, 0 = none. NULL when no two are equal. Freed by the caller.
uint32_t *rule_twins_create(const struct rule_group *group);
