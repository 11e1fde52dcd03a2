// SPDX-License-Identifier: Apache-2.0
// What an evaluator's rules write. See write_back.h.
#include "evaluator/write_back.h"

#include "base/mem.h"
#include "evaluator/alert_series.h"
#include "evaluator/remote_write_encode.h"
#include "model/duration.h"

enum {
	PATIENCE_MAX_MS = 10 * 1000,
	DRAIN_MS = 2000,
};

// ---- who writes ----

static struct rule_writer *writer_of(struct group_state *group, struct rule_state *rule) {
	if (rule->writer == NULL) {
		rule->writer = MEM_NEW(struct rule_writer);
		rule->writer->references = 1;
		rule->writer->rule = rule;
	}
	rule->writer->group = group;
	return rule->writer;
}

void write_back_forget(struct rule_state *rule) {
	if (rule->writer == NULL)
		return;
	rule->writer->rule = NULL;
	rule->writer->group = NULL;
	rule_writer_unref(rule->writer);
	rule->writer = NULL;
	rule->is_unwritten = false;
}

void write_back_mark_leaving(struct rule_state *rule) {
	if (rule->writer == NULL)
		return;
	rule->writer->rule = NULL;
	rule->writer->group = NULL;
	rule->writer->is_leaving = true;
	rule->is_unwritten = false;
}

void write_back_release(struct evaluator *evaluator) {
	for (size_t i = 0; i < evaluator->queue_count; i++)
		write_queue_release(evaluator->queues[i], i, evaluator->mono);
}

void write_back_arrive(struct evaluator *evaluator, struct rule_state *rule) {
	if (rule->writer != NULL)
		write_queue_adopt(evaluator->queues, rule->writer, evaluator->mono);
	write_back_forget(rule);
}

bool write_back_is_stored(const struct rule_state *rule) {
	return rule->writer == NULL || rule->writer->unstored == 0;
}

// ---- what became of it ----

// A failed evaluation says more than that nothing of it was written.
static void note_failure(struct evaluator *evaluator, struct rule_state *rule, struct str error) {
	bool has_failed_itself = rule->health == RULE_ERR && !rule->is_unwritten;
	if (rule->rule->kind != RULE_RECORDING || has_failed_itself)
		return;
	autobuf struct buf text = { 0 };
	buf_format(&text, "remote_write: %.*s", STR_ARG(error));
	if (rule->is_unwritten && str_equal(rule_state_error(rule), buf_str(&text)))
		return;
	rule->is_unwritten = true;
	rule_state_set_health(rule, RULE_ERR, buf_str(&text));
	evaluator->version++;
}

static void note_success(struct evaluator *evaluator, struct rule_state *rule) {
	if (!rule->is_unwritten)
		return;
	rule->is_unwritten = false;
	rule_state_set_health(rule, RULE_OK, STR_NONE);
	evaluator->version++;
}

static void on_told(void *context, const struct write_portion *portion, enum write_news news, struct str error) {
	struct evaluator *evaluator = context;
	struct rule_writer *writer = portion->writer;
	if (writer == NULL)
		return;
	writer->unstored -= news != WRITE_DELAYED && writer->unstored > 0;
	if (writer->rule == NULL)
		return;
	if (news == WRITE_STORED)
		note_success(evaluator, writer->rule);
	else
		note_failure(evaluator, writer->rule, error);
	if (writer->unstored == 0)
		group_run_wake(writer->group);
}

static dur_ms full_patience(const struct group_state *group) {
	dur_ms patience = group->group->interval / 2;
	return patience > PATIENCE_MAX_MS ? PATIENCE_MAX_MS : patience;
}

void write_back_blame(struct group_state *group, struct rule_state *rule) {
	struct evaluator *evaluator = group->evaluator;
	autobuf struct buf text = { 0 };
	struct str error = write_queue_error(evaluator->queues[0]);
	if (error.len > 0) {
		note_failure(evaluator, rule, error);
		return;
	}
	buf_append_cstr(&text, "not stored within ");
	duration_format(&text, full_patience(group));
	note_failure(evaluator, rule, buf_str(&text));
}

// ---- writing ----

static void put(struct evaluator *evaluator, struct write_portion *portion) {
	for (size_t i = 0; i < evaluator->queue_count; i++)
		write_queue_put(evaluator->queues[i], portion, evaluator->mono);
	write_portion_unref(portion);
}

