// SPDX-License-Identifier: Apache-2.0
// Any bytes as an answer of the query API, in pieces whose size the first byte says: the fast and the careful reader must agree.
// Its histograms are laid out and encoded as a recording rule does: the layout must have the buckets that are listed.
#include "base/buf.h"
#include "evaluator/histogram_encode.h"
#include "evaluator/histogram_memory.h"
#include "evaluator/vector_decode.h"
#include "evaluator/vector_read.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_same_histogram(const struct histogram *a, const struct histogram *b) {
	if (a == NULL || b == NULL)
		return a == b;
	return a->bucket_count == b->bucket_count && memcmp(&a->count, &b->count, 2 * sizeof a->count) == 0;
}

static bool is_same(const struct sample *a, const struct sample *b) {
	if (!is_same_histogram(a->histogram, b->histogram))
		return false;
	if (a->label_count != b->label_count || a->hash != b->hash || a->at != b->at || memcmp(&a->value, &b->value, sizeof a->value) != 0)
		return false;
	for (size_t i = 0; i < a->label_count; i++)
		if (!str_equal(a->labels[i].name, b->labels[i].name) || !str_equal(a->labels[i].value, b->labels[i].value))
			return false;
	return a->hash == labels_hash(a->labels, a->label_count);
}

static void compare(const struct sample_vector *fast, const struct sample_vector *careful) {
	if (fast->count != careful->count || fast->kind != careful->kind || fast->is_error != careful->is_error || fast->histograms != careful->histograms ||
	    fast->warnings.count != careful->warnings.count || fast->infos.count != careful->infos.count || !str_equal(fast->error_text, careful->error_text))
		unreachable("both readers say the same around the samples");
	for (size_t i = 0; i < fast->count; i++)
		if (!is_same(&fast->items[i], &careful->items[i]))
			unreachable("both readers give the same samples");
}

static void check_side(const struct histogram_side *side) {
	for (size_t i = 1; i < side->count; i++)
		if (side->indices[i - 1] >= side->indices[i])
			unreachable("indices ascend");
}

static void check_layout(const struct histogram_layout *layout, const struct histogram *histogram) {
	const struct histogram_side *positive = &layout->positive;
	bool has_zero = layout->schema != SCHEMA_CUSTOM && positive->count + layout->negative.count < histogram->bucket_count;
	check_side(positive);
	check_side(&layout->negative);
	if (positive->count + layout->negative.count + has_zero != histogram->bucket_count)
		unreachable("every listed bucket is there");
	for (size_t i = 1; i < layout->bound_count; i++)
		if (!(layout->bounds[i - 1] < layout->bounds[i]))
			unreachable("boundaries ascend");
	for (size_t i = 0; layout->schema == SCHEMA_CUSTOM && i < positive->count; i++) {
		size_t at = (size_t)positive->indices[i];
		double upper = at == layout->bound_count ? (double)INFINITY : layout->bounds[at], lower = at == 0 ? -(double)INFINITY : layout->bounds[at - 1];
		if (upper != histogram->buckets[i].upper || lower != histogram->buckets[i].lower)
			unreachable("custom buckets have their boundaries");
	}
}

static void record(const struct sample_vector *vector) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf out = { 0 };
	struct histogram_bounds bounds = { 0 };
	histogram_bounds_learn(&bounds, vector, &arena);
	for (size_t i = 0; i < vector->count; i++) {
		const struct histogram *histogram = vector->items[i].histogram;
		struct histogram_layout layout;
		if (histogram == NULL || !histogram_layout_find(&layout, histogram, &bounds, &arena, NULL))
			continue;
		check_layout(&layout, histogram);
		histogram_encode(&out, histogram, &layout, HISTOGRAM_HINT_NONE, 1);
	}
	array_finish(&bounds);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	static struct sample_vector fast, careful;
	struct vector_decoder decoder;
	struct error fast_err = { 0 }, careful_err = { 0 };
	size_t piece = size > 0 ? (size_t)data[0] + 1 : 1;
	struct str text = str_skip(str_make((const char *)data, size), 1);
	vector_decoder_init(&decoder, &fast, 1 << 20);
	for (struct str rest = text; rest.len > 0; rest = str_skip(rest, piece))
		if (!vector_decoder_feed(&decoder, rest.data, str_head(rest, piece).len, &fast_err))
			return 0;
	bool fast_ok = vector_decoder_finish(&decoder, &fast_err);
	sample_vector_reset(&careful);
	bool careful_ok = vector_read_answer(&careful, text, &careful_err);
	if (fast_ok != careful_ok || (!fast_ok && strcmp(fast_err.text, careful_err.text) != 0))
		unreachable("both readers accept the same");
	if (fast_ok) {
		compare(&fast, &careful);
		record(&careful);
	}
	sample_vector_finish(&fast);
	sample_vector_finish(&careful);
	return 0;
}
