// SPDX-License-Identifier: Apache-2.0
// The loop of one evaluator: messages, due groups, answers; then what was decided goes to the store.
#include "base/mem.h"
#include "evaluator/alert_restore.h"
#include "evaluator/evaluator_role.h"
#include "evaluator/rule_run.h"
#include "evaluator/write_back.h"

#include "base/log.h"

enum {
	TURN_MS = 1000, // the longest sleep: a jump of the clock is noticed within it
	CLOCK_JUMP_MS = 1000,
	CONNECTIONS = 1024 + LIMIT_REMOTE_WRITES, // more than any datasource may be asked at a time, and a write never waits for a query's
};

void evaluator_init(struct evaluator *evaluator, struct evaluator_pool *pool, size_t index) {
	*evaluator = (struct evaluator){ .pool = pool, .index = index };
	inbox_init(&evaluator->inbox, 0);
	inbox_init(&evaluator->home, 0);
	evaluator->client = http_client_create(&(struct http_client_options){ .max_connections = CONNECTIONS, .max_connections_per_host = CONNECTIONS, .user_agent = "tocsin" });
}

static void drop_sources(struct evaluator *evaluator) {
	for (size_t i = 0; i < evaluator->source_count; i++)
		datasource_retire(evaluator->sources[i]);
	free(evaluator->sources);
}

void evaluator_take_sources(struct evaluator *evaluator) {
	struct evaluation_setup *setup = evaluator->setup;
	drop_sources(evaluator);
	evaluator->source_count = 1 + setup->datasource_count;
	evaluator->sources = mem_zalloc(evaluator->source_count * sizeof(struct datasource *));
	for (size_t i = 0; i < evaluator->source_count; i++) {
		const struct datasource_config *config = i == 0 ? &setup->datasource : &setup->datasources[i - 1];
		evaluator->sources[i] = datasource_create(setup, config, datasource_permits_of(&evaluator->pool->permits, config), &evaluator->inbox);
	}
}

void evaluator_finish(struct evaluator *evaluator) {
	for (size_t i = 0; i < evaluator->groups.count; i++) {
		group_run_cancel(evaluator->groups.items[i]);
		group_state_destroy(evaluator->groups.items[i]);
	}
	array_finish(&evaluator->groups);
	for (struct rule_run *run = evaluator->free_runs, *next; run != NULL; run = next) {
		next = rule_run_next_free(run);
		rule_run_destroy(run);
	}
	for (size_t i = 0; i < 2; i++)
		evaluation_view_unref(evaluator->views[i]);
	write_back_finish(evaluator);
	drop_sources(evaluator);
	http_client_destroy(evaluator->client);
	evaluation_setup_unref(evaluator->setup);
	heap_finish(&evaluator->due);
	heap_finish(&evaluator->waiting);
	buf_finish(&evaluator->restore_error);
	transitions_free(evaluator);
	inbox_finish(&evaluator->home);
	inbox_finish(&evaluator->inbox);
}

static void answer_view(struct evaluator *evaluator, struct evaluator_view_request *request) {
	if (evaluator->is_stopping)
		request->view = NULL;
	else if (request->history_of.len > 0)
		request->view = evaluation_view_history(evaluator, request->history_of);
	else
		request->view = evaluation_view_of(evaluator, request->wants_alerts);
	request->message.kind = request->reply_kind;
	inbox_post(request->reply_to, &request->message);
}

static void answer_handover(struct evaluator *evaluator, struct handover *handover, wall_ms now) {
	if (handover->is_second)
		handover_second(evaluator, handover, now);
	else
		handover_first(evaluator, handover);
	inbox_post(handover->reply_to, &handover->message);
}

static void take_message(struct evaluator *evaluator, struct message *message, wall_ms now) {
	switch ((enum evaluator_message)message->kind) {
	case EVALUATOR_RELOAD:
		answer_handover(evaluator, (struct handover *)message, now);
		break;
	case EVALUATOR_VIEW:
		answer_view(evaluator, (struct evaluator_view_request *)message);
		break;
	case EVALUATOR_STOP:
		evaluator->is_stopping = true;
		break;
	}
}

