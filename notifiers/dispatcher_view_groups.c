// SPDX-License-Identifier: Apache-2.0
// The groups of a view, for whoever asks for them: made for each view that has them, from what they hold then.
#include "notifiers/alert_order.h"
#include "notifiers/dispatcher_state.h"

static int compare_groups(const void *left, const void *right) {
	const struct dispatch_group *a = *(struct dispatch_group *const *)left, *b = *(struct dispatch_group *const *)right;
	int order = alert_order_sets(a->labels, b->labels);
	if (order == 0)
		order = strcmp(a->route->receiver->name, b->route->receiver->name);
	return order != 0 ? order : strcmp(a->key, b->key); // any order that stays
}

static void sort_members(struct dispatch_group_view *group) {
	size_t count = group->member_count;
	if (count < 2)
		return;
	autofree struct ordered_alert *ordered = mem_alloc(count * sizeof *ordered);
	for (size_t i = 0; i < count; i++)
		ordered[i] = (struct ordered_alert){ .labels = group->members[i]->record->labels, .alert = group->members[i] };
	alert_order_sort(ordered, count);
	for (size_t i = 0; i < count; i++)
		group->members[i] = ordered[i].alert;
}

// Empty ones, each with room for its members.
static void add_groups(struct dispatcher *d, struct dispatch_view *view, wall_ms now) {
	struct dispatch_group **groups = mem_zalloc(d->groups.count * sizeof(struct dispatch_group *));
	size_t at = 0, members = 0;
	for (struct dispatch_group *group; (group = hash_map_next(&d->groups, &at)) != NULL;) {
		groups[view->group_count++] = group;
		members += group->members.count;
	}
	if (view->group_count > 1)
		qsort(groups, view->group_count, sizeof *groups, compare_groups);
	view->groups = mem_zalloc(view->group_count * sizeof *view->groups);
	view->members = mem_zalloc(members * sizeof *view->members);
	const struct dispatch_alert **room = view->members;
	for (size_t i = 0; i < view->group_count; i++) {
		struct interval_names muted_by = { 0 };
		route_closed_by(groups[i]->route, now, &muted_by);
		view->groups[i] = (struct dispatch_group_view){ .labels = labels_ref(groups[i]->labels), .route = groups[i]->route, .members = room, .muted_by = muted_by.items, .muted_by_count = muted_by.count };
		room += groups[i]->members.count;
		groups[i]->view_at = i;
	}
	free(groups);
}

void dispatch_view_set_groups(struct dispatcher *d, struct dispatch_view *view, wall_ms now) {
	add_groups(d, view, now);
	view->has_groups = true;
	for (size_t i = 0; i < view->alert_count; i++) {
		const struct dispatch_entry *entry = dispatch_table_find(&d->table, view->alerts[i]->record->labels);
		for (size_t k = 0; k < entry->groups.count; k++) {
			struct dispatch_group_view *group = &view->groups[few_items(&entry->groups)[k]->view_at];
			group->members[group->member_count++] = view->alerts[i];
		}
	}
	for (size_t i = 0; i < view->group_count; i++)
		sort_members(&view->groups[i]);
}

void dispatch_view_drop_groups(struct dispatch_view *view) {
	for (size_t i = 0; i < view->group_count; i++) {
		labels_unref(view->groups[i].labels);
		free(view->groups[i].muted_by);
	}
	free(view->groups);
	free(view->members);
}
