// SPDX-License-Identifier: Apache-2.0
// The one JSON parser: pulls values out of a text in memory, builds no tree and does not recurse. See json_read.h.
#include "base/json_read.h"

#include "base/number.h"
#include "base/word_scan.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

enum { REPLACEMENT = 0xfffd };

void json_read_init(struct json_reader *reader, struct arena *arena, struct str text) {
	*reader = (struct json_reader){ .arena = arena, .text = text };
}

static struct position position_of(struct str text, size_t at) {
	struct position position = { .line = 1, .column = 1 };
	for (size_t i = 0; i < at && i < text.len; i++) {
		if (text.data[i] == '\n') {
			position.line++;
			position.column = 1;
			continue;
		}
		position.column += ((unsigned char)text.data[i] & 0xc0) != 0x80;
	}
	return position;
}

bool json_read_fail(struct json_reader *reader, const char *format, ...) {
	if (reader->failed)
		return false;
	reader->failed = true;
	char text[ERROR_TEXT_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return error_at(&reader->error, position_of(reader->text, reader->at), "%s", text);
}

static bool is_space(char c) {
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

// The byte the next token starts with; NUL at the end (a NUL in the text is no token either).
static char next_byte(struct json_reader *reader) {
	while (reader->at < reader->text.len && is_space(reader->text.data[reader->at]))
		reader->at++;
	return reader->at < reader->text.len ? reader->text.data[reader->at] : '\0';
}

static bool fail_expected(struct json_reader *reader, const char *wanted) {
	if (reader->at >= reader->text.len)
		return json_read_fail(reader, "unexpected end, expected %s", wanted);
	unsigned char got = (unsigned char)reader->text.data[reader->at];
	if (got > ' ' && got < 0x7f)
		return json_read_fail(reader, "unexpected \"%c\", expected %s", got, wanted);
	return json_read_fail(reader, "unexpected byte 0x%02x, expected %s", got, wanted);
}

static enum json_kind kind_of(char c) {
	switch (c) {
	case 'n': return JSON_NULL;
	case 't':
	case 'f': return JSON_BOOL;
	case '"': return JSON_STRING;
	case '[': return JSON_ARRAY;
	case '{': return JSON_OBJECT;
	}
	return c == '-' || (c >= '0' && c <= '9') ? JSON_NUMBER : JSON_BROKEN;
}

enum json_kind json_read_peek(struct json_reader *reader) {
	if (reader->failed)
		return JSON_BROKEN;
	enum json_kind kind = kind_of(next_byte(reader));
	if (kind == JSON_BROKEN)
		fail_expected(reader, "a value");
	return kind;
}

static bool expect_kind(struct json_reader *reader, enum json_kind kind, const char *wanted) {
	return !reader->failed && (kind_of(next_byte(reader)) == kind || fail_expected(reader, wanted));
}

// --- strings ---

static int hex_value(char c) {
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// The four hex digits after \u at `at`, or -1.
static int hex_unit(struct str text, size_t at) {
	int unit = 0;
	if (text.len < 4 || at > text.len - 4)
		return -1;
	for (size_t i = at; i < at + 4; i++) {
		int digit = hex_value(text.data[i]);
		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	return unit;
}

// Decodes \uXXXX (or a surrogate pair of two); reader->at is at the u. Writes UTF-8 to out, returns its length, 0 on failure.
static size_t decode_unicode(struct json_reader *reader, char out[4]) {
	int unit = hex_unit(reader->text, reader->at + 1);
	if (unit < 0)
		return json_read_fail(reader, "bad \\u escape, expected four hex digits");
	if (unit < 0xd800 || unit > 0xdfff) {
		reader->at += 5;
		return str_encode_rune((unsigned)unit, out);
	}
	bool has_pair = str_has_prefix(str_skip(reader->text, reader->at + 5), STR("\\u"));
	int low = has_pair ? hex_unit(reader->text, reader->at + 7) : -1;
	bool is_pair = unit <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
	if (!is_pair && reader->mends) {
		reader->at += 5;
		return str_encode_rune(REPLACEMENT, out);
	}
	if (!is_pair)
		return json_read_fail(reader, "unpaired surrogate \\u%04x", (unsigned)unit);
	reader->at += 11;
	return str_encode_rune(0x10000 + (((unsigned)unit - 0xd800) << 10) + ((unsigned)low - 0xdc00), out);
}

// Decodes one escape; reader->at is after the backslash. Returns the length of what it wrote to out, 0 on failure.
static size_t decode_escape(struct json_reader *reader, char out[4]) {
	static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	char c = reader->at < reader->text.len ? reader->text.data[reader->at] : '\0';
	if (c == 'u')
		return decode_unicode(reader, out);
	const char *name = c == '\0' ? NULL : strchr(names, c);
	if (name == NULL)
		return fail_expected(reader, "an escape: one of \"\\/bfnrtu");
	out[0] = meanings[name - names];
	reader->at++;
	return 1;
}

static bool is_plain(unsigned char c) {
	return c >= ' ' && c != '"' && c != '\\';
}

// How many bytes of the text stand for themselves in a string.
static size_t plain_length(struct str text, bool *is_ascii) {
	size_t at = 0;
	uint64_t seen = 0;
	for (; text.len - at >= sizeof seen; at += sizeof seen) {
		uint64_t word = word_at(text.data + at), stops = word_has_below(word, ' ') | word_has(word, '"') | word_has(word, '\\');
		if (stops != 0) {
			seen |= word & word_until_first(stops);
			*is_ascii = (seen & WORD_HIGHS) == 0;
			return at + word_first(stops);
		}
		seen |= word;
	}
	for (; at < text.len && is_plain((unsigned char)text.data[at]); at++)
		seen |= (unsigned char)text.data[at];
	*is_ascii = (seen & WORD_HIGHS) == 0;
	return at;
}

// Moves over unescaped bytes. True when a quote or a backslash comes next.
static bool scan_plain(struct json_reader *reader) {
	struct str rest = str_make(reader->text.data + reader->at, reader->text.len - reader->at);
	bool is_ascii;
	size_t len = plain_length(rest, &is_ascii);
	bool is_torn = !is_ascii && !str_is_utf8(str_head(rest, len));
	if (is_torn && !reader->mends)
		return json_read_fail(reader, "a string is not valid UTF-8");
	reader->is_torn |= is_torn;
	reader->at += len;
	if (len == rest.len)
		return fail_expected(reader, "the end of a string");
	return rest.data[len] == '"' || rest.data[len] == '\\' || fail_expected(reader, "no unescaped control character in a string");
}

// The rest of a string whose first `head` bytes are plain; reader->at is at its first backslash. `copy` may be NULL: only checked.
static bool read_escaped(struct json_reader *reader, char *copy, size_t *len) {
	char utf8[4];
	while (reader->text.data[reader->at] == '\\') {
		reader->at++;
		size_t decoded = decode_escape(reader, utf8);
		if (decoded == 0)
			return false;
		if (copy != NULL)
			memcpy(copy + *len, utf8, decoded);
		*len += decoded;
		size_t from = reader->at;
		if (!scan_plain(reader))
			return false;
		if (copy != NULL)
			memcpy(copy + *len, reader->text.data + from, reader->at - from);
		*len += reader->at - from;
	}
	return true;
}

// Length of the string as written, from reader->at (in it) to its closing quote, which may be missing.
static size_t raw_length(const struct json_reader *reader) {
	size_t at = reader->at;
	while (at < reader->text.len && reader->text.data[at] != '"')
		at += reader->text.data[at] == '\\' ? 2 : 1;
	return at - reader->at;
}

// As Go: each byte that begins no code point becomes U+FFFD.
static struct str mend(struct arena *arena, struct str text) {
	char *copy = arena_alloc_bytes(arena, 3 * text.len + 1);
	size_t len = 0;
	unsigned rune;
	for (size_t width; text.len > 0; text = str_skip(text, width)) {
		width = str_decode_rune(text, &rune);
		len += str_encode_rune(rune, copy + len);
	}
	return str_make(copy, len);
}

// out may be NULL: then the string is only checked.
static bool read_string(struct json_reader *reader, struct str *out, const char *wanted) {
	if (!expect_kind(reader, JSON_STRING, wanted))
		return false;
	size_t start = ++reader->at;
	reader->is_torn = false;
	if (!scan_plain(reader))
		return false;
	struct str text = str_make(reader->text.data + start, reader->at - start);
	if (reader->text.data[reader->at] == '\\') {
		char *copy = out == NULL ? NULL : arena_alloc_bytes(reader->arena, text.len + raw_length(reader) + 1);
		if (copy != NULL)
			memcpy(copy, text.data, text.len);
		if (!read_escaped(reader, copy, &text.len))
			return false;
		text.data = copy;
	}
	reader->at++;
	if (out != NULL)
		*out = reader->is_torn ? mend(reader->arena, text) : text;
	return true;
}

bool json_read_string(struct json_reader *reader, struct str *out) {
	return read_string(reader, out, "a string");
}

// --- containers ---

static bool open_container(struct json_reader *reader) {
	if (reader->depth == JSON_DEPTH_MAX) {
		json_read_fail(reader, "nested deeper than %d levels", JSON_DEPTH_MAX);
		reader->error.code = ERR_LIMIT;
		return false;
	}
	reader->at++;
	reader->open_first[reader->depth / 64] |= (uint64_t)1 << (reader->depth % 64);
	reader->depth++;
	return true;
}

// Steps to before the next item. False at the closing bracket (consumed) or after a failure.
static bool container_next(struct json_reader *reader, char close, const char *wanted) {
	if (reader->failed)
		return false;
	char c = next_byte(reader);
	if (c == close) {
		reader->at++;
		reader->depth--;
		return false;
	}
	unsigned level = reader->depth - 1;
	uint64_t bit = (uint64_t)1 << (level % 64), *word = &reader->open_first[level / 64];
	if (*word & bit) {
		*word &= ~bit;
		return true;
	}
	if (c != ',')
		return fail_expected(reader, wanted);
	reader->at++;
	next_byte(reader);
	return true;
}

bool json_read_object_begin(struct json_reader *reader) {
	return expect_kind(reader, JSON_OBJECT, "an object") && open_container(reader);
}

static bool object_next(struct json_reader *reader, struct str *name) {
	if (!container_next(reader, '}', "\",\" or \"}\"") || !read_string(reader, name, "a member name"))
		return false;
	if (next_byte(reader) != ':')
		return fail_expected(reader, "\":\"");
	reader->at++;
	return true;
}

bool json_read_object_next(struct json_reader *reader, struct str *name) {
	return object_next(reader, name);
}

bool json_read_array_begin(struct json_reader *reader) {
	return expect_kind(reader, JSON_ARRAY, "an array") && open_container(reader);
}

bool json_read_array_next(struct json_reader *reader) {
	return container_next(reader, ']', "\",\" or \"]\"") && json_read_peek(reader) != JSON_BROKEN;
}

// --- numbers and words ---

static bool skip_digits(struct json_reader *reader) {
	size_t start = reader->at;
	while (reader->at < reader->text.len && reader->text.data[reader->at] >= '0' && reader->text.data[reader->at] <= '9')
		reader->at++;
	return reader->at > start || fail_expected(reader, "a digit");
}

static bool skip_one_of(struct json_reader *reader, char a, char b) {
	char c = reader->at < reader->text.len ? reader->text.data[reader->at] : '\0';
	if (c != a && c != b)
		return false;
	reader->at++;
	return true;
}

bool json_read_number_text(struct json_reader *reader, struct str *out) {
	if (!expect_kind(reader, JSON_NUMBER, "a number"))
		return false;
	size_t start = reader->at;
	skip_one_of(reader, '-', '-');
	if (!skip_one_of(reader, '0', '0') && !skip_digits(reader))
		return false;
	if (skip_one_of(reader, '.', '.') && !skip_digits(reader))
		return false;
	if (skip_one_of(reader, 'e', 'E')) {
		skip_one_of(reader, '-', '+');
		if (!skip_digits(reader))
			return false;
	}
	*out = str_make(reader->text.data + start, reader->at - start);
	return true;
}

static bool fail_number(struct json_reader *reader, struct str text, const char *why) {
	reader->at -= text.len;
	return json_read_fail(reader, "number \"%.*s\" %s", STR_ARG(str_head(text, 64)), why);
}

bool json_read_number(struct json_reader *reader, double *out) {
	struct str text;
	double number = 0;
	if (!json_read_number_text(reader, &text))
		return false;
	if (!number_parse(text, &number) || !isfinite(number))
		return fail_number(reader, text, "is out of range");
	*out = number;
	return true;
}

bool json_read_int(struct json_reader *reader, int64_t *out) {
	struct str text;
	if (!json_read_number_text(reader, &text))
		return false;
	bool is_negative = text.data[0] == '-';
	int64_t number = 0; // counted down: the negative range is the larger one
	for (size_t i = is_negative; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return fail_number(reader, text, "is not an integer");
		if (__builtin_mul_overflow(number, 10, &number) || __builtin_sub_overflow(number, text.data[i] - '0', &number))
			return fail_number(reader, text, "is out of range");
	}
	if (!is_negative && number == INT64_MIN)
		return fail_number(reader, text, "is out of range");
	*out = is_negative ? number : -number;
	return true;
}

static bool read_word(struct json_reader *reader, struct str word) {
	struct str rest = str_skip(reader->text, reader->at);
	if (!str_has_prefix(rest, word))
		return json_read_fail(reader, "unexpected word, expected %.*s", STR_ARG(word));
	reader->at += word.len;
	return true;
}

bool json_read_bool(struct json_reader *reader, bool *out) {
	if (!expect_kind(reader, JSON_BOOL, "true or false"))
		return false;
	bool value = reader->text.data[reader->at] == 't';
	if (!read_word(reader, value ? STR("true") : STR("false")))
		return false;
	*out = value;
	return true;
}

bool json_read_null(struct json_reader *reader) {
	return expect_kind(reader, JSON_NULL, "null") && read_word(reader, STR("null"));
}

// --- whole values ---

// Reads a scalar wholly, or opens a container and notes in `objects` which kind it is.
static bool skip_one(struct json_reader *reader, uint64_t *objects) {
	struct str number;
	bool value = false;
	switch (json_read_peek(reader)) {
	case JSON_NULL: return json_read_null(reader);
	case JSON_BOOL: return json_read_bool(reader, &value);
	case JSON_NUMBER: return json_read_number_text(reader, &number);
	case JSON_STRING: return read_string(reader, NULL, "a string");
	case JSON_ARRAY:
	case JSON_OBJECT: break;
	case JSON_BROKEN: return false;
	}
	bool is_object = reader->text.data[reader->at] == '{';
	if (!open_container(reader))
		return false;
	uint64_t bit = (uint64_t)1 << (reader->depth - 1);
	*objects = is_object ? *objects | bit : *objects & ~bit;
	return true;
}

_Static_assert(JSON_DEPTH_MAX <= 64, "json_read_skip keeps one bit a level");

bool json_read_skip(struct json_reader *reader) {
	unsigned base = reader->depth;
	uint64_t objects = 0; // bit of a level: it is an object, else an array
	while (skip_one(reader, &objects)) {
		bool has_more = false;
		while (reader->depth > base && !has_more) {
			has_more = objects >> (reader->depth - 1) & 1 ? object_next(reader, NULL) : json_read_array_next(reader);
			if (reader->failed)
				return false;
		}
		if (!has_more)
			return true;
	}
	return false;
}

bool json_read_end(struct json_reader *reader) {
	if (reader->failed)
		return false;
	next_byte(reader);
	return reader->at == reader->text.len || fail_expected(reader, "the end");
}
