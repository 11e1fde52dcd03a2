// SPDX-License-Identifier: Apache-2.0
// Which rows are known under which fingerprint, through any order of coming and going.
#include "store/row_numbers.h"
#include "tests/harness/test.h"

#include <stdlib.h>

enum { ROWS = 5000 };

static bool has(const struct row_numbers *numbers, uint64_t fingerprint, int64_t wanted) {
	int64_t number;
	for (size_t at = 0; (number = row_numbers_next(numbers, fingerprint, &at)) != 0;)
		if (number == wanted)
			return true;
	return false;
}

static uint64_t print_of(int64_t number) {
	return (uint64_t)number * UINT64_C(0x9e3779b97f4a7c15);
}

TEST(nothing_is_known_of_an_empty_one) {
	struct row_numbers numbers = { 0 };
	row_numbers_remove(&numbers, 1, 1);
	CHECK(!has(&numbers, 1, 1));
	row_numbers_finish(&numbers);
}

TEST(rows_of_one_fingerprint_are_told_apart_by_their_numbers) {
	struct row_numbers numbers = { 0 };
	for (int64_t number = 1; number <= 100; number++)
		row_numbers_add(&numbers, 7, number);
	row_numbers_remove(&numbers, 7, 50);
	for (int64_t number = 1; number <= 100; number++)
		CHECK(has(&numbers, 7, number) == (number != 50));
	CHECK(!has(&numbers, 8, 1));
	CHECK_INT(numbers.last, 100);
	row_numbers_finish(&numbers);
}

TEST(when_no_row_is_left_numbers_begin_anew) {
	struct row_numbers numbers = { 0 };
	row_numbers_add(&numbers, 7, 100);
	row_numbers_add(&numbers, 8, 99);
	row_numbers_remove(&numbers, 7, 100);
	CHECK_INT(numbers.last, 100);
	row_numbers_remove(&numbers, 8, 99);
	CHECK_INT(numbers.last, 0);
	row_numbers_finish(&numbers);
}

TEST(what_comes_and_goes_in_any_order_is_known_while_it_is_there) {
	struct row_numbers numbers = { 0 };
	static bool is_there[ROWS + 1];
	unsigned seed = 1;
	for (int i = 0; i < 20 * ROWS; i++) {
		int64_t number = 1 + rand_r(&seed) % ROWS;
		if (is_there[number])
			row_numbers_remove(&numbers, print_of(number), number);
		else
			row_numbers_add(&numbers, print_of(number), number);
		is_there[number] = !is_there[number];
	}
	size_t count = 0;
	for (int64_t number = 1; number <= ROWS; number++) {
		CHECK(has(&numbers, print_of(number), number) == is_there[number]);
		count += is_there[number];
	}
	CHECK_INT(numbers.count, count);
	row_numbers_finish(&numbers);
}
