// SPDX-License-Identifier: Apache-2.0
// One flush of a group and what becomes of its deliveries: the pure decisions of alert_group.h and delivery.h, carried out on rows and objects.
// Everything here needs an open batch.
#include "base/fault.h"
#include "base/log.h"
#include "notifiers/dispatcher_state.h"

enum { FLUSH_REASONS = FLUSH_REPEAT + 1 };

struct flush {
	struct dispatcher *d;
	struct dispatch_group *group;
	wall_ms tick, now;
	struct fingerprint_set firing, resolved;    // the members at this moment
	struct notification *frozen[FLUSH_REASONS]; // by reason; shared by the integrations it is the reason for
};

static void flush_begin(struct flush *flush) {
	const struct dispatch_group *group = flush->group;
	for (size_t i = 0; i < group->members.count; i++) {
		const struct dispatch_entry *entry = group->members.items[i];
		struct fingerprint_set *set = dispatch_entry_is_firing(entry) ? &flush->firing : &flush->resolved;
		array_append(set, dispatch_entry_labels(entry)->fingerprint);
	}
	fingerprint_set_sort(&flush->firing);
	fingerprint_set_sort(&flush->resolved);
}

static void flush_end(struct flush *flush) {
	array_finish(&flush->firing);
	array_finish(&flush->resolved);
	for (size_t i = 0; i < FLUSH_REASONS; i++)
		notification_unref(flush->frozen[i]);
}

static void freeze_alert(struct arena *arena, const struct dispatch_entry *entry, struct notified_alert *out) {
	const struct alert_record *record = dispatch_entry_shown(entry);
	*out = (struct notified_alert){
		.is_firing = dispatch_entry_is_firing(entry),
		.labels = labels_ref(dispatch_entry_labels(entry)),
		.annotations = alert_record_annotations(record),
		.starts_at = dispatch_entry_starts_at(entry),
		.ends_at = dispatch_entry_ends_at(entry),
		.generator_url = arena_cstr(arena, str_of(record->origin->generator_url)),
		.event_sequence = record->event_sequence,
		.value = alert_record_value(record),
		.source = arena_cstr(arena, str_of(record->origin->source)),
	};
}

struct notification *dispatcher_freeze(struct dispatcher *d, const struct dispatch_group *group, enum flush_reason reason, wall_ms tick) {
	struct notification *notification = notification_create();
	struct arena *arena = &notification->arena;
	notification->id = ++d->last_notification;
	notification->at = tick;
	notification->receiver = arena_dup_str(arena, str_of(group->route->receiver->name));
	notification->group_key = arena_dup_str(arena, str_of(group->group_key));
	notification->reason = arena_dup_str(arena, str_of(flush_reason_text(reason)));
	notification->external_url = arena_dup_str(arena, str_of(d->setup->config->external_url));
	notification->group_labels = labels_ref(group->labels);
	notification->alerts = ARENA_NEW_ARRAY(arena, struct notified_alert, group->members.count);
	for (size_t i = 0; i < group->members.count; i++)
		freeze_alert(arena, group->members.items[i], &notification->alerts[notification->alert_count++]);
	notification_sort(notification);
	return notification;
}

static struct notification *frozen(struct flush *flush, enum flush_reason reason) {
	if (flush->frozen[reason] == NULL) {
		flush->frozen[reason] = dispatcher_freeze(flush->d, flush->group, reason, flush->tick);
		dispatcher_put_notification(flush->d, flush->group, flush->frozen[reason]);
	}
	return notification_ref(flush->frozen[reason]);
}

static struct integration_metrics *metrics_of(struct dispatcher *d, const struct delivery *delivery) {
	return &d->metrics.integrations[delivery->target->integration->ops->kind];
}

// Source: Alertmanager's RetryStage, which gives a flush up at its deadline.
static void count_failed(struct dispatcher *d, struct delivery *delivery) {
	if (delivery->is_counted_failed)
		return;
	delivery->is_counted_failed = true;
	atomic_fetch_add_explicit(&metrics_of(d, delivery)->notifications, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&metrics_of(d, delivery)->failed_notifications[delivery->failure], 1, memory_order_relaxed);
}

// An answer that only takes its time is no failure.
static bool has_failed_attempt(const struct delivery *delivery) {
	switch (delivery->state) {
	case DELIVERY_STORING:
	case DELIVERY_READY:
	case DELIVERY_IN_FLIGHT:
	case DELIVERY_JUDGED:
		return delivery->progress.attempts > 1; // the last one has no outcome yet
	case DELIVERY_WAITING:
	case DELIVERY_PARKED:
		return delivery->progress.attempts > 0;
	}
	unreachable("delivery state");
}

