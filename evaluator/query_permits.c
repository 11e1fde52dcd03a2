// SPDX-License-Identifier: Apache-2.0
// How many questions one datasource may be asked at a time. See query_permits.h.
#include "evaluator/query_permits.h"

#include "base/mem.h"
#include "base/ref.h"

#include <stdlib.h>

struct query_permits {
	struct ref ref;
	pthread_mutex_t lock;
	unsigned limit, out;                // under lock; out: taken, or put aside for somebody
	struct permit_waiter *first, *last; // under lock: in line, so that out >= limit
	_Atomic uint64_t *in_use;
};

struct query_permits *query_permits_create(unsigned limit, _Atomic uint64_t *in_use) {
	struct query_permits *permits = MEM_NEW(struct query_permits);
	ref_init(&permits->ref);
	if (pthread_mutex_init(&permits->lock, NULL) != 0)
		abort(); // out of memory
	permits->limit = limit;
	permits->in_use = in_use;
	return permits;
}

struct query_permits *query_permits_ref(struct query_permits *permits) {
	ref_take(&permits->ref);
	return permits;
}

void query_permits_unref(struct query_permits *permits) {
	if (permits == NULL || !ref_drop(&permits->ref))
		return;
	assert(permits->first == NULL && permits->out == 0);
	pthread_mutex_destroy(&permits->lock);
	free(permits);
}

static void lock(struct query_permits *permits) {
	int rc = pthread_mutex_lock(&permits->lock);
	assert(rc == 0);
	(void)rc;
}

static void unlock(struct query_permits *permits) {
	int rc = pthread_mutex_unlock(&permits->lock);
	assert(rc == 0);
	(void)rc;
}

// Under lock, as those below: woken there too, for a waiter that left may be gone with its inbox.
static void serve_line(struct query_permits *permits) {
	while (permits->first != NULL && permits->out < permits->limit) {
		struct permit_waiter *waiter = permits->first;
		permits->first = waiter->next;
		permits->out++;
		waiter->is_granted = true;
		inbox_wake(waiter->wake);
	}
}

static void stand_in_line(struct query_permits *permits, struct permit_waiter *waiter) {
	waiter->next = NULL;
	if (permits->first == NULL)
		permits->first = waiter;
	else
		permits->last->next = waiter;
	permits->last = waiter;
}

static void leave_line(struct query_permits *permits, const struct permit_waiter *leaving) {
	struct permit_waiter **link = &permits->first, *before = NULL;
	for (; *link != leaving; link = &(*link)->next)
		before = *link;
	*link = leaving->next;
	if (permits->last == leaving)
		permits->last = before;
}

static void put_back(struct query_permits *permits) {
	assert(permits->out > 0);
	permits->out--;
	serve_line(permits);
}

void query_permits_set_limit(struct query_permits *permits, unsigned limit) {
	lock(permits);
	permits->limit = limit;
	serve_line(permits);
	unlock(permits);
}

bool query_permits_take(struct query_permits *permits, struct permit_waiter *waiter) {
	lock(permits);
	bool is_free = !waiter->is_waiting && permits->out < permits->limit;
	bool has = is_free || waiter->is_granted;
	permits->out += is_free;
	if (!has && !waiter->is_waiting)
		stand_in_line(permits, waiter);
	waiter->is_granted = false;
	waiter->is_waiting = !has;
	unlock(permits);
	if (has)
		atomic_fetch_add_explicit(permits->in_use, 1, memory_order_relaxed);
	return has;
}

void query_permits_give(struct query_permits *permits) {
	atomic_fetch_sub_explicit(permits->in_use, 1, memory_order_relaxed);
	lock(permits);
	put_back(permits);
	unlock(permits);
}

void query_permits_leave(struct query_permits *permits, struct permit_waiter *waiter) {
	if (!waiter->is_waiting)
		return;
	lock(permits);
	if (waiter->is_granted)
		put_back(permits);
	else
		leave_line(permits, waiter);
	waiter->is_granted = waiter->is_waiting = false;
	unlock(permits);
}
