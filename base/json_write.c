// SPDX-License-Identifier: Apache-2.0
// JSON out, byte-equal with Go's encoding/json. See json_write.h.
#include "base/json_write.h"

#include "base/number.h"

#include <assert.h>
#include <math.h>

static const char *short_escape(unsigned char c) {
	switch (c) {
	case '"': return "\\\"";
	case '\\': return "\\\\";
	case '\b': return "\\b";
	case '\f': return "\\f";
	case '\n': return "\\n";
	case '\r': return "\\r";
	case '\t': return "\\t";
	}
	return NULL;
}

// What needs no escape, by dialect.
static bool plain_bytes[JSON_PROMETHEUS_LABELS + 1][256];

__attribute__((constructor)) static void fill_plain_bytes(void) {
	for (int dialect = 0; dialect <= JSON_PROMETHEUS_LABELS; dialect++)
		for (int c = ' '; c < 0x80; c++) {
			bool is_html = c == '<' || c == '>' || c == '&';
			plain_bytes[dialect][c] = c != '"' && c != '\\' && (!is_html || dialect == JSON_PROMETHEUS_LABELS);
		}
}

typedef signed char wide __attribute__((vector_size(16)));
typedef uint64_t halves __attribute__((vector_size(16)));
enum { WIDE = sizeof(wide) };

// Whether these bytes stand for themselves, as the table has it.
static bool are_plain(wide bytes, enum json_dialect dialect) {
	wide special = (bytes < ' ') | (bytes == '"') | (bytes == '\\'); // signed: what is not ASCII is below too
	if (dialect != JSON_PROMETHEUS_LABELS)
		special |= ((bytes | 2) == '>') | (bytes == '&'); // '<' is '>' without that bit
	halves found = (halves)special;
	return (found[0] | found[1]) == 0;
}

static wide load_wide(const char *text) {
	wide bytes;
	memcpy(&bytes, text, sizeof bytes);
	return bytes;
}

// 4 to 15 bytes: their beginning and their end, overlapping. In registers: what was just written in parts is slow to read as a whole.
static wide load_few(struct str text) {
	if (text.len >= WIDE / 2) {
		uint64_t first, last;
		memcpy(&first, text.data, sizeof first);
		memcpy(&last, text.data + text.len - sizeof last, sizeof last);
		return (wide)(halves){ first, last };
	}
	uint32_t first, last;
	memcpy(&first, text.data, sizeof first);
	memcpy(&last, text.data + text.len - sizeof last, sizeof last);
	uint64_t both = (uint64_t)last << 32 | first;
	return (wide)(halves){ both, both };
}

static size_t plain_length(struct str text, enum json_dialect dialect) {
	const bool *is_plain = plain_bytes[dialect];
	size_t plain = 0;
	if (text.len < WIDE && text.len >= WIDE / 4 && are_plain(load_few(text), dialect))
		return text.len;
	while (text.len - plain >= WIDE && are_plain(load_wide(text.data + plain), dialect))
		plain += WIDE;
	if (plain > 0 && text.len - plain < WIDE && are_plain(load_wide(text.data + text.len - WIDE), dialect))
		return text.len; // the end, and some of what was seen before it
	while (plain < text.len && is_plain[(unsigned char)text.data[plain]])
		plain++;
	return plain;
}

static void append_hex4(struct buf *out, unsigned rune) {
	char escape[] = "\\u0000";
	for (size_t i = sizeof escape - 1; rune > 0; rune >>= 4)
		escape[--i] = "0123456789abcdef"[rune & 0x0f];
	buf_append(out, escape, sizeof escape - 1);
}

static bool is_line_separator(unsigned rune) {
	return rune == 0x2028 || rune == 0x2029;
}

// Appends the first code point of text in its escaped form and returns how many bytes it took.
static size_t append_escaped(struct buf *out, struct str text, enum json_dialect dialect) {
	unsigned rune = 0;
	size_t len = str_decode_rune(text, &rune);
	if (rune < 0x80) {
		const char *escape = short_escape((unsigned char)rune);
		bool is_long = dialect != JSON_GO && (rune == '\b' || rune == '\f');
		if (escape != NULL && !is_long)
			buf_append_cstr(out, escape);
		else
			append_hex4(out, rune);
		return len;
	}
	bool is_broken = rune == 0xfffd && len == 1;
	if (is_broken || (is_line_separator(rune) && dialect != JSON_PROMETHEUS_LABELS))
		append_hex4(out, rune);
	else
		buf_append(out, text.data, len);
	return len;
}

static void append_escaping(struct buf *out, struct str text, enum json_dialect dialect) {
	buf_append_char(out, '"');
	while (text.len > 0) {
		size_t plain = plain_length(text, dialect);
		buf_append(out, text.data, plain);
		text = str_skip(text, plain);
		if (text.len > 0)
			text = str_skip(text, append_escaped(out, text, dialect));
	}
	buf_append_char(out, '"');
}

