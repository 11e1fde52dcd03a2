// SPDX-License-Identifier: Apache-2.0
// One flush of a group and what becomes of its deliveries: the pure decisions of alert_group.h and delivery.h, carried out on rows and objects.
// Everything here needs an open batch.
#include "base/fault.h"
#include "base/log.h"
#include "notifiers/dispatcher_state.h"

// What integrations are sent for one reason: the same object for all that are owed the same ends.
struct frozen {
	enum flush_reason reason;
	struct fingerprint_set resolved;
	struct notification *notification;
};

struct flush {
	struct dispatcher *d;
	struct dispatch_group *group;
	wall_ms tick, now;
	enum route_hours hours;
	struct fingerprint_set firing, resolved; // those that are not held back
	struct fingerprint_set muted_resolved;   // ended, and an inhibition or a silence holds them back from whoever does not know them
	ARRAY_OF(struct frozen)
	frozen;
};

// Where this member goes: what fires and is held back is in no set. A closed route lets nothing through, not even ends.
static struct fingerprint_set *set_of(struct flush *flush, bool is_firing, bool is_muted) {
	if (flush->hours != ROUTE_OPEN || (is_firing && is_muted))
		return NULL;
	if (is_muted)
		return &flush->muted_resolved;
	return is_firing ? &flush->firing : &flush->resolved;
}

static void take_member(struct flush *flush, struct dispatch_entry *entry) {
	struct muting muting = dispatcher_muting(flush->d, entry, flush->now);
	bool is_muted = muting_holds(&muting);
	struct fingerprint_set *set = set_of(flush, dispatch_entry_is_firing(entry), is_muted);
	enum suppression stage = muting_stage(&muting, flush->hours);
	if (set != NULL)
		array_append(set, dispatch_entry_labels(entry)->fingerprint);
	if (stage != SUPPRESSED_NOT)
		atomic_fetch_add_explicit(&flush->d->metrics.suppressed[stage], 1, memory_order_relaxed);
	dispatch_table_mark(&flush->d->table, entry, is_muted);
}

static void flush_begin(struct flush *flush) {
	const struct dispatch_group *group = flush->group;
	flush->hours = route_hours_at(group->route, flush->now);
	atomic_fetch_add_explicit(&flush->d->metrics.silence_queries, group->members.count, memory_order_relaxed);
	for (size_t i = 0; i < group->members.count; i++)
		take_member(flush, group->members.items[i]);
	fingerprint_set_sort(&flush->firing);
	fingerprint_set_sort(&flush->resolved);
	fingerprint_set_sort(&flush->muted_resolved);
	atomic_store_explicit(&flush->d->metrics.alerts_muted, flush->d->table.muted_count, memory_order_relaxed);
}

static void flush_end(struct flush *flush) {
	array_finish(&flush->firing);
	array_finish(&flush->resolved);
	array_finish(&flush->muted_resolved);
	for (size_t i = 0; i < flush->frozen.count; i++) {
		array_finish(&flush->frozen.items[i].resolved);
		notification_unref(flush->frozen.items[i].notification);
	}
	array_finish(&flush->frozen);
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
		.event_sequence = alert_record_is_external(record) ? 0 : record->event_sequence, // the store may be about to set that one
		.value = alert_record_value(record),
		.source = arena_cstr(arena, str_of(record->origin->source)),
	};
}

static bool is_told(const struct flush *flush, const struct fingerprint_set *resolved, const struct dispatch_entry *entry) {
	return fingerprint_set_has(dispatch_entry_is_firing(entry) ? &flush->firing : resolved, dispatch_entry_labels(entry)->fingerprint);
}

