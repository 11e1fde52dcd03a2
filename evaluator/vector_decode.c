// SPDX-License-Identifier: Apache-2.0
// The fast reader: one pass over the usual shape as it arrives, labels hashed as they are scanned. Whatever it does not know it leaves to
// vector_read.c; it never reports an error of the answer itself. See vector_decode.h.
#include "evaluator/vector_decode.h"

#include "base/hash.h"
#include "base/json_read.h"
#include "evaluator/vector_read.h"

#include <endian.h>

// An element that is larger without being complete is not waited for byte by byte: the whole answer is read at the end.
enum { FIRST_WINDOW = 4 << 10,
	LARGEST_WINDOW = 128 << 10,
	ELEMENT_MAX = 1 << 20 };
enum { WINDOW_SLACK = 8 }; // NULs after the text of a window

enum scan { SCAN_OK,
	SCAN_SHORT,
	SCAN_ODD };

// --- scanning; the text ends in a NUL, which no token holds, so that only at a NUL the end is looked for ---

struct cursor {
	const char *at, *end;
};

// Where a scan met a byte that does not fit: more may come, or it is odd.
static enum scan stopped(const struct cursor *cursor) {
	return cursor->at >= cursor->end ? SCAN_SHORT : SCAN_ODD;
}

static enum scan expect_slowly(struct cursor *cursor, const char *text) {
	for (; *text != '\0'; text++, cursor->at++)
		if (*cursor->at != *text)
			return stopped(cursor);
	return SCAN_OK;
}

static inline enum scan expect_bytes(struct cursor *cursor, const char *text, size_t len) {
	if ((size_t)(cursor->end - cursor->at) < len || memcmp(cursor->at, text, len) != 0)
		return expect_slowly(cursor, text);
	cursor->at += len;
	return SCAN_OK;
}

#define expect(cursor, literal) expect_bytes((cursor), (literal), sizeof(literal) - 1)

// Moves over the plain bytes of a string: stops at a quote, a backslash or a control character. *high: bytes beyond ASCII were met.
// Eight at a time: of the marks in `stop` the lowest is exact, for a borrow starts only above a byte that stops.
static inline void skip_plain(struct cursor *cursor, bool *high) {
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones * 0x80;
	const char *at = cursor->at;
	uint64_t word = 0, stop = 0, seen = 0;
	for (;; at += 8) {
		memcpy(&word, at, sizeof word); // WINDOW_SLACK bytes follow the text
		word = le64toh(word);
		stop = ((word - ones * ' ') | ((word ^ ones * '"') - ones) | ((word ^ ones * '\\') - ones)) & ~word & tops;
		if (stop != 0)
			break;
		seen |= word;
	}
	unsigned before = (unsigned)__builtin_ctzll(stop) - 7; // bits of the bytes before the one that stops
	seen |= word & ((UINT64_C(1) << before) - 1);
	cursor->at = at + before / 8;
	*high = (seen & tops) != 0;
}

// A string with escapes that begins (with its quote) at start; the cursor is at its first backslash.
static enum scan scan_escaped(struct vector_decoder *decoder, struct cursor *cursor, const char *start, struct str *out) {
	const char *at = cursor->at;
	while (at < cursor->end && *at != '"')
		at += *at == '\\' ? 2 : 1;
	if (at >= cursor->end)
		return SCAN_SHORT;
	struct json_reader reader;
	json_read_init(&reader, &decoder->out->arena, str_make(start, (size_t)(at + 1 - start)));
	cursor->at = at + 1;
	return json_read_string(&reader, out) ? SCAN_OK : SCAN_ODD;
}

// A string and its part of the labels' hash, with the separator after it.
static inline enum scan scan_string(struct vector_decoder *decoder, struct cursor *cursor, uint64_t *hash, struct str *out) {
	const char *start = cursor->at;
	bool high = false;
	if (*start != '"')
		return stopped(cursor);
	cursor->at++;
	skip_plain(cursor, &high);
	*out = str_make(start + 1, (size_t)(cursor->at - start - 1));
	if (*cursor->at == '"') {
		cursor->at++;
		*hash = hash_text(*hash, *out);
		return !high || str_is_utf8(*out) ? SCAN_OK : SCAN_ODD;
	}
	if (*cursor->at != '\\')
		return stopped(cursor);
	enum scan scan = scan_escaped(decoder, cursor, start, out);
	if (scan == SCAN_OK)
		*hash = hash_text(*hash, *out);
	return scan;
}

