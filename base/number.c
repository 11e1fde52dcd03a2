// SPDX-License-Identifier: Apache-2.0
// Doubles as text. See number.h. Short decimals take an exact fast path; the rest is the C library's, in the C locale.
#include "base/number.h"

#include "base/buf.h"
#include "base/mem.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

// Ten to the power of the index: all exact.
static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

static pthread_once_t locale_once = PTHREAD_ONCE_INIT;
static locale_t c_locale;

static void make_locale(void) {
	c_locale = newlocale(LC_ALL_MASK, "C", NULL);
	if (c_locale == NULL)
		abort();
}

struct decimal {
	uint64_t mantissa;         // the first 19 significant digits
	int significant;           // digits in the mantissa, leading zeros not counted
	long exponent;             // of ten, for the mantissa
	bool is_negative, is_long; // is_long: digits were left out, or the exponent is far out
};

static const char *scan_digits(const char *at, const char *end, struct decimal *decimal, bool is_fraction) {
	for (; at < end && *at >= '0' && *at <= '9'; at++) {
		if (decimal->significant == 19) {
			decimal->is_long = true;
			continue;
		}
		decimal->mantissa = decimal->mantissa * 10 + (uint64_t)(*at - '0');
		decimal->significant += decimal->mantissa > 0;
		decimal->exponent -= is_fraction;
	}
	return at;
}

static const char *scan_exponent(const char *at, const char *end, struct decimal *decimal) {
	bool is_negative = at < end && *at == '-';
	at += at < end && (*at == '-' || *at == '+');
	long exponent = 0;
	const char *start = at;
	for (; at < end && *at >= '0' && *at <= '9'; at++)
		if (exponent < 100000)
			exponent = exponent * 10 + (*at - '0');
	decimal->exponent += is_negative ? -exponent : exponent;
	return at == start ? NULL : at;
}

static bool decimal_scan(struct str text, struct decimal *decimal) {
	const char *at = text.data, *end = text.data + text.len;
	if (text.len == 0)
		return false;
	decimal->is_negative = *at == '-';
	at += *at == '-' || *at == '+';
	const char *whole = at;
	at = scan_digits(at, end, decimal, false);
	ptrdiff_t digits = at - whole;
	if (at < end && *at == '.') {
		const char *fraction = ++at;
		at = scan_digits(at, end, decimal, true);
		digits += at - fraction;
	}
	if (digits == 0)
		return false;
	if (at < end && (*at == 'e' || *at == 'E'))
		at = scan_exponent(at + 1, end, decimal);
	return at == end;
}

static double parse_slowly(struct str text) {
	char room[128];
	char *copy = text.len < sizeof room ? room : mem_alloc(text.len + 1);
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	pthread_once(&locale_once, make_locale);
	double number = strtod_l(copy, NULL, c_locale);
	if (copy != room)
		free(copy);
	return number;
}

bool number_parse(struct str text, double *out) {
	struct decimal decimal = { 0 };
	if (!decimal_scan(text, &decimal))
		return false;
	// Both factors are exact doubles, so that one rounding gives the nearest (Clinger's fast path).
	if (decimal.is_long || decimal.mantissa > (uint64_t)1 << 53 || decimal.exponent < -22 || decimal.exponent > 22) {
		*out = parse_slowly(text);
		return true;
	}
	double number = (double)decimal.mantissa;
	number = decimal.exponent < 0 ? number / powers[-decimal.exponent] : number * powers[decimal.exponent];
	*out = decimal.is_negative ? -number : number;
	return true;
}

bool number_parse_go(struct str text, double *out) {
	if (number_parse(text, out))
		return true;
	bool is_negative = text.len > 0 && text.data[0] == '-';
	bool is_signed = is_negative || (text.len > 0 && text.data[0] == '+');
	struct str word = is_signed ? str_skip(text, 1) : text;
	if (str_equal_nocase(word, STR("inf")) || str_equal_nocase(word, STR("infinity"))) {
		*out = is_negative ? -(double)INFINITY : (double)INFINITY;
		return true;
	}
	if (is_signed || !str_equal_nocase(word, STR("nan")))
		return false;
	*out = (double)NAN;
	return true;
}

// "-d.ddde-NN" of printf into digits and point.
static struct number_digits digits_of(const char *text) {
	struct number_digits number = { .is_negative = *text == '-' };
	text += number.is_negative;
	for (; *text != 'e'; text++)
		if (*text >= '0' && *text <= '9' && number.count < 17)
			number.digits[number.count++] = *text;
	while (number.count > 1 && number.digits[number.count - 1] == '0')
		number.count--;
	number.digits[number.count] = '\0';
	number.point = atoi(text + 1) + 1;
	return number;
}

static bool parses_back(const char *text, double number) {
	pthread_once(&locale_once, make_locale);
	char plain[40];
	snprintf(plain, sizeof plain, "%s", text);
	char *mark = plain + (*plain == '-') + 1; // where printf put the locale's decimal sign
	if (*mark != 'e')
		*mark = '.';
	return strtod_l(plain, NULL, c_locale) == number;
}

// At a power of two the interval below is half as wide: the nearest 16 digits may be out of it while the next ones up are in.
static bool round_up_last(char *text) {
	char *last = strchr(text, 'e') - 1;
	if (*last == '9')
		return false;
	++*last;
	return true;
}