static void drop_delivery(struct dispatcher *d, struct group_target *target) {
	if (target->delivery == NULL)
		return;
	dispatcher_delete_delivery(d, str_of(target->delivery->group->key), str_of(target->integration->identity));
	delivery_drop(target->delivery);
}

// Without send_resolved an end is never owed; an alert that ended counts as not told, so that it is told when it fires again.
static void forget_resolved(struct flush *flush, struct group_target *target) {
	bool changed = false;
	for (size_t i = 0; i < flush->resolved.count; i++) {
		changed |= fingerprint_set_remove(&target->told.firing, flush->resolved.items[i]);
		fingerprint_set_remove(&target->told.maybe_firing, flush->resolved.items[i]);
	}
	if (changed)
		dispatcher_put_log(flush->d, flush->group, target);
}

static void deliver(struct flush *flush, struct group_target *target, enum flush_reason reason) {
	struct dispatcher *d = flush->d;
	struct delivery *delivery = target->delivery;
	bool begins = delivery == NULL || delivery_supersede(delivery->state) == SUPERSEDE_BEGIN;
	if (delivery == NULL)
		delivery = delivery_create(d, flush->group, target);
	if (begins && delivery->state != DELIVERY_READY) { // a ready one has begun already
		delivery_begin(&delivery->progress);
		delivery->progress.next_attempt = flush->now;
	}
	if (reason == FLUSH_REPEAT)
		atomic_fetch_add_explicit(&d->metrics.repeats, 1, memory_order_relaxed);
	delivery_set_content(delivery, frozen(flush, reason));
	delivery->is_counted_failed = false;
	dispatcher_put_delivery(d, delivery);
	if (begins)
		delivery_restart(delivery);
}

static void flush_target(struct flush *flush, struct group_target *target) {
	const struct integration *integration = target->integration;
	bool send_resolved = integration->ops->send_resolved(integration->config);
	if (target->delivery != NULL && delivery_supersede(target->delivery->state) == SUPERSEDE_LATER) {
		target->missed_tick = flush->tick;
		return;
	}
	target->missed_tick = 0;
	if (!send_resolved)
		forget_resolved(flush, target);
	struct flush_question question = {
		.told = &target->told,
		.firing = &flush->firing,
		.resolved = &flush->resolved,
		.send_resolved = send_resolved,
		.repeat_interval = flush->group->route->repeat_interval,
		.tick = flush->tick,
	};
	enum flush_reason reason = alert_group_decide(&question);
	if (reason == FLUSH_NOTHING || (reason == FLUSH_ALL_RESOLVED && !send_resolved))
		drop_delivery(flush->d, target);
	else
		deliver(flush, target, reason);
}

static bool is_held(const struct dispatch_group *group, const struct dispatch_entry *entry) {
	if (dispatch_entry_is_firing(entry))
		return true;
	for (size_t i = 0; i < group->target_count; i++)
		if (group_target_holds(&group->targets[i], dispatch_entry_labels(entry)->fingerprint))
			return true;
	return false;
}

// Resolved alerts whose end is owed to nobody leave the group.
static void sweep(struct dispatcher *d, struct dispatch_group *group, wall_ms now) {
	size_t kept = 0;
	for (size_t i = 0; i < group->members.count; i++) {
		struct dispatch_entry *entry = group->members.items[i];
		if (is_held(group, entry))
			group->members.items[kept++] = entry;
		else
			dispatch_entry_leave(d, entry, group, now);
	}
	group->members.count = kept;
}

// An empty group ends: a new alert would make a fresh one, which waits group_wait again.
static bool end_if_empty(struct dispatcher *d, struct dispatch_group *group) {
	if (group->members.count > 0)
		return false;
	for (size_t i = 0; i < group->target_count; i++) {
		drop_delivery(d, &group->targets[i]);
		if (group->targets[i].has_log_row)
			dispatcher_delete_log(d, str_of(group->key), str_of(group->targets[i].integration->identity));
	}
	if (group->has_row)
		dispatcher_delete_group(d, str_of(group->key));
	dispatch_group_free(d, group);
	return true;
}

// After a wait longer than the interval (suspended, no credit) the tick is the last one on the grid.
static wall_ms tick_at(const struct dispatch_group *group, wall_ms now) {
	wall_ms after = alert_group_next_tick(group->next_flush, group->route->group_interval, now);
	return group->has_row ? after - group->route->group_interval : group->next_flush;
}

