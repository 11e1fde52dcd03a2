// SPDX-License-Identifier: Apache-2.0
// The series a recording rule wrote last. See series_set.h.
#include "evaluator/series_set.h"

#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>

struct series {
	uint32_t generation; // of the answer that held it last
	bool is_fresh;       // not settled yet
	uint32_t size;
	char labels[];
};

static struct str labels_of(const struct series *series) {
	return str_make(series->labels, series->size);
}

static bool has_labels(const void *value, const void *key) {
	return str_equal(labels_of(value), *(const struct str *)key);
}

static bool drop(void *value, void *context) {
	(void)context;
	free(value);
	return false;
}

void series_set_clear(struct series_set *set) {
	hash_map_sweep(&set->written, drop, NULL);
	set->present = set->fresh = 0;
}

void series_set_finish(struct series_set *set) {
	series_set_clear(set);
	hash_map_finish(&set->written);
}

void series_set_begin(struct series_set *set) {
	set->generation++;
	set->present = set->fresh = 0;
}

static void insert(struct series_set *set, uint64_t hash, struct str labels) {
	struct series *series = mem_alloc(sizeof *series + labels.len);
	*series = (struct series){ .generation = set->generation, .is_fresh = true, .size = (uint32_t)labels.len };
	memcpy(series->labels, labels.data, labels.len);
	hash_map_insert(&set->written, hash, series);
	set->fresh++;
}

bool series_set_offer(struct series_set *set, struct str labels) {
	uint64_t hash = hash_quickly(labels);
	struct series *series = hash_map_find(&set->written, hash, &labels, has_labels);
	if (series == NULL)
		insert(set, hash, labels);
	else if (series->generation == set->generation)
		return false;
	else
		series->generation = set->generation;
	set->present++;
	return true;
}

static bool keep_settled(void *value, void *context) {
	struct series *series = value;
	(void)context;
	if (!series->is_fresh)
		return true;
	free(series);
	return false;
}

void series_set_abort(struct series_set *set) {
	if (set->fresh > 0)
		hash_map_sweep(&set->written, keep_settled, NULL);
	set->present = set->fresh = 0;
}

struct settling {
	const struct series_set *set;
	series_gone *gone;
	void *context;
};

static bool keep_present(void *value, void *context) {
	struct series *series = value;
	const struct settling *settling = context;
	series->is_fresh = false;
	if (series->generation == settling->set->generation)
		return true;
	settling->gone(settling->context, labels_of(series));
	free(series);
	return false;
}

void series_set_settle(struct series_set *set, series_gone *gone, void *context) {
	struct settling settling = { set, gone, context };
	if (set->fresh > 0 || set->present < set->written.count) // else all were there, and no other
		hash_map_sweep(&set->written, keep_present, &settling);
	set->fresh = 0;
}

void series_set_each(const struct series_set *set, series_gone *visit, void *context) {
	const struct series *series;
	for (size_t at = 0; (series = hash_map_next(&set->written, &at)) != NULL;)
		if (!series->is_fresh)
			visit(context, labels_of(series));
}
