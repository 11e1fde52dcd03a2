// SPDX-License-Identifier: Apache-2.0
// What the API reads of dispatch: built by the dispatcher when asked, shared by readers while nothing changed (LAW 18).
// A view takes over from the one before what it shows of alerts, but for those that were noted as changed since: what is read again costs what is new.
#include "notifiers/dispatcher_state.h"

#include <assert.h>

enum { PREFETCHED = 8, // alerts that are loaded while one is taken over
	FEW = 64 };    // changed ones that are made anew beside a view however small it is

// ---- an alert

static void add_receiver(struct dispatch_alert *alert, const char *name) {
	for (size_t i = 0; i < alert->receiver_count; i++)
		if (strcmp(alert->receivers[i], name) == 0)
			return;
	alert->receivers[alert->receiver_count++] = name;
}

static struct dispatch_alert *create_alert(const struct labels *labels, const struct route_config *root) {
	struct route_list routes = { 0 };
	route_match(root, labels, &routes);
	struct dispatch_alert *alert = mem_zalloc(sizeof *alert + routes.count * sizeof *alert->receivers);
	ref_init(&alert->ref);
	for (size_t i = 0; i < routes.count; i++)
		add_receiver(alert, few_items(&routes)[i]->receiver->name);
	few_finish(&routes);
	return alert;
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

static struct dispatch_alert *make_alert(struct dispatcher *d, struct dispatch_entry *entry, wall_ms now) {
	struct dispatch_alert *alert = create_alert(dispatch_entry_labels(entry), d->setup->config->root);
	alert->record = alert_record_ref(dispatch_entry_shown(entry));
	alert->starts_at = dispatch_entry_starts_at(entry);
	set_silences(alert, &d->silences, entry, now);
	set_external(alert, entry);
	set_inhibition(alert, d);
	return alert;
}

static void unref_alert(struct dispatch_alert *alert) {
	if (!ref_drop(&alert->ref))
		return;
	alert_record_unref(alert->record);
	for (size_t i = 0; i < alert->silence_count; i++)
		silence_unref(alert->silences[i]);
	free(alert->silences);
	free(alert);
}

// ---- alerts

// By fingerprint; of equal ones in any order that stays.
static int compare_labels(const struct labels *a, const struct labels *b) {
	if (a->fingerprint != b->fingerprint)
		return a->fingerprint < b->fingerprint ? -1 : 1;
	return a == b ? 0 : labels_compare(a, b);
}

struct entry_list {
	ARRAY_OF(struct ordered_entry {
		uint64_t fingerprint;
		struct dispatch_entry *entry;
	});
};

static int compare_entries(const void *left, const void *right) {
	const struct ordered_entry *a = left, *b = right;
	if (a->fingerprint != b->fingerprint)
		return a->fingerprint < b->fingerprint ? -1 : 1;
	return compare_labels(dispatch_entry_labels(a->entry), dispatch_entry_labels(b->entry));
}

static void add_entry(struct entry_list *list, struct dispatch_entry *entry) {
	array_append(list, ((struct ordered_entry){ dispatch_entry_labels(entry)->fingerprint, entry }));
}

// Those whose alerts are not to be taken over, in the view's order.
static void list_changed(struct dispatcher *d, struct entry_list *list) {
	size_t at = 0;
	for (size_t i = 0; i < d->changed.count; i++)
		add_entry(list, d->changed.items[i]);
	for (struct dispatch_entry *entry; d->view == NULL && (entry = hash_map_next(&d->table.by_labels, &at)) != NULL;)
		if (dispatch_entry_is_firing(entry))
			add_entry(list, entry);
	if (list->count > 1)
		qsort(list->items, list->count, sizeof *list->items, compare_entries);
}

// Where the first alert at `low` or after it is that does not come before these labels.
static size_t place_of(const struct dispatch_view *view, size_t low, const struct labels *labels) {
	for (size_t high = view->alert_count; low < high;) {
		size_t middle = low + (high - low) / 2;
		if (compare_labels(view->alerts[middle]->record->labels, labels) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void take_over(struct dispatch_view *view, const struct dispatch_view *was, size_t from, size_t to) {
	for (size_t i = from; i < to; i++) {
		if (i + PREFETCHED < to)
			__builtin_prefetch(was->alerts[i + PREFETCHED], 1);
		ref_take(&was->alerts[i]->ref);
		view->alerts[view->alert_count++] = was->alerts[i];
	}
}

// Returns how many were made.
static size_t set_alerts(struct dispatcher *d, struct dispatch_view *view, wall_ms now) {
	static const struct dispatch_view nothing;
	const struct dispatch_view *was = d->view != NULL ? d->view : &nothing;
	struct entry_list changed = { 0 };
	size_t at = 0, made = 0;
	list_changed(d, &changed);
	view->alerts = mem_alloc((was->alert_count + changed.count) * sizeof(struct dispatch_alert *)); // NOLINT(clang-analyzer-unix.Malloc): the dispatcher has a reference of its own
	for (size_t i = 0; i < changed.count; i++) {
		struct dispatch_entry *entry = changed.items[i].entry;
		const struct labels *labels = dispatch_entry_labels(entry);
		size_t place = place_of(was, at, labels);
		take_over(view, was, at, place);
		at = place + (place < was->alert_count && labels_equal(was->alerts[place]->record->labels, labels));
		if (!dispatch_entry_is_firing(entry))
			continue;
		view->alerts[view->alert_count++] = make_alert(d, entry, now);
		made++;
	}
	take_over(view, was, at, was->alert_count);
	assert(view->alert_count == d->table.firing_count); // else something changed and was not noted
	array_finish(&changed);
	return made;
}

// ---- views

void dispatch_view_unref(struct dispatch_view *view) {
	if (view == NULL || !ref_drop(&view->ref))
		return;
	for (size_t i = 0; i < view->alert_count; i++) {
		if (i + PREFETCHED < view->alert_count)
			__builtin_prefetch(view->alerts[i + PREFETCHED], 1);
		unref_alert(view->alerts[i]);
	}
	free(view->alerts);
	dispatch_view_drop_groups(view);
	notify_setup_unref(view->setup);
	free(view);
}

static void clear_changed(struct dispatcher *d) {
	for (size_t i = 0; i < d->changed.count; i++)
		d->changed.items[i]->is_changed = false;
	array_clear(&d->changed);
}

// Hours of routes begin and end with a minute.
static int64_t minute_of(wall_ms at) {
	return at / MINUTES(1);
}

static bool is_current(const struct dispatcher *d, bool wants_groups, wall_ms now) {
	if (d->view == NULL || d->view_version != d->version)
		return false;
	return !wants_groups || (d->view->has_groups && d->view_minute == minute_of(now)); // NOLINT(clang-analyzer-unix.Malloc): the dispatcher has a reference of its own
}

static void renew_view(struct dispatcher *d, bool wants_groups, wall_ms now) {
	struct dispatch_view *view = MEM_NEW(struct dispatch_view);
	ref_init(&view->ref);
	view->setup = notify_setup_ref(d->setup);
	size_t made = set_alerts(d, view, now);
	if (wants_groups)
		dispatch_view_set_groups(d, view, now);
	dispatch_view_unref(d->view);
	d->view = view;
	d->view_version = d->version;
	d->view_minute = minute_of(now);
	clear_changed(d);
	atomic_fetch_add_explicit(&d->metrics.silence_queries, made, memory_order_relaxed);
}

void dispatcher_forget_view(struct dispatcher *d) {
	d->version++;
	d->viewing_at = 0;
	clear_changed(d);
	dispatch_view_unref(d->view);
	d->view = NULL;
}

// A view most of which has changed saves nothing, and nobody may ask for another one: it gives its memory back.
void dispatcher_note_changed(struct dispatcher *d, struct dispatch_entry *entry) {
	d->version++;
	if (d->view == NULL || entry->is_changed)
		return;
	entry->is_changed = true;
	array_append(&d->changed, entry);
	if (d->changed.count > FEW && d->changed.count > d->view->alert_count / 2)
		dispatcher_forget_view(d);
}

// ---- requests

// NOLINTBEGIN(clang-analyzer-unix.Malloc): the dispatcher has a reference of its own
static void answer(struct dispatcher *d, struct dispatcher_view_request *request, wall_ms now) {
	if (!is_current(d, request->wants_groups, now))
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
	if (d->viewing == NULL || !dispatcher_try_silences_for_view(d, until_ns))
		return;
	dispatcher_advance_silences(d, now);
	while (d->viewing != NULL) {
		struct message *message = d->viewing;
		d->viewing = message->next;
		answer(d, (struct dispatcher_view_request *)message, now);
	}
}
