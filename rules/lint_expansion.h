// SPDX-License-Identifier: Apache-2.0
// Expands a template of an alert with made-up data, to see whether it can ever succeed. Private to rules/. Pure, any thread.
#pragma once
#include "base/buf.h"
#include "rules/rules.h"

// True when the expansion ends in one and the same way whatever the labels, the value and the answers of queries are: in an error,
// or in what printf writes for a verb that does not fit. *why says what it is, and *where is the operand it names as written (may be empty).
// Both are borrowed from `arena`. Actions that none of the samples reaches are not judged.
bool lint_expansion_fails(struct arena *arena, const struct rule_text *text, struct str *why, struct str *where);
