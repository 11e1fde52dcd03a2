// SPDX-License-Identifier: Apache-2.0
// The last evaluations of one rule, in a ring of fixed size: every rule has one, so an evaluation costs 16 bytes, and errors only where
// there were any. Lives in memory; a restart begins a new one. Owned by the evaluator of the rule.
#pragma once
#include "base/clock.h"
#include "base/str.h"

#include <stdint.h>

struct evaluation_entry {
	wall_ms at; // the slot
	uint32_t duration_us;
	uint32_t samples; // of the answer
};

struct evaluation_history; // NULL is an empty one

// Adds one and forgets the oldest beyond `room` (0: keeps nothing). *history is made or made anew where it has another size. `error` may be empty.
void evaluation_history_add(struct evaluation_history **history, unsigned room, struct evaluation_entry entry, struct str error);
size_t evaluation_history_count(const struct evaluation_history *history);
// Number `back` from the newest, which is 0; *error is "" or the text, borrowed until the next change.
struct evaluation_entry evaluation_history_get(const struct evaluation_history *history, size_t back, const char **error);
void evaluation_history_destroy(struct evaluation_history *history); // NULL is fine
