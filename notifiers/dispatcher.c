// SPDX-License-Identifier: Apache-2.0
// The dispatcher's role: a loop that takes in told transitions, flushes groups that are due and moves deliveries on, a bounded turn at a time.
// The only file of this folder that logs and reads the clock.
#include "notifiers/dispatcher.h"

#include "base/fault.h"
#include "notifiers/dispatcher_state.h"

enum {
	IDLE_MS = 10 * 1000,  // the clock is looked at this often even when nothing is due
	CLOCK_JUMP_MS = 1000, // LAW 19
	STOP_POLL_MS = 20,
	READ_BYTES = 1024, // receivers say little
};

struct notify_setup *notify_setup_ref(struct notify_setup *setup) {
	ref_take(&setup->ref);
	return setup;
}

void notify_setup_unref(struct notify_setup *setup) {
	if (setup != NULL && ref_drop(&setup->ref))
		setup->destroy(setup);
}

void dispatcher_log_outcome(enum log_level level, const char *message, const struct delivery *delivery) {
	char attempts[24];
	autobuf struct buf since = { 0 };
	wall_ms failing_since = delivery->target->integration->failing_since;
	snprintf(attempts, sizeof attempts, "%lld", (long long)delivery->progress.attempts);
	if (failing_since != 0)
		clock_append_rfc3339(&since, failing_since);
	log_line(level, "dispatcher", message, "receiver", delivery->group->route->receiver->name, "integration", delivery->integration->ops->name,
	    "group", delivery->group->group_key, "attempts", attempts, "err", delivery->reason.text, failing_since == 0 ? NULL : "failing_since", buf_cstr(&since), NULL);
}

void dispatcher_log_works(const struct delivery *delivery) {
	log_line(LOG_INFO, "dispatcher", "notifications work again", "receiver", delivery->group->route->receiver->name, "integration", delivery->integration->ops->name, NULL);
}

void dispatcher_log_template(const struct delivery *delivery, const char *failure) {
	const char *receiver = delivery->group->route->receiver->name, *integration = delivery->integration->ops->name;
	if (failure != NULL)
		log_line(LOG_WARN, "dispatcher", "a template failed, the default one goes out", "receiver", receiver, "integration", integration, "err", failure, NULL);
	else
		log_line(LOG_INFO, "dispatcher", "templates work again", "receiver", receiver, "integration", integration, NULL);
}

void dispatcher_log_cancelled(const char *group_key, const char *integration) {
	log_line(LOG_WARN, "dispatcher", "a delivery is cancelled, its integration is gone from the configuration", "group", group_key, "integration", integration, NULL);
}

void dispatcher_log_route_label(const char *group_key, struct str label, const char *failure) {
	char name[128];
	snprintf(name, sizeof name, "%.*s", STR_ARG(label));
	log_line(LOG_WARN, "dispatcher", "a route label cannot be expanded, it is left out", "group", group_key, "label", name, "err", failure, NULL);
}

void dispatcher_log_reload_failed(const struct error *err) {
	log_line(LOG_ERROR, "dispatcher", "the old configuration stays", "err", err->text, NULL);
}

// ---- a turn

struct turn {
	wall_ms now;
	unsigned items;
	int64_t ends_ns;
};

static struct turn turn_begin(wall_ms now) {
	return (struct turn){ .now = now, .ends_ns = clock_mono_ns() + TURN_NS };
}

static bool turn_has_room(struct turn *turn) {
	return turn->items < TURN_ITEMS && clock_mono_ns() < turn->ends_ns;
}

struct dispatch_entry *dispatcher_take_record(struct dispatcher *d, struct alert_record *record, wall_ms now) {
	struct dispatch_entry *entry = alert_record_is_dropped(record) ? NULL : dispatch_table_take(&d->table, record);
	if (entry == NULL)
		return NULL;
	dispatcher_note_changed(d, entry);
	if (inhibitor_note(d->inhibitor, dispatch_entry_labels(entry), dispatch_entry_is_firing(entry)))
		dispatcher_forget_view(d); // it may hold back any other
	atomic_store_explicit(&d->metrics.alerts_firing, d->table.firing_count, memory_order_relaxed);
	atomic_store_explicit(&d->metrics.alerts_muted, d->table.muted_count, memory_order_relaxed);
	if (dispatch_entry_is_firing(entry))
		dispatcher_route(d, entry, now);
	else if (entry->groups.count == 0)
		dispatch_entry_retire(d, entry, now);
	return entry;
}

