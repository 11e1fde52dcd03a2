// SPDX-License-Identifier: Apache-2.0
// The answer of /api/v1/query as it arrives, turned into a sample_vector in one pass. Private to evaluator/. One thread at a time.
// The usual shape is decoded while it arrives, element by element; any other shape is kept and read with base/json_read at the end, so that
// both accept and mean the same. Source: Prometheus' HTTP API; VictoriaMetrics' and Thanos' answers are of it.
#pragma once
#include "base/error.h"
#include "model/limits.h"
#include "model/sample.h"

enum vector_stage {
	VECTOR_HEAD,    // before the first element
	VECTOR_ELEMENT, // before an element
	VECTOR_NEXT,    // after one
	VECTOR_TAIL,    // after the result's closing bracket
	VECTOR_ODD,     // not the usual shape: collect, read at the end
};

// A stretch of the answer, in the vector's arena: labels are slices of it, so it never moves.
struct vector_window {
	struct vector_window *previous;
	char *data; // followed by NULs while it is being filled
	size_t len, cap;
	size_t done; // bytes that need no looking at any more; what follows moves to the next window
};

// Elements that whoever asks takes in as they come, so that none of them has to wait for the others in memory.
struct vector_taker {
	bool (*take)(void *context, const struct sample *element); // true: it is taken, and not kept in the vector. Borrowed for the call; NULL: all are kept
	void (*again)(void *context);                              // what was taken does not count: the answer is read from its beginning
	void *context;
};

struct vector_decoder {
	struct sample_vector *out;
	struct vector_taker taker;    // may be set after init
	struct vector_window *window; // the newest
	size_t max_bytes, seen;       // of the answer
	bool has_begun;               // something but white space came, beginning with `first`
	char first;
	enum vector_stage stage;
	struct label labels[LIMIT_LABELS]; // of the element being read
};

// `out` is reset now and filled by feed and finish; it outlives the decoder. max_bytes 0: LIMIT_RESPONSE_BYTES.
void vector_decoder_init(struct vector_decoder *decoder, struct sample_vector *out, size_t max_bytes);
// Any split of the answer is fine. Fails with ERR_LIMIT past max_bytes; what is wrong with the answer is told by finish.
MUST_CHECK bool vector_decoder_feed(struct vector_decoder *decoder, const char *bytes, size_t len, struct error *err);
// False, with ERR_INVALID: what was fed begins like no answer, as the page of a proxy; the rest need not be waited for.
MUST_CHECK bool vector_decoder_may_go_on(const struct vector_decoder *decoder, struct error *err);
// The answer is complete. ERR_INVALID (with line and column in the answer) when it is not what a query API says, ERR_LIMIT when an element
// has too many or too long labels; then *out is empty. An answer that reports an error is a good answer: out->is_error.
MUST_CHECK bool vector_decoder_finish(struct vector_decoder *decoder, struct error *err);