#define TRY(step)                            \
	do {                                 \
		enum scan try_scan = (step); \
		if (try_scan != SCAN_OK)     \
			return try_scan;     \
	} while (0)

static inline enum scan scan_label(struct vector_decoder *decoder, struct cursor *cursor, uint64_t *hash, struct label *label) {
	TRY(scan_string(decoder, cursor, hash, &label->name));
	if (*cursor->at != ':')
		return stopped(cursor);
	cursor->at++;
	TRY(scan_string(decoder, cursor, hash, &label->value));
	return label->name.len > 0 ? SCAN_OK : SCAN_ODD;
}

// Labels that came out of order or with empty values. False when a name comes twice.
static bool put_in_order(struct label *labels, struct sample *sample) {
	if (!vector_sort_labels(labels, sample->label_count))
		return false;
	size_t kept = 0;
	for (size_t i = 0; i < sample->label_count; i++)
		if (labels[i].value.len > 0)
			labels[kept++] = labels[i];
	sample->label_count = kept;
	sample->hash = labels_hash(labels, kept);
	return true;
}

static inline bool is_before(struct str a, struct str b) { // neither is empty
	return (unsigned char)a.data[0] < (unsigned char)b.data[0] || str_compare(a, b) < 0;
}

// {"a":"x",…}: the labels into decoder->labels.
static enum scan scan_labels(struct vector_decoder *decoder, struct cursor *cursor, struct sample *sample) {
	struct label *labels = decoder->labels;
	size_t bytes = 0, count = 0;
	bool is_plain = true; // in order, none empty
	TRY(expect(cursor, "{"));
	sample->hash = labels_hash(NULL, 0);
	for (; *cursor->at != '}'; count++) {
		if (count == LIMIT_LABELS)
			return SCAN_ODD;
		if (count > 0)
			TRY(expect(cursor, ","));
		TRY(scan_label(decoder, cursor, &sample->hash, &labels[count]));
		bytes += labels[count].name.len + labels[count].value.len;
		if (bytes > LIMIT_LABEL_BYTES)
			return SCAN_ODD;
		is_plain = is_plain && labels[count].value.len > 0 && (count == 0 || is_before(labels[count - 1].name, labels[count].name));
	}
	cursor->at++;
	sample->label_count = count;
	return is_plain || put_in_order(labels, sample) ? SCAN_OK : SCAN_ODD;
}

static bool is_digit(char c) {
	return c >= '0' && c <= '9';
}

// Unix seconds with up to three digits of a fraction; other forms of a number are odd.
static enum scan scan_time(struct cursor *cursor, wall_ms *out) {
	const char *start = cursor->at;
	int64_t ms = 0;
	for (; is_digit(*cursor->at) && cursor->at - start < 12; cursor->at++)
		ms = ms * 10 + (*cursor->at - '0');
	if (cursor->at == start || (*start == '0' && cursor->at - start > 1))
		return stopped(cursor);
	ms *= 1000;
	if (*cursor->at == '.') {
		const char *point = cursor->at++;
		for (int64_t unit = 100; is_digit(*cursor->at) && unit > 0; unit /= 10, cursor->at++)
			ms += unit * (*cursor->at - '0');
		if (cursor->at == point + 1)
			return stopped(cursor);
	}
	*out = ms;
	return SCAN_OK;
}

static enum scan scan_value(struct cursor *cursor, double *out) {
	const char *start = cursor->at;
	while (*cursor->at > ' ' && *cursor->at != '"' && *cursor->at != '\\')
		cursor->at++;
	if (*cursor->at != '"')
		return stopped(cursor);
	return vector_read_value(str_make(start, (size_t)(cursor->at - start)), out) ? SCAN_OK : SCAN_ODD;
}

static enum scan scan_point(struct cursor *cursor, struct sample *sample) {
	TRY(expect(cursor, "value\":["));
	TRY(scan_time(cursor, &sample->at));
	TRY(expect(cursor, ",\""));
	TRY(scan_value(cursor, &sample->value));
	return expect(cursor, "\"]");
}

