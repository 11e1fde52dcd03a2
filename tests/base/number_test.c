// SPDX-License-Identifier: Apache-2.0
// Doubles as text: against the C library on random bit patterns, and the forms that are refused.
#include "base/number.h"

#include "base/buf.h"
#include "tests/harness/test.h"

#include <inttypes.h>
#include <locale.h>
#include <math.h>

static uint64_t seed = 7;

static uint64_t roll(void) {
	seed ^= seed >> 12, seed ^= seed << 25, seed ^= seed >> 27;
	return seed * 0x2545f4914f6cdd1dULL;
}

static double random_double(void) {
	double number = NAN;
	while (!isfinite(number)) {
		uint64_t bits = roll();
		memcpy(&number, &bits, sizeof number);
	}
	return number;
}

TEST(parsing_is_what_strtod_says_for_every_shape) {
	for (int i = 0; i < 50000; i++) {
		char text[64];
		snprintf(text, sizeof text, i % 2 ? "%.*e" : "%.*f", (int)(roll() % 20), i % 2 ? random_double() : (double)(int64_t)roll() / 1e9);
		double number = 0;
		CHECK(number_parse(str_of(text), &number));
		if (number != strtod(text, NULL))
			FAIL_TEST("%s", text);
	}
}

TEST(printing_reads_back_and_nothing_shorter_does) {
	for (int i = 0; i < 20000; i++) {
		double number = i % 2 ? random_double() : (double)(int64_t)(roll() % 2000000) / 1000, back = 0;
		autobuf struct buf text = { 0 };
		struct number_digits digits = number_shortest(number);
		number_append_exponent(&text, digits, 2);
		CHECK(number_parse(buf_str(&text), &back) && back == number);
		char shorter[40];
		snprintf(shorter, sizeof shorter, "%.*e", digits.count > 1 ? digits.count - 2 : 0, number);
		CHECK(digits.count == 1 || strtod(shorter, NULL) != number);
		buf_reset(&text);
		number_append_fixed(&text, digits);
		CHECK(number_parse(buf_str(&text), &back) && back == number);
	}
}

// Decimals people write, halves of their last digit, and anything.
static double some_number(int i) {
	static const double steps[] = { 1, 10, 100, 1000, 1e6, 3, 1024, 1e9 };
	double number = (double)(int64_t)(roll() % 20000000) / 2 / steps[roll() % 8];
	number = i % 4 == 0 ? random_double() : i % 4 == 1 ? ldexp((double)(roll() % 1000), -(int)(roll() % 20))
	                                                   : number;
	return roll() % 3 == 0 ? -number : number;
}

TEST(the_short_ways_of_rounding_write_what_printf_does) {
	size_t rounded = 0, significant = 0;
	for (int i = 0; i < 200000; i++) {
		double number = some_number(i);
		int digits = (int)(roll() % 17);
		autobuf struct buf out = { 0 };
		char wanted[400];
		snprintf(wanted, sizeof wanted, "%.*f", digits, number);
		bool is_written = number_append_rounded(&out, number, digits);
		rounded += is_written;
		CHECK_CSTR(buf_cstr(&out), is_written ? wanted : "");
		buf_reset(&out);
		snprintf(wanted, sizeof wanted, "%.*g", digits, number);
		is_written = number_append_significant(&out, number, digits);
		significant += is_written;
		CHECK_CSTR(buf_cstr(&out), is_written ? wanted : "");
	}
	CHECK(rounded > 100000 && significant > 20000);
}

TEST(short_decimals_are_found_as_they_are_written) {
	for (int i = 0; i < 50000; i++) {
		char wanted[40];
		int digits = 1 + (int)(roll() % 15);
		snprintf(wanted, sizeof wanted, "%.*e", digits - 1, (double)(roll() % 1000000000000000) / 1e3 * pow(10, (double)(roll() % 20) - 15));
		double number = strtod(wanted, NULL);
		char shortest[40];
		for (digits = 1; snprintf(shortest, sizeof shortest, "%.*e", digits - 1, number) > 0 && strtod(shortest, NULL) != number;)
			digits++;
		autobuf struct buf out = { 0 };
		number_append_exponent(&out, number_shortest(number), 2);
		CHECK_CSTR(buf_cstr(&out), number == 0 ? "0e+00" : shortest);
	}
}

TEST(powers_of_two_are_the_shortest_too) {
	for (int exponent = -1074; exponent < 1024; exponent++) {
		double number = ldexp(1, exponent), back = 0;
		autobuf struct buf text = { 0 };
		number_append_exponent(&text, number_shortest(number), 2);
		CHECK(number_parse(buf_str(&text), &back) && back == number);
	}
}

TEST(what_is_not_a_decimal_is_refused_and_leaves_the_result) {
	static const char *const refused[] = { "", "+", "-", ".", "e5", "1e", "1e+", "1 ", " 1", "0x10", "1_0", "inf", "nan", "1.2.3", "--1", "1f", "1,5" };
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		double number = 42;
		CHECK(!number_parse(str_of(refused[i]), &number) && number == 42);
	}
}

TEST(go_words_are_taken_in_any_case) {
	double number = 0;
	CHECK(number_parse_go(STR("+Inf"), &number) && isinf(number) && number > 0);
	CHECK(number_parse_go(STR("-inf"), &number) && isinf(number) && number < 0);
	CHECK(number_parse_go(STR("Infinity"), &number) && isinf(number));
	CHECK(number_parse_go(STR("NaN"), &number) && isnan(number));
	CHECK(number_parse_go(STR("1.5"), &number) && number == 1.5);
	CHECK(!number_parse_go(STR("+NaN"), &number) && !number_parse_go(STR("infi"), &number) && !number_parse_go(STR_NONE, &number));
}

TEST(extremes_give_infinity_and_zero) {
	double number = 1;
	CHECK(number_parse(STR("1e999"), &number) && isinf(number));
	CHECK(number_parse(STR("-1e999999999999"), &number) && isinf(number) && number < 0);
	CHECK(number_parse(STR("1e-999"), &number) && number == 0);
	CHECK(number_parse(STR("0e99999"), &number) && number == 0);
	char zeros[5000];
	memset(zeros, '0', sizeof zeros);
	memcpy(zeros, "1.", 2);
	CHECK(number_parse(str_make(zeros, sizeof zeros), &number) && number == 1);
	CHECK(number_parse(STR("+.5"), &number) && number == 0.5);
	CHECK(number_parse(STR("5."), &number) && number == 5);
}

TEST(the_process_locale_changes_nothing) {
	if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL)
		setlocale(LC_ALL, "");
	double number = 0;
	CHECK(number_parse(STR("1.00000000000000000000001"), &number) && number == 1);
	autobuf struct buf text = { 0 };
	number_append_fixed(&text, number_shortest(0.1 + 0.2));
	CHECK_STR(buf_str(&text), "0.30000000000000004");
	setlocale(LC_ALL, "C");
}
