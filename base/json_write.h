// SPDX-License-Identifier: Apache-2.0
// Appends JSON to a buf. Escapes <, > and &, U+2028 and U+2029 as Go's encoder does, so that replies are byte-equal with the peers'.
#pragma once
#include "base/buf.h"
#include "base/clock.h"

void json_append_string(struct buf *out, struct str text); // with quotes; broken UTF-8 becomes U+FFFD
void json_append_double(struct buf *out, double number);   // Go's encoding/json form (shortest, 'e' below 1e-6 and from 1e21); finite only
void json_append_time(struct buf *out, wall_ms at);        // "2026-01-02T03:04:05.678Z" with quotes

// Who writes what is written here: their bytes differ where the meaning does not.
enum json_dialect {
	JSON_GO,                // encoding/json
	JSON_PROMETHEUS,        // the API of Prometheus 3: \u0008 and \u000c rather than \b and \f, exponents of two digits
	JSON_PROMETHEUS_LABELS, // its label sets: besides, <, >, &, U+2028 and U+2029 stand for themselves
};

// Objects and arrays with the commas kept by the writer.
struct json_writer {
	struct buf *out;
	unsigned indent;    // spaces a level, one member or element a line; 0: all in one line, without spaces
	unsigned depth;     // at most 63
	uint64_t has_items; // one bit a level
	bool is_after_key;  // the value of a member comes next
	enum json_dialect dialect;
};

void json_open_object(struct json_writer *writer); // as an array element or the document
void json_close_object(struct json_writer *writer);
void json_open_array(struct json_writer *writer);
void json_close_array(struct json_writer *writer);
void json_key_str(struct json_writer *writer, struct str name); // then exactly one value
static inline void json_key(struct json_writer *writer, const char *name) {
	json_key_str(writer, str_of(name)); // the length of a constant is one
}
void json_string(struct json_writer *writer, struct str text);
void json_cstr(struct json_writer *writer, const char *text); // NULL writes null
void json_int(struct json_writer *writer, int64_t number);
void json_hex16(struct json_writer *writer, uint64_t number); // a string of 16 hexadecimal digits: a fingerprint
void json_double(struct json_writer *writer, double number);  // NaN and Inf write null
void json_bool(struct json_writer *writer, bool value);
void json_null(struct json_writer *writer);
void json_time(struct json_writer *writer, wall_ms at);
void json_time_millis(struct json_writer *writer, wall_ms at); // always three digits, as go-openapi writes them: Alertmanager's API, what Prometheus posts
void json_raw(struct json_writer *writer, struct str json);    // already valid JSON
