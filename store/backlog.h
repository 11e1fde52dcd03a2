// SPDX-License-Identifier: Apache-2.0
// Changes that were told but could not be written (LAW 5): the last one of each row, and events in order. Bounded.
// Owned by the writer.
#pragma once
#include "base/hash_map.h"
#include "store/tables.h"

enum { BACKLOG_EVENTS_MAX = 100000,
	BACKLOG_ENTRIES_MAX = 1000000,
	BACKLOG_BYTES_MAX = 256 << 20 };

struct kept;
struct backlog {                 // a zeroed one is empty
	ARRAY_OF(struct kept *); // oldest first; superseded ones stay, marked, until the next compaction
	struct hash_map rows;    // live entries that change a row, by that row
	size_t live, events, bytes, compact_at;
	size_t oldest_event;                      // no live event before this index
	uint64_t run;                             // of adjacent renames
	uint64_t events_dropped, changes_dropped; // beyond the bounds
};

// Keeps the operations of one batch; copies what it needs.
void backlog_keep(struct backlog *backlog, const struct store_op *ops, size_t count);
// Writes everything kept, in the open transaction. The backlog stays, until the caller has committed and clears it.
MUST_CHECK bool backlog_write(struct backlog *backlog, struct database *database, wall_ms now, struct notification_ids *touched, struct error *err);
void backlog_clear(struct backlog *backlog); // frees everything
