// SPDX-License-Identifier: Apache-2.0
// The policy of who says nothing. See lint_policy.h.
#include "model/lint_policy.h"

void lint_policy_init(struct lint_policy *policy) {
	*policy = (struct lint_policy){ 0 };
	for (enum lint_id id = 0; id < LINT_ID_COUNT; id++)
		policy->severity[id] = lint_finding(id)->severity;
}
