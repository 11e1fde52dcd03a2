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
	ok = ok && field.number == 2 && series.len == 0 && read_sample(field.bytes, &written);
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
