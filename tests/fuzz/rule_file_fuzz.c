// SPDX-License-Identifier: Apache-2.0
// Any bytes as a rule file: a set or problems, never both missing, linted on the way; a good set continues itself, under another name of
// the file too, where every rule is a duplicate.
#include "base/mem.h"
#include "rules/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// `was`: the same text, read before, perhaps from a file of another name.
static void check_pairs(const struct rule_set *set, const struct rule_set *was) {
	autofree struct str *keys = mem_alloc((set->rule_count + 1) * sizeof *keys);
	autofree const struct rule **found = mem_alloc((set->rule_count + 1) * sizeof *found);
	size_t count = 0;
	for (size_t i = 0; i < was->group_count; i++) {
		for (size_t k = 0; k < was->groups[i].rule_count; k++)
			keys[count++] = was->groups[i].rules[k].key;
	}
	rule_set_pair(set, keys, count, found);
	for (size_t i = 0; i < count; i++) {
		if (found[i] == NULL || (set == was && !str_equal(found[i]->key, keys[i])))
			unreachable("a rule that is not its own successor");
	}
}

static struct rule_set *parse(const char *file, struct str text, struct linter *linter, struct problems *problems) {
	const struct rule_options options = { .default_interval = MINUTES(1), .linter = linter };
	return rule_set_parse(file, text, &options, problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct problems problems = { 0 };
	struct lint_policy policy;
	lint_policy_init(&policy);
	struct linter *linter = linter_create(&policy);
	struct str text = str_make((const char *)data, size);
	struct rule_set *set = parse("fuzz.yml", text, linter, &problems);
	if ((set == NULL) != (problems.errors > 0))
		unreachable("a result is a set or errors");
	if (set != NULL) {
		struct rule_set *was = parse("moved.yml", text, linter, &problems);
		check_pairs(set, set);
		check_pairs(set, was);
		rule_set_unref(was);
	}
	rule_set_unref(set);
	linter_destroy(linter);
	problems_finish(&problems);
	return 0;
}