// Most numbers that people see have at most 15 digits. Of such decimals each is another double, so that the one that is found is the shortest:
// both factors of the division are exact, as in number_parse, and it gives the number back.
static bool find_shortest(double number, struct number_digits *out) {
	double size = fabs(number);
	int whole = 0;
	if (!(size < 1e15))
		return false;
	while (powers[whole] <= size)
		whole++;
	int decimals = 15 - whole;
	double scaled = nearbyint(size * powers[decimals]);
	if (scaled < 1 || scaled / powers[decimals] != size)
		return false;
	uint64_t rest = (uint64_t)scaled;
	for (; rest % 10 == 0; rest /= 10)
		decimals--;
	char digits[20];
	size_t at = sizeof digits;
	for (; rest > 0; rest /= 10)
		digits[--at] = (char)('0' + rest % 10);
	*out = (struct number_digits){ .count = (int)(sizeof digits - at), .is_negative = number < 0 };
	memcpy(out->digits, digits + at, sizeof digits - at);
	out->point = out->count - decimals;
	return true;
}

struct number_digits number_shortest(double number) {
	struct number_digits found;
	if (number == 0)
		return (struct number_digits){ .digits = "0", .count = 1, .point = 1, .is_negative = signbit(number) };
	if (find_shortest(number, &found))
		return found;
	char text[40];
	// Any decimal of up to 15 digits survives the trip through a normal double; subnormal ones have less.
	int precision = fabs(number) < 2.3e-308 ? 1 : 15;
	for (; precision < 17; precision++) {
		snprintf(text, sizeof text, "%.*e", precision - 1, number);
		if (parses_back(text, number) || (precision == 16 && round_up_last(text) && parses_back(text, number)))
			return digits_of(text);
	}
	snprintf(text, sizeof text, "%.16e", number);
	return digits_of(text);
}

static void append_zeros(struct buf *out, int count) {
	for (; count > 0; count--)
		buf_append_char(out, '0');
}

void number_append_fixed(struct buf *out, struct number_digits number) {
	if (number.is_negative)
		buf_append_char(out, '-');
	if (number.point <= 0) {
		buf_append_cstr(out, "0.");
		append_zeros(out, -number.point);
		buf_append(out, number.digits, (size_t)number.count);
		return;
	}
	int whole = number.count < number.point ? number.count : number.point;
	buf_append(out, number.digits, (size_t)whole);
	append_zeros(out, number.point - number.count);
	if (number.count <= number.point)
		return;
	buf_append_char(out, '.');
	buf_append(out, number.digits + whole, (size_t)(number.count - whole));
}

void number_append_exponent(struct buf *out, struct number_digits number, int exponent_digits) {
	if (number.is_negative)
		buf_append_char(out, '-');
	buf_append_char(out, number.digits[0]);
	if (number.count > 1) {
		buf_append_char(out, '.');
		buf_append(out, number.digits + 1, (size_t)(number.count - 1));
	}
	int exponent = number.digits[0] == '0' ? 0 : number.point - 1;
	buf_append(out, exponent < 0 ? "e-" : "e+", 2);
	if (exponent_digits > 1 && abs(exponent) < 10)
		buf_append_char(out, '0');
	buf_append_int(out, abs(exponent));
}

// The number times ten to the power of `decimals`, rounded to the nearest, ties to even, as printf does it: exactly. False: it does not fit.
static bool round_exactly(double size, int decimals, uint64_t *out) {
	__extension__ typedef unsigned __int128 wide;
	int exponent;
	if (!(size < 1e15) || decimals > 15)
		return false;
	wide product = (wide)(uint64_t)ldexp(frexp(size, &exponent), 53) * (uint64_t)powers[decimals]; // below 2^103
	int shift = 53 - exponent;
	if (shift < 1 || shift > 126)
		return false;
	wide whole = product >> shift, rest = product - (whole << shift), half = (wide)1 << (shift - 1);
	whole += rest > half || (rest == half && (whole & 1) != 0);
	*out = (uint64_t)whole;
	return whole < (wide)1000000000000000000;
}

static void append_decimal(struct buf *out, bool is_negative, uint64_t digits, int decimals) {
	char text[24];
	size_t at = sizeof text;
	int written = 0;
	do {
		if (written++ == decimals && decimals > 0)
			text[--at] = '.';
		text[--at] = (char)('0' + digits % 10);
		digits /= 10;
	} while (digits > 0 || written <= decimals);
	if (is_negative)
		text[--at] = '-';
	buf_append(out, text + at, sizeof text - at);
}

bool number_append_rounded(struct buf *out, double number, int decimals) {
	uint64_t digits;
	if (!round_exactly(fabs(number), decimals, &digits))
		return false;
	append_decimal(out, signbit(number), digits, decimals);
	return true;
}

bool number_append_significant(struct buf *out, double number, int significant) {
	double size = fabs(number);
	uint64_t digits;
	int whole = 1;
	if (!(size >= 1) || significant < 1 || significant > 15 || size >= powers[significant])
		return false;
	while (powers[whole] <= size)
		whole++;
	int decimals = significant - whole;
	if (!round_exactly(size, decimals, &digits) || digits >= (uint64_t)powers[significant])
		return false; // rounding made it one digit longer
	for (; decimals > 0 && digits % 10 == 0; digits /= 10)
		decimals--;
	append_decimal(out, number < 0, digits, decimals);
	return true;
}
