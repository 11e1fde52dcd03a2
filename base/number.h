// SPDX-License-Identifier: Apache-2.0
// Doubles as text, exactly and whatever the locale: parsing rounds to nearest, printing gives the shortest digits that parse back.
#pragma once
#include "base/str.h"

struct buf;
// The whole text must be [+-]digits[.digits][(e|E)[+-]digits] with at least one digit in the mantissa; no "inf", "nan", hex or spaces.
// False when it is not; then *out is unchanged. Too large gives an infinity, too small gives zero.
bool number_parse(struct str text, double *out);
// As number_parse, and Inf, +Inf, -Inf, infinity, NaN in any case too: what Go's strconv.ParseFloat takes, less hex and underscores.
bool number_parse_go(struct str text, double *out);

// A finite number is 0.d1d2d3… * 10^point; zero is "0" with point 1.
struct number_digits {
	char digits[18]; // NUL-terminated, no trailing zeros
	int count, point;
	bool is_negative; // of -0 too
};

struct number_digits number_shortest(double number);                    // finite only
void number_append_fixed(struct buf *out, struct number_digits number); // Go's 'f', -1: 1000000, 0.000001
// With so many decimals, as printf's %.*f, or so many significant digits, as %.*g; to the nearest, ties to even. False: nothing is appended, for
// the number is not of a size that has an exact short way (or would be written with an exponent).
bool number_append_rounded(struct buf *out, double number, int decimals);
bool number_append_significant(struct buf *out, double number, int significant);
// Go's 'e', -1: 1e+21, 1.5e-07, at least `exponent_digits` digits of exponent (Go: 2)
void number_append_exponent(struct buf *out, struct number_digits number, int exponent_digits);
