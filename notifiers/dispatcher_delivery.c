// SPDX-License-Identifier: Apache-2.0
// The dispatcher's deliveries as objects: made, queued for a slot, dropped. What happens to them is decided in delivery.c and dispatcher_flush.c.
#include "notifiers/dispatcher_state.h"

struct delivery *delivery_create(struct dispatcher *d, struct dispatch_group *group, struct group_target *target) {
	struct delivery *delivery = MEM_NEW(struct delivery);
	delivery->dispatcher = d;
	delivery->group = group;
	delivery->target = target;
	if (target != NULL) {
		delivery->integration = integration_use(target->integration);
		target->delivery = delivery;
	}
	atomic_fetch_add_explicit(&d->metrics.deliveries_open, 1, memory_order_relaxed);
	return delivery;
}

void delivery_set_content(struct delivery *delivery, struct notification *content) {
	notification_unref(delivery->content);
	delivery->content = content;
	delivery->taken = 0;
	array_clear(&delivery->firing);
	array_clear(&delivery->resolved);
	for (size_t i = 0; i < content->alert_count; i++) {
		struct fingerprint_set *set = content->alerts[i].is_firing ? &delivery->firing : &delivery->resolved;
		array_append(set, content->alerts[i].labels->fingerprint);
	}
	fingerprint_set_sort(&delivery->firing);
	fingerprint_set_sort(&delivery->resolved);
}

void delivery_free(struct delivery *delivery) {
	heap_remove(&delivery->dispatcher->deliveries_due, &delivery->due);
	atomic_fetch_sub_explicit(&delivery->dispatcher->metrics.deliveries_open, 1, memory_order_relaxed);
	notification_unref(delivery->content);
	array_finish(&delivery->firing);
	array_finish(&delivery->resolved);
	integration_release(delivery->integration);
	free(delivery);
}

void delivery_enqueue(struct delivery *delivery) {
	struct integration *integration = delivery->integration;
	delivery->state = DELIVERY_READY;
	delivery->next = NULL;
	if (integration->last_ready == NULL)
		integration->first_ready = delivery;
	else
		integration->last_ready->next = delivery;
	integration->last_ready = delivery;
}

static void dequeue(struct delivery *delivery) {
	struct integration *integration = delivery->integration;
	struct delivery *before = NULL, *at = integration->first_ready;
	for (; at != delivery; at = at->next)
		before = at;
	if (before == NULL)
		integration->first_ready = delivery->next;
	else
		before->next = delivery->next;
	if (integration->last_ready == delivery)
		integration->last_ready = before;
}

void delivery_restart(struct delivery *delivery) {
	if (delivery->state == DELIVERY_READY)
		dequeue(delivery);
	dispatcher_begin_when_stored(delivery->dispatcher, delivery);
}

void delivery_use(struct delivery *delivery, struct integration *integration) {
	bool is_queued = delivery->state == DELIVERY_READY;
	if (delivery->integration == integration)
		return;
	if (is_queued)
		dequeue(delivery);
	integration_use(integration);
	integration_release(delivery->integration);
	delivery->integration = integration;
	if (is_queued)
		delivery_enqueue(delivery);
}

void delivery_drop(struct delivery *delivery) {
	if (delivery->target != NULL)
		delivery->target->delivery = NULL;
	delivery->target = NULL;
	delivery->group = NULL;
	switch (delivery->state) {
	case DELIVERY_STORING:
	case DELIVERY_JUDGED:
		return; // freed when they come round
	case DELIVERY_IN_FLIGHT:
		if (attempt_is_mail(delivery))
			return;
		attempt_cancel(delivery);
		break;
	case DELIVERY_READY:
		dequeue(delivery);
		break;
	case DELIVERY_WAITING:
	case DELIVERY_PARKED:
		break;
	}
	delivery_free(delivery);
}

static bool start_next(struct dispatcher *d, struct integration *integration, wall_ms now) {
	struct delivery *delivery = integration->first_ready;
	if (delivery == NULL || integration->in_flight >= IN_FLIGHT_PER_INTEGRATION || d->in_flight >= IN_FLIGHT_MAX)
		return false;
	dequeue(delivery);
	attempt_start(delivery, now);
	return true;
}

static bool start_round(struct dispatcher *d, wall_ms now) {
	size_t receivers = d->setup->config->receiver_count;
	bool some = false;
	for (size_t i = 0; i < receivers; i++) {
		struct receiver_runtime *receiver = &d->receivers[(d->next_receiver + i) % receivers];
		for (size_t j = 0; j < receiver->count; j++)
			some |= start_next(d, receiver->integrations[j], now);
	}
	return some;
}

// One slot to each integration in turn, until nobody wants one or none is left. True when the time was over before.
bool dispatcher_start_ready(struct dispatcher *d, wall_ms now, int64_t until_ns) {
	d->next_receiver++;
	while (start_round(d, now))
		if (clock_mono_ns() > until_ns)
			return true;
	return false;
}
