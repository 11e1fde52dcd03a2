// SPDX-License-Identifier: Apache-2.0
// What a query gave: elements and what came with them. Plain data; one owner.
#pragma once
#include "base/arena.h"
#include "base/array.h"
#include "base/clock.h"
#include "model/histogram.h"
#include "model/labels.h"

struct sample {
	const struct label *labels; // sorted by name, names unique, no empty values, at most LIMIT_LABELS
	size_t label_count;
	uint64_t hash;                     // labels_hash of them, __name__ included
	double value;                      // NaN and infinities too; of a native histogram 0, as Prometheus' rules see it
	const struct histogram *histogram; // in the vector's arena; NULL: a float
	wall_ms at;
};

enum result_kind { RESULT_NONE,
	RESULT_VECTOR,
	RESULT_SCALAR,
	RESULT_STRING,
	RESULT_MATRIX };

struct sample_texts {
	ARRAY_OF(struct str);
};

// A zeroed one is empty and valid. Labels and texts live in its arena until reset or finish.
struct sample_vector {
	struct arena arena;
	enum result_kind kind;   // RESULT_NONE where the answer held an error only
	ARRAY_OF(struct sample); // in the order of the answer; of a matrix the last one of each series; of a scalar the one without labels; of a string none
	struct str text;         // of RESULT_STRING
	struct sample_texts warnings, infos;
	size_t taken;      // elements that came and are not among them: whoever asked took them in (evaluator/vector_decode.h)
	size_t histograms; // native histograms among them, or of a matrix series of nothing else, which are left out
	bool is_error;     // status "error": then the next two say what and samples mean nothing
	struct str error_type, error_text;
};

static inline void sample_vector_finish(struct sample_vector *vector) {
	array_finish(vector);
	array_finish(&vector->warnings);
	array_finish(&vector->infos);
	arena_finish(&vector->arena);
	*vector = (struct sample_vector){ 0 };
}

// Empties it and keeps memory for the next answer.
static inline void sample_vector_reset(struct sample_vector *vector) {
	struct sample_vector empty = *vector;
	arena_reset(&empty.arena);
	empty.kind = RESULT_NONE;
	array_clear(&empty);
	array_clear(&empty.warnings);
	array_clear(&empty.infos);
	empty.text = empty.error_type = empty.error_text = STR_NONE;
	empty.taken = empty.histograms = 0;
	empty.is_error = false;
	*vector = empty;
}
