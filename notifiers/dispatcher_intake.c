// SPDX-License-Identifier: Apache-2.0
// Alerts that others post (LAW 13): merged with what is known, a row and an event where that is a transition, answered when it is stored.
// An alert posted again in which only the end moves costs a look-up.
#include "notifiers/alert_span.h"
#include "notifiers/dispatcher_state.h"

enum { REWRITE_MS = 60 * 1000, // how far the row of an alert that is no transition may be behind, in what it says and in time
	GRACE_MS = 30 * 1000,  // how long an end waits for posts that have come and are not taken in yet
	ALERT_BYTES = 768 };   // what a new one takes, about

// The dispatcher's side of an external source that fires.
struct external_alert {
	struct heap_node expires; // at its end
	struct dispatch_entry *entry;
	wall_ms updated_at; // last posted
	wall_ms row_ends_at, row_at;
	bool is_timeout;
	bool is_renewed; // the clock jumped since it was posted, and its end was put off
};

wall_ms external_alert_ends_at(const struct external_alert *external) {
	return external->expires.due;
}

wall_ms external_alert_updated_at(const struct external_alert *external) {
	return external->updated_at;
}

static void forget_external(struct dispatcher *d, struct dispatch_entry *entry) {
	if (dispatch_entry_expiring(entry) == NULL)
		return;
	heap_remove(&d->expiring, &entry->external->expires);
	name_limit_leave(&d->name_limit, labels_get(dispatch_entry_labels(entry), STR("alertname")));
	free(entry->external);
	entry->external = NULL;
}

static struct external_alert *external_of(struct dispatcher *d, struct dispatch_entry *entry, wall_ms ends_at) {
	dispatch_table_stay(&d->table, entry); // it fires again
	if (entry->external == NULL) {
		entry->external = MEM_NEW(struct external_alert);
		entry->external->entry = entry;
		name_limit_enter(&d->name_limit, labels_get(dispatch_entry_labels(entry), STR("alertname")));
	}
	heap_update(&d->expiring, &entry->external->expires, ends_at);
	return entry->external;
}

void dispatcher_expect_end(struct dispatcher *d, struct dispatch_entry *entry, const struct alert_record *row, wall_ms not_before) {
	struct external_alert *external = external_of(d, entry, row->ends_at > not_before ? row->ends_at : not_before);
	external->updated_at = row->updated_at;
	external->is_timeout = row->ends_at <= not_before; // nobody gave that end
	external->row_ends_at = row->ends_at;
	external->row_at = row->updated_at;
}

// ---- rows

static void put_row(struct dispatcher *d, struct alert_record *record, enum alert_event_kind event) {
	struct store_op *op = store_batch_add(d->open->batch, STORE_PUT_ALERT);
	op->alert.record = alert_record_ref(record);
	op->alert.event = event;
}

// Posts of one rule follow each other and have one URL.
static struct alert_origin *origin_of(struct dispatcher *d, struct str url) {
	if (d->external_origin != NULL && str_equal_cstr(url, d->external_origin->generator_url))
		return alert_origin_ref(d->external_origin);
	alert_origin_unref(d->external_origin);
	d->external_origin = alert_origin_create(STR(ALERT_SOURCE_EXTERNAL), url);
	return alert_origin_ref(d->external_origin);
}

static struct alert_record *make_record(struct dispatcher *d, const struct labels *labels, const struct labels *annotations, struct str url, const struct alert_span *span, wall_ms now) {
	struct alert_record *record = alert_record_create();
	record->state = ALERT_FIRING;
	record->origin = origin_of(d, url);
	record->identity = labels_ref(labels);
	record->labels = labels_ref(labels);
	record->annotations = labels_ref(annotations);
	record->active_at = record->fired_at = span->starts_at;
	record->ends_at = span->ends_at;
	record->updated_at = now;
	return record;
}

static void end_record(struct alert_record *record, wall_ms ends_at) {
	record->state = ALERT_INACTIVE;
	record->resolved_at = ends_at;
}

