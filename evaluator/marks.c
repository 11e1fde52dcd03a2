// SPDX-License-Identifier: Apache-2.0
// Until when rules were evaluated: what the processes before this one left, and what this one leaves. See evaluator_role.h and
// docs/decisions/0041-marks-of-each-process.md.
#include "evaluator/evaluator_role.h"

enum { MARK_EVERY_MS = 1000 }; // where it takes a commit of its own

// ---- what others left

static bool take_mark(void *context, const struct store_mark *mark) {
	struct evaluator_pool *pool = context;
	array_append(&pool->marks, ((struct past_mark){ .mark = *mark }));
	return true;
}

bool marks_load(struct evaluator_pool *pool, struct error *err) {
	return store_each_mark(pool->store, take_mark, pool, err);
}

// That of the process which told something then. NULL: it left none.
static struct past_mark *mark_of(struct evaluator_pool *pool, wall_ms told_at) {
	size_t i = pool->marks.count;
	while (i > 0 && pool->marks.items[i - 1].mark.began_at > told_at)
		i--;
	return i == 0 ? NULL : &pool->marks.items[i - 1];
}

wall_ms marks_last_look(struct evaluator_pool *pool, const struct rule_past *past, const struct group_schedule *schedule) {
	wall_ms told_at = 0;
	bool has_pending = false;
	for (size_t i = 0; i < past->count; i++) {
		told_at = past->items[i]->updated_at > told_at ? past->items[i]->updated_at : told_at;
		has_pending |= past->items[i]->state == ALERT_PENDING;
	}
	struct past_mark *mark = mark_of(pool, told_at);
	if (mark == NULL)
		return told_at;
	mark->is_needed |= has_pending;
	wall_ms slot = group_schedule_before(schedule, mark->mark.evaluated_at);
	return slot > told_at ? slot : told_at;
}

void marks_forget_unneeded(struct evaluator_pool *pool) {
	struct store_batch *batch = store_batch_create();
	for (size_t i = 0; i < pool->marks.count; i++)
		if (!pool->marks.items[i].is_needed)
			store_batch_add(batch, STORE_DELETE_MARK)->mark = pool->marks.items[i].mark;
	array_finish(&pool->marks);
	if (batch->count > 0)
		store_post(pool->store, batch); // nobody is told
	else
		store_batch_destroy(batch);
}

// ---- what this process leaves

// Only pending alerts need to know how long nobody looked.
void marks_turn(struct evaluator *evaluator, wall_ms now, mono_ms mono) {
	struct evaluator_pool *pool = evaluator->pool;
	bool has_company = evaluator->open != NULL; // transitions that are written anyway
	if (!evaluator->has_pending || !transitions_have_credit(evaluator))
		return;
	if (!has_company && mono < atomic_load_explicit(&pool->mark_at, memory_order_relaxed))
		return;
	atomic_store_explicit(&pool->mark_at, mono + MARK_EVERY_MS, memory_order_relaxed);
	evaluator->has_pending = false;
	transitions_mark(evaluator, now);
}

void marks_end(struct evaluator *evaluator, wall_ms now) {
	bool has_pending = false;
	for (size_t i = 0; i < evaluator->groups.count; i++)
		has_pending |= group_state_has_pending(evaluator->groups.items[i]);
	if (has_pending)
		transitions_mark(evaluator, now);
}

dur_ms marks_sleep(const struct evaluator *evaluator, mono_ms mono, dur_ms most) {
	if (!evaluator->has_pending || !transitions_have_credit(evaluator))
		return most;
	dur_ms left = atomic_load_explicit(&evaluator->pool->mark_at, memory_order_relaxed) - mono;
	return left < 0 ? 0 : left < most ? left
	                                  : most;
}
