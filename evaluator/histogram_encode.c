// SPDX-License-Identifier: Apache-2.0
// A native histogram as protobuf. See histogram_encode.h.
#include "evaluator/histogram_encode.h"

#include "base/varint.h"
#include "evaluator/remote_write_encode.h"

// Tags: field number and wire type. The float variant: counts are doubles.
enum {
	TAG_COUNT = 0x11,
	TAG_SUM = 0x19,
	TAG_SCHEMA = 0x20, // sint32
	TAG_ZERO_THRESHOLD = 0x29,
	TAG_ZERO_COUNT = 0x39,
	TAG_NEGATIVE_SPANS = 0x42,
	TAG_NEGATIVE_COUNTS = 0x52,
	TAG_POSITIVE_SPANS = 0x5a,
	TAG_POSITIVE_COUNTS = 0x6a,
	TAG_RESET_HINT = 0x70,
	TAG_TIMESTAMP = 0x78,
	TAG_CUSTOM_VALUES = 0x82, // 16: two bytes, the other one is 1
	TAG_SPAN_OFFSET = 0x08,   // sint32
	TAG_SPAN_LENGTH = 0x10,
	SPAN_MAX = 2 + 5 + 5,
};

static void put_varint(struct buf *out, uint64_t number) {
	char bytes[VARINT_MAX];
	buf_append(out, bytes, (size_t)(varint_put(bytes, number) - bytes));
}

static uint32_t zigzag(int32_t number) {
	return (uint32_t)number << 1 ^ (number < 0 ? UINT32_MAX : 0);
}

static void put_bits(struct buf *out, double number) {
	uint64_t bits = remote_write_bits(number);
	char bytes[8];
	for (int i = 0; i < 8; i++)
		bytes[i] = (char)(bits >> (8 * i));
	buf_append(out, bytes, sizeof bytes);
}

static void put_double(struct buf *out, int tag, double number) {
	buf_append_char(out, (char)tag);
	put_bits(out, number);
}

static void put_doubles(struct buf *out, const double *numbers, size_t count) {
	put_varint(out, count * 8);
	buf_reserve(out, count * 8);
	for (size_t i = 0; i < count; i++)
		put_bits(out, numbers[i]);
}

// `gap`: to the end of the span before; of the first one its index.
static void put_span(struct buf *out, int tag, int32_t gap, uint32_t length) {
	char span[SPAN_MAX], *at = span;
	*at++ = TAG_SPAN_OFFSET;
	at = varint_put(at, zigzag(gap));
	*at++ = TAG_SPAN_LENGTH;
	at = varint_put(at, length);
	buf_append_char(out, (char)tag);
	put_varint(out, (size_t)(at - span));
	buf_append(out, span, (size_t)(at - span));
}

static void put_side(struct buf *out, int span_tag, int count_tag, const struct histogram_side *side) {
	int32_t end = 0; // of the span before
	for (size_t i = 0, next; i < side->count; i = next) {
		next = i + 1;
		while (next < side->count && side->indices[next] == side->indices[next - 1] + 1)
			next++;
		put_span(out, span_tag, side->indices[i] - end, (uint32_t)(next - i));
		end = side->indices[next - 1] + 1;
	}
	if (side->count == 0)
		return;
	buf_append_char(out, (char)count_tag);
	put_doubles(out, side->counts, side->count);
}

void histogram_encode(struct buf *out, const struct histogram *histogram, const struct histogram_layout *layout, enum histogram_hint hint, wall_ms at) {
	autobuf struct buf message = { 0 };
	put_double(&message, TAG_COUNT, histogram->count);
	put_double(&message, TAG_SUM, histogram->sum);
	buf_append_char(&message, TAG_SCHEMA);
	put_varint(&message, zigzag(layout->schema));
	put_double(&message, TAG_ZERO_THRESHOLD, layout->zero_threshold);
	put_double(&message, TAG_ZERO_COUNT, layout->zero_count);
	put_side(&message, TAG_NEGATIVE_SPANS, TAG_NEGATIVE_COUNTS, &layout->negative);
	put_side(&message, TAG_POSITIVE_SPANS, TAG_POSITIVE_COUNTS, &layout->positive);
	buf_append_char(&message, TAG_RESET_HINT);
	put_varint(&message, (uint64_t)hint);
	buf_append_char(&message, TAG_TIMESTAMP);
	put_varint(&message, (uint64_t)at);
	if (layout->bound_count > 0) {
		buf_append(&message, (const char[]){ (char)TAG_CUSTOM_VALUES, 1 }, 2);
		put_doubles(&message, layout->bounds, layout->bound_count);
	}
	buf_append_char(out, REMOTE_WRITE_HISTOGRAM);
	put_varint(out, message.len);
	buf_append_str(out, buf_str(&message));
}
