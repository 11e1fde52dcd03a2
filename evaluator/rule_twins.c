// SPDX-License-Identifier: Apache-2.0
// Which rules of a group ask the same. See rule_twins.h.
#include "evaluator/rule_twins.h"

#include "base/hash.h"
#include "base/hash_map.h"
#include "base/mem.h"

static bool asks(const void *value, const void *key) {
	return str_equal(((const struct rule *)value)->expr, ((const struct rule *)key)->expr);
}

// From the last to the first: the map holds the first of those seen for each expression.
uint32_t *rule_twins_create(const struct rule_group *group) {
	uint32_t *next = NULL;
	struct hash_map seen = { 0 };
	for (size_t i = group->rule_count; i-- > 0;) {
		struct rule *rule = &group->rules[i];
		uint64_t hash = hash_text(HASH_START, rule->expr);
		const struct rule *twin = hash_map_find(&seen, hash, rule, asks);
		if (twin != NULL) {
			if (next == NULL)
				next = mem_zalloc(group->rule_count * sizeof *next);
			next[i] = (uint32_t)(twin - group->rules);
			hash_map_remove(&seen, hash, rule, asks);
		}
		hash_map_insert(&seen, hash, rule);
	}
	hash_map_finish(&seen);
	return next;
}