// Its row, its event, its place in dispatch; takes the reference. Its entry.
static struct dispatch_entry *take_transition(struct dispatcher *d, struct alert_record *record, enum alert_event_kind event, wall_ms now) {
	put_row(d, record, event);
	struct dispatch_entry *entry = dispatcher_take_record(d, record, now);
	alert_record_unref(record);
	return entry;
}

// ---- posts

struct intake {
	struct dispatcher *d;
	const struct posted_alert *posted;
	struct dispatch_entry *entry;      // NULL: unknown
	const struct alert_record *record; // the newest of its external source; NULL: none
	struct alert_span span;            // what holds from now on
	wall_ms now;
};

static struct alert_span known_span(const struct intake *intake) {
	const struct external_alert *external = dispatch_entry_expiring(intake->entry);
	if (external == NULL || intake->record->state != ALERT_FIRING)
		return (struct alert_span){ intake->record->fired_at, intake->record->resolved_at, false };
	return (struct alert_span){ intake->record->fired_at, external->expires.due, external->is_timeout };
}

static struct alert_record *record_of(const struct intake *intake) {
	const struct posted_alert *posted = intake->posted;
	const struct labels *annotations = labels_unhashed(posted->annotations, posted->annotation_count);
	const struct labels *labels = intake->entry != NULL ? labels_ref(dispatch_entry_labels(intake->entry)) : labels_from_hashed(posted->labels, posted->label_count, posted->fingerprint);
	struct alert_record *record = make_record(intake->d, labels, annotations, posted->generator_url, &intake->span, intake->now);
	labels_unref(annotations);
	labels_unref(labels);
	return record;
}

// After its row was written.
static void note_row(const struct intake *intake, struct dispatch_entry *entry) {
	struct external_alert *external = external_of(intake->d, entry, intake->span.ends_at);
	external->updated_at = external->row_at = intake->now;
	external->row_ends_at = intake->span.ends_at;
	external->is_timeout = intake->span.is_timeout;
	external->is_renewed = false;
}

// What is no transition changes nothing that groups go by.
static struct alert_record *record_again(const struct intake *intake) {
	struct alert_record *record = record_of(intake);
	record->updated_at = intake->record->updated_at;
	return record;
}

static void take_firing(const struct intake *intake, enum alert_event_kind event) {
	struct alert_record *record = event == ALERT_EVENT_NONE ? record_again(intake) : record_of(intake);
	note_row(intake, take_transition(intake->d, record, event, intake->now));
}

static void take_end(const struct intake *intake) {
	struct alert_record *record = record_of(intake);
	end_record(record, intake->span.ends_at);
	forget_external(intake->d, intake->entry);
	take_transition(intake->d, record, ALERT_EVENT_RESOLVED, intake->now);
}

// Texts with values in them change at every evaluation: that is no transition (LAW 7).
static bool says_the_same(const struct intake *intake) {
	const struct posted_alert *posted = intake->posted;
	return str_equal_cstr(posted->generator_url, intake->record->origin->generator_url) &&
	    alert_record_says(intake->record, posted->annotations, posted->annotation_count);
}

// After a restart nothing ends before resolve_timeout has passed again: only an end beyond that must be in the row.
static bool needs_row(const struct intake *intake) {
	const struct external_alert *external = dispatch_entry_expiring(intake->entry);
	bool is_far = intake->span.ends_at > intake->now + intake->d->setup->config->resolve_timeout || external->row_ends_at > intake->span.ends_at;
	return is_far && llabs(intake->span.ends_at - external->row_ends_at) >= REWRITE_MS;
}

// Its row follows with the next one that is due.
static void take_news(const struct intake *intake) {
	struct alert_record *record = record_again(intake);
	dispatcher_take_record(intake->d, record, intake->now);
	alert_record_unref(record);
}

