// SPDX-License-Identifier: Apache-2.0
// All evaluators: sharded by group, started, reloaded and stopped together. See evaluator.h.
#include "base/mem.h"
#include "evaluator/evaluator_role.h"

#include <sched.h>

enum { EVALUATORS_MAX = 4 };

struct evaluation_setup *evaluation_setup_ref(struct evaluation_setup *setup) {
	ref_take(&setup->ref);
	return setup;
}

void evaluation_setup_unref(struct evaluation_setup *setup) {
	if (setup != NULL && ref_drop(&setup->ref))
		setup->destroy(setup);
}

static size_t choose_count(unsigned wanted) {
	if (wanted > 0)
		return wanted;
	cpu_set_t cpus;
	CPU_ZERO(&cpus);
	int count = sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : 1;
	return count < 1 ? 1 : count < EVALUATORS_MAX ? (size_t)count
	                                              : EVALUATORS_MAX;
}

static struct handover *create_handovers(const struct evaluator_pool *pool, struct evaluation_setup *setup, struct inbox *reply_to) {
	struct handover *handovers = mem_zalloc(pool->count * sizeof *handovers);
	for (size_t i = 0; i < pool->count; i++)
		handovers[i] = (struct handover){ .message.kind = EVALUATOR_RELOAD, .setup = setup, .reply_to = reply_to };
	return handovers;
}

static void destroy_handovers(const struct evaluator_pool *pool, struct handover *handovers) {
	for (size_t i = 0; i < pool->count; i++) {
		array_finish(&handovers[i].released);
		array_finish(&handovers[i].kept);
		array_finish(&handovers[i].arrivals);
	}
	free(handovers);
}

struct evaluator_pool *evaluator_pool_create(const struct evaluator_options *options, struct error *err) {
	struct evaluator_pool *pool = MEM_NEW(struct evaluator_pool);
	pool->count = choose_count(options->evaluators);
	pool->evaluators = mem_zalloc(pool->count * sizeof *pool->evaluators);
	pool->store = options->store;
	pool->told = options->told;
	pool->told_kind = options->told_kind;
	datasource_permits_update(&pool->permits, options->setup, &pool->metrics.queries_in_flight);
	for (size_t i = 0; i < pool->count; i++)
		evaluator_init(&pool->evaluators[i], pool, i);
	pool->began_at = options->now != 0 ? options->now : clock_wall();
	struct handover *handovers = create_handovers(pool, options->setup, NULL);
	bool is_loaded = marks_load(pool, err) && load_alerts(pool->store, &handovers[0], err);
	if (is_loaded) {
		handover_pair(pool, handovers);
		handover_rename(pool, handovers);
	}
	for (size_t i = 0; is_loaded && i < pool->count; i++)
		handover_second(&pool->evaluators[i], &handovers[i], pool->began_at);
	if (is_loaded)
		marks_forget_unneeded(pool);
	destroy_handovers(pool, handovers);
	if (is_loaded)
		return pool;
	evaluator_pool_destroy(pool);
	return NULL;
}

bool evaluator_pool_start(struct evaluator_pool *pool, struct error *err) {
	for (size_t i = 0; i < pool->count; i++)
		if (!role_start(&pool->evaluators[i].thread, "evaluator", evaluator_main, &pool->evaluators[i], err))
			return false;
	return true;
}

static void exchange(struct evaluator_pool *pool, struct handover *handovers, struct inbox *replies, bool is_second) {
	for (size_t i = 0; i < pool->count; i++) {
		handovers[i].is_second = is_second;
		inbox_post(&pool->evaluators[i].inbox, &handovers[i].message);
	}
	for (size_t missing = pool->count; missing > 0;) {
		inbox_wait(replies, -1);
		for (struct message *message = inbox_take(replies); message != NULL; message = message->next)
			missing--;
	}
}

void evaluator_pool_reload(struct evaluator_pool *pool, struct evaluation_setup *setup) {
	struct inbox replies;
	inbox_init(&replies, 0);
	struct handover *handovers = create_handovers(pool, setup, &replies);
	exchange(pool, handovers, &replies, false);
	handover_pair(pool, handovers);
	handover_rename(pool, handovers);
	datasource_permits_update(&pool->permits, setup, &pool->metrics.queries_in_flight);
	exchange(pool, handovers, &replies, true);
	destroy_handovers(pool, handovers);
	inbox_finish(&replies);
}

void evaluator_pool_stop(struct evaluator_pool *pool) {
	for (size_t i = 0; i < pool->count; i++) {
		pool->evaluators[i].stop.kind = EVALUATOR_STOP;
		if (pool->evaluators[i].thread.is_running)
			inbox_post(&pool->evaluators[i].inbox, &pool->evaluators[i].stop);
	}
	for (size_t i = 0; i < pool->count; i++)
		role_join(&pool->evaluators[i].thread);
}

void evaluator_pool_destroy(struct evaluator_pool *pool) {
	if (pool == NULL)
		return;
	for (size_t i = 0; i < pool->count; i++)
		evaluator_finish(&pool->evaluators[i]);
	datasource_permits_finish(&pool->permits);
	array_finish(&pool->marks);
	free(pool->evaluators);
	free(pool);
}

size_t evaluator_pool_size(const struct evaluator_pool *pool) {
	return pool->count;
}

bool evaluator_pool_ask(struct evaluator_pool *pool, size_t index, struct evaluator_view_request *request) {
	request->message.kind = EVALUATOR_VIEW;
	request->view = NULL;
	return inbox_post(&pool->evaluators[index].inbox, &request->message);
}

const struct evaluator_metrics *evaluator_pool_metrics(const struct evaluator_pool *pool) {
	return &pool->metrics;
}
