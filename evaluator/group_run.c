// SPDX-License-Identifier: Apache-2.0
// One iteration of a group: its rules in order, the next only after the one before is decided, or as many at a time as the group wants
// where none needs another. Groups wait in line for their datasource when as many queries are in flight as may be.
#include "evaluator/evaluator_role.h"

#include "base/log.h"
#include "base/mem.h"
#include "evaluator/alert_restore.h"
#include "evaluator/rule_run.h"
#include "evaluator/write_back.h"

struct group_state *group_state_create(struct evaluator *evaluator, const struct rule_group *group) {
	struct group_state *state = MEM_NEW(struct group_state);
	state->evaluator = evaluator;
	state->group = group;
	state->rules = mem_zalloc(group->rule_count * sizeof *state->rules);
	state->twins = rule_twins_create(group);
	group_run_learn_order(state);
	group_run_find_source(state);
	return state;
}

void group_run_learn_order(struct group_state *group) {
	if (group->has_order || group->evaluator->setup->remote_write_count == 0)
		return;
	group->has_order = true;
	rule_order_init(&group->order, group->group);
}

void group_state_destroy(struct group_state *group) {
	for (size_t i = 0; i < group->group->rule_count; i++)
		if (group->rules[i] != NULL)
			rule_state_destroy(group->rules[i]);
	write_back_drop_departures(group);
	rule_order_finish(&group->order);
	free(group->twins);
	buf_finish(&group->logged_error);
	free(group->rules);
	free(group);
}

static void schedule_next(struct group_state *group) {
	heap_push(&group->evaluator->due, &group->due, group_schedule_next(&group->schedule));
}

static void enqueue(struct group_state *group) {
	struct datasource *source = group->source;
	group->is_queued = true;
	group->next_ready = NULL;
	if (source->first_ready == NULL)
		source->first_ready = group;
	else
		source->last_ready->next_ready = group;
	source->last_ready = group;
}

static struct datasource *source_of(const struct evaluator *evaluator, struct str name) {
	for (size_t i = 1; i < evaluator->source_count; i++)
		if (str_equal_cstr(name, evaluator->sources[i]->config->name))
			return evaluator->sources[i];
	return evaluator->sources[0];
}

void group_run_find_source(struct group_state *group) {
	group->source = source_of(group->evaluator, group->group->datasource);
	if (group->is_queued)
		enqueue(group);
}

static struct group_state *dequeue(struct datasource *source) {
	struct group_state *group = source->first_ready;
	source->first_ready = group->next_ready;
	group->is_queued = false;
	return group;
}

