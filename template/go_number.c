// SPDX-License-Identifier: Apache-2.0
// Go's strconv for numbers. See go_number.h. Source: Go's strconv package (its rules, not its algorithms).
#include "template/go_number.h"

#include "base/number.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NUMBER_TEXT_MAX = 400,
	SHORTEST_EXPONENT = 6 };

// -1 as a precision.
static void append_shortest(struct buf *out, double number, char verb) {
	struct number_digits digits = number_shortest(number);
	size_t start = out->len;
	int exponent = digits.point - 1;
	bool general = verb == 'g' || verb == 'G';
	// The shortest %g switches where C's default precision would, whatever the number of digits; 21 is encoding/json's limit.
	bool exponent_form = general ? exponent < -4 || exponent >= SHORTEST_EXPONENT : verb == 'e' || verb == 'E';
	if (!exponent_form) {
		number_append_fixed(out, digits);
		return;
	}
	number_append_exponent(out, digits, 2);
	char *letter = memchr(out->data + start, 'e', out->len - start);
	*letter = verb == 'E' || verb == 'G' ? 'E' : 'e';
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
	if ((verb | 0x20) == 'f' && number_append_rounded(out, number, precision))
		return;
	if ((verb | 0x20) == 'g' && number_append_significant(out, number, precision))
		return;
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

// 99: not a digit in any base.
static int digit_of(char c) {
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
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
		int digit = digit_of(*digits);
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

// Go's hexadecimal grammar: digits with at most one point, and an exponent.
static bool has_hex_syntax(const char *text) {
	text += *text == '+' || *text == '-';
	if (text[0] != '0' || (text[1] != 'x' && text[1] != 'X'))
		return false;
	int digits = 0, points = 0;
	for (text += 2; *text == '.' || isxdigit((unsigned char)*text); text++)
		*text == '.' ? points++ : digits++;
	if (digits == 0 || points > 1 || (*text != 'p' && *text != 'P'))
		return false;
	text++;
	text += *text == '+' || *text == '-';
	return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

enum go_float go_parse_float(struct str text, double *out) {
	char plain[NUMBER_TEXT_MAX];
	if (!strip_underscores(text, plain, sizeof plain))
		return GO_FLOAT_SYNTAX;
	if (number_parse_go(str_of(plain), out)) // a word for infinity has no digit
		return isinf(*out) && strpbrk(plain, "0123456789") != NULL ? GO_FLOAT_RANGE : GO_FLOAT_OK;
	if (!has_hex_syntax(plain))
		return GO_FLOAT_SYNTAX;
	*out = strtod(plain, NULL);
	return isinf(*out) ? GO_FLOAT_RANGE : GO_FLOAT_OK;
}
