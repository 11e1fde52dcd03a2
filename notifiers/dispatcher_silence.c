// SPDX-License-Identifier: Apache-2.0
// Silences in the dispatcher: changes become rows and events of one transaction, and are answered when it is committed (LAW 2).
#include "base/json_write.h"
#include "notifiers/dispatcher_state.h"

static void put_event(struct dispatcher *d, const struct silence *silence, const char *type, wall_ms now) {
	struct arena *arena = &d->open->batch->arena;
	autobuf struct buf json = { 0 };
	silence_write(&(struct json_writer){ .out = &json }, silence, now);
	struct store_event event = { .at = now, .type = type, .subject = arena_format(arena, "silences/%s", silence->id), .data = arena_dup_str(arena, buf_str(&json)) };
	store_batch_add(d->open->batch, STORE_ADD_EVENT)->event = event;
}

static const char *event_type(const struct dispatcher *d, const struct silence *silence, wall_ms now) {
	if (silence_state_at(silence, now) == SILENCE_EXPIRED)
		return "silence.expired";
	return silence_set_find(&d->silences, str_of(silence->id)) == NULL ? "silence.created" : "silence.updated";
}

static void put_rows(struct dispatcher *d, const struct silence_plan *plan, wall_ms now) {
	for (size_t i = 0; i < plan->count; i++) {
		put_event(d, plan->rows[i], event_type(d, plan->rows[i], now), now);
		store_batch_add(d->open->batch, STORE_PUT_SILENCE)->silence = silence_ref(plan->rows[i]);
	}
}

static bool make_plan(struct dispatcher *d, struct dispatcher_silence_request *request, struct silence_plan *plan, wall_ms now) {
	struct silence *wanted = request->wanted;
	request->wanted = NULL;
	if (wanted == NULL)
		return silence_plan_expire(&d->silences, str_of(request->id), now, plan, &request->err);
	return silence_plan_set(&d->silences, wanted, now, plan, &request->err);
}

static void answer(struct dispatcher_silence_request *request) {
	request->message.kind = request->reply_kind;
	if (inbox_post(request->reply_to, &request->message))
		return;
	silence_unref(request->wanted);
	free(request);
}

static void carry_out(struct dispatcher *d, struct dispatcher_silence_request *request, struct silence_plan *plan, wall_ms now) {
	memcpy(request->id, plan->rows[plan->count - 1]->id, sizeof request->id);
	put_rows(d, plan, now);
	silence_set_apply(&d->silences, plan, now); // a flush that heeds it is stored after it
	dispatcher_forget_view(d);
	silence_plan_finish(plan);
}

void dispatcher_change_silence(struct dispatcher *d, struct dispatcher_silence_request *request, wall_ms now) {
	struct silence_plan plan = { 0 };
	dispatcher_advance_silences(d, now);
	request->ok = make_plan(d, request, &plan, now);
	if (!request->ok) {
		answer(request);
		return;
	}
	if (plan.count > 0)
		carry_out(d, request, &plan, now);
	struct dispatch_batch *unsettled = dispatcher_unsettled(d); // without rows of its own the end it relies on may be in there
	if (unsettled == NULL)
		answer(request);
	else
		array_append(&unsettled->silenced, request);
}

void dispatcher_answer_silences(struct dispatch_batch *batch) {
	for (size_t i = 0; i < batch->silenced.count; i++)
		answer(batch->silenced.items[i]);
	array_clear(&batch->silenced);
}

void dispatcher_discard_silence(struct dispatcher_silence_request *request) {
	request->ok = false;
	error_set(&request->err, ERR_UNAVAILABLE, "shutting down");
	answer(request);
}

void dispatcher_advance_silences(struct dispatcher *d, wall_ms now) {
	uint64_t version = d->silences.version;
	while (silence_set_due(&d->silences) <= now && dispatcher_batch_open(d)) {
		struct silence *gone = silence_set_forget(&d->silences, now);
		if (gone != NULL)
			store_batch_add(d->open->batch, STORE_DELETE_SILENCE)->silence = gone;
	}
	if (d->silences.version != version)
		dispatcher_forget_view(d);
}

// ---- alerts