static enum scan scan_metric(struct vector_decoder *decoder, struct cursor *cursor, struct sample *sample) {
	TRY(expect(cursor, "metric\":"));
	return scan_labels(decoder, cursor, sample);
}

// {"metric":{…},"value":[…]}, or the two the other way round.
static enum scan scan_element(struct vector_decoder *decoder, struct cursor *cursor, struct sample *sample) {
	TRY(expect(cursor, "{\""));
	bool is_metric_first = *cursor->at == 'm';
	TRY(is_metric_first ? scan_metric(decoder, cursor, sample) : scan_point(cursor, sample));
	TRY(expect(cursor, ",\""));
	TRY(is_metric_first ? scan_point(cursor, sample) : scan_metric(decoder, cursor, sample));
	return expect(cursor, "}");
}

// --- stages ---

static void turn_odd(struct vector_decoder *decoder) {
	decoder->stage = VECTOR_ODD;
	decoder->window->done = decoder->window->len;
}

#define USUAL_HEAD "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":["

// What Prometheus and what VictoriaMetrics begin with.
static const char *const heads[] = {
	USUAL_HEAD,
	"{\"status\":\"success\",\"isPartial\":false,\"data\":{\"resultType\":\"vector\",\"result\":[",
};

static enum scan scan_head(struct cursor *cursor) {
	enum scan best = SCAN_ODD;
	const char *start = cursor->at;
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		cursor->at = start;
		enum scan scan = expect_slowly(cursor, heads[i]);
		if (scan == SCAN_OK)
			return SCAN_OK;
		if (scan == SCAN_SHORT)
			best = SCAN_SHORT;
	}
	return best;
}

static enum scan step_element(struct vector_decoder *decoder, struct cursor *cursor) {
	struct sample sample = { 0 };
	TRY(scan_element(decoder, cursor, &sample));
	decoder->stage = VECTOR_NEXT;
	sample.labels = decoder->labels;
	if (decoder->taker.take != NULL && decoder->taker.take(decoder->taker.context, &sample)) {
		decoder->out->taken++;
		return SCAN_OK;
	}
	sample.labels = arena_dup(&decoder->out->arena, decoder->labels, sample.label_count * sizeof *decoder->labels);
	array_append(decoder->out, sample);
	return SCAN_OK;
}

// Moves over one piece of the answer.
static enum scan step(struct vector_decoder *decoder, struct cursor *cursor) {
	char c = *cursor->at;
	switch (decoder->stage) {
	case VECTOR_HEAD:
		TRY(scan_head(cursor));
		if (cursor->at >= cursor->end)
			return SCAN_SHORT; // whether it is empty is not known yet
		decoder->stage = *cursor->at == ']' ? VECTOR_NEXT : VECTOR_ELEMENT;
		return SCAN_OK;
	case VECTOR_ELEMENT: return step_element(decoder, cursor);
	case VECTOR_NEXT:
		if (c != ',' && c != ']')
			return stopped(cursor);
		cursor->at++;
		decoder->stage = c == ',' ? VECTOR_ELEMENT : VECTOR_TAIL;
		return SCAN_OK;
	case VECTOR_TAIL:
	case VECTOR_ODD: break;
	}
	return SCAN_SHORT;
}

static void advance(struct vector_decoder *decoder) {
	struct vector_window *window = decoder->window;
	while (decoder->stage != VECTOR_TAIL && decoder->stage != VECTOR_ODD) {
		struct cursor cursor = { window->data + window->done, window->data + window->len };
		enum scan scan = step(decoder, &cursor);
		if (scan == SCAN_ODD || (scan == SCAN_SHORT && window->len - window->done > ELEMENT_MAX))
			turn_odd(decoder);
		if (scan == SCAN_SHORT)
			return;
		if (scan == SCAN_OK)
			window->done = (size_t)(cursor.at - window->data);
	}
	if (decoder->stage == VECTOR_ODD)
		window->done = window->len;
}

// The next window begins with what is not done of the last one.
static void open_window(struct vector_decoder *decoder) {
	struct vector_window *last = decoder->window;
	size_t rest = last == NULL ? 0 : last->len - last->done;
	size_t cap = last == NULL ? FIRST_WINDOW : last->cap * 4;
	if (cap > LARGEST_WINDOW)
		cap = LARGEST_WINDOW;
	if (cap < rest * 2)
		cap = rest * 2;
	struct vector_window *window = ARENA_NEW(&decoder->out->arena, struct vector_window);
	*window = (struct vector_window){ .previous = last, .data = arena_alloc_bytes(&decoder->out->arena, cap + WINDOW_SLACK), .len = rest, .cap = cap };
	if (rest > 0)
		memcpy(window->data, last->data + last->done, rest);
	decoder->window = window;
}

