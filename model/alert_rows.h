// SPDX-License-Identifier: Apache-2.0
// Where the records of one origin live that were read from rows at start, with their annotations. Those of one rule differ in little more than
// what its templates put in: of each text only that is kept which is not in the first row's, word by word.
// In memory only. Filled by one thread, read by any once filled; owned by the origin. Private to model/alert.c and its tests.
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "model/labels.h"

// A zeroed one is empty and valid.
struct alert_rows {
	struct arena arena;
	const struct labels *first; // annotations of the first row, not counted, in the arena; NULL: there is no row
	struct buf room;            // for the one that is packed
};

void alert_rows_destroy(struct alert_rows *rows); // NULL is fine
// Annotations of one more row, as alert_rows_unpack reads them; they live as long as the rows.
const char *alert_rows_pack(struct alert_rows *rows, const struct labels *annotations);
// In the order they were given, all of it in the arena.
const struct label *alert_rows_unpack(const struct alert_rows *rows, const char *packed, struct arena *arena, size_t *count);
