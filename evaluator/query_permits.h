// SPDX-License-Identifier: Apache-2.0
// How many questions one datasource may be asked at a time, by all evaluators together. A set of permits, shared and counted.
// Whoever finds none stands in line, once, and is woken when one is put aside for him: whoever gives one back hands it to the first in line, so
// that nobody overtakes, one wake-up goes with one permit, and evaluators take turns whatever each of them still wants to ask.
// Its lock is held for a few assignments, as an inbox' is; nobody waits for a permit.
#pragma once
#include "base/inbox.h"

#include <stdint.h>

struct query_permits;

// One evaluator's place in line for one datasource. Zeroed but for `wake` before use.
struct permit_waiter {
	struct permit_waiter *next; // under the permits' lock
	bool is_granted;            // likewise: one was put aside
	bool is_waiting;            // in line or granted; its owner's alone
	struct inbox *wake;         // its owner's: polled by him, and longer there than he waits
};

struct query_permits *query_permits_create(unsigned limit, _Atomic uint64_t *in_use); // *in_use counts those of all sets that are taken; outlives them
struct query_permits *query_permits_ref(struct query_permits *permits);               // any thread, as all that follows
void query_permits_unref(struct query_permits *permits);                              // NULL is fine; nobody may be in line at the last one
// A raised limit lets those in line go on at once; under a lowered one permits that come back are kept until few enough are out.
void query_permits_set_limit(struct query_permits *permits, unsigned limit);
// True: the caller has one, and gives it back. False: the waiter stands in line; its inbox will be woken, and then this is to be called again.
bool query_permits_take(struct query_permits *permits, struct permit_waiter *waiter);
void query_permits_give(struct query_permits *permits);
// There is nothing to ask any more: what was put aside goes to the next.
void query_permits_leave(struct query_permits *permits, struct permit_waiter *waiter);
