// SPDX-License-Identifier: Apache-2.0
// One iteration of a group: its rules in order, the next only after the one before is decided. Groups wait in line for a run when
// as many queries are in flight as may be.
#include "evaluator/evaluator_role.h"

#include "base/log.h"
#include "base/mem.h"
#include "evaluator/rule_run.h"

struct group_state *group_state_create(struct evaluator *evaluator, const struct rule_group *group) {
	struct group_state *state = MEM_NEW(struct group_state);
	state->evaluator = evaluator;
	state->group = group;
	state->rules = mem_zalloc(group->rule_count * sizeof *state->rules);
	return state;
}

void group_state_destroy(struct group_state *group) {
	for (size_t i = 0; i < group->group->rule_count; i++)
		if (group->rules[i] != NULL)
			rule_state_destroy(group->rules[i]);
	buf_finish(&group->logged_error);
	free(group->rules);
	free(group);
}

static void schedule_next(struct group_state *group) {
	heap_push(&group->evaluator->due, &group->due, group_schedule_next(&group->schedule));
}

static void enqueue(struct group_state *group) {
	struct evaluator *evaluator = group->evaluator;
	group->is_queued = true;
	group->next_ready = NULL;
	if (evaluator->first_ready == NULL)
		evaluator->first_ready = group;
	else
		evaluator->last_ready->next_ready = group;
	evaluator->last_ready = group;
}

static struct group_state *dequeue(struct evaluator *evaluator) {
	struct group_state *group = evaluator->first_ready;
	evaluator->first_ready = group->next_ready;
	group->is_queued = false;
	return group;
}

static void leave_queue(struct group_state *leaving) {
	struct evaluator *evaluator = leaving->evaluator;
	struct group_state *group = evaluator->first_ready;
	evaluator->first_ready = evaluator->last_ready = NULL;
	for (struct group_state *next; group != NULL; group = next) {
		next = group->next_ready;
		if (group != leaving)
			enqueue(group);
	}
	leaving->is_queued = false;
}

void group_run_start_ready(struct evaluator *evaluator) {
	while (evaluator->first_ready != NULL && evaluator->free_runs != NULL) {
		struct rule_run *run = evaluator->free_runs;
		evaluator->free_runs = rule_run_next_free(run);
		rule_run_start(run, dequeue(evaluator));
	}
}

// A datasource that is down fails every rule: one line says it, not one a rule and slot.
void group_run_failed(struct group_state *group, const struct rule_state *rule, struct str error) {
	if (str_equal(rule_state_error(rule), error) || str_equal(buf_str(&group->logged_error), error))
		return;
	autoarena struct arena arena = { 0 };
	buf_reset(&group->logged_error);
	buf_append_str(&group->logged_error, error);
	log_line(LOG_WARN, "evaluator", "rule evaluation failed", "group", arena_cstr(&arena, group->group->name), "rule", arena_cstr(&arena, rule->rule->name), "err", buf_cstr(&group->logged_error), NULL);
}

void group_run_recovered(struct group_state *group) {
	buf_reset(&group->logged_error);
	group->recovered++;
}

static void log_recovered(struct group_state *group) {
	char rules[24];
	autoarena struct arena arena = { 0 };
	if (group->recovered == 0)
		return;
	snprintf(rules, sizeof rules, "%zu", group->recovered);
	log_line(LOG_INFO, "evaluator", "rule evaluation works again", "group", arena_cstr(&arena, group->group->name), "rules", rules, NULL);
	group->recovered = 0;
}

static bool has_pending(const struct group_state *group) {
	for (size_t i = 0; i < group->group->rule_count; i++)
		if (group->rules[i]->table != NULL && group->rules[i]->table->pending > 0)
			return true;
	return false;
}

static void end_iteration(struct group_state *group) {
	struct evaluator_metrics *metrics = &group->evaluator->pool->metrics;
	group->is_running = false;
	group->iterations++;
	group->iteration_ns = clock_mono_ns() - group->started_ns;
	group->evaluator->version++;
	group->evaluator->has_pending |= has_pending(group);
	atomic_fetch_add_explicit(&metrics->iterations, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&metrics->group_ns, (uint64_t)group->iteration_ns, memory_order_relaxed);
	log_recovered(group);
	schedule_next(group);
}

void group_run_continue(struct group_state *group) {
	if (++group->next_rule < group->group->rule_count)
		enqueue(group);
	else
		end_iteration(group);
}

static void skip(struct group_state *group) {
	group->skipped_no_credit++;
	group->evaluator->version++;
	if (!group->evaluator->is_behind)
		log_line(LOG_WARN, "evaluator", "slots are skipped: the store is behind", NULL);
	group->evaluator->is_behind = true;
	schedule_next(group);
}

void group_run_begin(struct group_state *group, wall_ms now) {
	struct evaluator *evaluator = group->evaluator;
	struct group_slot slot;
	if (!group_schedule_take(&group->schedule, now, &slot)) {
		schedule_next(group); // the clock went back a little
		return;
	}
	group->missed += slot.missed;
	atomic_fetch_add_explicit(&evaluator->pool->metrics.iterations_missed, slot.missed, memory_order_relaxed);
	if (!transitions_have_room(evaluator)) {
		skip(group);
		return;
	}
	evaluator->is_behind = false;
	group->slot = slot;
	group->is_running = true;
	group->started_ns = clock_mono_ns();
	group->next_rule = 0;
	if (group->group->rule_count > 0)
		enqueue(group);
	else
		end_iteration(group);
}

void group_run_cancel(struct group_state *group) {
	if (group->is_queued)
		leave_queue(group);
	if (group->run != NULL)
		rule_run_cancel(group->run);
	heap_remove(&group->evaluator->due, &group->due);
	group->is_running = false;
}