static void leave_queue(struct group_state *leaving) {
	struct datasource *source = leaving->source;
	struct group_state *group = source->first_ready;
	source->first_ready = source->last_ready = NULL;
	for (struct group_state *next; group != NULL; group = next) {
		next = group->next_ready;
		if (group != leaving)
			enqueue(group);
	}
	leaving->is_queued = false;
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

bool group_state_has_pending(const struct group_state *group) {
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
	group->evaluator->has_pending |= group_state_has_pending(group);
	atomic_fetch_add_explicit(&metrics->iterations, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&metrics->group_ns, (uint64_t)group->iteration_ns, memory_order_relaxed);
	log_recovered(group);
	write_back_end_iteration(group);
	schedule_next(group);
}

// ---- which rule is next ----

static bool is_awaited(const struct group_state *group, const struct rule_state *rule) {
	return group->patience_left > 0 && !write_back_is_stored(rule);
}

// What the rule needs of others is there.
static bool may_run(const struct group_state *group, size_t rule) {
	size_t count;
	if (group->order.is_strict) {
		for (size_t i = 0; i < rule; i++)
			if (!group->rules[i]->is_done || is_awaited(group, group->rules[i]))
				return false;
		return true;
	}
	const struct rule_edge *edges = rule_order_edges(&group->order, rule, &count);
	for (size_t i = 0; i < count; i++) {
		const struct rule_state *before = group->rules[edges[i].before];
		if (!before->is_done || (edges[i].is_read && is_awaited(group, before)))
			return false;
	}
	return true;
}

// The first rule that may be evaluated now. A strict order lets none overtake another.
static bool choose(struct group_state *group) {
	for (size_t i = group->first_undone; i < group->group->rule_count; i++) {
		if (!group->rules[i]->is_started && may_run(group, i)) {
			group->next_rule = i;
			return true;
		}
		if (group->order.is_strict)
			return false;
	}
	return false;
}

static void wait(struct group_state *group) {
	struct evaluator *evaluator = group->evaluator;
	group->waiting_since = evaluator->mono;
	heap_push(&evaluator->waiting, &group->patience, evaluator->mono + group->patience_left);
	write_back_want(evaluator);
}

static void proceed(struct group_state *group) {
	while (group->first_undone < group->group->rule_count && group->rules[group->first_undone]->is_done)
		group->first_undone++;
	if (group->first_undone == group->group->rule_count) {
		end_iteration(group);
		return;
	}
	if (group->is_queued || group->running >= group->group->concurrency)
		return;
	if (choose(group))
		enqueue(group);
	else if (group->running == 0)
		wait(group);
}

void group_run_continue(struct group_state *group) {
	proceed(group);
}

bool group_run_may_share(const struct group_state *group, size_t rule) {
	return !group->rules[rule]->is_started && may_run(group, rule);
}

static struct rule_run *take_run(struct evaluator *evaluator) {
	struct rule_run *run = evaluator->free_runs;
	if (run == NULL)
		return rule_run_create(evaluator);
	evaluator->free_runs = rule_run_next_free(run);
	return run;
}

void group_run_start_ready(struct evaluator *evaluator) {
	for (size_t i = 0; i < evaluator->source_count; i++) {
		struct datasource *source = evaluator->sources[i];
		while (source->first_ready != NULL && datasource_enter(source)) {
			struct group_state *group = dequeue(source);
			rule_run_start(take_run(evaluator), group);
			proceed(group);
		}
	}
}

static void stop_waiting(struct group_state *group) {
	struct evaluator *evaluator = group->evaluator;
	dur_ms waited = evaluator->mono - group->waiting_since;
	heap_remove(&evaluator->waiting, &group->patience);
	group->patience_left = waited < group->patience_left ? group->patience_left - waited : 0;
}

void group_run_wake(struct group_state *group) {
	if (!heap_has(&group->patience))
		return;
	stop_waiting(group);
	proceed(group);
}

// The rules wait no more in this iteration; whose samples they miss says so.
static void give_up(struct group_state *group) {
	for (size_t i = 0; i < group->group->rule_count; i++)
		if (group->rules[i]->is_done && !write_back_is_stored(group->rules[i]))
			write_back_blame(group, group->rules[i]);
	stop_waiting(group);
	group->patience_left = 0;
	proceed(group);
}

void group_run_expire(struct evaluator *evaluator, mono_ms mono) {
	for (struct heap_node *node; (node = heap_peek(&evaluator->waiting)) != NULL && node->due <= mono;)
		give_up(HEAP_ENTRY(node, struct group_state, patience));
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
	group->next_rule = group->first_undone = 0;
	group->patience_left = write_back_patience(group);
	for (size_t i = 0; i < group->group->rule_count; i++)
		group->rules[i]->is_started = group->rules[i]->is_done = false;
	proceed(group);
}

void group_run_cancel(struct group_state *group) {
	if (group->is_queued)
		leave_queue(group);
	while (group->runs != NULL)
		rule_run_cancel(group->runs);
	for (size_t i = 0; i < group->group->rule_count; i++)
		alert_restore_leave(group->rules[i]);
	heap_remove(&group->evaluator->due, &group->due);
	heap_remove(&group->evaluator->waiting, &group->patience);
	group->is_running = false;
}
