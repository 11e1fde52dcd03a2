// SPDX-License-Identifier: Apache-2.0
// Open addressing with linear probing; removal shifts the run back. A slot is a mark of the fingerprint over the row's number, 0 is free.
// See row_numbers.h.
#include "store/row_numbers.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

enum { SMALLEST = 64,
	NUMBER_BITS = 36 };
#define NUMBER_MASK ((UINT64_C(1) << NUMBER_BITS) - 1)

// Fingerprints are chosen by whoever names labels: who makes them collide meets himself only.
static uint64_t mark_of(uint64_t fingerprint) {
	uint64_t mixed = (fingerprint ^ fingerprint >> 33) * UINT64_C(0xff51afd7ed558ccd);
	mixed = (mixed ^ mixed >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return mixed >> NUMBER_BITS;
}

static size_t home_of(const struct row_numbers *numbers, uint64_t slot) {
	return (size_t)(slot >> NUMBER_BITS) & (numbers->cap - 1);
}

static size_t after(const struct row_numbers *numbers, size_t at) {
	return (at + 1) & (numbers->cap - 1);
}

static void place(struct row_numbers *numbers, uint64_t slot) {
	size_t at = home_of(numbers, slot);
	while (numbers->slots[at] != 0)
		at = after(numbers, at);
	numbers->slots[at] = slot;
}

static void grow(struct row_numbers *numbers) {
	uint64_t *old = numbers->slots;
	size_t old_cap = numbers->cap;
	numbers->cap = old_cap == 0 ? SMALLEST : old_cap * 2;
	numbers->slots = mem_zalloc(numbers->cap * sizeof *numbers->slots);
	for (size_t i = 0; i < old_cap; i++)
		if (old[i] != 0)
			place(numbers, old[i]);
	free(old);
}

void row_numbers_finish(struct row_numbers *numbers) {
	free(numbers->slots);
	*numbers = (struct row_numbers){ 0 };
}

void row_numbers_add(struct row_numbers *numbers, uint64_t fingerprint, int64_t number) {
	assert(number > 0 && (uint64_t)number <= NUMBER_MASK);
	if (numbers->count >= numbers->cap / 8 * 7)
		grow(numbers);
	place(numbers, mark_of(fingerprint) << NUMBER_BITS | (uint64_t)number);
	numbers->count++;
	if (number > numbers->last)
		numbers->last = number;
}

// What follows in the run moves up, unless it is at home before the hole.
static void close_hole(struct row_numbers *numbers, size_t hole) {
	for (size_t at = after(numbers, hole); numbers->slots[at] != 0; at = after(numbers, at)) {
		size_t from_home = (at - home_of(numbers, numbers->slots[at])) & (numbers->cap - 1);
		if (from_home < ((at - hole) & (numbers->cap - 1)))
			continue;
		numbers->slots[hole] = numbers->slots[at];
		hole = at;
	}
	numbers->slots[hole] = 0;
}

void row_numbers_remove(struct row_numbers *numbers, uint64_t fingerprint, int64_t number) {
	if (numbers->cap == 0)
		return;
	uint64_t slot = mark_of(fingerprint) << NUMBER_BITS | (uint64_t)number;
	for (size_t at = home_of(numbers, slot); numbers->slots[at] != 0; at = after(numbers, at)) {
		if (numbers->slots[at] != slot)
			continue;
		close_hole(numbers, at);
		if (--numbers->count == 0)
			numbers->last = 0;
		return;
	}
}

// *at: how many slots after the first one were looked at.
int64_t row_numbers_next(const struct row_numbers *numbers, uint64_t fingerprint, size_t *at) {
	if (numbers->cap == 0)
		return 0;
	uint64_t mark = mark_of(fingerprint);
	size_t home = home_of(numbers, mark << NUMBER_BITS);
	for (;;) {
		uint64_t slot = numbers->slots[(home + *at) & (numbers->cap - 1)];
		if (slot == 0)
			return 0;
		++*at;
		if (slot >> NUMBER_BITS == mark)
			return (int64_t)(slot & NUMBER_MASK);
	}
}