static struct notification *freeze(const struct flush *flush, enum flush_reason reason, const struct fingerprint_set *resolved) {
	const struct dispatch_group *group = flush->group;
	struct notification *notification = notification_create();
	struct arena *arena = &notification->arena;
	notification->id = ++flush->d->last_notification;
	notification->at = flush->tick;
	notification->receiver = arena_dup_str(arena, str_of(group->route->receiver->name));
	notification->group_key = arena_dup_str(arena, str_of(group->group_key));
	notification->reason = arena_dup_str(arena, str_of(flush_reason_text(reason)));
	notification->external_url = arena_dup_str(arena, str_of(flush->d->setup->config->external_url));
	notification->group_labels = labels_ref(group->labels);
	notification->alerts = ARENA_NEW_ARRAY(arena, struct notified_alert, group->members.count); // two may share a fingerprint
	for (size_t i = 0; i < group->members.count; i++)
		if (is_told(flush, resolved, group->members.items[i]))
			freeze_alert(arena, group->members.items[i], &notification->alerts[notification->alert_count++]);
	notification_sort(notification);
	dispatcher_expand_route_labels(flush->d, group, notification);
	return notification;
}

static struct notification *frozen(struct flush *flush, enum flush_reason reason, const struct fingerprint_set *resolved) {
	for (size_t i = 0; i < flush->frozen.count; i++) {
		const struct frozen *known = &flush->frozen.items[i];
		if (known->reason == reason && known->resolved.count == resolved->count && fingerprint_set_covers(&known->resolved, resolved))
			return notification_ref(known->notification);
	}
	struct frozen *made = array_push(&flush->frozen);
	*made = (struct frozen){ .reason = reason, .notification = freeze(flush, reason, resolved) };
	fingerprint_set_copy(&made->resolved, resolved->items, resolved->count);
	dispatcher_put_notification(flush->d, flush->group, made->notification);
	return notification_ref(made->notification);
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

static void log_failure(enum log_level level, const char *message, struct delivery *delivery, wall_ms now) {
	delivery->said_at = now;
	dispatcher_log_outcome(level, message, delivery);
}

// A flush comes and what the last one had to say is not told yet.
static void note_superseded(struct dispatcher *d, struct delivery *delivery, wall_ms now) {
	if (delivery->is_counted_failed)
		return;
	count_failed(d, delivery);
	log_failure(LOG_ERROR, "notification not told before the next flush", delivery, now);
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
	const struct dispatch_group *group = flush->group;
	bool changed = false;
	for (size_t i = 0; i < group->members.count; i++)
		if (!dispatch_entry_is_firing(group->members.items[i]))
			told_forget(&target->told, dispatch_entry_labels(group->members.items[i])->fingerprint, &changed);
	if (changed)
		dispatcher_put_log(flush->d, flush->group, target);
}

// The ends to tell this integration of: those not held back, and those of alerts it knows.
static void owed_ends(const struct flush *flush, const struct told *told, struct fingerprint_set *out) {
	fingerprint_set_copy(out, flush->resolved.items, flush->resolved.count);
	for (size_t i = 0; i < flush->muted_resolved.count; i++)
		if (told_holds(told, flush->muted_resolved.items[i]))
			array_append(out, flush->muted_resolved.items[i]);
	fingerprint_set_sort(out);
}

static void deliver(struct flush *flush, struct group_target *target, enum flush_reason reason, const struct fingerprint_set *resolved) {
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
	if (told_settle_maybe(&target->told, &flush->firing, resolved))
		dispatcher_put_log(d, flush->group, target);
	delivery_set_content(delivery, frozen(flush, reason, resolved));
	delivery->is_counted_failed = false;
	dispatcher_put_delivery(d, delivery);
	if (begins)
		delivery_restart(delivery);
}

// There is nothing to tell now. What an attempt may have told is remembered by the delivery's row, which goes.
static void call_off(struct flush *flush, struct group_target *target) {
	if (target->delivery == NULL)
		return;
	drop_delivery(flush->d, target);
	if (told_settle_maybe(&target->told, &(struct fingerprint_set){ 0 }, &(struct fingerprint_set){ 0 }))
		dispatcher_put_log(flush->d, flush->group, target);
}

// While its route is closed nothing is tried again either: what is owed is told when it opens.
static void decide_target(struct flush *flush, struct group_target *target, bool send_resolved) {
	struct fingerprint_set resolved = { 0 };
	atomic_fetch_add_explicit(&flush->d->metrics.log_queries, 1, memory_order_relaxed);
	owed_ends(flush, &target->told, &resolved);
	struct flush_question question = {
		.told = &target->told,
		.firing = &flush->firing,
		.resolved = &resolved,
		.send_resolved = send_resolved,
		.repeat_interval = flush->group->route->repeat_interval,
		.tick = flush->tick,
	};
	enum flush_reason reason = alert_group_decide(&question);
	if (reason == FLUSH_NOTHING || (reason == FLUSH_ALL_RESOLVED && !send_resolved))
		call_off(flush, target);
	else
		deliver(flush, target, reason, &resolved);
	array_finish(&resolved);
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
	decide_target(flush, target, send_resolved);
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
			note_superseded(d, target->delivery, now);
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
	struct fingerprint_set members = { 0 };
	for (size_t i = 0; i < group->members.count; i++)
		array_append(&members, dispatch_entry_labels(group->members.items[i])->fingerprint);
	fingerprint_set_sort(&members);
	told_take(&target->told, delivery->content->at, &delivery->firing, &delivery->resolved, &members);
	array_finish(&members);
	dispatcher_put_log(d, group, target);
	atomic_fetch_add_explicit(&metrics_of(d, delivery)->notifications, 1, memory_order_relaxed);
	dispatcher_log_outcome(LOG_DEBUG, "told", delivery);
	if (target->integration->failing_since != 0)
		dispatcher_log_works(delivery);
	target->integration->failing_since = 0;
	drop_delivery(d, target);
}

static void note_maybe_told(struct delivery *delivery) {
	struct told *told = &delivery->target->told;
	fingerprint_set_add_all(&told->maybe_firing, &delivery->firing);
	fingerprint_set_add_all(&told->maybe_firing, &delivery->resolved);
}

static void note_failing(struct delivery *delivery, wall_ms now) {
	struct integration *integration = delivery->target->integration;
	if (integration->failing_since == 0)
		integration->failing_since = now;
}

static void log_retry(struct delivery *delivery, wall_ms now) {
	if (!delivery_is_worth_saying(delivery->said_at, now))
		dispatcher_log_outcome(LOG_DEBUG, "notification failed, it will be tried again", delivery);
	else if (delivery->progress.attempts == 1)
		log_failure(LOG_WARN, "notification failed, it will be tried again", delivery, now);
	else
		log_failure(LOG_ERROR, "notification still fails, it will be tried again", delivery, now);
}

static void retry(struct dispatcher *d, struct delivery *delivery, wall_ms now) {
	note_failing(delivery, now);
	delivery->state = DELIVERY_WAITING;
	dispatcher_put_delivery(d, delivery);
	if (attempt_is_mail(delivery) && delivery->target->told.receiver_data != NULL) // who has it already
		dispatcher_put_log(d, delivery->group, delivery->target);
	heap_update(&d->deliveries_due, &delivery->due, delivery->progress.next_attempt);
	log_retry(delivery, now);
}

static void give_up(struct dispatcher *d, struct delivery *delivery, bool is_parked, wall_ms now) {
	note_failing(delivery, now);
	count_failed(d, delivery);
	log_failure(LOG_ERROR, "notification refused, the next flush tries again", delivery, now);
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
		retry(d, delivery, now);
		return;
	case DELIVERY_ENDED:
		give_up(d, delivery, false, now);
		return;
	case DELIVERY_PARK:
		give_up(d, delivery, true, now);
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

// A route that has closed since says nothing: the next flush calls the delivery off.
void dispatcher_attempt_due(struct dispatcher *d, struct delivery *delivery, wall_ms now) {
	if (route_hours_at(delivery->group->route, now) != ROUTE_OPEN)
		return;
	delivery_begin(&delivery->progress);
	delivery->progress.next_attempt = now;
	dispatcher_put_delivery(d, delivery);
	dispatcher_begin_when_stored(d, delivery);
}
