// SPDX-License-Identifier: Apache-2.0
// A remote write request taken apart. See write_request.h.
#include "tests/evaluator/write_request.h"

#include "base/buf.h"

#include <math.h>
#include <snappy-c.h>

struct field {
	uint64_t number, wire, value; // value: of a varint or of eight bytes
	struct str bytes;
};

static bool read_varint(struct str *rest, uint64_t *out) {
	*out = 0;
	for (unsigned shift = 0; shift < 64 && rest->len > 0; shift += 7) {
		unsigned char byte = (unsigned char)rest->data[0];
		*rest = str_skip(*rest, 1);
		*out |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return true;
	}
	return false;
}

static bool read_field(struct str *rest, struct field *field) {
	uint64_t key, len;
	if (!read_varint(rest, &key))
		return false;
	*field = (struct field){ .number = key >> 3, .wire = key & 7 };
	switch (field->wire) {
	case 0:
		return read_varint(rest, &field->value);
	case 1:
		if (rest->len < 8)
			return false;
		memcpy(&field->value, rest->data, 8);
		*rest = str_skip(*rest, 8);
		return true;
	case 2:
		if (!read_varint(rest, &len) || len > rest->len)
			return false;
		field->bytes = str_head(*rest, len);
		*rest = str_skip(*rest, len);
		return true;
	default:
		return false;
	}
}

static bool read_label(struct str label, struct buf *out, struct str *last) {
	struct field name, value;
	if (!read_field(&label, &name) || !read_field(&label, &value) || label.len > 0 || name.number != 1 || value.number != 2)
		return false;
	if (value.bytes.len == 0 || str_compare(*last, name.bytes) >= 0)
		return false;
	buf_format(out, "%s%.*s=\"%.*s\"", last->len == 0 ? "" : ",", STR_ARG(name.bytes), STR_ARG(value.bytes));
	*last = name.bytes;
	return true;
}

static char *show(uint64_t bits) {
	struct buf out = { 0 };
	double value;
	memcpy(&value, &bits, sizeof value);
	if (bits == 0x7ff0000000000002)
		buf_append_cstr(&out, "stale");
	else if (isnan(value))
		buf_append_cstr(&out, "NaN");
	else
		buf_format(&out, "%.17g", value);
	return buf_take(&out);
}

static bool read_sample(struct str sample, struct written *out) {
	struct field value, time;
	if (!read_field(&sample, &value) || !read_field(&sample, &time) || sample.len > 0)
		return false;
	if (value.number != 1 || value.wire != 1 || time.number != 2 || time.wire != 0)
		return false;
	out->value = show(value.value);
	out->at = (wall_ms)time.value;
	return true;
}

// ---- histograms ----

static int32_t unzigzag(uint64_t number) {
	return (int32_t)(number >> 1) ^ -(int32_t)(number & 1);
}

static double number_of(uint64_t bits) {
	double number;
	memcpy(&number, &bits, sizeof number);
	return number;
}

static bool show_span(struct str span, struct buf *out) {
	struct field offset, length;
	if (!read_field(&span, &offset) || !read_field(&span, &length) || span.len > 0 || offset.number != 1 || length.number != 2)
		return false;
	buf_format(out, " %+d*%llu", unzigzag(offset.value), (unsigned long long)length.value);
	return true;
}

static bool show_doubles(struct str bytes, struct buf *out) {
	for (; bytes.len >= 8; bytes = str_skip(bytes, 8)) {
		uint64_t bits;
		memcpy(&bits, bytes.data, 8);
		buf_format(out, " %.17g", number_of(bits));
	}
	return bytes.len == 0;
}

// Field by field in the order of the wire, each under its name in prompb/types.proto.
static bool show_histogram_field(const struct field *field, struct buf *out) {
	static const struct {
		const char *name;
		char form; // d double, s sint32, u uint64, b spans, p packed doubles
	} fields[17] = { [2] = { "count", 'd' }, [3] = { "sum", 'd' }, [4] = { "schema", 's' }, [5] = { "zero_threshold", 'd' }, [7] = { "zero_count", 'd' }, [8] = { "negative_spans", 'b' }, [10] = { "negative_counts", 'p' }, [11] = { "positive_spans", 'b' }, [13] = { "positive_counts", 'p' }, [14] = { "hint", 'u' }, [15] = { "", 'u' }, [16] = { "custom", 'p' } };
	if (field->number > 16 || fields[field->number].name == NULL || field->number == 15)
		return field->number == 15;
	buf_format(out, "%s%s", out->len > 0 ? ", " : "", fields[field->number].name);
	switch (fields[field->number].form) {
	case 'd': buf_format(out, " %.17g", number_of(field->value)); return field->wire == 1;
	case 's': buf_format(out, " %d", unzigzag(field->value)); return field->wire == 0;
	case 'u': buf_format(out, " %llu", (unsigned long long)field->value); return field->wire == 0;
	case 'b': return field->wire == 2 && show_span(field->bytes, out);
	default: return field->wire == 2 && show_doubles(field->bytes, out);
	}
}

static bool read_histogram(struct str histogram, struct written *out) {
	struct buf shown = { 0 };
	bool ok = true;
	for (struct field field; ok && histogram.len > 0;) {
		ok = read_field(&histogram, &field) && show_histogram_field(&field, &shown);
		if (ok && field.number == 15)
			out->at = (wall_ms)field.value;
	}
	out->value = buf_take(&shown);
	return ok;
}

static bool read_series(struct write_request *request, struct str series) {
	struct buf labels = { 0 };
	struct str last = STR_NONE;
	struct field field = { 0 };
	struct written written = { 0 };
	buf_append_char(&labels, '{');
	bool ok = true;
	while (ok && series.len > 0 && (ok = read_field(&series, &field)) && field.number == 1)
		ok = read_label(field.bytes, &labels, &last);
	buf_append_char(&labels, '}');
	written.series = buf_take(&labels);
	ok = ok && series.len == 0 && (field.number == 4 ? read_histogram(field.bytes, &written) : field.number == 2 && read_sample(field.bytes, &written));
	array_append(request, written);
	request->series++;
	return ok;
}

bool write_request_read(struct write_request *request, struct str body) {
	size_t len = 0;
	if (snappy_uncompressed_length(body.data, body.len, &len) != SNAPPY_OK)
		return false;
	char *raw = mem_alloc(len + 1);
	bool ok = snappy_uncompress(body.data, body.len, raw, &len) == SNAPPY_OK;
	struct str rest = str_make(raw, len);
	for (struct field field; ok && rest.len > 0;)
		ok = read_field(&rest, &field) && field.number == 1 && field.wire == 2 && read_series(request, field.bytes);
	free(raw);
	return ok;
}

void write_request_finish(struct write_request *request) {
	for (size_t i = 0; i < request->count; i++) {
		free(request->items[i].series);
		free(request->items[i].value);
	}
	array_finish(request);
	request->series = 0;
}
