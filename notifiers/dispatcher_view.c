// SPDX-License-Identifier: Apache-2.0
// What the API reads of dispatch: built by the dispatcher when asked, shared by readers while nothing changed (LAW 18).
#include "notifiers/dispatcher_state.h"

static int compare_alerts(const void *left, const void *right) {
	uint64_t a = ((const struct dispatch_alert *)left)->record->labels->fingerprint;
	uint64_t b = ((const struct dispatch_alert *)right)->record->labels->fingerprint;
	return (a > b) - (a < b);
}

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

static void set_silences(struct dispatch_alert *alert, const struct silence_set *silences, wall_ms now) {
	struct silence_matches matches = { 0 };
	silence_set_match(silences, alert->record->labels, now, &matches);
	for (size_t i = 0; i < matches.count; i++)
		silence_ref(matches.items[i]);
	alert->silences = matches.items;
	alert->silence_count = matches.count;
}

static void set_external(struct dispatch_alert *alert, const struct dispatch_entry *entry) {
	if (entry->external == NULL || strcmp(alert->record->origin->source, ALERT_SOURCE_EXTERNAL) != 0)
		return;
	alert->ends_at = external_alert_ends_at(entry->external);
	alert->updated_at = external_alert_updated_at(entry->external);
}

static void set_inhibition(struct dispatch_alert *alert, const struct dispatcher *d, wall_ms now) {
	struct muting muting = dispatcher_muting(d, alert->record->labels, now);
	alert->is_inhibited = muting.is_inhibited;
	alert->inhibited_by = muting.is_inhibited ? muting.inhibition.source->fingerprint : 0;
}

static struct dispatch_view *build(struct dispatcher *d, wall_ms now) {
	struct dispatch_view *view = MEM_NEW(struct dispatch_view);
	size_t at = 0;
	ref_init(&view->ref);
	view->setup = notify_setup_ref(d->setup);
	view->alerts = mem_zalloc(d->table.firing_count * sizeof *view->alerts);
	for (struct dispatch_entry *entry; (entry = hash_map_next(&d->table.by_labels, &at)) != NULL;) {
		if (!dispatch_entry_is_firing(entry))
			continue;
		struct dispatch_alert *alert = &view->alerts[view->alert_count++];
		alert->record = alert_record_ref(dispatch_entry_shown(entry));
		set_receivers(alert, d->setup->config->root);
		set_times(alert, entry);
		set_silences(alert, &d->silences, now);
		set_external(alert, entry);
		set_inhibition(alert, d, now);
	}
	if (view->alert_count > 1)
		qsort(view->alerts, view->alert_count, sizeof *view->alerts, compare_alerts);
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
	notify_setup_unref(view->setup);
	free(view);
}

void dispatcher_view(struct dispatcher *d, struct dispatcher_view_request *request, wall_ms now) {
	if (d->view == NULL || d->view_version != d->version) {
		dispatch_view_unref(d->view);
		d->view = build(d, now);
		d->view_version = d->version;
	}
	ref_take(&d->view->ref);
	request->view = d->view;
	request->message.kind = request->reply_kind;
	if (!inbox_post(request->reply_to, &request->message))
		dispatch_view_unref(d->view);
}