static void take_again(const struct intake *intake) {
	struct external_alert *external = external_of(intake->d, intake->entry, intake->span.ends_at);
	external->updated_at = intake->now;
	external->is_timeout = intake->span.is_timeout;
	external->is_renewed = false;
	dispatcher_note_changed(intake->d, intake->entry); // views show its end
	bool has_news = !says_the_same(intake);
	if (intake->span.starts_at != intake->record->fired_at)
		take_firing(intake, ALERT_EVENT_UPDATED);
	else if (needs_row(intake) || (has_news && intake->now - external->row_at >= REWRITE_MS))
		take_firing(intake, ALERT_EVENT_NONE);
	else if (has_news)
		take_news(intake);
}

// Somebody may still be to be told of the end: of the last one that was posted.
static void take_end_again(const struct intake *intake) {
	bool is_news = intake->span.starts_at != intake->record->fired_at || intake->span.ends_at != intake->record->resolved_at || !says_the_same(intake);
	if (!is_news || intake->entry->groups.count == 0)
		return;
	struct alert_record *record = record_again(intake);
	end_record(record, intake->span.ends_at);
	take_transition(intake->d, record, ALERT_EVENT_NONE, intake->now);
}

static bool has_room(const struct intake *intake) {
	struct str name = STR_NONE;
	for (size_t i = 0; i < intake->posted->label_count; i++)
		if (str_equal(intake->posted->labels[i].name, STR("alertname")))
			name = intake->posted->labels[i].value;
	return name_limit_has_room(&intake->d->name_limit, name);
}

void dispatcher_take_posted(struct dispatcher *d, const struct posted_alert *posted, wall_ms now) {
	struct intake intake = { .d = d, .posted = posted, .now = now };
	intake.entry = dispatch_table_find_items(&d->table, posted->labels, posted->label_count, posted->fingerprint);
	intake.record = intake.entry == NULL ? NULL : dispatch_entry_external(intake.entry);
	intake.span = (struct alert_span){ posted->starts_at, posted->ends_at, posted->is_timeout };
	if (intake.record != NULL)
		intake.span = alert_span_merge(known_span(&intake), intake.span, now);
	bool fires = !alert_span_is_over(&intake.span, now), fired = intake.record != NULL && intake.record->state == ALERT_FIRING;
	if (fires && fired)
		take_again(&intake);
	else if (fires && !has_room(&intake))
		atomic_fetch_add_explicit(&d->metrics.posted_limited, 1, memory_order_relaxed);
	else if (fires)
		take_firing(&intake, ALERT_EVENT_FIRING);
	else if (fired)
		take_end(&intake);
	else if (intake.record != NULL)
		take_end_again(&intake);
	// one that ended before anybody knew of it is told to nobody
}

