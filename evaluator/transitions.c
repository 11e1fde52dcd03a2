// SPDX-License-Identifier: Apache-2.0
// What an evaluator decided, on its way to the store and from there to the dispatcher. The number of batches under way is bounded:
// without credit transitions collect in the open batch, and when that is full no new slot begins (LAW 14). None is dropped.
#include "evaluator/evaluator_role.h"

#include "base/mem.h"

enum { BATCH_KEPT = 256 }; // a batch that held more operations is not worth keeping

static struct store_batch *take_batch(struct evaluator *evaluator) {
	struct message *free_batch = evaluator->free_batches;
	if (free_batch == NULL)
		return store_batch_create();
	evaluator->free_batches = free_batch->next;
	return (struct store_batch *)free_batch; // message is its first member
}

static struct store_batch *open_batch(struct evaluator *evaluator) {
	if (evaluator->open == NULL)
		evaluator->open = take_batch(evaluator);
	return evaluator->open;
}

static struct store_op *add(struct evaluator *evaluator, enum store_op_kind kind, struct alert_record *record) {
	struct store_op *op = store_batch_add(open_batch(evaluator), kind);
	op->alert.record = alert_record_ref(record);
	return op;
}

// Rows of what is over are the dispatcher's to delete: it knows whether an end is still owed. Dropped alerts it never hears of.
void transitions_put_at(struct evaluator *evaluator, struct alert_record *record, const struct labels *annotations, enum alert_event_kind event, wall_ms at) {
	bool is_dropped = alert_record_is_dropped(record);
	struct store_op *op = add(evaluator, STORE_PUT_ALERT, record);
	op->alert.event = is_dropped ? ALERT_EVENT_NONE : event;
	op->alert.event_at = at;
	if (record->is_living)
		op->alert.annotations = labels_copy_to(&evaluator->open->arena, annotations);
	if (is_dropped && record->state == ALERT_INACTIVE)
		add(evaluator, STORE_DELETE_ALERT, record);
}

void transitions_put(struct evaluator *evaluator, struct alert_record *record, const struct labels *annotations, enum alert_event_kind event) {
	transitions_put_at(evaluator, record, annotations, event, record->updated_at);
}

static struct alert_origin *origin_of(const char *source, const struct alert_record *record) {
	if (strcmp(source, record->origin->source) == 0)
		return alert_origin_ref(record->origin);
	return alert_origin_create(str_of(source), str_of(record->origin->generator_url));
}

void transitions_resolve(struct evaluator *evaluator, const char *source, struct alert_record *record, wall_ms now) {
	bool was_over = record->state == ALERT_PENDING && record->fired_at != 0; // a raised `for` ended its firing, which may be owed
	struct alert_record *ended = alert_record_create();
	ended->origin = origin_of(source, record);
	ended->identity = labels_ref(record->identity);
	ended->labels = labels_ref(record->labels);
	ended->annotations = alert_record_annotations(record);
	ended->state = ALERT_INACTIVE;
	ended->active_at = record->active_at;
	ended->fired_at = record->fired_at;
	ended->resolved_at = was_over ? record->updated_at : now;
	ended->updated_at = now;
	ended->value = alert_record_value(record);
	transitions_put(evaluator, ended, ended->annotations, record->state == ALERT_FIRING ? ALERT_EVENT_RESOLVED : ALERT_EVENT_EXPIRED);
	alert_record_unref(ended);
}

void transitions_mark(struct evaluator *evaluator, wall_ms now) {
	store_batch_add(open_batch(evaluator), STORE_PUT_MARK)->mark = (struct store_mark){ .began_at = evaluator->pool->began_at, .evaluated_at = now };
}

bool transitions_have_credit(const struct evaluator *evaluator) {
	return evaluator->batches_out < EVALUATOR_BATCHES;
}

bool transitions_have_room(const struct evaluator *evaluator) {
	return transitions_have_credit(evaluator) || evaluator->open == NULL || evaluator->open->count < EVALUATOR_OPEN_OPS;
}

// A mark alone is nothing to tell.
static bool is_told(const struct store_batch *batch) {
	return batch->count > 1 || batch->items[0].kind != STORE_PUT_MARK;
}

static void post(struct evaluator *evaluator) {
	struct store_batch *batch = evaluator->open;
	if (batch == NULL)
		return;
	evaluator->open = NULL;
	batch->message.kind = evaluator->pool->told_kind;
	batch->reply_to = is_told(batch) ? evaluator->pool->told : &evaluator->home;
	batch->home = &evaluator->home;
	evaluator->batches_out++;
	store_post(evaluator->pool->store, batch);
}

void transitions_flush(struct evaluator *evaluator) {
	if (transitions_have_credit(evaluator))
		post(evaluator);
}

static void take_home(struct evaluator *evaluator, struct store_batch *batch) {
	bool is_mine = batch->context == NULL; // else main's, of a reload
	evaluator->batches_out -= is_mine;
	if (!is_mine || batch->cap > BATCH_KEPT) {
		store_batch_destroy(batch);
		return;
	}
	store_batch_clear(batch);
	batch->message.next = evaluator->free_batches;
	evaluator->free_batches = &batch->message;
}

void transitions_take_home(struct evaluator *evaluator) {
	for (struct message *message = inbox_take(&evaluator->home), *next; message != NULL; message = next) {
		next = message->next;
		take_home(evaluator, (struct store_batch *)message);
	}
}

void transitions_finish(struct evaluator *evaluator) {
	post(evaluator);
}

void transitions_free(struct evaluator *evaluator) {
	transitions_take_home(evaluator);
	store_batch_destroy(evaluator->open);
	for (struct message *message = evaluator->free_batches, *next; message != NULL; message = next) {
		next = message->next;
		store_batch_destroy((struct store_batch *)message);
	}
}
