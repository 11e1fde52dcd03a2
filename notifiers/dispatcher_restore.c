// SPDX-License-Identifier: Apache-2.0
// Groups from alerts and from what was saved about them: the same walk after a restart (rows, LAW 1) and at a reload (memory, LAW 20).
// Saved integrations are paired with the configured ones; whatever finds no place is taken back from the store.
#include "base/hash.h"
#include "notifiers/dispatcher_state.h"

struct restore {
	struct dispatcher *d;
	struct saved_state *state;
	wall_ms now;
	ARRAY_OF(struct str)
	was; // identities that were saved, unique
	ARRAY_OF(struct str)
	configured; // identities of the configuration
	ARRAY_OF(struct integration *)
	integrations;     // the same ones
	ptrdiff_t *pairs; // was -> configured
};

static bool has_key(const void *value, const void *key) {
	const struct saved_group *group = value;
	return str_equal_cstr(*(const struct str *)key, group->key);
}

static char *copy_text(struct str text) {
	char *copy = mem_alloc(text.len + 1);
	if (text.len > 0)
		memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	return copy;
}

static struct saved_group *saved_state_find(struct saved_state *state, struct str key) {
	return hash_map_find(&state->groups, hash_bytes(HASH_START, key), &key, has_key);
}

struct saved_group *saved_state_get(struct saved_state *state, struct str key) {
	struct saved_group *group = saved_state_find(state, key);
	if (group != NULL)
		return group;
	group = MEM_NEW(struct saved_group);
	group->key = copy_text(key);
	hash_map_insert(&state->groups, hash_bytes(HASH_START, key), group);
	return group;
}

struct saved_target *saved_group_target(struct saved_group *group, struct str identity) {
	for (size_t i = 0; i < group->targets.count; i++)
		if (str_equal_cstr(identity, group->targets.items[i].identity))
			return &group->targets.items[i];
	struct saved_target *target = array_push(&group->targets);
	*target = (struct saved_target){ .identity = copy_text(identity) };
	return target;
}

static void saved_group_free(struct saved_group *group) {
	for (size_t i = 0; i < group->targets.count; i++) {
		free(group->targets.items[i].identity);
		told_finish(&group->targets.items[i].told);
	}
	array_finish(&group->targets);
	free(group->key);
	free(group);
}

void saved_state_finish(struct saved_state *state) {
	size_t at = 0;
	for (struct saved_group *group; (group = hash_map_next(&state->groups, &at)) != NULL;)
		saved_group_free(group);
	hash_map_finish(&state->groups);
}

static void note_identity(struct restore *restore, const char *identity) {
	for (size_t i = 0; i < restore->was.count; i++)
		if (str_equal_cstr(restore->was.items[i], identity))
			return;
	array_append(&restore->was, str_of(identity));
}

static void pair_integrations(struct restore *restore) {
	struct dispatcher *d = restore->d;
	size_t at = 0;
	for (struct saved_group *group; (group = hash_map_next(&restore->state->groups, &at)) != NULL;)
		for (size_t i = 0; i < group->targets.count; i++)
			note_identity(restore, group->targets.items[i].identity);
	for (size_t i = 0; i < d->setup->config->receiver_count; i++)
		for (size_t j = 0; j < d->receivers[i].count; j++) {
			array_append(&restore->integrations, d->receivers[i].integrations[j]);
			array_append(&restore->configured, str_of(d->receivers[i].integrations[j]->identity));
		}
	restore->pairs = mem_zalloc((restore->was.count + 1) * sizeof *restore->pairs);
	integration_pair(restore->was.items, restore->was.count, restore->configured.items, restore->configured.count, restore->pairs);
}

static struct integration *paired(const struct restore *restore, const char *identity) {
	for (size_t i = 0; i < restore->was.count; i++)
		if (str_equal_cstr(restore->was.items[i], identity))
			return restore->pairs[i] < 0 ? NULL : restore->integrations.items[restore->pairs[i]];
	return NULL;
}

static bool saved_target_holds(const struct saved_target *target, uint64_t fingerprint) {
	const struct delivery *delivery = target->delivery;
	if (told_holds(&target->told, fingerprint))
		return true;
	return delivery != NULL && (fingerprint_set_has(&delivery->firing, fingerprint) || fingerprint_set_has(&delivery->resolved, fingerprint));
}