static void append_string(struct buf *out, struct str text, enum json_dialect dialect) {
	if (plain_length(text, dialect) < text.len) {
		append_escaping(out, text, dialect);
		return;
	}
	char *to = buf_extend(out, text.len + 2); // nearly always
	*to++ = '"';
	if (text.len > 0)
		memcpy(to, text.data, text.len);
	to[text.len] = '"';
}

void json_append_string(struct buf *out, struct str text) {
	append_string(out, text, JSON_GO);
}

static void append_double(struct buf *out, double number, int exponent_digits) {
	assert(isfinite(number));
	double size = fabs(number);
	if (size < 1e15 && number == (double)(int64_t)number && !(number == 0 && signbit(number))) {
		buf_append_int(out, (int64_t)number);
		return;
	}
	struct number_digits digits = number_shortest(number);
	if (size != 0 && (size < 1e-6 || size >= 1e21))
		number_append_exponent(out, digits, exponent_digits);
	else
		number_append_fixed(out, digits);
}

void json_append_double(struct buf *out, double number) {
	append_double(out, number, 1);
}

void json_append_time(struct buf *out, wall_ms at) {
	buf_append_char(out, '"');
	clock_append_rfc3339(out, at);
	buf_append_char(out, '"');
}

static uint64_t level_bit(const struct json_writer *writer) {
	return (uint64_t)1 << writer->depth;
}

static void break_line(struct json_writer *writer) {
	if (writer->indent == 0)
		return;
	buf_append_char(writer->out, '\n');
	for (unsigned i = 0; i < writer->depth * writer->indent; i++)
		buf_append_char(writer->out, ' ');
}

// What stands before an element, a member's name, or the value that follows it.
static void separate(struct json_writer *writer) {
	if (writer->is_after_key) {
		writer->is_after_key = false;
		return;
	}
	if (writer->has_items & level_bit(writer))
		buf_append_char(writer->out, ',');
	writer->has_items |= level_bit(writer);
	if (writer->depth > 0)
		break_line(writer);
}

static void open_container(struct json_writer *writer, char bracket) {
	separate(writer);
	assert(writer->depth < 63);
	writer->depth++;
	writer->has_items &= ~level_bit(writer);
	buf_append_char(writer->out, bracket);
}

static void close_container(struct json_writer *writer, char bracket) {
	assert(writer->depth > 0);
	bool is_empty = (writer->has_items & level_bit(writer)) == 0;
	writer->depth--;
	if (!is_empty)
		break_line(writer);
	buf_append_char(writer->out, bracket);
}

void json_open_object(struct json_writer *writer) {
	open_container(writer, '{');
}
void json_close_object(struct json_writer *writer) {
	close_container(writer, '}');
}
void json_open_array(struct json_writer *writer) {
	open_container(writer, '[');
}
void json_close_array(struct json_writer *writer) {
	close_container(writer, ']');
}

void json_key_str(struct json_writer *writer, struct str name) {
	separate(writer);
	append_string(writer->out, name, writer->dialect);
	buf_append_char(writer->out, ':');
	if (writer->indent > 0)
		buf_append_char(writer->out, ' ');
	writer->is_after_key = true;
}

void json_string(struct json_writer *writer, struct str text) {
	separate(writer);
	append_string(writer->out, text, writer->dialect);
}

void json_raw(struct json_writer *writer, struct str json) {
	separate(writer);
	buf_append_str(writer->out, json);
}

void json_null(struct json_writer *writer) {
	json_raw(writer, STR("null"));
}

void json_cstr(struct json_writer *writer, const char *text) {
	if (text == NULL)
		json_null(writer);
	else
		json_string(writer, str_of(text));
}

void json_int(struct json_writer *writer, int64_t number) {
	separate(writer);
	buf_append_int(writer->out, number);
}

void json_hex16(struct json_writer *writer, uint64_t number) {
	separate(writer);
	buf_append_char(writer->out, '"');
	buf_append_hex16(writer->out, number);
	buf_append_char(writer->out, '"');
}

void json_double(struct json_writer *writer, double number) {
	if (!isfinite(number)) {
		json_null(writer);
		return;
	}
	separate(writer);
	append_double(writer->out, number, writer->dialect == JSON_GO ? 1 : 2);
}

void json_bool(struct json_writer *writer, bool value) {
	json_raw(writer, value ? STR("true") : STR("false"));
}

void json_time(struct json_writer *writer, wall_ms at) {
	separate(writer);
	json_append_time(writer->out, at);
}

void json_time_millis(struct json_writer *writer, wall_ms at) {
	separate(writer);
	buf_append_char(writer->out, '"');
	clock_append_rfc3339_millis(writer->out, at);
	buf_append_char(writer->out, '"');
}
