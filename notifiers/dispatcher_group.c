// SPDX-License-Identifier: Apache-2.0
// The dispatcher's groups: who is a member of which, and when an alert may be forgotten. Decides nothing about notifications.
#include "base/buf.h"
#include "notifiers/dispatcher_state.h"

void dispatch_group_key(struct buf *out, const struct route_config *route, const struct labels *group_labels) {
	route_identity(out, route);
	buf_append_char(out, ':');
	labels_format(out, group_labels);
}

static void set_targets(struct dispatcher *d, struct dispatch_group *group) {
	const struct receiver_runtime *receiver = &d->receivers[group->route->receiver - d->setup->config->receivers];
	group->targets = mem_zalloc(receiver->count * sizeof *group->targets);
	group->target_count = receiver->count;
	for (size_t i = 0; i < receiver->count; i++)
		group->targets[i].integration = integration_use(receiver->integrations[i]);
}

static struct dispatch_group *group_create(struct dispatcher *d, const struct route_config *route, const struct labels *labels) {
	struct dispatch_group *group = MEM_NEW(struct dispatch_group);
	struct buf key = { 0 }, group_key = { 0 };
	group->route = route;
	group->labels = route_group_labels(route, labels);
	dispatch_group_key(&key, route, group->labels);
	route_key(&group_key, route);
	buf_append_char(&group_key, ':');
	labels_format(&group_key, group->labels);
	group->key = buf_take(&key);
	group->group_key = buf_take(&group_key);
	set_targets(d, group);
	return group;
}

struct membership {
	const struct route_config *route;
	const struct labels *labels; // of an alert
};

static bool takes_in(const void *value, const void *key) {
	const struct dispatch_group *group = value;
	const struct membership *wanted = key;
	return group->route == wanted->route && route_is_group_of(group->route, group->labels, wanted->labels);
}

struct dispatch_group *dispatch_group_get(struct dispatcher *d, const struct route_config *route, const struct labels *labels, bool *is_new) {
	const struct membership wanted = { route, labels };
	uint64_t hash = route_group_hash(route, labels);
	struct dispatch_group *group = hash_map_find(&d->groups, hash, &wanted, takes_in);
	*is_new = group == NULL;
	if (group != NULL)
		return group;
	group = group_create(d, route, labels);
	group->hash = hash;
	hash_map_insert(&d->groups, hash, group);
	atomic_store_explicit(&d->metrics.groups, d->groups.count, memory_order_relaxed);
	return group;
}

static void group_destroy(struct dispatcher *d, struct dispatch_group *group) {
	heap_remove(&d->groups_due, &group->due);
	for (size_t i = 0; i < group->target_count; i++) {
		integration_release(group->targets[i].integration);
		told_finish(&group->targets[i].told);
	}
	free(group->targets);
	array_finish(&group->members);
	labels_unref(group->labels);
	free(group->key);
	free(group->group_key);
	free(group);
}

static bool is_same(const void *value, const void *key) {
	return value == key;
}

void dispatch_group_free(struct dispatcher *d, struct dispatch_group *group) {
	hash_map_remove(&d->groups, group->hash, group, is_same);
	atomic_store_explicit(&d->metrics.groups, d->groups.count, memory_order_relaxed);
	group_destroy(d, group);
}

static bool destroy_each(void *group, void *dispatcher) {
	group_destroy(dispatcher, group);
	return false;
}

void dispatcher_free_groups(struct dispatcher *d) {
	hash_map_sweep(&d->groups, destroy_each, d);
	atomic_store_explicit(&d->metrics.groups, d->groups.count, memory_order_relaxed);
}

void dispatch_group_join(struct dispatch_group *group, struct dispatch_entry *entry) {
	for (size_t i = 0; i < entry->groups.count; i++)
		if (few_items(&entry->groups)[i] == group)
			return;
	few_append(&entry->groups, group);
	array_append(&group->members, entry);
}

void dispatch_group_schedule(struct dispatcher *d, struct dispatch_group *group, wall_ms next_flush) {
	group->next_flush = next_flush;
	heap_update(&d->groups_due, &group->due, next_flush);
}

bool group_target_holds(const struct group_target *target, uint64_t fingerprint) {
	if (told_holds(&target->told, fingerprint))
		return true;
	const struct delivery *delivery = target->delivery;
	return delivery != NULL && (fingerprint_set_has(&delivery->firing, fingerprint) || fingerprint_set_has(&delivery->resolved, fingerprint));
}

// Nobody asks after one that never fired.
static wall_ms kept_until(const struct dispatch_entry *entry) {
	wall_ms changed_at = dispatch_entry_changed_at(entry);
	for (size_t i = 0; i < entry->sources.count; i++)
		if (few_items(&entry->sources)[i].shown->fired_at != 0)
			return changed_at + RESOLVED_RETENTION_MS;
	return changed_at;
}

void dispatch_entry_retire(struct dispatcher *d, struct dispatch_entry *entry, wall_ms now) {
	wall_ms due = kept_until(entry);
	dispatch_table_leave(&d->table, entry, due < now ? now : due);
}

void dispatch_entry_leave(struct dispatcher *d, struct dispatch_entry *entry, struct dispatch_group *group, wall_ms now) {
	for (size_t i = 0; i < entry->groups.count; i++)
		if (few_items(&entry->groups)[i] == group) {
			few_swap_remove(&entry->groups, i);
			break;
		}
	if (entry->groups.count == 0 && !dispatch_entry_is_firing(entry))
		dispatch_entry_retire(d, entry, now);
}

void dispatcher_route(struct dispatcher *d, struct dispatch_entry *entry, wall_ms now) {
	struct route_list routes = { 0 };
	dispatch_table_stay(&d->table, entry);
	route_match(d->setup->config->root, dispatch_entry_labels(entry), &routes);
	for (size_t i = 0; i < routes.count; i++) {
		bool is_new;
		struct dispatch_group *group = dispatch_group_get(d, few_items(&routes)[i], dispatch_entry_labels(entry), &is_new);
		dispatch_group_join(group, entry);
		if (is_new)
			dispatch_group_schedule(d, group, alert_group_first_flush(dispatch_entry_starts_at(entry), group->route->group_wait, now));
	}
	few_finish(&routes);
}

void dispatcher_forget(struct dispatcher *d, struct dispatch_entry *entry, wall_ms now) {
	if (kept_until(entry) > now) {
		dispatch_entry_retire(d, entry, now);
		return;
	}
	for (size_t i = 0; i < entry->sources.count; i++)
		if (few_items(&entry->sources)[i].row->state == ALERT_INACTIVE)
			dispatcher_delete_alert(d, few_items(&entry->sources)[i].row);
	silence_set_drop(&d->silences, dispatch_entry_labels(entry));
	if (entry->is_changed)
		dispatcher_forget_view(d); // nobody asked for one in all that time
	dispatch_table_remove(&d->table, entry);
}
