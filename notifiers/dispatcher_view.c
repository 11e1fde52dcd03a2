// SPDX-License-Identifier: Apache-2.0
// What the API reads of dispatch: built by the dispatcher when asked, shared by readers while nothing changed (LAW 18).
#include "notifiers/alert_order.h"
#include "notifiers/dispatcher_state.h"

static void add_receiver(struct dispatch_alert *alert, const char *name) {
	for (size_t i = 0; i < alert->receiver_count; i++)
		if (strcmp(alert->receivers[i], name) == 0)
			return;
	alert->receivers[alert->receiver_count++] = name;
}

static void set_receivers(struct dispatch_alert *alert, const struct route_config *root) {
	struct route_list routes = { 0 };
	route_match(root, alert->record->labels, &routes);
	alert->receivers = mem_zalloc(routes.count * sizeof *alert->receivers);
	for (size_t i = 0; i < routes.count; i++)
		add_receiver(alert, routes.items[i]->receiver->name);
	array_finish(&routes);
}

static void set_times(struct dispatch_alert *alert, const struct dispatch_entry *entry) {
	alert->starts_at = dispatch_entry_starts_at(entry);
	alert->is_firing = true;
}

static void set_silences(struct dispatch_alert *alert, struct silence_set *silences, struct dispatch_entry *entry, wall_ms now) {
	struct silence_matches matches = { 0 };
	silence_set_match(silences, alert->record->labels, &entry->silences_tried, now, &matches);
	for (size_t i = 0; i < matches.count; i++)
		silence_ref(matches.items[i]);
	alert->silences = matches.items;
	alert->silence_count = matches.count;
}

static void set_external(struct dispatch_alert *alert, const struct dispatch_entry *entry) {
	const struct external_alert *external = dispatch_entry_expiring(entry);
	if (external == NULL || !alert_record_is_external(alert->record))
		return;
	alert->ends_at = external_alert_ends_at(external);
	alert->updated_at = external_alert_updated_at(external);
}

static void set_inhibition(struct dispatch_alert *alert, const struct dispatcher *d) {
	struct inhibition inhibition;
	alert->is_inhibited = inhibitor_find(d->inhibitor, alert->record->labels, &inhibition);
	alert->inhibited_by = alert->is_inhibited ? inhibition.source->fingerprint : 0;
}

// ---- alerts

struct firing_entry {
	uint64_t fingerprint;
	struct dispatch_entry *entry;
};

static int compare_entries(const void *left, const void *right) {
	uint64_t a = ((const struct firing_entry *)left)->fingerprint, b = ((const struct firing_entry *)right)->fingerprint;
	return (a > b) - (a < b);
}

// Those that fire, by fingerprint; as many as the table says. Freed by the caller.
static struct firing_entry *sort_entries(struct dispatcher *d) {
	struct firing_entry *entries = mem_alloc(d->table.firing_count * sizeof *entries);
	size_t at = 0, count = 0;
	for (struct dispatch_entry *entry; (entry = hash_map_next(&d->table.by_labels, &at)) != NULL;)
		if (dispatch_entry_is_firing(entry))
			entries[count++] = (struct firing_entry){ dispatch_entry_labels(entry)->fingerprint, entry };
	if (count > 1)
		qsort(entries, count, sizeof *entries, compare_entries);
	return entries;
}

static void fill_alert(struct dispatcher *d, struct dispatch_alert *alert, struct dispatch_entry *entry, wall_ms now) {
	alert->record = alert_record_ref(dispatch_entry_shown(entry));
	set_receivers(alert, d->setup->config->root);
	set_times(alert, entry);
	set_silences(alert, &d->silences, entry, now);
	set_external(alert, entry);
	set_inhibition(alert, d);
}

// ---- groups

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

static void set_groups(struct dispatcher *d, struct dispatch_view *view, const struct firing_entry *entries, wall_ms now) {
	add_groups(d, view, now);
	view->has_groups = true;
	for (size_t i = 0; i < view->alert_count; i++)
		for (size_t k = 0; k < entries[i].entry->groups.count; k++) {
			struct dispatch_group_view *group = &view->groups[few_items(&entries[i].entry->groups)[k]->view_at];
			group->members[group->member_count++] = &view->alerts[i];
		}
	for (size_t i = 0; i < view->group_count; i++)
		sort_members(&view->groups[i]);
}

static struct dispatch_view *build(struct dispatcher *d, bool wants_groups, wall_ms now) {
	struct dispatch_view *view = MEM_NEW(struct dispatch_view);
	struct firing_entry *entries = sort_entries(d);
	ref_init(&view->ref);
	view->setup = notify_setup_ref(d->setup);
	view->alert_count = d->table.firing_count;
	view->alerts = mem_zalloc(view->alert_count * sizeof *view->alerts);
	for (size_t i = 0; i < view->alert_count; i++)
		fill_alert(d, &view->alerts[i], entries[i].entry, now);
	if (wants_groups)
		set_groups(d, view, entries, now);
	free(entries);
	return view;
}

void dispatch_view_unref(struct dispatch_view *view) {
	if (view == NULL || !ref_drop(&view->ref))
		return;
	for (size_t i = 0; i < view->alert_count; i++) {
		alert_record_unref(view->alerts[i].record);
		free(view->alerts[i].receivers);
		for (size_t j = 0; j < view->alerts[i].silence_count; j++)
			silence_unref(view->alerts[i].silences[j]);
		free(view->alerts[i].silences);
	}
	free(view->alerts);
	for (size_t i = 0; i < view->group_count; i++) {
		labels_unref(view->groups[i].labels);
		free(view->groups[i].muted_by);
	}
	free(view->groups);
	free(view->members);
	notify_setup_unref(view->setup);
	free(view);
}

static void renew_view(struct dispatcher *d, bool wants_groups, wall_ms now) {
	struct dispatch_view *view = build(d, wants_groups, now);
	dispatch_view_unref(d->view);
	d->view = view;
	d->view_version = d->version;
	atomic_fetch_add_explicit(&d->metrics.silence_queries, view->alert_count, memory_order_relaxed);
}

// NOLINTBEGIN(clang-analyzer-unix.Malloc): the dispatcher has a reference of its own
static void answer(struct dispatcher *d, struct dispatcher_view_request *request, wall_ms now) {
	bool lacks_groups = request->wants_groups && d->view != NULL && !d->view->has_groups;
	if (d->view == NULL || d->view_version != d->version || lacks_groups)
		renew_view(d, request->wants_groups, now);
	ref_take(&d->view->ref);
	request->view = d->view;
	request->message.kind = request->reply_kind;
	if (!inbox_post(request->reply_to, &request->message))
		dispatch_view_unref(d->view);
}
// NOLINTEND(clang-analyzer-unix.Malloc)

void dispatcher_view(struct dispatcher *d, struct dispatcher_view_request *request) {
	struct message **end = &d->viewing;
	while (*end != NULL)
		end = &(*end)->next;
	*end = &request->message;
	request->message.next = NULL;
}

void dispatcher_answer_views(struct dispatcher *d, wall_ms now, int64_t until_ns) {
	if (d->viewing == NULL || !dispatcher_try_silences_of_all(d, until_ns))
		return;
	dispatcher_advance_silences(d, now);
	while (d->viewing != NULL) {
		struct message *message = d->viewing;
		d->viewing = message->next;
		answer(d, (struct dispatcher_view_request *)message, now);
	}
}
