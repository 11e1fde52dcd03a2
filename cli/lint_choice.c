// SPDX-License-Identifier: Apache-2.0
// --lint and --min-severity. See lint_choice.h.
#include "cli/lint_choice.h"

#include <stdio.h>

static void choose(struct lint_choice *choice, struct str name) {
	bool is_all = str_equal(name, STR("all"));
	enum lint_id id = LINT_ID_COUNT;
	if (str_equal(name, STR("none")))
		return;
	if (!is_all && !lint_id_parse(name, &id)) {
		fprintf(stderr, "WARNING: unknown lint option: \"%.*s\", expected " LINT_CHOICES "\n", STR_ARG(name));
		return;
	}
	choice->has_any = true;
	for (enum lint_id each = 0; each < LINT_ID_COUNT; each++)
		choice->counts[each] |= is_all || each == id;
}

bool lint_choice_parse(const char *command, const char *names, const char *min_severity, struct lint_choice *out) {
	struct lint_choice choice = { 0 };
	if (!severity_parse(str_of(min_severity), &choice.least)) {
		fprintf(stderr, "tocsin %s: unknown severity \"%s\", expected " MIN_SEVERITIES "\n", command, min_severity);
		return false;
	}
	for (struct str rest = str_of(names); rest.len > 0;)
		choose(&choice, str_cut(&rest, ','));
	*out = choice;
	return true;
}

void lint_choice_apply(const struct lint_choice *choice, struct lint_policy *policy) {
	for (enum lint_id id = 0; id < LINT_ID_COUNT; id++)
		policy->is_off[id] |= !choice->has_any || policy->severity[id] > choice->least;
}

int lint_choice_exit(const struct lint_choice *choice, const struct linter *linter, bool is_broken, bool is_fatal) {
	size_t findings = 0;
	if (is_broken)
		return EXIT_BROKEN;
	for (enum lint_id id = 0; id < LINT_ID_COUNT; id++)
		findings += choice->counts[id] ? linter_count(linter, id) : 0;
	return is_fatal && findings > 0 ? EXIT_LINT : EXIT_GOOD;
}
