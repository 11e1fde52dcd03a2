// SPDX-License-Identifier: Apache-2.0
// Any bytes as JSON: skipping a document and reading it value by value agree, and what is written of it reads again;
// texts that are numbers are printed and read again too.
#include "base/json_read.h"
#include "base/json_write.h"
#include "base/number.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool copy_value(struct json_reader *reader, struct json_writer *writer);

// A text may be a number too, as the values of answers are.
static void check_number(struct str text) {
	double number = 0, again = 0;
	if (!number_parse_go(text, &number) || !isfinite(number))
		return;
	for (int with_exponent = 0; with_exponent <= 1; with_exponent++) {
		autobuf struct buf printed = { 0 };
		if (with_exponent)
			number_append_exponent(&printed, number_shortest(number), 2);
		else
			number_append_fixed(&printed, number_shortest(number));
		if (!number_parse(buf_str(&printed), &again) || memcmp(&again, &number, sizeof number) != 0)
			unreachable("a printed number is the same number");
	}
}

static bool copy_array(struct json_reader *reader, struct json_writer *writer) {
	json_read_array_begin(reader);
	json_open_array(writer);
	while (json_read_array_next(reader))
		if (!copy_value(reader, writer))
			return false;
	json_close_array(writer);
	return !reader->failed;
}

static bool copy_object(struct json_reader *reader, struct json_writer *writer) {
	struct str name;
	json_read_object_begin(reader);
	json_open_object(writer);
	while (json_read_object_next(reader, &name)) {
		json_key(writer, arena_cstr(reader->arena, name));
		if (!copy_value(reader, writer))
			return false;
	}
	json_close_object(writer);
	return !reader->failed;
}

// A number is read as an integer where it is one; a failure to is not the document's.
static bool copy_number(struct json_reader *reader, struct json_writer *writer) {
	struct json_reader as_int = *reader;
	int64_t whole = 0;
	double number = 0;
	if (json_read_int(&as_int, &whole)) {
		*reader = as_int;
		json_int(writer, whole);
		return true;
	}
	if (!json_read_number(reader, &number))
		return false;
	json_double(writer, number);
	return true;
}

static bool copy_value(struct json_reader *reader, struct json_writer *writer) {
	struct str text;
	bool truth = false;
	switch (json_read_peek(reader)) {
	case JSON_NULL: json_null(writer); return json_read_null(reader);
	case JSON_NUMBER: return copy_number(reader, writer);
	case JSON_ARRAY: return writer->depth < 60 && copy_array(reader, writer);
	case JSON_OBJECT: return writer->depth < 60 && copy_object(reader, writer);
	case JSON_BROKEN: return false;
	case JSON_BOOL:
		if (!json_read_bool(reader, &truth))
			return false;
		json_bool(writer, truth);
		return true;
	case JSON_STRING:
		if (!json_read_string(reader, &text))
			return false;
		check_number(text);
		json_string(writer, text);
		return true;
	}
	return false;
}

// Strictly, or with broken texts mended: what is written of it reads again either way.
static void try_document(struct str text, bool mends) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf out = { 0 };
	struct json_reader skipping, reading, again;
	struct json_writer writer = { .out = &out };
	json_read_init(&skipping, &arena, text);
	json_read_init(&reading, &arena, text);
	skipping.mends = reading.mends = mends;
	bool skips = json_read_skip(&skipping) && json_read_end(&skipping);
	bool reads = copy_value(&reading, &writer) && json_read_end(&reading);
	if (reads && !skips)
		unreachable("a document that is read is skipped too");
	json_read_init(&again, &arena, buf_str(&out));
	if (reads && !(json_read_skip(&again) && json_read_end(&again)))
		unreachable("what was written is read");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct str text = str_make((const char *)data, size);
	try_document(text, false);
	try_document(text, true);
	return 0;
}
