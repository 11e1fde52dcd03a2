// SPDX-License-Identifier: Apache-2.0
// Damerau's distance over three rows of the table (optimal string alignment). See edit_distance.h.
#include "base/edit_distance.h"

#include <stdint.h>

enum { LONG_NAME = 6 };

static size_t smaller(size_t left, size_t right) {
	return left < right ? left : right;
}

size_t edit_distance(struct str left, struct str right) {
	size_t rows[3][EDIT_NAME_MAX + 1] = { 0 };
	if (left.len > EDIT_NAME_MAX || right.len > EDIT_NAME_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= right.len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= left.len; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
		row[0] = i;
		for (size_t j = 1; j <= right.len; j++) {
			bool is_same = left.data[i - 1] == right.data[j - 1];
			row[j] = smaller(above[j - 1] + !is_same, smaller(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && left.data[i - 1] == right.data[j - 2] && left.data[i - 2] == right.data[j - 1])
				row[j] = smaller(row[j], before[j - 2] + 1);
		}
	}
	return rows[left.len % 3][right.len];
}

bool edit_is_near(struct str left, struct str right) {
	size_t distance = edit_distance(left, right), shorter = smaller(left.len, right.len);
	return distance > 0 && shorter > 1 && distance <= (shorter >= LONG_NAME ? 2 : 1);
}