// False: there was something to do, and the time is over.
static bool try_entry(struct dispatcher *d, struct dispatch_entry *entry, int64_t until_ns) {
	if (entry->silences_tried == d->silences.last_number)
		return true;
	silence_set_try(&d->silences, dispatch_entry_labels(entry), &entry->silences_tried);
	return clock_mono_ns() < until_ns;
}

bool dispatcher_try_silences(struct dispatcher *d, struct dispatch_group *group, int64_t until_ns) {
	while (group->silences_at < group->members.count)
		if (!try_entry(d, group->members.items[group->silences_at++], until_ns))
			return false;
	group->silences_at = 0;
	return true;
}

// Without a view to go by it may be any of them.
static struct dispatch_entry *next_in_view(struct dispatcher *d) {
	if (d->view == NULL)
		return hash_map_next(&d->table.by_labels, &d->viewing_at);
	return d->viewing_at < d->changed.count ? d->changed.items[d->viewing_at++] : NULL;
}

bool dispatcher_try_silences_for_view(struct dispatcher *d, int64_t until_ns) {
	for (struct dispatch_entry *entry; (entry = next_in_view(d)) != NULL;)
		if (!try_entry(d, entry, until_ns))
			return false;
	d->viewing_at = 0;
	return true;
}

// ---- views

static struct silence_view *build(const struct dispatcher *d) {
	struct silence_view *view = MEM_NEW(struct silence_view);
	size_t at = 0;
	ref_init(&view->ref);
	view->silences = mem_zalloc(d->silences.by_id.count * sizeof *view->silences);
	for (struct silence *silence; (silence = silence_set_next(&d->silences, &at)) != NULL;)
		view->silences[view->count++] = silence_ref(silence);
	return view;
}

void silence_view_unref(struct silence_view *view) {
	if (view == NULL || !ref_drop(&view->ref))
		return;
	for (size_t i = 0; i < view->count; i++)
		silence_unref(view->silences[i]);
	free(view->silences);
	free(view);
}

// ---- the clock

// Somebody ended it: its end is when that was done, by the clock there was.
static bool was_ended_by_hand(const struct silence *silence, wall_ms now) {
	return silence->ends_at > now && silence->ends_at == silence->updated_at;
}

// Silences go by the instants that people gave, so one whose end lies ahead again is active again; one that was ended by hand stays ended.
void dispatcher_rewind_silences(struct dispatcher *d, wall_ms now) {
	struct silence_view *view = build(d); // the set changes on the way
	silence_set_rewind(&d->silences, now);
	for (size_t i = 0; i < view->count; i++) {
		struct silence_plan plan = { 0 };
		struct error err;
		if (!was_ended_by_hand(view->silences[i], now) || !silence_plan_expire(&d->silences, str_of(view->silences[i]->id), now, &plan, &err))
			continue;
		put_rows(d, &plan, now);
		silence_set_apply(&d->silences, &plan, now);
		silence_plan_finish(&plan);
	}
	silence_view_unref(view);
	dispatcher_forget_view(d);
}

// ---- rows

struct silence_load {
	struct dispatcher *d;
	wall_ms now;
};

static bool take_row(void *context, struct silence *silence) {
	const struct silence_load *load = context;
	silence_set_add(&load->d->silences, silence, load->now);
	return true;
}

bool dispatcher_load_silences(struct dispatcher *d, wall_ms now, struct error *err) {
	struct silence_load load = { d, now };
	return store_each_silence(d->store, take_row, &load, err);
}

void dispatcher_view_silences(struct dispatcher *d, struct dispatcher_silences_request *request) {
	atomic_fetch_add_explicit(&d->metrics.silence_queries, 1, memory_order_relaxed);
	if (d->silence_view == NULL || d->silence_view_version != d->silences.version) {
		silence_view_unref(d->silence_view);
		d->silence_view = build(d);
		d->silence_view_version = d->silences.version;
	}
	ref_take(&d->silence_view->ref);
	request->view = d->silence_view;
	request->message.kind = request->reply_kind;
	if (!inbox_post(request->reply_to, &request->message))
		silence_view_unref(d->silence_view);
}
