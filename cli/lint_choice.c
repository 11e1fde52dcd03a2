// SPDX-License-Identifier: Apache-2.0
// --lint. See lint_choice.h.
#include "cli/lint_choice.h"

#include <stdio.h>

struct lint_choice lint_choice_parse(const char *text) {
	struct lint_choice choice = { 0 };
	for (struct str rest = str_of(text); rest.len > 0;) {
		struct str name = str_cut(&rest, ',');
		if (str_equal(name, STR("all")))
			choice.has_all = true;
		else if (str_equal(name, STR("duplicate-rules")))
			choice.has_duplicates = true;
		else if (!str_equal(name, STR("none")))
			fprintf(stderr, "WARNING: unknown lint option: \"%.*s\", expected " LINT_CHOICES "\n", STR_ARG(name));
	}
	return choice;
}

void lint_choice_apply(struct lint_choice choice, struct lint_policy *policy) {
	if (choice.has_all || choice.has_duplicates)
		return;
	for (enum lint_id id = 0; id < LINT_ID_COUNT; id++)
		policy->is_off[id] = true;
}

int lint_choice_exit(struct lint_choice choice, const struct linter *linter, bool is_broken, bool is_fatal) {
	if (is_broken)
		return EXIT_BROKEN;
	size_t findings = choice.has_all ? linter_total(linter) : linter_count(linter, LINT_DUPLICATE_RULES);
	return is_fatal && findings > 0 ? EXIT_LINT : EXIT_GOOD;
}