static void take_messages(struct evaluator *evaluator, wall_ms now) {
	for (struct message *message = inbox_take(&evaluator->inbox), *next; message != NULL; message = next) {
		next = message->next;
		take_message(evaluator, message, now);
	}
	transitions_take_home(evaluator);
}

// A clock that was set moves every due time (LAW 19).
static void watch_clock(struct evaluator *evaluator, wall_ms now, mono_ms mono) {
	int64_t skew = now - mono;
	int64_t jump = skew - evaluator->clock_skew;
	if (evaluator->clock_skew != 0 && jump >= -CLOCK_JUMP_MS && jump <= CLOCK_JUMP_MS)
		return;
	bool is_first = evaluator->clock_skew == 0;
	evaluator->clock_skew = skew;
	if (is_first)
		return;
	log_line(LOG_WARN, "evaluator", "the wall clock jumped", NULL);
	for (size_t i = 0; i < evaluator->groups.count; i++) {
		struct group_state *group = evaluator->groups.items[i];
		group_schedule_adjust(&group->schedule, now);
		if (heap_has(&group->due))
			heap_update(&evaluator->due, &group->due, group_schedule_next(&group->schedule));
	}
}

static void begin_due(struct evaluator *evaluator, wall_ms now) {
	for (struct heap_node *node; (node = heap_pop_due(&evaluator->due, now)) != NULL;)
		group_run_begin(HEAP_ENTRY(node, struct group_state, due), now);
}

static dur_ms until(const struct heap *heap, int64_t now, dur_ms most) {
	const struct heap_node *first = heap_peek(heap);
	if (first == NULL || first->due - now >= most)
		return most;
	return first->due > now ? first->due - now : 0;
}

static int sleep_ms(const struct evaluator *evaluator, wall_ms now, mono_ms mono) {
	dur_ms left = until(&evaluator->waiting, mono, until(&evaluator->due, now, TURN_MS));
	return (int)write_back_sleep(evaluator, now, mono, marks_sleep(evaluator, mono, left));
}

static void leave_lines(struct evaluator *evaluator) {
	for (size_t i = 0; i < evaluator->source_count; i++)
		datasource_settle(evaluator->sources[i]);
}

static void stop(struct evaluator *evaluator) {
	for (size_t i = 0; i < evaluator->groups.count; i++)
		group_run_cancel(evaluator->groups.items[i]);
	leave_lines(evaluator);
	inbox_close(&evaluator->inbox);
	take_messages(evaluator, clock_wall()); // who asks is told that nothing comes
	marks_end(evaluator, clock_wall());
	transitions_finish(evaluator); // alerts first: samples may be lost
	write_back_drain(evaluator);
}

void evaluator_turn(struct evaluator *evaluator, wall_ms now, mono_ms mono) {
	evaluator->mono = mono;
	take_messages(evaluator, now);
	if (evaluator->is_stopping)
		return;
	watch_clock(evaluator, now, mono);
	begin_due(evaluator, now);
	group_run_expire(evaluator, mono);
	write_back_turn(evaluator, now, mono);
	for (size_t i = 0; i < evaluator->source_count; i++)
		datasource_turn(evaluator->sources[i], evaluator->client, now, mono);
	group_run_start_ready(evaluator);
	alert_restore_turn(evaluator);
	leave_lines(evaluator);
	marks_turn(evaluator, now, mono);
	transitions_flush(evaluator);
}

void evaluator_poll(struct evaluator *evaluator, int timeout_ms) {
	struct pollfd wakes[] = {
		{ .fd = inbox_fd(&evaluator->inbox), .events = POLLIN },
		{ .fd = inbox_fd(&evaluator->home), .events = POLLIN },
	};
	http_client_poll(evaluator->client, wakes, 2, timeout_ms);
}

void evaluator_main(void *role) {
	struct evaluator *evaluator = role;
	evaluator_turn(evaluator, clock_wall(), clock_mono());
	while (!evaluator->is_stopping) {
		evaluator_poll(evaluator, sleep_ms(evaluator, clock_wall(), clock_mono()));
		evaluator_turn(evaluator, clock_wall(), clock_mono());
	}
	stop(evaluator);
}
