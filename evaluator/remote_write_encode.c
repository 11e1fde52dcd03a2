// SPDX-License-Identifier: Apache-2.0
// The body of a remote write. See remote_write_encode.h.
#include "evaluator/remote_write_encode.h"

#include "base/varint.h"
#include "model/labels.h"

#include <assert.h>

// Tags: field number and wire type. WriteRequest.timeseries, TimeSeries.labels, Label.name 1; TimeSeries.samples, Label.value 2: length-delimited.
enum {
	TAG_SERIES = 0x0a,
	TAG_LABELS = 0x0a,
	TAG_NAME = 0x0a,
	TAG_VALUE = 0x12,
	TAG_SAMPLES = 0x12,
	TAG_SAMPLE_VALUE = 0x09,     // double, 8 bytes
	TAG_SAMPLE_TIMESTAMP = 0x10, // int64, varint
	SAMPLE_MAX = 2 + 1 + 8 + 1 + VARINT_MAX,
};

static char *put_bytes(char *at, struct str bytes) {
	if (bytes.len > 0)
		memcpy(at, bytes.data, bytes.len);
	return at + bytes.len;
}

static size_t field_len(size_t len) {
	return 1 + varint_size(len) + len;
}

static char *put_field(char *at, char tag, struct str bytes) {
	*at++ = tag;
	return put_bytes(varint_put(at, bytes.len), bytes);
}

void remote_write_label(struct buf *out, struct str name, struct str value) {
	size_t len = field_len(name.len) + field_len(value.len);
	buf_reserve(out, field_len(len));
	char *at = out->data + out->len;
	*at++ = TAG_LABELS;
	at = varint_put(at, len);
	at = put_field(at, TAG_NAME, name);
	at = put_field(at, TAG_VALUE, value);
	buf_truncate(out, (size_t)(at - out->data));
}

uint64_t remote_write_bits(double value) {
	uint64_t bits;
	memcpy(&bits, &value, sizeof bits);
	return bits;
}

static char *put_sample(char *at, uint64_t bits, wall_ms time) {
	*at++ = TAG_SAMPLES;
	*at++ = (char)(1 + 8 + 1 + varint_size((uint64_t)time));
	*at++ = TAG_SAMPLE_VALUE;
	for (int i = 0; i < 8; i++)
		*at++ = (char)(bits >> (8 * i));
	*at++ = TAG_SAMPLE_TIMESTAMP;
	return varint_put(at, (uint64_t)time);
}

void remote_write_series_of(struct buf *out, const struct str *pieces, size_t count, uint64_t value_bits, wall_ms time) {
	char sample[SAMPLE_MAX];
	size_t sample_len = (size_t)(put_sample(sample, value_bits, time) - sample), len = sample_len;
	assert(count <= REMOTE_WRITE_PIECES);
	for (size_t i = 0; i < count; i++)
		len += pieces[i].len;
	buf_reserve(out, field_len(len));
	char *at = out->data + out->len;
	*at++ = TAG_SERIES;
	at = varint_put(at, len);
	for (size_t i = 0; i < count; i++)
		at = put_bytes(at, pieces[i]);
	at = put_bytes(at, str_make(sample, sample_len));
	buf_truncate(out, (size_t)(at - out->data));
}

void remote_write_series_again(struct buf *out, struct str labels, struct str samples) {
	buf_reserve(out, field_len(labels.len + samples.len));
	char *at = out->data + out->len;
	*at++ = TAG_SERIES;
	at = varint_put(at, labels.len + samples.len);
	at = put_bytes(put_bytes(at, labels), samples);
	buf_truncate(out, (size_t)(at - out->data));
}

void remote_write_series(struct buf *out, struct str labels, uint64_t value_bits, wall_ms at) {
	remote_write_series_of(out, &labels, 1, value_bits, at);
}

// Takes a tag, a length and that many bytes. What we wrote ourselves is whole.
static struct str take_field(struct str *rest) {
	size_t len = 0, at = 1;
	for (unsigned shift = 0;; shift += 7) {
		unsigned char byte = (unsigned char)rest->data[at++];
		len |= (size_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			break;
	}
	struct str field = str_make(rest->data + at, len);
	*rest = str_skip(*rest, at + len);
	return field;
}

bool remote_write_take(struct str *request, struct label *labels, size_t cap, size_t *count, struct str *samples) {
	if (request->len == 0)
		return false;
	struct str rest = take_field(request);
	for (*count = 0; rest.data[0] == TAG_LABELS; (*count)++) {
		struct str label = take_field(&rest);
		assert(*count < cap);
		labels[*count].name = take_field(&label);
		labels[*count].value = take_field(&label);
	}
	*samples = rest;
	return true;
}

struct str remote_write_cut(struct str *request, bool *is_histogram) {
	struct str before = *request, series = take_field(request);
	while (series.data[0] == TAG_LABELS)
		take_field(&series);
	*is_histogram = series.data[0] == REMOTE_WRITE_HISTOGRAM;
	return str_head(before, before.len - request->len);
}

size_t remote_write_span(struct str request, size_t count, size_t max_bytes, struct write_amount *amount) {
	size_t bytes = 0;
	*amount = (struct write_amount){ 0 };
	for (struct str rest = request; amount->series < count && rest.len > 0;) {
		bool is_histogram;
		struct str series = remote_write_cut(&rest, &is_histogram);
		if (amount->series > 0 && bytes + series.len > max_bytes)
			break;
		bytes += series.len;
		amount->series++;
		amount->histograms += is_histogram;
	}
	return bytes;
}
