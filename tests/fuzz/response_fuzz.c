// SPDX-License-Identifier: Apache-2.0
// Any bytes as an answer of the query API, in pieces whose size the first byte says: the fast and the careful reader must agree.
#include "base/buf.h"
#include "evaluator/vector_decode.h"
#include "evaluator/vector_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_same(const struct sample *a, const struct sample *b) {
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
	if (fast_ok)
		compare(&fast, &careful);
	sample_vector_finish(&fast);
	sample_vector_finish(&careful);
	return 0;
}
