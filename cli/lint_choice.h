// SPDX-License-Identifier: Apache-2.0
// --lint as promtool takes it, with names of findings besides, --min-severity, and what they mean for the exit status. Source: Prometheus 3.x, cmd/promtool, newRulesLintConfig.
#pragma once
#include "rules/rules.h"

#define LINT_CHOICES "all, none, names of findings"
#define MIN_SEVERITIES "error, warning or info"

enum { EXIT_GOOD,
	EXIT_BROKEN,
	EXIT_LINT = 3 };

// Findings are shown unless nothing was named that counts.
struct lint_choice {
	bool counts[LINT_ID_COUNT]; // for the exit status
	bool has_any;               // one of them does
	enum severity least;        // findings below it are neither shown nor counted
};

// A comma list; other names are warned about and passed over. False when the severity is none, which was said on standard error then.
bool lint_choice_parse(const char *command, const char *names, const char *min_severity, struct lint_choice *out);
// Turns off in the policy what is not to be shown.
void lint_choice_apply(const struct lint_choice *choice, struct lint_policy *policy);
int lint_choice_exit(const struct lint_choice *choice, const struct linter *linter, bool is_broken, bool is_fatal);