static void count_posted(struct dispatcher *d, const struct posted_alert *posted, wall_ms now) {
	_Atomic uint64_t *counter = posted->ends_at > now ? &d->metrics.posted_firing : &d->metrics.posted_resolved;
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static void judge_posted(struct dispatcher *d, struct dispatcher_post_request *request, struct posted_alert *posted, wall_ms now) {
	struct error err;
	posted_alert_complete(posted, d->setup->config->resolve_timeout, now);
	count_posted(d, posted, now);
	if (posted_alert_check(posted, &err)) {
		dispatcher_take_posted(d, posted, now);
		return;
	}
	atomic_fetch_add_explicit(&d->metrics.posted_invalid, 1, memory_order_relaxed);
	buf_format(&request->complaints, "%s%s", request->complaints.len > 0 ? "\n" : "", err.text);
}

// ---- requests

static void answer(struct dispatcher_post_request *request) {
	request->message.kind = request->reply_kind;
	if (!inbox_post(request->reply_to, &request->message))
		dispatcher_post_request_destroy(request);
}

void dispatcher_post_request_destroy(struct dispatcher_post_request *request) {
	posted_alerts_finish(&request->alerts);
	buf_finish(&request->complaints);
	free(request);
}

void dispatcher_posts_stored(struct dispatch_batch *batch) {
	for (size_t i = 0; i < batch->posted.count; i++)
		answer(batch->posted.items[i]);
	array_clear(&batch->posted);
}

void dispatcher_post_begin(struct dispatcher *d, struct dispatcher_post_request *request) {
	d->posting = request;
	d->posting_at = 0;
	mem_make_room(request->alerts.count * ALERT_BYTES);
}

// Its rows, and those it relies on, are in the newest batch or in ones that are committed before it.
static void end_posting(struct dispatcher *d) {
	struct dispatcher_post_request *request = d->posting;
	struct dispatch_batch *unsettled = dispatcher_unsettled(d);
	d->posting = NULL;
	if (unsettled == NULL)
		answer(request);
	else
		array_append(&unsettled->posted, request);
}

void dispatcher_post_step(struct dispatcher *d, wall_ms now) {
	struct dispatcher_post_request *request = d->posting;
	if (d->posting_at < request->alerts.count)
		judge_posted(d, request, &request->alerts.items[d->posting_at++], now);
	if (d->posting_at == request->alerts.count)
		end_posting(d);
}

void dispatcher_discard_post(struct dispatcher_post_request *request) {
	request->is_closing = true;
	answer(request);
}

// ---- ends

void dispatcher_expire(struct dispatcher *d, struct external_alert *external, wall_ms now) {
	struct dispatch_entry *entry = external->entry;
	const struct alert_record *last = dispatch_entry_external(entry);
	struct alert_span span = { last->fired_at, external->expires.due, false };
	const struct labels *annotations = alert_record_annotations(last); // those of a row go with it
	struct alert_record *record = make_record(d, dispatch_entry_labels(entry), annotations, str_of(last->origin->generator_url), &span, now);
	wall_ms ends_at = external->expires.due;
	end_record(record, ends_at);
	forget_external(d, entry);
	take_transition(d, record, ALERT_EVENT_EXPIRED, now);
	labels_unref(annotations);
}

// An end as near as resolve_timeout is a span that its sender renews: it goes on by the new clock, the first time as long as after a start
// (LAW 13), for posts may have been missed. A later one is an instant that was meant, and stays unless it is near now.
static void renew_end(struct dispatcher *d, struct external_alert *external, dur_ms jump, wall_ms now) {
	wall_ms ends_at = external->expires.due, last = now + d->setup->config->resolve_timeout;
	external->updated_at = external->updated_at < now ? external->updated_at : now;
	external->row_at = external->row_at < now ? external->row_at : now;
	if (ends_at + jump > last && ends_at >= last)
		return;
	heap_update(&d->expiring, &external->expires, external->is_renewed && ends_at + jump < last ? ends_at + jump : last);
	external->is_renewed = external->is_timeout = true; // nobody gave that end
}

void dispatcher_renew_ends(struct dispatcher *d, dur_ms jump, wall_ms now) {
	struct {
		ARRAY_OF(struct external_alert *);
	} all = { 0 }; // their order in the heap changes
	for (size_t i = 0; i < d->expiring.count; i++)
		array_append(&all, HEAP_ENTRY(d->expiring.items[i], struct external_alert, expires));
	for (size_t i = 0; i < all.count; i++)
		renew_end(d, all.items[i], jump, now);
	array_finish(&all);
	dispatcher_forget_view(d); // it shows ends
}

static bool has_posts(const struct dispatcher *d) {
	for (const struct message *message = d->waiting; message != NULL; message = message->next)
		if (message->kind == DISPATCHER_POST)
			return true;
	return false;
}

struct external_alert *dispatcher_next_expired(struct dispatcher *d, wall_ms now) {
	struct heap_node *node = heap_peek(&d->expiring);
	if (node == NULL || node->due > now)
		return NULL;
	if (node->due > now - GRACE_MS && (d->posting != NULL || has_posts(d)))
		return NULL; // one of them may say that it goes on
	return HEAP_ENTRY(node, struct external_alert, expires);
}