static bool saved_group_holds(const struct saved_group *group, uint64_t fingerprint) {
	for (size_t i = 0; i < group->targets.count; i++)
		if (saved_target_holds(&group->targets.items[i], fingerprint))
			return true;
	return false;
}

static bool resolved_is_owed(struct restore *restore, const struct route_config *route, const struct labels *labels) {
	const struct labels *group_labels = route_group_labels(route, labels);
	autobuf struct buf key = { 0 };
	dispatch_group_key(&key, route, group_labels);
	labels_unref(group_labels);
	const struct saved_group *group = saved_state_find(restore->state, buf_str(&key));
	return group != NULL && saved_group_holds(group, labels->fingerprint);
}

static void place_entry(struct restore *restore, struct dispatch_entry *entry) {
	struct dispatcher *d = restore->d;
	struct route_list routes = { 0 };
	bool is_firing = dispatch_entry_is_firing(entry);
	dispatch_table_stay(&d->table, entry);
	inhibitor_note(d->inhibitor, dispatch_entry_labels(entry), is_firing);
	route_match(d->setup->config->root, dispatch_entry_labels(entry), &routes);
	for (size_t i = 0; i < routes.count; i++) {
		bool is_new;
		if (is_firing || resolved_is_owed(restore, few_items(&routes)[i], dispatch_entry_labels(entry)))
			dispatch_group_join(dispatch_group_get(d, few_items(&routes)[i], dispatch_entry_labels(entry), &is_new), entry);
	}
	few_finish(&routes);
	if (!is_firing && entry->groups.count == 0)
		dispatch_entry_retire(d, entry, restore->now);
}

static void carry_delivery(struct dispatcher *d, struct dispatch_group *group, struct group_target *target, struct delivery *delivery) {
	if (delivery == NULL)
		return;
	target->delivery = delivery;
	delivery->target = target;
	delivery->group = group;
	switch (delivery->state) {
	case DELIVERY_WAITING:
	case DELIVERY_READY:
	case DELIVERY_STORING:
	case DELIVERY_PARKED:
		delivery_use(delivery, target->integration);
		break;
	case DELIVERY_IN_FLIGHT: // counted where it began, until it is judged
	case DELIVERY_JUDGED:
		break;
	}
	if (delivery->state == DELIVERY_WAITING)
		heap_update(&d->deliveries_due, &delivery->due, delivery->progress.next_attempt);
}

// The integration has another name in the rows now.
static void rename_rows(struct dispatcher *d, struct dispatch_group *group, struct group_target *target, const char *was) {
	if (target->has_log_row) {
		dispatcher_delete_log(d, str_of(group->key), str_of(was));
		dispatcher_put_log(d, group, target);
	}
	if (target->delivery != NULL) {
		dispatcher_delete_delivery(d, str_of(group->key), str_of(was));
		dispatcher_put_delivery(d, target->delivery);
	}
}

static void carry_target(struct dispatcher *d, struct dispatch_group *group, struct group_target *target, struct saved_target *saved) {
	target->told = saved->told;
	target->has_log_row = saved->has_log_row;
	target->missed_tick = saved->missed_tick;
	if (target->integration->failing_since == 0)
		target->integration->failing_since = saved->failing_since;
	carry_delivery(d, group, target, saved->delivery);
	if (strcmp(saved->identity, target->integration->identity) != 0)
		rename_rows(d, group, target, saved->identity);
	saved->told = (struct told){ 0 };
	saved->delivery = NULL;
	saved->has_log_row = false;
}

static void withdraw_target(struct dispatcher *d, const char *group_key, struct saved_target *saved, wall_ms now) {
	if (saved->has_log_row)
		dispatcher_delete_log(d, str_of(group_key), str_of(saved->identity));
	saved->has_log_row = false;
	if (saved->delivery == NULL)
		return;
	dispatcher_delete_delivery(d, str_of(group_key), str_of(saved->identity));
	dispatcher_tell_cancelled(d, str_of(group_key), str_of(saved->identity), now);
	dispatcher_log_cancelled(group_key, saved->identity);
	delivery_drop(saved->delivery);
	saved->delivery = NULL;
}

