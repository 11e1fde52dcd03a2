// SPDX-License-Identifier: Apache-2.0
// What a recording rule makes of an answer. See recording.h.
#include "evaluator/recording.h"

void recording_begin(struct recording *recording) {
	hash_map_clear(&recording->seen);
	recording->count = 0;
}

void recording_finish(struct recording *recording) {
	hash_map_finish(&recording->seen);
	*recording = (struct recording){ 0 };
}

static bool is_recorded(const void *value, const void *key) {
	const struct recorded *a = value, *b = key;
	if (a->label_count != b->label_count)
		return false;
	for (size_t i = 0; i < a->label_count; i++)
		if (!str_equal(a->labels[i].name, b->labels[i].name) || !str_equal(a->labels[i].value, b->labels[i].value))
			return false;
	return true;
}

static void put(struct recorded *series, struct label *items, struct str name, struct str value) {
	if (value.len > 0)
		items[series->label_count++] = (struct label){ .name = name, .value = value };
}

// Merges two sorted lists; the rule's labels win, an empty one removes.
static void overlay(struct recorded *series, struct label *items, const struct rule *rule, const struct label *labels, size_t count) {
	size_t i = 0, k = 0;
	while (i < count || k < rule->label_count) {
		int order = i == count ? 1 : k == rule->label_count ? -1
		                                                    : str_compare(labels[i].name, rule->labels[k]->name);
		if (order < 0) {
			put(series, items, labels[i].name, str_equal(labels[i].name, STR("__name__")) ? rule->name : labels[i].value);
			i++;
			continue;
		}
		put(series, items, rule->labels[k]->name, rule->labels[k]->text);
		k++;
		i += order == 0;
	}
}

// With a place for __name__, which answers need not have.
static const struct label *with_name(struct arena *arena, const struct label *labels, size_t *count) {
	for (size_t i = 0; i < *count; i++)
		if (str_equal(labels[i].name, STR("__name__")))
			return labels;
	struct label *items = ARENA_NEW_ARRAY(arena, struct label, *count + 1);
	size_t before = 0;
	while (before < *count && str_compare(labels[before].name, STR("__name__")) < 0)
		before++;
	for (size_t i = 0; i < *count; i++)
		items[i + (i >= before)] = labels[i];
	items[before].name = STR("__name__");
	(*count)++;
	return items;
}

bool recording_add(struct recording *recording, struct arena *arena, const struct rule *rule, const struct label *labels, size_t count, double value) {
	labels = with_name(arena, labels, &count);
	struct recorded *series = ARENA_NEW(arena, struct recorded);
	struct label *items = ARENA_NEW_ARRAY(arena, struct label, count + rule->label_count);
	series->labels = items;
	series->value = value;
	overlay(series, items, rule, labels, count);
	uint64_t hash = labels_hash(items, series->label_count);
	if (hash_map_find(&recording->seen, hash, series, is_recorded) != NULL)
		return false;
	hash_map_insert(&recording->seen, hash, series);
	recording->count++;
	return true;
}
