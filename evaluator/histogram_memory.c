// SPDX-License-Identifier: Apache-2.0
// What a recording rule knows of the custom buckets of its histograms. See histogram_memory.h.
#include "evaluator/histogram_memory.h"

#include "model/limits.h"

// Merges two ascending lists; nothing happens when there would be too many.
static void merge(struct histogram_bounds *bounds, const double *more, size_t count, struct arena *arena) {
	double *merged = arena_alloc_raw(arena, (bounds->count + count) * sizeof *merged);
	size_t kept = 0, i = 0, k = 0;
	while (i < bounds->count || k < count) {
		bool is_old = k == count || (i < bounds->count && bounds->items[i] <= more[k]);
		double bound = is_old ? bounds->items[i] : more[k];
		i += is_old;
		k += !is_old || (k < count && more[k] == bound);
		merged[kept++] = bound;
	}
	if (kept == bounds->count || kept > LIMIT_HISTOGRAM_BOUNDS)
		return;
	array_clear(bounds);
	for (size_t at = 0; at < kept; at++)
		array_append(bounds, merged[at]);
}

struct lesson {
	size_t custom, refused; // histograms
};

static struct lesson learn(struct histogram_bounds *bounds, const struct sample_vector *vector, struct arena *arena) {
	struct lesson lesson = { 0 };
	for (size_t i = 0; i < vector->count; i++) {
		const struct histogram *histogram = vector->items[i].histogram;
		struct histogram_layout layout;
		struct arena_mark mark = arena_mark(arena);
		if (histogram != NULL && histogram_layout_find(&layout, histogram, NULL, arena, NULL) && layout.schema == SCHEMA_CUSTOM) {
			bool is_fitting = histogram_bounds_agree(bounds, histogram);
			lesson.custom++;
			lesson.refused += !is_fitting;
			if (is_fitting)
				merge(bounds, layout.bounds, layout.bound_count, arena);
		}
		arena_release(arena, mark);
	}
	return lesson;
}

void histogram_bounds_learn(struct histogram_bounds *bounds, const struct sample_vector *vector, struct arena *arena) {
	struct lesson lesson = learn(bounds, vector, arena);
	if (lesson.custom == 0 || lesson.refused < lesson.custom)
		return;
	array_clear(bounds);
	learn(bounds, vector, arena);
}
