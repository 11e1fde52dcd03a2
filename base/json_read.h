// SPDX-License-Identifier: Apache-2.0
// A pull parser for JSON in memory: no tree. The one JSON parser of the program. Strict RFC 8259: no NaN, no comments, no trailing
// commas, valid UTF-8 only (unless `mends`), depth bounded. Duplicate object names are the caller's to judge.
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdint.h>

enum json_kind { JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
	JSON_BROKEN };

enum { JSON_DEPTH_MAX = 64 }; // as LIMIT_JSON_DEPTH, which is above base/

// After the first failure every call returns false (JSON_BROKEN) and `error` says what was expected and where.
struct json_reader {
	struct arena *arena; // owns decoded strings (those with escapes); others are slices of the text
	struct str text;
	size_t at; // byte offset of what comes next
	unsigned depth;
	uint64_t open_first[2]; // one bit a level (bit depth-1): no element of this container was read yet
	bool mends;             // set by the caller after json_read_init, for bodies that Go reads elsewhere: broken UTF-8 and single surrogates become U+FFFD
	bool is_torn;           // the string under way has broken UTF-8, which is mended when it is whole
	bool failed;
	struct error error; // ERR_INVALID, ERR_LIMIT; position = line and column in the text
};

void json_read_init(struct json_reader *reader, struct arena *arena, struct str text); // text outlives the reader and its slices
enum json_kind json_read_peek(struct json_reader *reader);                             // kind of the next value
bool json_read_object_begin(struct json_reader *reader);
// Next member: its name, with the reader before the value. False at the closing brace (consumed) or after a failure.
bool json_read_object_next(struct json_reader *reader, struct str *name);
bool json_read_array_begin(struct json_reader *reader);
bool json_read_array_next(struct json_reader *reader); // true: before an element. False at the closing bracket (consumed) or after a failure
bool json_read_string(struct json_reader *reader, struct str *out);
bool json_read_number(struct json_reader *reader, double *out);          // finite doubles only
bool json_read_number_text(struct json_reader *reader, struct str *out); // the number as written
bool json_read_int(struct json_reader *reader, int64_t *out);            // fails on a fraction, an exponent or overflow
bool json_read_bool(struct json_reader *reader, bool *out);
bool json_read_null(struct json_reader *reader);
bool json_read_skip(struct json_reader *reader); // the next value, checked wholly
bool json_read_end(struct json_reader *reader);  // nothing but white space follows, and nothing failed
// Fails the reader with a message of the caller at the current place; returns false.
PRINTF_LIKE(2, 3)
bool json_read_fail(struct json_reader *reader, const char *format, ...);
