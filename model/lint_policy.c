// SPDX-License-Identifier: Apache-2.0
// The conventions of an installation. See lint_policy.h.
#include "model/lint_policy.h"

#include "base/regex.h"

void lint_policy_init(struct lint_policy *policy) {
	*policy = (struct lint_policy){ 0 };
	for (enum lint_id id = 0; id < LINT_ID_COUNT; id++)
		policy->severity[id] = lint_finding(id)->severity;
}

static void finish_patterns(struct lint_patterns *patterns) {
	for (size_t i = 0; i < patterns->count; i++)
		regex_destroy(patterns->items[i].regex);
}

void lint_policy_finish(struct lint_policy *policy) {
	regex_destroy(policy->alert_name.regex);
	regex_destroy(policy->recording_rule_name.regex);
	regex_destroy(policy->group_name.regex);
	finish_patterns(&policy->label_values);
	finish_patterns(&policy->annotation_values);
	*policy = (struct lint_policy){ 0 };
}

bool lint_pattern_compile(struct lint_pattern *out, struct str name, struct str text, struct error *err) {
	struct regex *regex = regex_compile(text, REGEX_ANCHORED | REGEX_DOT_NEWLINE, err);
	if (regex == NULL)
		return false;
	*out = (struct lint_pattern){ name, text, regex };
	return true;
}

bool lint_pattern_fits(const struct lint_pattern *pattern, struct str text) {
	return pattern->regex == NULL || regex_test(pattern->regex, text) == REGEX_MATCH;
}