// Adjacent renames happen at once: a and b may swap.
static void take_renames(struct dispatcher *d, const struct store_batch *batch) {
	ARRAY_OF(struct source_rename)
	renames = { 0 };
	for (; d->taking_at < batch->count && batch->items[d->taking_at].kind == STORE_RENAME_SOURCE; d->taking_at++) {
		const struct store_op *op = &batch->items[d->taking_at];
		array_append(&renames, ((struct source_rename){ op->rename.old_source, op->rename.new_source }));
	}
	dispatch_table_rename(&d->table, renames.items, renames.count);
	array_finish(&renames);
}

static void take_op(struct dispatcher *d, const struct store_batch *batch, wall_ms now) {
	const struct store_op *op = &batch->items[d->taking_at];
	if (op->kind == STORE_RENAME_SOURCE) {
		take_renames(d, batch);
		return;
	}
	if (op->kind == STORE_PUT_ALERT)
		dispatcher_take_record(d, op->alert.record, now);
	d->taking_at++;
}

static void send_home(struct store_batch *batch) {
	if (batch->home == NULL || !inbox_post(batch->home, &batch->message))
		store_batch_destroy(batch);
}

// False: the turn ended before the batch did.
static bool take_batch(struct dispatcher *d, struct turn *turn) {
	struct store_batch *batch = d->taking;
	for (; d->taking_at < batch->count; turn->items++) {
		if (!turn_has_room(turn))
			return false;
		take_op(d, batch, turn->now);
	}
	d->taking = NULL;
	send_home(batch);
	return true;
}

// The same for posted alerts; without a batch for their rows they wait.
static bool take_posts(struct dispatcher *d, struct turn *turn) {
	for (; d->posting != NULL; turn->items++) {
		if (!turn_has_room(turn) || !dispatcher_batch_open(d))
			return false;
		dispatcher_post_step(d, turn->now);
	}
	return true;
}

// False: it cannot be handled now and stays first.
static bool handle(struct dispatcher *d, struct message *message, wall_ms now) {
	switch ((enum dispatcher_message)message->kind) {
	case DISPATCHER_ALERTS:
		d->taking = (struct store_batch *)message;
		d->taking_at = 0;
		return true;
	case DISPATCHER_STORED:
		dispatcher_batch_home(d, (struct store_batch *)message);
		return true;
	case DISPATCHER_RELOAD:
		if (!dispatcher_batch_open(d))
			return false;
		dispatcher_reload(d, ((struct dispatcher_reload *)message)->setup, now);
		notify_setup_unref(((struct dispatcher_reload *)message)->setup);
		free(message);
		return true;
	case DISPATCHER_VIEW:
		dispatcher_view(d, (struct dispatcher_view_request *)message);
		return true;
	case DISPATCHER_SILENCE:
		if (!dispatcher_batch_open(d))
			return false;
		dispatcher_change_silence(d, (struct dispatcher_silence_request *)message, now);
		return true;
	case DISPATCHER_SILENCES:
		dispatcher_view_silences(d, (struct dispatcher_silences_request *)message);
		return true;
	case DISPATCHER_POST:
		dispatcher_post_begin(d, (struct dispatcher_post_request *)message);
		return true;
	case DISPATCHER_MAILED:
		attempt_mailed((struct mail_job *)message);
		return true;
	case DISPATCHER_STOP:
		d->is_stopping = true;
		return true;
	}
	unreachable("dispatcher message");
}

// Batches that come home are credits: they are taken even while something before them waits for one.
static void take_credits(struct dispatcher *d) {
	for (struct message **at = &d->waiting; *at != NULL;) {
		struct message *message = *at;
		if (message->kind != DISPATCHER_STORED) {
			at = &message->next;
			continue;
		}
		*at = message->next;
		dispatcher_batch_home(d, (struct store_batch *)message);
	}
}