static struct write_portion *make_portion(struct rule_writer *writer, struct buf *samples, struct write_amount amount, wall_ms at) {
	size_t len = samples->len;
	char *bytes = mem_realloc(buf_take(samples), len); // it may wait for long
	return write_portion_create(writer, bytes, len, amount, at);
}

void write_back_put(struct evaluator *evaluator, struct group_state *group, struct rule_state *rule, struct buf *samples, struct write_amount amount, wall_ms at) {
	if (amount.series == 0)
		return;
	struct rule_writer *writer = writer_of(group, rule);
	writer->unstored++;
	put(evaluator, make_portion(writer, samples, amount, at));
}

void write_back_want(struct evaluator *evaluator) {
	for (size_t i = 0; i < evaluator->queue_count; i++)
		write_queue_want(evaluator->queues[i]);
}

dur_ms write_back_patience(const struct group_state *group) {
	const struct evaluator *evaluator = group->evaluator;
	dur_ms patience = full_patience(group);
	return !write_back_is_on(evaluator) || write_queue_is_down(evaluator->queues[0], evaluator->mono, patience) ? 0 : patience;
}

// ---- rules that are gone ----

struct departure {
	struct heap_node due; // in evaluator->departures, by wall clock; in none while it waits for the end of a group's iteration
	struct departure *next;
	struct write_portion *portion; // a reference
};

struct ending {
	struct buf out;
	size_t series;
	wall_ms at;
};

static void end_series(void *context, struct str labels) {
	struct ending *ending = context;
	remote_write_series(&ending->out, labels, REMOTE_WRITE_STALE, ending->at);
	ending->series++;
}

static void end_rule(struct ending *ending, struct rule_state *rule) {
	if (rule->series != NULL)
		series_set_each(rule->series, end_series, ending);
	for (size_t i = 0; rule->table != NULL && i < rule->table->count; i++)
		ending->series += alert_series_end(&ending->out, rule->table->items[i], ending->at);
	for (size_t i = 0; rule->past != NULL && i < rule->past->count; i++)
		ending->series += alert_series_end_record(&ending->out, rule->past->items[i], ending->at);
}

static struct group_state *same_group(const struct evaluator *evaluator, const struct rule_group *group) {
	for (size_t i = 0; i < evaluator->groups.count; i++) {
		const struct rule_group *other = evaluator->groups.items[i]->group;
		if (other->hash == group->hash && str_equal(other->name, group->name) && str_equal(other->file, group->file))
			return evaluator->groups.items[i];
	}
	return NULL;
}

void write_back_depart(struct evaluator *evaluator, struct rule_state *rule, wall_ms now) {
	if (!write_back_is_on(evaluator))
		return;
	struct ending ending = { .at = now };
	const struct rule_group *old = rule->rule == NULL ? NULL : rule->rule->group;
	struct group_state *group = old == NULL ? NULL : same_group(evaluator, old);
	if (group != NULL)
		ending.at = group_schedule_next(&group->schedule) - group->group->query_offset;
	else if (old != NULL)
		ending.at = now - old->query_offset;
	end_rule(&ending, rule);
	if (ending.series == 0)
		return;
	struct departure *departure = MEM_NEW(struct departure);
	departure->portion = make_portion(NULL, &ending.out, (struct write_amount){ .series = ending.series }, ending.at);
	departure->portion->is_farewell = true;
	if (group != NULL) {
		departure->next = group->departures;
		group->departures = departure;
		return;
	}
	heap_push(&evaluator->departures, &departure->due, old == NULL ? now : now + 2 * old->interval);
}

// Prometheus too ends them after the samples of the iteration: whoever goes on with a series comes first.
void write_back_end_iteration(struct group_state *group) {
	struct evaluator *evaluator = group->evaluator;
	for (struct departure *departure = group->departures, *next; departure != NULL; departure = next) {
		next = departure->next;
		put(evaluator, departure->portion);
		free(departure);
	}
	group->departures = NULL;
	write_back_want(evaluator);
}

void write_back_drop_departures(struct group_state *group) {
	for (struct departure *departure = group->departures, *next; departure != NULL; departure = next) {
		next = departure->next;
		write_portion_unref(departure->portion);
		free(departure);
	}
	group->departures = NULL;
}

