// SPDX-License-Identifier: Apache-2.0
// A sorted set of alert fingerprints: who was told about, who would be. Plain data, one owner. Private to notifiers/.
#pragma once
#include "base/array.h"

#include <stdbool.h>
#include <stdint.h>

struct fingerprint_set {
	ARRAY_OF(uint64_t); // sorted, no duplicates, once fingerprint_set_sort ran
};

void fingerprint_set_sort(struct fingerprint_set *set);                                      // after appending: sorts, drops duplicates
void fingerprint_set_copy(struct fingerprint_set *set, const uint64_t *items, size_t count); // sorted items replace the content
void fingerprint_set_move(struct fingerprint_set *to, struct fingerprint_set *from);         // from is empty afterwards
bool fingerprint_set_has(const struct fingerprint_set *set, uint64_t fingerprint);
bool fingerprint_set_covers(const struct fingerprint_set *set, const struct fingerprint_set *part); // every one of part is in set
bool fingerprint_set_remove(struct fingerprint_set *set, uint64_t fingerprint);                     // false: it was not there
void fingerprint_set_add_all(struct fingerprint_set *set, const struct fingerprint_set *more);
