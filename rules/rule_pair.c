// SPDX-License-Identifier: Apache-2.0
// Which rule of a new set continues which old one (LAW 20). Each pass sorts what is left of both sides by a part of the key and walks
// them together, so that equal parts pair in order.
#include "base/mem.h"
#include "rules/rule_identity.h"

struct candidate {
	struct str part; // of the key, as the pass compares it
	size_t index;    // among the old keys, or the new rules
};

struct pairing {
	const struct rule **rules; // of the new set, in order
	bool *used;
	size_t rule_count;
	const struct str *old_keys;
	size_t old_count;
	const struct rule **out;
};

static struct str whole_key(struct str key) {
	return key;
}

static int compare_candidates(const void *left, const void *right) {
	const struct candidate *a = left, *b = right;
	int order = str_compare(a->part, b->part);
	return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

static size_t collect_old(const struct pairing *pairing, struct str (*part)(struct str key), struct candidate *out) {
	size_t count = 0;
	for (size_t i = 0; i < pairing->old_count; i++) {
		if (pairing->out[i] == NULL)
			out[count++] = (struct candidate){ part(pairing->old_keys[i]), i };
	}
	qsort(out, count, sizeof *out, compare_candidates);
	return count;
}

static size_t collect_new(const struct pairing *pairing, struct str (*part)(struct str key), struct candidate *out) {
	size_t count = 0;
	for (size_t i = 0; i < pairing->rule_count; i++) {
		if (!pairing->used[i])
			out[count++] = (struct candidate){ part(pairing->rules[i]->key), i };
	}
	qsort(out, count, sizeof *out, compare_candidates);
	return count;
}

static void pair_pass(struct pairing *pairing, struct str (*part)(struct str key)) {
	autofree struct candidate *olds = mem_alloc((pairing->old_count + 1) * sizeof *olds);
	autofree struct candidate *news = mem_alloc((pairing->rule_count + 1) * sizeof *news);
	size_t old_count = collect_old(pairing, part, olds), new_count = collect_new(pairing, part, news);
	for (size_t i = 0, k = 0; i < old_count && k < new_count;) {
		int order = str_compare(olds[i].part, news[k].part);
		if (order == 0 && olds[i].part.len > 0) { // a key that is not ours has empty parts
			pairing->out[olds[i].index] = pairing->rules[news[k].index];
			pairing->used[news[k].index] = true;
		}
		i += order <= 0;
		k += order >= 0;
	}
}

void rule_set_pair(const struct rule_set *set, const struct str *old_keys, size_t count, const struct rule **out) {
	struct pairing pairing = { .old_keys = old_keys, .old_count = count, .out = out };
	autofree const struct rule **rules = mem_alloc((set->rule_count + 1) * sizeof *rules);
	autofree bool *used = mem_zalloc(set->rule_count + 1);
	for (size_t i = 0; i < set->group_count; i++) {
		for (size_t k = 0; k < set->groups[i].rule_count; k++)
			rules[pairing.rule_count++] = &set->groups[i].rules[k];
	}
	for (size_t i = 0; i < count; i++)
		out[i] = NULL;
	pairing.rules = rules;
	pairing.used = used;
	pair_pass(&pairing, whole_key);
	pair_pass(&pairing, rule_key_in_any_file);
	pair_pass(&pairing, rule_key_in_any_group);
}