static void collect(struct dispatcher *d) {
	struct message **end = &d->waiting;
	while (*end != NULL)
		end = &(*end)->next;
	*end = inbox_take(&d->inbox);
	take_credits(d);
}

// Intake and what is due have a turn each: neither keeps the other waiting.
static void handle_waiting(struct dispatcher *d, wall_ms now) {
	struct turn turn = turn_begin(now);
	while (turn_has_room(&turn)) {
		if (d->taking != NULL && !take_batch(d, &turn))
			return;
		if (d->posting != NULL && !take_posts(d, &turn))
			return;
		struct message *message = d->waiting;
		if (message == NULL)
			return;
		d->waiting = message->next;
		if (!handle(d, message, now)) {
			message->next = d->waiting;
			d->waiting = message;
			return;
		}
		turn.items++;
	}
}

static void settle_judged(struct dispatcher *d, wall_ms now) {
	while (d->first_judged != NULL && dispatcher_batch_open(d)) {
		struct delivery *delivery = d->first_judged;
		d->first_judged = delivery->next;
		if (d->first_judged == NULL)
			d->last_judged = NULL;
		dispatcher_outcome(d, delivery, now);
	}
}

// The group whose flush is due and may be carried out; NULL: none is, or its members are not done with new silences in this turn.
static struct dispatch_group *pop_due_group(struct dispatcher *d, const struct turn *turn) {
	struct heap_node *node = heap_peek(&d->groups_due);
	if (node == NULL || node->due > turn->now)
		return NULL;
	struct dispatch_group *group = HEAP_ENTRY(node, struct dispatch_group, due);
	if (!dispatcher_try_silences(d, group, turn->ends_ns))
		return NULL;
	heap_remove(&d->groups_due, node);
	return group;
}

static void run_due(struct dispatcher *d, wall_ms now) {
	struct turn turn = turn_begin(now);
	dispatcher_advance_silences(d, now);
	while (turn_has_room(&turn) && dispatcher_batch_open(d)) {
		struct heap_node *node;
		struct dispatch_group *group;
		struct dispatch_entry *left;
		struct external_alert *ended = dispatcher_next_expired(d, now); // before the flush that tells of it
		if (ended != NULL)
			dispatcher_expire(d, ended, now);
		else if ((node = heap_pop_due(&d->deliveries_due, now)) != NULL)
			dispatcher_attempt_due(d, HEAP_ENTRY(node, struct delivery, due), now);
		else if ((group = pop_due_group(d, &turn)) != NULL)
			dispatcher_flush(d, group, now);
		else if ((left = dispatch_table_next_left(&d->table, now)) != NULL)
			dispatcher_forget(d, left, now);
		else
			return;
		turn.items++;
	}
}

// A batch is there when something could be due: nothing happens by the new clock before.
static void watch_clock(struct dispatcher *d, wall_ms now, mono_ms mono) {
	int64_t offset = now - mono;
	dur_ms jump = d->clock_offset == 0 ? 0 : offset - d->clock_offset;
	bool is_jump = llabs(jump) > CLOCK_JUMP_MS;
	if (is_jump && !dispatcher_batch_open(d))
		return;
	d->clock_offset = offset;
	if (!is_jump)
		return;
	dispatcher_follow_clock(d, jump, now);
	log_line(LOG_WARN, "dispatcher", jump < 0 ? "the clock was set back, timers follow it" : "the clock was set forward, posted alerts last on", NULL);
}

static void earliest(const struct heap *heap, wall_ms *due) {
	const struct heap_node *node = heap_peek(heap);
	if (node != NULL && node->due < *due)
		*due = node->due;
}

// How long the poll may wait.
static int pause_ms(struct dispatcher *d, wall_ms now) {
	bool has_credit = dispatcher_batch_open(d);
	if (d->is_stopping)
		return STOP_POLL_MS;
	if (d->taking != NULL || d->viewing != NULL || (d->posting != NULL && has_credit) || (d->waiting != NULL && has_credit))
		return 0;
	if (!has_credit)
		return IDLE_MS; // a batch that comes home wakes us
	if (d->first_judged != NULL)
		return 0;
	wall_ms due = now + (d->held_until != 0 ? HELD_MS : IDLE_MS);
	earliest(&d->groups_due, &due);
	earliest(&d->deliveries_due, &due);
	earliest(&d->table.leaving, &due);
	earliest(&d->silences.due, &due);
	earliest(&d->expiring, &due);
	return due <= now ? 0 : (int)(due - now);
}

