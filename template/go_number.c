// SPDX-License-Identifier: Apache-2.0
// Go's strconv for numbers. See go_number.h. Source: Go's strconv package (its rules, not its algorithms).
#include "template/go_number.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NUMBER_TEXT_MAX = 400, SHORTEST_EXPONENT = 6 };

// The shortest digits that read back as `number` (finite), and the decimal exponent of the first one. Digits: at most 17.
static int shortest_digits(double number, char *digits, int *exponent) {
	char text[40];
	for (int precision = 0; precision < 17; precision++) {
		snprintf(text, sizeof text, "%.*e", precision, fabs(number));
		if (strtod(text, NULL) == fabs(number))
			break;
	}
	int count = 0;
	const char *at = text;
	for (; *at != 'e'; at++)
		if (isdigit((unsigned char)*at))
			digits[count++] = *at;
	*exponent = atoi(at + 1);
	while (count > 1 && digits[count - 1] == '0')
		count--;
	return count;
}

static void append_exponent_form(struct buf *out, const char *digits, int count, int exponent, char letter) {
	buf_append_char(out, digits[0]);
	if (count > 1) {
		buf_append_char(out, '.');
		buf_append(out, digits + 1, count - 1);
	}
	buf_format(out, "%c%c%02d", letter, exponent < 0 ? '-' : '+', abs(exponent));
}

static void append_plain_form(struct buf *out, const char *digits, int count, int exponent) {
	if (exponent < 0) {
		buf_append_cstr(out, "0.");
		for (int i = -1; i > exponent; i--)
			buf_append_char(out, '0');
		buf_append(out, digits, count);
		return;
	}
	for (int i = 0; i <= exponent || i < count; i++) {
		if (i == exponent + 1)
			buf_append_char(out, '.');
		buf_append_char(out, i < count ? digits[i] : '0');
	}
}

static void append_shortest(struct buf *out, double number, char verb) {
	char digits[40];
	int exponent;
	int count = shortest_digits(number, digits, &exponent);
	if (signbit(number))
		buf_append_char(out, '-');
	bool general = verb == 'g' || verb == 'G';
	// The shortest %g switches where C's default precision would, whatever the number of digits; 21 is encoding/json's limit.
	bool exponent_form = general ? exponent < -4 || exponent >= SHORTEST_EXPONENT : verb == 'e' || verb == 'E';
	if (exponent_form)
		append_exponent_form(out, digits, count, exponent, verb == 'E' || verb == 'G' ? 'E' : 'e');
	else
		append_plain_form(out, digits, count, exponent);
}

void go_append_float(struct buf *out, double number, char verb, int precision) {
	if (isnan(number)) {
		buf_append_cstr(out, "NaN");
		return;
	}
	if (isinf(number)) {
		buf_append_cstr(out, number > 0 ? "+Inf" : "-Inf");
		return;
	}
	if (precision < 0) {
		append_shortest(out, number, verb);
		return;
	}
	char format[] = "%.*e";
	format[3] = verb == 'F' ? 'f' : verb;
	buf_format(out, format, precision, number);
}

// Underscores may stand between digits, and between a base prefix and a digit. Copies the text without them.
static bool strip_underscores(struct str text, char *plain, size_t size) {
	if (text.len >= size)
		return false;
	size_t length = 0;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (c != '_') {
			plain[length++] = c;
			continue;
		}
		bool after_prefix = i >= 2 && text.data[i - 2] == '0' && isalpha((unsigned char)text.data[i - 1]);
		if (i == 0 || i + 1 == text.len || !isxdigit((unsigned char)text.data[i + 1]))
			return false;
		if (!isxdigit((unsigned char)text.data[i - 1]) && !after_prefix)
			return false;
	}
	plain[length] = '\0';
	return memchr(plain, '\0', length) == NULL;
}

static int base_of(const char **digits) {
	const char *text = *digits;
	if (text[0] != '0' || text[1] == '\0')
		return 10;
	*digits = text + 2;
	switch (tolower((unsigned char)text[1])) {
	case 'x': return 16;
	case 'o': return 8;
	case 'b': return 2;
	}
	*digits = text + 1;
	return 8;
}

bool go_parse_uint(struct str text, uint64_t *out) {
	char plain[NUMBER_TEXT_MAX];
	if (text.len == 0 || !strip_underscores(text, plain, sizeof plain))
		return false;
	const char *digits = plain;
	int base = base_of(&digits);
	if (*digits == '\0')
		return false;
	uint64_t sum = 0;
	for (; *digits != '\0'; digits++) {
		int c = tolower((unsigned char)*digits);
		int digit = isdigit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
		if (digit >= base || __builtin_mul_overflow(sum, (uint64_t)base, &sum) || __builtin_add_overflow(sum, (uint64_t)digit, &sum))
			return false;
	}
	*out = sum;
	return true;
}

bool go_parse_int(struct str text, int64_t *out) {
	bool negative = text.len > 0 && text.data[0] == '-';
	if (negative || (text.len > 0 && text.data[0] == '+'))
		text = str_skip(text, 1);
	uint64_t size;
	if (!go_parse_uint(text, &size) || size > (uint64_t)INT64_MAX + negative)
		return false;
	*out = negative ? (int64_t)-size : (int64_t)size;
	return true;
}

static bool is_special(const char *text, double *out) {
	const char *word = text + (*text == '+' || *text == '-');
	bool infinite = strcasecmp(word, "inf") == 0 || strcasecmp(word, "infinity") == 0;
	if (!infinite && strcasecmp(text, "nan") != 0)
		return false;
	*out = infinite ? (*text == '-' ? -HUGE_VAL : HUGE_VAL) : NAN;
	return true;
}

// Go's grammar: digits with at most one point, an exponent (which a hexadecimal number must have as p).
static bool has_float_syntax(const char *text) {
	text += *text == '+' || *text == '-';
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	text += hex ? 2 : 0;
	int digits = 0, points = 0;
	for (; *text == '.' || (hex ? isxdigit((unsigned char)*text) : isdigit((unsigned char)*text)); text++)
		*text == '.' ? points++ : digits++;
	if (digits == 0 || points > 1)
		return false;
	char letter = hex ? 'p' : 'e';
	if (tolower((unsigned char)*text) != letter)
		return !hex && *text == '\0';
	text++;
	text += *text == '+' || *text == '-';
	return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

enum go_float go_parse_float(struct str text, double *out) {
	char plain[NUMBER_TEXT_MAX];
	if (!strip_underscores(text, plain, sizeof plain))
		return GO_FLOAT_SYNTAX;
	if (is_special(plain, out))
		return GO_FLOAT_OK;
	if (!has_float_syntax(plain))
		return GO_FLOAT_SYNTAX;
	*out = strtod(plain, NULL);
	return isinf(*out) ? GO_FLOAT_RANGE : GO_FLOAT_OK;
}