static void release_departures(struct evaluator *evaluator, wall_ms now) {
	for (struct heap_node *node; (node = heap_pop_due(&evaluator->departures, now)) != NULL;) {
		struct departure *departure = HEAP_ENTRY(node, struct departure, due);
		put(evaluator, departure->portion);
		free(departure);
		write_back_want(evaluator);
	}
}

// ---- the life of an evaluator ----

// The queue that already goes there, out of the old ones.
static struct write_queue *take_queue(struct evaluator *evaluator, size_t index) {
	struct write_queue_options options = { .setup = evaluator->setup, .index = index, .client = evaluator->client, .failing = &evaluator->pool->failing_writes[index] };
	for (size_t i = 0; i < evaluator->queue_count; i++) {
		struct write_queue *queue = evaluator->queues[i];
		if (queue == NULL || !write_queue_is_to(queue, &evaluator->setup->remote_writes[index]))
			continue;
		evaluator->queues[i] = NULL;
		write_queue_set_setup(queue, &options);
		return queue;
	}
	return write_queue_create(&options);
}

// Another receiver is the first: what rules wait for counts from now on.
static void start_counting_anew(struct evaluator *evaluator) {
	for (size_t i = 0; i < evaluator->groups.count; i++) {
		struct group_state *group = evaluator->groups.items[i];
		for (size_t k = 0; k < group->group->rule_count; k++) {
			if (group->rules[k]->is_unwritten)
				rule_state_set_health(group->rules[k], RULE_OK, STR_NONE);
			write_back_forget(group->rules[k]);
		}
		group_run_wake(group);
	}
}

void write_back_reload(struct evaluator *evaluator) {
	size_t count = evaluator->setup->remote_write_count;
	struct write_queue *first = evaluator->queue_count > 0 ? evaluator->queues[0] : NULL;
	struct write_queue **queues = mem_zalloc(count * sizeof *queues);
	for (size_t i = 0; i < count; i++)
		queues[i] = take_queue(evaluator, i);
	for (size_t i = 0; i < evaluator->queue_count; i++)
		write_queue_destroy(evaluator->queues[i]);
	free(evaluator->queues);
	evaluator->queues = queues;
	evaluator->queue_count = count;
	for (size_t i = 0; i < count; i++)
		write_queue_set_told(queues[i], i == 0 ? on_told : NULL, evaluator);
	if (first != (count > 0 ? queues[0] : NULL))
		start_counting_anew(evaluator);
}

void write_back_turn(struct evaluator *evaluator, wall_ms now, mono_ms mono) {
	release_departures(evaluator, now);
	for (size_t i = 0; i < evaluator->queue_count; i++)
		evaluator->version += write_queue_turn(evaluator->queues[i], now, mono);
}

dur_ms write_back_sleep(const struct evaluator *evaluator, wall_ms now, mono_ms mono, dur_ms most) {
	const struct heap_node *departure = heap_peek(&evaluator->departures);
	if (departure != NULL && departure->due - now < most)
		most = departure->due - now;
	for (size_t i = 0; i < evaluator->queue_count; i++) {
		mono_ms next = write_queue_next(evaluator->queues[i]);
		if (next < mono + most)
			most = next - mono;
	}
	return most > 0 ? most : 0;
}

static bool may_still_be_stored(const struct evaluator *evaluator) {
	for (size_t i = 0; i < evaluator->queue_count; i++)
		if (!write_queue_is_idle(evaluator->queues[i]) && write_queue_error(evaluator->queues[i]).len == 0)
			return true;
	return false;
}

void write_back_drain(struct evaluator *evaluator) {
	mono_ms now = clock_mono(), end = now + DRAIN_MS;
	write_back_want(evaluator);
	write_back_turn(evaluator, clock_wall(), now);
	for (; may_still_be_stored(evaluator) && now < end; now = clock_mono()) {
		http_client_poll(evaluator->client, NULL, 0, (int)(end - now));
		write_back_want(evaluator);
		write_back_turn(evaluator, clock_wall(), clock_mono());
	}
}

void write_back_finish(struct evaluator *evaluator) {
	for (size_t i = 0; i < evaluator->queue_count; i++)
		write_queue_destroy(evaluator->queues[i]);
	free(evaluator->queues);
	for (struct heap_node *node; (node = heap_pop(&evaluator->departures)) != NULL;) {
		struct departure *departure = HEAP_ENTRY(node, struct departure, due);
		write_portion_unref(departure->portion);
		free(departure);
	}
	heap_finish(&evaluator->departures);
}
