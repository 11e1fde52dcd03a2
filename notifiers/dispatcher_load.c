// SPDX-License-Identifier: Apache-2.0
// The dispatcher's start: everything it knows, from rows (LAW 1). An attempt that began and has no outcome is maybe told (LAW 3).
#include "notifiers/dispatcher_state.h"

struct load {
	struct dispatcher *d;
	struct saved_state state;
	struct fingerprint_set held;   // in some told set or unfinished delivery
	struct hash_map notifications; // by id
	wall_ms now;
	struct error *err;
	bool failed;
};

static bool take_group(void *context, const struct store_group *row) {
	struct load *load = context;
	struct saved_group *group = saved_state_get(&load->state, row->key);
	group->has_row = true;
	group->next_flush = row->next_flush;
	group->group_wait = row->group_wait;
	group->group_interval = row->group_interval;
	return true;
}

static void hold(struct load *load, const uint64_t *items, size_t count) {
	for (size_t i = 0; i < count; i++)
		array_append(&load->held, items[i]);
}

static bool take_log(void *context, const struct store_log *row) {
	struct load *load = context;
	struct saved_target *target = saved_group_target(saved_state_get(&load->state, row->group_key), row->integration);
	target->has_log_row = true;
	target->told.exists = true;
	target->told.at = row->told_at;
	fingerprint_set_copy(&target->told.firing, row->firing, row->firing_count);
	fingerprint_set_copy(&target->told.resolved, row->resolved, row->resolved_count);
	fingerprint_set_copy(&target->told.left_out, row->left_out, row->left_out_count);
	if (row->receiver_data.len > 0)
		target->told.receiver_data = mem_dup(row->receiver_data.data, row->receiver_data.len + 1); // columns end with a NUL
	hold(load, row->firing, row->firing_count);
	hold(load, row->left_out, row->left_out_count);
	return true;
}

static bool take_notification(void *context, const struct store_notification *row) {
	struct load *load = context;
	struct notification *notification = notification_from_json(row->data, load->err);
	load->failed = notification == NULL;
	if (load->failed)
		return false;
	notification->id = row->id;
	if (row->id > load->d->last_notification)
		load->d->last_notification = row->id;
	hash_map_insert(&load->notifications, (uint64_t)row->id, notification);
	return true;
}

// What was under way is repeated at once; what waited goes on waiting.
static void resume(struct delivery *delivery, const struct store_delivery *row, wall_ms now) {
	bool is_parked = row->next_attempt == DELIVERY_NEVER;
	wall_ms latest = now + DELIVERY_RETRY_AFTER_MAX_MS;
	delivery->progress = (struct delivery_progress){ row->attempts, row->refused, row->next_attempt };
	delivery->state = is_parked ? DELIVERY_PARKED : DELIVERY_WAITING;
	if (!is_parked && row->next_attempt > latest)
		delivery->progress.next_attempt = latest;
}

static bool take_delivery(void *context, const struct store_delivery *row) {
	struct load *load = context;
	struct notification *content = hash_map_find(&load->notifications, (uint64_t)row->notification_id, NULL, NULL);
	if (content == NULL) {
		load->failed = true;
		return error_set(load->err, ERR_CORRUPT, "a stored delivery has no notification (%lld)", (long long)row->notification_id);
	}
	struct saved_target *target = saved_group_target(saved_state_get(&load->state, row->group_key), row->integration);
	target->delivery = delivery_create(load->d, NULL, NULL);
	delivery_set_content(target->delivery, notification_ref(content));
	resume(target->delivery, row, load->now);
	target->failing_since = row->refused > 0 ? content->at : 0; // at the earliest: older content was replaced
	hold(load, row->firing, row->firing_count);
	hold(load, row->resolved, row->resolved_count);
	if (delivery_is_maybe_told(&target->delivery->progress)) {
		fingerprint_set_add_all(&target->told.maybe_firing, &target->delivery->firing);
		fingerprint_set_add_all(&target->told.maybe_firing, &target->delivery->resolved);
	}
	return true;
}

// Who posts an alert has some time to do it again (LAW 13).
static void take_row(struct load *load, struct alert_record *record) {
	struct dispatch_entry *entry = dispatch_table_take(&load->d->table, record);
	if (record->state == ALERT_FIRING && alert_record_is_external(record))
		dispatcher_expect_end(load->d, entry, record, load->now + load->d->setup->config->resolve_timeout);
}

static bool take_alert(void *context, struct alert_record *record) {
	struct load *load = context;
	if (alert_record_is_dropped(record))
		return true;
	if (record->state != ALERT_PENDING)
		take_row(load, record);
	else if (fingerprint_set_has(&load->held, record->labels->fingerprint)) // it resolved and came back before its end was told
		dispatch_table_keep(&load->d->table, record);
	return true;
}

static bool read_rows(struct load *load) {
	struct store *store = load->d->store;
	if (!store_each_group(store, take_group, load, load->err) || !store_each_log(store, take_log, load, load->err))
		return false;
	if (!store_each_notification(store, take_notification, load, load->err) || load->failed)
		return false;
	if (!store_each_delivery(store, take_delivery, load, load->err) || load->failed)
		return false;
	fingerprint_set_sort(&load->held);
	return store_each_alert(store, take_alert, load, load->err);
}

static void discard(struct load *load) {
	size_t at = 0;
	for (struct saved_group *group; (group = hash_map_next(&load->state.groups, &at)) != NULL;)
		for (size_t i = 0; i < group->targets.count; i++)
			if (group->targets.items[i].delivery != NULL)
				delivery_drop(group->targets.items[i].delivery);
	saved_state_finish(&load->state);
}

bool dispatcher_load(struct dispatcher *d, wall_ms now, struct error *err) {
	struct load load = { .d = d, .now = now, .err = err };
	bool done = read_rows(&load);
	size_t at = 0;
	if (done && dispatcher_batch_open(d))
		dispatcher_restore(d, &load.state, now);
	else
		discard(&load);
	for (struct notification *notification; (notification = hash_map_next(&load.notifications, &at)) != NULL;)
		notification_unref(notification);
	hash_map_finish(&load.notifications);
	array_finish(&load.held);
	return done;
}
