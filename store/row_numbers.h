// SPDX-License-Identifier: Apache-2.0
// The numbers of a table's rows by hashes of what they are about (an alert's fingerprint), in eight bytes each: a table of rows in the order
// they came needs no index on disk, whose pages every commit would write all over. Owned by who owns the connection.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct row_numbers { // a zeroed one is empty and was not read
	uint64_t *slots;
	size_t count, cap;
	int64_t last; // no row has a larger number
	bool is_read; // it holds every row of the table
};

void row_numbers_finish(struct row_numbers *numbers); // as a zeroed one
void row_numbers_add(struct row_numbers *numbers, uint64_t fingerprint, int64_t number);
void row_numbers_remove(struct row_numbers *numbers, uint64_t fingerprint, int64_t number); // nothing when it is not there
// Each row that may have this fingerprint, other ones now and then: `for (size_t at = 0; (number = row_numbers_next(&numbers, fingerprint, &at)) != 0;)`.
int64_t row_numbers_next(const struct row_numbers *numbers, uint64_t fingerprint, size_t *at);
