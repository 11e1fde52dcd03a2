// SPDX-License-Identifier: Apache-2.0
// Any bytes as a rule file: a set or problems, never both missing; a good set can be linted and pairs with itself.
#include "base/mem.h"
#include "rules/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_pairs(const struct rule_set *set) {
	autofree struct str *keys = mem_alloc((set->rule_count + 1) * sizeof *keys);
	autofree const struct rule **found = mem_alloc((set->rule_count + 1) * sizeof *found);
	size_t count = 0;
	for (size_t i = 0; i < set->group_count; i++) {
		for (size_t k = 0; k < set->groups[i].rule_count; k++)
			keys[count++] = set->groups[i].rules[k].key;
	}
	rule_set_pair(set, keys, count, found);
	for (size_t i = 0; i < count; i++) {
		if (found[i] == NULL || !str_equal(found[i]->key, keys[i]))
			unreachable("a rule that is not its own successor");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct problems problems = { 0 };
	const struct rule_options options = { .default_interval = MINUTES(1) };
	struct rule_set *set = rule_set_parse("fuzz.yml", str_make((const char *)data, size), &options, &problems);
	if ((set == NULL) != (problems.errors > 0))
		unreachable("a result is a set or errors");
	if (set != NULL) {
		rule_set_lint_duplicates(set, &problems);
		check_pairs(set);
	}
	rule_set_unref(set);
	problems_finish(&problems);
	return 0;
}