bool dispatcher_turn(struct dispatcher *d, wall_ms now, mono_ms mono) {
	bool is_cut = false;
	watch_clock(d, now, mono);
	collect(d);
	dispatcher_watch_store(d, now);
	settle_judged(d, now);
	handle_waiting(d, now);
	if (!d->is_stopping) {
		run_due(d, now);
		is_cut = dispatcher_start_ready(d, now, clock_mono_ns() + TURN_NS);
	}
	dispatcher_answer_views(d, now, clock_mono_ns() + TURN_NS);
	dispatcher_batch_post(d);
	return is_cut;
}

void dispatcher_poll(struct dispatcher *d, int timeout_ms) {
	struct pollfd wake = { .fd = inbox_fd(&d->inbox), .events = POLLIN };
	http_client_poll(d->client, &wake, 1, timeout_ms);
}

// ---- the role

static bool is_drained(struct dispatcher *d) {
	return d->in_flight == 0 && d->first_judged == NULL && d->batches_away == 0 && d->waiting == NULL && d->viewing == NULL && d->taking == NULL && d->posting == NULL;
}

static void run(void *role) {
	struct dispatcher *d = role;
	log_line(LOG_INFO, "dispatcher", "started", NULL);
	while (!d->is_stopping || (!is_drained(d) && clock_mono() < atomic_load(&d->stop_deadline))) {
		bool is_cut = dispatcher_turn(d, clock_wall(), clock_mono());
		dispatcher_poll(d, is_cut ? 0 : pause_ms(d, clock_wall()));
	}
	dispatcher_batch_post(d);
	log_line(LOG_INFO, "dispatcher", "stopped", NULL);
}

static void create_batches(struct dispatcher *d) {
	for (size_t i = 0; i < BATCHES; i++) {
		d->batches[i].batch = store_batch_create();
		d->batches[i].is_home = true;
	}
}

struct dispatcher *dispatcher_create(const struct dispatcher_options *options, struct error *err) {
	struct dispatcher *d = MEM_NEW(struct dispatcher);
	wall_ms now = options->now != 0 ? options->now : clock_wall();
	inbox_init(&d->inbox, 0);
	d->store = options->store;
	d->random = (uint64_t)clock_mono_ns() ^ ((uint64_t)getpid() << 32);
	d->client = http_client_create(&(struct http_client_options){
	    .max_connections = IN_FLIGHT_MAX, .max_connections_per_host = IN_FLIGHT_MAX, .user_agent = DISPATCHER_USER_AGENT, .read_bytes = READ_BYTES });
	d->mailers = mailers_create(options->smtp_mailers);
	create_batches(d);
	if (dispatcher_apply_setup(d, options->setup, err) && dispatcher_load(d, now, err) && dispatcher_load_silences(d, now, err)) {
		atomic_store_explicit(&d->metrics.alerts_firing, d->table.firing_count, memory_order_relaxed);
		return d;
	}
	dispatcher_destroy(d);
	return NULL;
}

bool dispatcher_start(struct dispatcher *d, struct error *err) {
	return mailers_start(d->mailers, err) && role_start(&d->thread, "dispatcher", run, d, err);
}

void dispatcher_stop(struct dispatcher *d, int deadline_ms) {
	if (d->thread.is_running) {
		atomic_store(&d->stop_deadline, clock_mono() + deadline_ms);
		d->stop.kind = DISPATCHER_STOP;
		inbox_post(&d->inbox, &d->stop);
		role_join(&d->thread);
	}
	mailers_stop(d->mailers, deadline_ms);
}

struct inbox *dispatcher_inbox(struct dispatcher *d) {
	return &d->inbox;
}

const struct dispatcher_metrics *dispatcher_metrics(const struct dispatcher *d) {
	return &d->metrics;
}

// ---- the end