void dispatcher_flush(struct dispatcher *d, struct dispatch_group *group, wall_ms now) {
	struct flush flush = { .d = d, .group = group, .tick = tick_at(group, now), .now = now };
	atomic_fetch_add_explicit(&d->metrics.flushes, 1, memory_order_relaxed);
	flush_begin(&flush);
	for (size_t i = 0; i < group->target_count; i++) {
		struct group_target *target = &group->targets[i];
		if (target->delivery != NULL && has_failed_attempt(target->delivery))
			count_failed(d, target->delivery);
		flush_target(&flush, target);
	}
	flush_end(&flush);
	sweep(d, group, now);
	if (end_if_empty(d, group))
		return;
	dispatch_group_schedule(d, group, alert_group_next_tick(flush.tick, group->route->group_interval, now));
	if (!group->has_row && group->target_count > 0) { // later ticks follow from this row: they are on one grid
		group->has_row = true;
		dispatcher_put_group(d, group);
	}
}

static void flush_missed(struct dispatcher *d, struct dispatch_group *group, struct group_target *target, wall_ms now) {
	if (target->missed_tick == 0)
		return;
	struct flush flush = { .d = d, .group = group, .tick = target->missed_tick, .now = now };
	flush_begin(&flush);
	flush_target(&flush, target);
	flush_end(&flush);
}

static void take_told(struct dispatcher *d, struct delivery *delivery) {
	struct group_target *target = delivery->target;
	struct dispatch_group *group = delivery->group;
	target->told.exists = true;
	target->told.at = delivery->content->at;
	fingerprint_set_move(&target->told.firing, &delivery->firing);
	fingerprint_set_move(&target->told.resolved, &delivery->resolved);
	array_clear(&target->told.maybe_firing);
	dispatcher_put_log(d, group, target);
	atomic_fetch_add_explicit(&metrics_of(d, delivery)->notifications, 1, memory_order_relaxed);
	dispatcher_log_outcome(LOG_DEBUG, "told", delivery);
	if (target->integration->is_failing)
		dispatcher_log_works(delivery);
	target->integration->is_failing = false;
	drop_delivery(d, target);
}

static void note_maybe_told(struct delivery *delivery) {
	struct told *told = &delivery->target->told;
	fingerprint_set_add_all(&told->maybe_firing, &delivery->firing);
	fingerprint_set_add_all(&told->maybe_firing, &delivery->resolved);
}

static void retry(struct dispatcher *d, struct delivery *delivery) {
	delivery->target->integration->is_failing = true;
	delivery->state = DELIVERY_WAITING;
	dispatcher_put_delivery(d, delivery);
	heap_update(&d->deliveries_due, &delivery->due, delivery->progress.next_attempt);
	dispatcher_log_outcome(delivery->progress.attempts == 1 ? LOG_WARN : LOG_DEBUG, "notification failed, it will be tried again", delivery);
}

static void give_up(struct dispatcher *d, struct delivery *delivery, bool is_parked) {
	delivery->target->integration->is_failing = true;
	count_failed(d, delivery);
	dispatcher_log_outcome(LOG_ERROR, "notification refused, the next flush tries again", delivery);
	delivery->state = DELIVERY_PARKED;
	if (is_parked)
		dispatcher_put_delivery(d, delivery);
	else
		drop_delivery(d, delivery->target);
}

static void apply_verdict(struct dispatcher *d, struct delivery *delivery, wall_ms now) {
	uint64_t random = d->random = d->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	enum delivery_verdict verdict = delivery_judge(&delivery->progress, &delivery->answer, now, random);
	if (delivery->answer.outcome != ATTEMPT_OK && delivery->answer.maybe_delivered)
		note_maybe_told(delivery);
	delivery_use(delivery, delivery->target->integration);
	switch (verdict) {
	case DELIVERY_TOLD:
		take_told(d, delivery);
		return;
	case DELIVERY_RETRY:
		retry(d, delivery);
		return;
	case DELIVERY_ENDED:
		give_up(d, delivery, false);
		return;
	case DELIVERY_PARK:
		give_up(d, delivery, true);
		return;
	}
	unreachable("delivery verdict");
}

void dispatcher_outcome(struct dispatcher *d, struct delivery *delivery, wall_ms now) {
	struct dispatch_group *group = delivery->group;
	struct group_target *target = delivery->target;
	delivery->state = DELIVERY_PARKED; // in no queue any more
	if (target == NULL) {
		delivery_free(delivery);
		return;
	}
	bool had_resolved = delivery->resolved.count > 0;
	fault_point("before-outcome");
	apply_verdict(d, delivery, now);
	flush_missed(d, group, target, now);
	if (had_resolved) {
		sweep(d, group, now);
		end_if_empty(d, group);
	}
}

void dispatcher_attempt_due(struct dispatcher *d, struct delivery *delivery, wall_ms now) {
	delivery_begin(&delivery->progress);
	delivery->progress.next_attempt = now;
	dispatcher_put_delivery(d, delivery);
	dispatcher_begin_when_stored(d, delivery);
}
