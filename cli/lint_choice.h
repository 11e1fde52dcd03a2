// SPDX-License-Identifier: Apache-2.0
// --lint as promtool takes it, and what it means for the exit status. Source: Prometheus 3.x, cmd/promtool, newRulesLintConfig.
#pragma once
#include "rules/rules.h"

#define LINT_CHOICES "all, duplicate-rules or none"

enum { EXIT_GOOD,
	EXIT_BROKEN,
	EXIT_LINT = 3 };

// Findings are shown unless neither "all" nor "duplicate-rules" was named.
struct lint_choice {
	bool has_all;        // every finding counts for the exit status
	bool has_duplicates; // those of rules repeated in a file do
};

// A comma list; other names are warned about and passed over.
struct lint_choice lint_choice_parse(const char *text);
// Turns everything off in the policy when nothing is to be shown.
void lint_choice_apply(struct lint_choice choice, struct lint_policy *policy);
int lint_choice_exit(struct lint_choice choice, const struct linter *linter, bool is_broken, bool is_fatal);