static void discard_message(struct dispatcher *d, struct message *message) {
	switch ((enum dispatcher_message)message->kind) {
	case DISPATCHER_ALERTS:
		send_home((struct store_batch *)message);
		return;
	case DISPATCHER_STORED:
		dispatcher_batch_home(d, (struct store_batch *)message);
		return;
	case DISPATCHER_RELOAD:
		notify_setup_unref(((struct dispatcher_reload *)message)->setup);
		free(message);
		return;
	case DISPATCHER_VIEW:
		((struct dispatcher_view_request *)message)->view = NULL;
		message->kind = ((struct dispatcher_view_request *)message)->reply_kind;
		(void)inbox_post(((struct dispatcher_view_request *)message)->reply_to, message);
		return;
	case DISPATCHER_SILENCE:
		dispatcher_discard_silence((struct dispatcher_silence_request *)message);
		return;
	case DISPATCHER_SILENCES:
		((struct dispatcher_silences_request *)message)->view = NULL;
		message->kind = ((struct dispatcher_silences_request *)message)->reply_kind;
		(void)inbox_post(((struct dispatcher_silences_request *)message)->reply_to, message);
		return;
	case DISPATCHER_POST:
		dispatcher_discard_post((struct dispatcher_post_request *)message);
		return;
	case DISPATCHER_MAILED:
		attempt_mailed((struct mail_job *)message);
		return;
	case DISPATCHER_STOP:
		return;
	}
	unreachable("dispatcher message");
}

static void discard_list(struct dispatcher *d, struct message **list) {
	while (*list != NULL) {
		struct message *message = *list;
		*list = message->next;
		discard_message(d, message);
	}
}

static void discard_messages(struct dispatcher *d) {
	inbox_close(&d->inbox);
	collect(d);
	discard_list(d, &d->waiting);
	discard_list(d, &d->viewing);
	if (d->taking != NULL)
		send_home(d->taking);
	if (d->posting != NULL)
		dispatcher_discard_post(d->posting);
	d->posting = NULL;
}

static void discard_deliveries(struct dispatcher *d) {
	size_t at = 0;
	for (struct dispatch_group *group; (group = hash_map_next(&d->groups, &at)) != NULL;)
		for (size_t i = 0; i < group->target_count; i++)
			if (group->targets[i].delivery != NULL)
				delivery_drop(group->targets[i].delivery);
	while (d->first_judged != NULL) {
		struct delivery *delivery = d->first_judged;
		d->first_judged = delivery->next;
		delivery_free(delivery);
	}
}

static void discard_posted(struct dispatch_batch *slot) {
	for (size_t i = 0; i < slot->posted.count; i++)
		slot->posted.items[i]->is_closing = true;
	dispatcher_posts_stored(slot);
	array_finish(&slot->posted);
}

// A batch the store never sent back was freed by it; the deliveries that waited for it are ours.
static void discard_batches(struct dispatcher *d) {
	for (size_t i = 0; i < BATCHES; i++) {
		struct dispatch_batch *slot = &d->batches[i];
		for (size_t j = 0; j < slot->begun.count; j++)
			delivery_free(slot->begun.items[j]);
		array_finish(&slot->begun);
		for (size_t j = 0; j < slot->silenced.count; j++)
			dispatcher_discard_silence(slot->silenced.items[j]);
		array_finish(&slot->silenced);
		discard_posted(slot);
		if (slot->is_home)
			store_batch_destroy(slot->batch);
	}
}

void dispatcher_destroy(struct dispatcher *d) {
	if (d == NULL)
		return;
	discard_messages(d);
	discard_deliveries(d);
	discard_batches(d);
	mailers_destroy(d->mailers);
	dispatcher_forget_view(d);
	array_finish(&d->changed);
	dispatcher_free_groups(d);
	heap_finish(&d->expiring);
	name_limit_finish(&d->name_limit);
	dispatch_table_finish(&d->table);
	alert_origin_unref(d->external_origin);
	hash_map_finish(&d->groups);
	heap_finish(&d->groups_due);
	heap_finish(&d->deliveries_due);
	silence_view_unref(d->silence_view);
	silence_set_finish(&d->silences);
	dispatcher_drop_setup(d);
	http_client_destroy(d->client);
	inbox_finish(&d->inbox);
	free(d);
}
