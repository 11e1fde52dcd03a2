// SPDX-License-Identifier: Apache-2.0
// What an installation wants linting to say: which findings, how severe, and the conventions its rules keep. Immutable once made, any thread.
#pragma once
#include "model/lint_finding.h"

struct lint_policy {
	bool is_off[LINT_ID_COUNT];
	enum severity severity[LINT_ID_COUNT];
};

// Every finding on, with the severity of its row, and no conventions.
void lint_policy_init(struct lint_policy *policy);