// NULL: the integration is gone, or the group's receiver does not have it.
static struct group_target *place_of(struct dispatch_group *group, const struct integration *integration) {
	for (size_t i = 0; integration != NULL && i < group->target_count; i++)
		if (group->targets[i].integration == integration)
			return &group->targets[i];
	return NULL;
}

static void carry_targets(struct restore *restore, struct dispatch_group *group, struct saved_group *saved) {
	for (size_t i = 0; i < saved->targets.count; i++) {
		struct saved_target *target = &saved->targets.items[i];
		struct group_target *place = place_of(group, paired(restore, target->identity));
		if (place != NULL)
			carry_target(restore->d, group, place, target);
		else
			withdraw_target(restore->d, saved->key, target, restore->now);
	}
}

static wall_ms first_due(const struct dispatch_group *group, wall_ms now) {
	wall_ms earliest = INT64_MAX;
	for (size_t i = 0; i < group->members.count; i++) {
		wall_ms starts_at = dispatch_entry_starts_at(group->members.items[i]);
		earliest = starts_at < earliest ? starts_at : earliest;
	}
	return alert_group_resumed_first_flush(earliest, group->route->group_wait, now);
}

static wall_ms last_change(const struct dispatch_group *group) {
	wall_ms latest = 0;
	for (size_t i = 0; i < group->members.count; i++) {
		wall_ms changed_at = dispatch_entry_changed_at(group->members.items[i]);
		latest = changed_at > latest ? changed_at : latest;
	}
	return latest;
}

// Timers survive when they are unchanged; a new interval counts from the last tick.
static wall_ms next_due(const struct restore *restore, const struct dispatch_group *group, const struct saved_group *saved) {
	const struct route_config *route = group->route;
	if (saved == NULL || (!saved->has_row && (saved->next_flush == 0 || saved->group_wait != route->group_wait)))
		return first_due(group, restore->now);
	if (saved->has_row && saved->group_interval != route->group_interval) {
		wall_ms due = saved->next_flush - saved->group_interval + route->group_interval;
		return due < restore->now ? restore->now : due;
	}
	if (restore->state->is_reload)
		return saved->next_flush;
	return alert_group_resumed_tick(saved->next_flush, route->group_interval, last_change(group), restore->now);
}

static void place_group(struct restore *restore, struct dispatch_group *group) {
	struct saved_group *saved = saved_state_find(restore->state, str_of(group->key));
	wall_ms due = next_due(restore, group, saved);
	bool has_other_timers = saved != NULL && saved->has_row && (saved->group_wait != group->route->group_wait || saved->group_interval != group->route->group_interval);
	if (saved != NULL) {
		group->has_row = saved->has_row;
		saved->has_row = false; // claimed
		carry_targets(restore, group, saved);
	}
	dispatch_group_schedule(restore->d, group, due);
	if (has_other_timers)
		dispatcher_put_group(restore->d, group);
}

// Nobody is in it any more, or its route is gone.
static void withdraw_group(struct restore *restore, struct saved_group *saved) {
	for (size_t i = 0; i < saved->targets.count; i++)
		withdraw_target(restore->d, saved->key, &saved->targets.items[i], restore->now);
	if (saved->has_row)
		dispatcher_delete_group(restore->d, str_of(saved->key));
}

void dispatcher_restore(struct dispatcher *d, struct saved_state *state, wall_ms now) {
	struct restore restore = { .d = d, .state = state, .now = now };
	size_t at = 0;
	pair_integrations(&restore);
	for (struct dispatch_entry *entry; (entry = hash_map_next(&d->table.by_labels, &at)) != NULL;)
		place_entry(&restore, entry);
	at = 0;
	for (struct dispatch_group *group; (group = hash_map_next(&d->groups, &at)) != NULL;)
		place_group(&restore, group);
	at = 0;
	for (struct saved_group *saved; (saved = hash_map_next(&state->groups, &at)) != NULL;)
		withdraw_group(&restore, saved);
	saved_state_finish(state);
	array_finish(&restore.was);
	array_finish(&restore.configured);
	array_finish(&restore.integrations);
	free(restore.pairs);
}