void vector_decoder_init(struct vector_decoder *decoder, struct sample_vector *out, size_t max_bytes) {
	sample_vector_reset(out);
	out->arena.is_recurring = true;
	decoder->out = out;
	decoder->taker = (struct vector_taker){ 0 };
	decoder->window = NULL;
	decoder->max_bytes = max_bytes == 0 ? (size_t)LIMIT_RESPONSE_BYTES : max_bytes;
	decoder->seen = 0;
	decoder->has_begun = false;
	decoder->stage = VECTOR_HEAD;
}

static void note_first(struct vector_decoder *decoder, struct str bytes) {
	struct str text = str_trim(bytes);
	decoder->has_begun = text.len > 0;
	decoder->first = text.len > 0 ? text.data[0] : '\0';
}

bool vector_decoder_feed(struct vector_decoder *decoder, const char *bytes, size_t len, struct error *err) {
	if (len > decoder->max_bytes - decoder->seen)
		return error_set(err, ERR_LIMIT, "the answer is larger than %zu bytes", decoder->max_bytes);
	decoder->seen += len;
	if (!decoder->has_begun)
		note_first(decoder, str_make(bytes, len));
	while (len > 0) {
		if (decoder->window == NULL || decoder->window->len == decoder->window->cap)
			open_window(decoder);
		struct vector_window *window = decoder->window;
		size_t part = window->cap - window->len < len ? window->cap - window->len : len;
		memcpy(window->data + window->len, bytes, part);
		window->len += part;
		memset(window->data + window->len, 0, WINDOW_SLACK);
		bytes += part;
		len -= part;
		advance(decoder);
	}
	return true;
}

bool vector_decoder_may_go_on(const struct vector_decoder *decoder, struct error *err) {
	char c = decoder->first;
	if (!decoder->has_begun || c == '{')
		return true;
	bool is_shown = c > ' ' && c < 0x7f;
	return is_shown ? error_set(err, ERR_INVALID, "unexpected \"%c\", expected an object", c) : error_set(err, ERR_INVALID, "expected an object");
}

// --- the end ---

// The whole answer in one piece: of all windows but the newest what was done with them, for the rest went on.
static struct str whole_text(const struct vector_decoder *decoder) {
	char *text = arena_alloc_bytes(&decoder->out->arena, decoder->seen + 1), *to = text + decoder->seen;
	for (const struct vector_window *window = decoder->window; window != NULL; window = window->previous) {
		size_t len = window == decoder->window ? window->len : window->done;
		to -= len;
		memcpy(to, window->data, len);
	}
	return str_make(text, decoder->seen);
}

// The members around the result, whose elements are decoded already.
static bool read_tail(struct vector_decoder *decoder) {
	struct vector_window *window = decoder->window;
	struct str tail = str_make(window->data + window->done, window->len - window->done);
	struct str text = arena_format(&decoder->out->arena, "%s]%.*s", USUAL_HEAD, STR_ARG(tail));
	return text.len == sizeof USUAL_HEAD + tail.len && vector_read_answer(decoder->out, text, NULL);
}

static void forget_elements(struct vector_decoder *decoder) {
	struct sample_vector *out = decoder->out;
	if (out->taken > 0)
		decoder->taker.again(decoder->taker.context);
	out->taken = 0;
	array_clear(out);
	array_clear(&out->warnings);
	array_clear(&out->infos);
	out->kind = RESULT_NONE;
	out->is_error = false;
	out->error_type = out->error_text = STR_NONE;
}

bool vector_decoder_finish(struct vector_decoder *decoder, struct error *err) {
	if (decoder->stage == VECTOR_TAIL && read_tail(decoder))
		return true;
	forget_elements(decoder); // all is read again: for its odd shape, or for the place of what is wrong with it
	if (vector_read_answer(decoder->out, whole_text(decoder), err))
		return true;
	sample_vector_reset(decoder->out);
	return false;
}
