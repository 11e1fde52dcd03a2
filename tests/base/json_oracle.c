// SPDX-License-Identifier: Apache-2.0
// jansson behind one function. See json_oracle.h.
#include "tests/base/json_oracle.h"

#include <jansson.h>

static void print_text(struct buf *out, const char *text, size_t len) {
	buf_format(out, "%zu:", len);
	buf_append(out, text, len);
}

static void print_value(struct buf *out, json_t *value);

static void print_array(struct buf *out, json_t *array) {
	size_t index;
	json_t *item;
	json_array_foreach(array, index, item) {
		buf_append_char(out, index == 0 ? '[' : ',');
		print_value(out, item);
	}
	buf_append_cstr(out, json_array_size(array) == 0 ? "[]" : "]");
}

static void print_object(struct buf *out, json_t *object) {
	const char *name;
	size_t len;
	json_t *member;
	buf_append_char(out, '{');
	json_object_keylen_foreach(object, name, len, member) {
		print_text(out, name, len);
		print_value(out, member);
	}
	buf_append_char(out, '}');
}

static void print_value(struct buf *out, json_t *value) {
	switch (json_typeof(value)) {
	case JSON_NULL: buf_append_char(out, 'n'); break;
	case JSON_TRUE: buf_append_char(out, 't'); break;
	case JSON_FALSE: buf_append_char(out, 'f'); break;
	case JSON_INTEGER:
	case JSON_REAL: buf_format(out, "%.17g", json_number_value(value)); break;
	case JSON_STRING: print_text(out, json_string_value(value), json_string_length(value)); break;
	case JSON_ARRAY: print_array(out, value); break;
	case JSON_OBJECT: print_object(out, value); break;
	}
}

enum oracle_verdict json_oracle_read(struct str text, struct buf *out) {
	const size_t flags = JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL;
	json_t *value = json_loadb(text.data, text.len, flags, NULL);
	if (value == NULL)
		return ORACLE_REFUSES;
	json_decref(value);
	value = json_loadb(text.data, text.len, flags | JSON_REJECT_DUPLICATES, NULL);
	if (value == NULL)
		return ORACLE_ACCEPTS_DUPLICATES;
	print_value(out, value);
	json_decref(value);
	return ORACLE_ACCEPTS;
}
