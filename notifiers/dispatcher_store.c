// SPDX-License-Identifier: Apache-2.0
// The dispatcher's rows: batches with credits, and one function a row it writes.
#include "base/json_write.h"
#include "notifiers/dispatcher_state.h"

bool dispatcher_batch_open(struct dispatcher *d) {
	for (size_t i = 0; d->open == NULL && i < BATCHES; i++)
		if (d->batches[i].is_home)
			d->open = &d->batches[i];
	return d->open != NULL;
}

// A delivery behind others in the queue of a busy integration begins no sooner for being stored at once.
static bool is_awaited(const struct dispatcher *d, const struct dispatch_batch *open) {
	bool may_begin = open->begun.count > 0 && (open->is_next || d->in_flight < IN_FLIGHT_PER_INTEGRATION);
	return may_begin || open->silenced.count > 0 || open->posted.count > 0;
}

// While attempts are under way more outcomes are about to come: a commit for every few of them costs more than the attempts.
// Lost ones count as maybe told, as those under way do (LAW 3).
static bool may_wait(struct dispatcher *d, const struct dispatch_batch *open) {
	if (is_awaited(d, open) || d->in_flight == 0 || d->is_stopping || open->batch->count >= HELD_OPS)
		return false;
	mono_ms now = clock_mono(); // of the world: a clock that stands still must not hold them for ever
	if (d->held_until == 0)
		d->held_until = now + HELD_MS;
	return now < d->held_until;
}

void dispatcher_batch_post(struct dispatcher *d) {
	struct dispatch_batch *open = d->open;
	if (open == NULL || open->batch->count == 0 || may_wait(d, open))
		return;
	d->open = NULL;
	d->held_until = 0;
	d->last_away = open;
	d->batches_away++;
	open->is_home = false;
	open->batch->message.kind = DISPATCHER_STORED;
	open->batch->reply_to = &d->inbox;
	open->batch->context = open;
	store_post(d->store, open->batch);
}

struct dispatch_batch *dispatcher_unsettled(struct dispatcher *d) {
	if (d->open != NULL && d->open->batch->count > 0)
		return d->open;
	return d->last_away != NULL && !d->last_away->is_home ? d->last_away : NULL;
}

void dispatcher_batch_home(struct dispatcher *d, struct store_batch *batch) {
	struct dispatch_batch *slot = batch->context;
	d->batches_away--;
	slot->is_home = true;
	store_batch_clear(batch);
	for (size_t i = 0; i < slot->begun.count; i++) {
		struct delivery *delivery = slot->begun.items[i];
		if (delivery->target == NULL)
			delivery_free(delivery);
		else
			delivery_enqueue(delivery);
	}
	array_clear(&slot->begun);
	slot->is_next = false;
	dispatcher_answer_silences(slot);
	dispatcher_posts_stored(slot);
}

static struct store_op *add(struct dispatcher *d, enum store_op_kind kind) {
	assert(d->open != NULL);
	return store_batch_add(d->open->batch, kind);
}

static struct str keep(struct dispatcher *d, struct str text) {
	return arena_dup_str(&d->open->batch->arena, text);
}

static const uint64_t *keep_set(struct dispatcher *d, const struct fingerprint_set *set) {
	return set->count == 0 ? NULL : arena_dup(&d->open->batch->arena, set->items, set->count * sizeof *set->items);
}

void dispatcher_put_group(struct dispatcher *d, const struct dispatch_group *group) {
	struct str key = keep(d, str_of(group->key));
	add(d, STORE_PUT_GROUP)->group = (struct store_group){ key, group->next_flush, group->route->group_wait, group->route->group_interval };
}

void dispatcher_delete_group(struct dispatcher *d, struct str key) {
	struct str kept = keep(d, key);
	add(d, STORE_DELETE_GROUP)->group.key = kept;
}

void dispatcher_put_log(struct dispatcher *d, const struct dispatch_group *group, struct group_target *target) {
	struct store_log log = {
		.group_key = keep(d, str_of(group->key)),
		.integration = keep(d, str_of(target->integration->identity)),
		.told_at = target->told.at,
		.firing = keep_set(d, &target->told.firing),
		.firing_count = target->told.firing.count,
		.resolved = keep_set(d, &target->told.resolved),
		.resolved_count = target->told.resolved.count,
		.left_out = keep_set(d, &target->told.left_out),
		.left_out_count = target->told.left_out.count,
		.expires_at = INT64_MAX, // it goes with its group
		.receiver_data = keep(d, str_of(target->told.receiver_data)),
	};
	add(d, STORE_PUT_LOG)->log = log;
	target->has_log_row = true;
}

void dispatcher_delete_log(struct dispatcher *d, struct str group_key, struct str integration) {
	struct store_log log = { .group_key = keep(d, group_key), .integration = keep(d, integration) };
	add(d, STORE_DELETE_LOG)->log = log;
}

void dispatcher_put_notification(struct dispatcher *d, const struct dispatch_group *group, const struct notification *notification) {
	autobuf struct buf json = { 0 };
	notification_to_json(&json, notification);
	struct store_notification row = { .id = notification->id, .group_key = keep(d, str_of(group->key)), .data = arena_take_buf(&d->open->batch->arena, &json) };
	add(d, STORE_PUT_NOTIFICATION)->notification = row;
}

void dispatcher_put_delivery(struct dispatcher *d, const struct delivery *delivery) {
	struct store_delivery row = {
		.group_key = keep(d, str_of(delivery->group->key)),
		.integration = keep(d, str_of(delivery->target->integration->identity)),
		.notification_id = delivery->content->id,
		.attempts = delivery->progress.attempts,
		.refused = delivery->progress.refused,
		.next_attempt = delivery->progress.next_attempt,
		.firing = keep_set(d, &delivery->firing),
		.firing_count = delivery->firing.count,
		.resolved = keep_set(d, &delivery->resolved),
		.resolved_count = delivery->resolved.count,
	};
	add(d, STORE_PUT_DELIVERY)->delivery = row;
}

void dispatcher_delete_delivery(struct dispatcher *d, struct str group_key, struct str integration) {
	struct store_delivery row = { .group_key = keep(d, group_key), .integration = keep(d, integration) };
	add(d, STORE_DELETE_DELIVERY)->delivery = row;
}

void dispatcher_begin_when_stored(struct dispatcher *d, struct delivery *delivery) {
	delivery->state = DELIVERY_STORING;
	heap_remove(&d->deliveries_due, &delivery->due);
	array_append(&d->open->begun, delivery);
	d->open->is_next |= delivery->integration->first_ready == NULL;
}

void dispatcher_delete_alert(struct dispatcher *d, struct alert_record *record) {
	struct store_op *op = add(d, STORE_DELETE_ALERT);
	op->alert.record = alert_record_ref(record);
	op->alert.event = ALERT_EVENT_NONE;
}

void dispatcher_tell_cancelled(struct dispatcher *d, struct str group_key, struct str integration, wall_ms now) {
	autobuf struct buf json = { 0 };
	struct json_writer writer = { .out = &json };
	json_open_object(&writer);
	json_key(&writer, "group_key");
	json_string(&writer, group_key);
	json_key(&writer, "integration");
	json_string(&writer, integration);
	json_key(&writer, "reason");
	json_cstr(&writer, "the integration is gone from the configuration");
	json_close_object(&writer);
	struct store_event event = { .at = now, .type = "delivery.cancelled", .subject = keep(d, integration), .data = keep(d, buf_str(&json)) };
	add(d, STORE_ADD_EVENT)->event = event;
}
