// SPDX-License-Identifier: Apache-2.0
// A sorted set of alert fingerprints. See fingerprint_set.h.
#include "notifiers/fingerprint_set.h"

#include <string.h>

static int compare(const void *a, const void *b) {
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
	return (left > right) - (left < right);
}

void fingerprint_set_sort(struct fingerprint_set *set) {
	if (set->count < 2)
		return;
	qsort(set->items, set->count, sizeof *set->items, compare);
	size_t kept = 1;
	for (size_t i = 1; i < set->count; i++)
		if (set->items[i] != set->items[kept - 1])
			set->items[kept++] = set->items[i];
	set->count = kept;
}

void fingerprint_set_copy(struct fingerprint_set *set, const uint64_t *items, size_t count) {
	array_clear(set);
	for (size_t i = 0; i < count; i++)
		array_append(set, items[i]);
}

void fingerprint_set_move(struct fingerprint_set *to, struct fingerprint_set *from) {
	array_finish(to);
	*to = *from;
	*from = (struct fingerprint_set){ 0 };
}

// Where it is or would be.
static size_t place(const struct fingerprint_set *set, uint64_t fingerprint) {
	size_t low = 0, high = set->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (set->items[middle] < fingerprint)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool fingerprint_set_has(const struct fingerprint_set *set, uint64_t fingerprint) {
	size_t at = place(set, fingerprint);
	return at < set->count && set->items[at] == fingerprint;
}

bool fingerprint_set_covers(const struct fingerprint_set *set, const struct fingerprint_set *part) {
	if (part->count > set->count)
		return false;
	for (size_t i = 0; i < part->count; i++)
		if (!fingerprint_set_has(set, part->items[i]))
			return false;
	return true;
}

bool fingerprint_set_remove(struct fingerprint_set *set, uint64_t fingerprint) {
	size_t at = place(set, fingerprint);
	if (at == set->count || set->items[at] != fingerprint)
		return false;
	memmove(&set->items[at], &set->items[at + 1], (set->count - at - 1) * sizeof *set->items);
	set->count--;
	return true;
}

void fingerprint_set_add_all(struct fingerprint_set *set, const struct fingerprint_set *more) {
	for (size_t i = 0; i < more->count; i++)
		array_append(set, more->items[i]);
	fingerprint_set_sort(set);
}
