// SPDX-License-Identifier: Apache-2.0
// The role that sends alerts of rules to Alertmanagers: a loop that takes in committed transitions, hands them on to the dispatcher and keeps
// each Alertmanager up to date. The only file of it that logs and reads the clock. See outbound_state.h.
#include "base/buf.h"
#include "base/log.h"
#include "notifiers/dispatcher_state.h"
#include "notifiers/outbound_state.h"

enum {
	SLEEP_MS = 10 * 1000,
	STOPPING_POLL_MS = 20,
	LOOK_MS = 1000,   // at files of targets
	CURSOR_MS = 1000, // between two writes of what was taken
	CURSOR_UNWRITTEN = -1,
	JUMP_MS = 1000, // LAW 19
	CONNECTIONS = 64,
};

void outbound_log_failed(const struct outbound_target *target, const char *text) {
	log_line(LOG_WARN, "outbound", "an Alertmanager takes no alerts, they will be sent again", "url", target->counts.url, "err", text, NULL);
}

void outbound_log_refused(const struct outbound_target *target, int status, struct str body) {
	autobuf struct buf text = { 0 };
	char alerts[24];
	snprintf(alerts, sizeof alerts, "%zu", target->batch_count);
	buf_format(&text, "status %d: %.*s", status, (int)(body.len < 400 ? body.len : 400), body.data);
	log_line(LOG_WARN, "outbound", "an Alertmanager refused some alerts", "url", target->counts.url, "alerts", alerts, "err", buf_cstr(&text), NULL);
}

void outbound_log_works(const struct outbound_target *target) {
	log_line(LOG_INFO, "outbound", "an Alertmanager takes alerts again", "url", target->counts.url, NULL);
}

void outbound_log_target(const struct outbound_target *target, const char *message) {
	log_line(LOG_INFO, "outbound", message, "url", target->counts.url, NULL);
}

void outbound_log_file(const char *path, const char *text) {
	log_line(LOG_WARN, "outbound", "a file of targets cannot be read, the targets it had stay", "file", path, "err", text, NULL);
}

// ---- targets

static void add_cursor(struct store_batch *batch, enum store_op_kind kind, const struct outbound_target *target) {
	struct str key = arena_dup_str(&batch->arena, str_of(target->key));
	store_batch_add(batch, kind)->cursor = (struct store_cursor){ key, target->reached, target->since };
}

static void post_cursors(struct outbound *o, struct store_batch *batch, struct inbox *reply_to) {
	batch->message.kind = OUTBOUND_STORED;
	batch->reply_to = reply_to;
	store_post(o->store, batch);
}

void outbound_delete_cursor(struct outbound *o, struct str key) {
	struct store_batch *batch = store_batch_create();
	struct str kept = arena_dup_str(&batch->arena, key);
	store_batch_add(batch, STORE_DELETE_CURSOR)->cursor.target = kept;
	post_cursors(o, batch, NULL);
}

// Those that are gone from configuration and files owe nothing and are owed nothing.
static void forget_lost(struct outbound *o) {
	struct store_batch *batch = store_batch_create();
	for (size_t i = o->targets.count; i-- > 0;) {
		struct outbound_target *target = o->targets.items[i];
		if (target->is_found)
			continue;
		outbound_log_target(target, "an Alertmanager is gone, it is forgotten");
		add_cursor(batch, STORE_DELETE_CURSOR, target);
		outbound_target_destroy(target);
		array_swap_remove(&o->targets, i);
	}
	if (batch->count > 0)
		post_cursors(o, batch, NULL);
	else
		store_batch_destroy(batch);
}

// What had ended and was forgotten before they came is not theirs.
static void welcome(struct outbound *o, size_t first) {
	struct store_status status;
	store_status_get(o->store, &status);
	for (size_t i = first; i < o->targets.count; i++) {
		o->targets.items[i]->since = status.last_sequence;
		o->targets.items[i]->cursor = CURSOR_UNWRITTEN;
	}
}

static void discover(struct outbound *o) {
	size_t before = o->targets.count;
	outbound_discover(o);
	welcome(o, before);
	for (size_t i = before; i < o->targets.count; i++)
		outbound_log_target(o->targets.items[i], "an Alertmanager is there");
	forget_lost(o);
}

static void look_at_files(struct outbound *o) {
	if (o->mono < o->look_at)
		return;
	o->look_at = o->mono + LOOK_MS;
	if (outbound_files_changed(o))
		discover(o);
}

static void write_cursors(struct outbound *o, struct inbox *reply_to) {
	struct store_batch *batch = store_batch_create();
	for (size_t i = 0; i < o->targets.count; i++) {
		struct outbound_target *target = o->targets.items[i];
		if (target->reached == target->cursor)
			continue;
		add_cursor(batch, STORE_PUT_CURSOR, target);
		target->cursor = target->reached;
	}
	if (batch->count == 0) {
		store_batch_destroy(batch);
		return;
	}
	o->is_writing = reply_to != NULL;
	o->cursor_at = o->mono + CURSOR_MS;
	post_cursors(o, batch, reply_to);
}

// ---- messages

static bool is_on(const struct outbound *o) {
	return outbound_config(o)->count > 0;
}

static void take_renames(struct outbound *o, const struct store_batch *batch, size_t *at) {
	ARRAY_OF(struct source_rename)
	renames = { 0 };
	for (; *at < batch->count && batch->items[*at].kind == STORE_RENAME_SOURCE; (*at)++)
		array_append(&renames, ((struct source_rename){ batch->items[*at].rename.old_source, batch->items[*at].rename.new_source }));
	dispatch_table_rename(&o->table, renames.items, renames.count);
	array_finish(&renames);
}

static void take_ops(struct outbound *o, const struct store_batch *batch) {
	for (size_t at = 0; at < batch->count;) {
		const struct store_op *op = &batch->items[at];
		if (op->kind == STORE_RENAME_SOURCE) {
			take_renames(o, batch, &at);
			continue;
		}
		if (op->kind == STORE_PUT_ALERT && !alert_record_is_external(op->alert.record))
			outbound_take(o, op->alert.record, op->alert.event);
		at++;
	}
}

static void hand_on(struct outbound *o, struct store_batch *batch) {
	batch->message.kind = DISPATCHER_ALERTS;
	if (inbox_post(dispatcher_inbox(o->dispatcher), &batch->message))
		return;
	if (batch->home == NULL || !inbox_post(batch->home, &batch->message))
		store_batch_destroy(batch);
}

// Alerts that fire while Alertmanagers are configured for the first time: the dispatcher has them. Newer transitions came here before.
static void ask_for_firing(struct outbound *o) {
	struct dispatcher_view_request *request = MEM_NEW(struct dispatcher_view_request);
	*request = (struct dispatcher_view_request){ .message.kind = DISPATCHER_VIEW, .reply_to = &o->inbox, .reply_kind = OUTBOUND_FIRING };
	o->awaits_firing = inbox_post(dispatcher_inbox(o->dispatcher), &request->message);
	if (!o->awaits_firing)
		free(request);
}

static void take_firing(struct outbound *o, struct dispatcher_view_request *answer) {
	struct dispatch_view *view = answer->view;
	o->awaits_firing = false;
	for (size_t i = 0; view != NULL && is_on(o) && i < view->alert_count; i++) {
		struct alert_record *record = view->alerts[i]->record;
		bool is_ours = !alert_record_is_external(record);
		if (is_ours && dispatch_table_find(&o->table, record->labels) == NULL)
			outbound_take(o, record, ALERT_EVENT_FIRING);
	}
	if (view != NULL)
		dispatch_view_unref(view);
	free(answer);
}

static void cancel_requests(struct outbound *o) {
	for (size_t i = 0; i < o->targets.count; i++) {
		struct outbound_target *target = o->targets.items[i];
		if (target->exchange != NULL)
			http_exchange_cancel(target->exchange); // sent again: they belong to sets that go
		target->exchange = NULL;
		target->set = NULL;
	}
}

static void reload(struct outbound *o, struct dispatcher_reload *message) {
	bool was_on = is_on(o);
	cancel_requests(o);
	outbound_close_sets(o);
	notify_setup_unref(o->setup);
	o->setup = message->setup;
	free(message);
	outbound_open_sets(o);
	outbound_files_changed(o);
	discover(o);
	if (!is_on(o))
		outbound_alerts_clear(o);
	else if (!was_on)
		ask_for_firing(o);
	outbound_alerts_reschedule(o);
}

static void show_target(const struct outbound_target *target, struct outbound_view *view) {
	struct outbound_target_view *shown = &view->targets[view->target_count++];
	*shown = target->counts;
	shown->url = arena_cstr(&view->arena, str_of(target->counts.url));
	shown->pending = outbound_pending(target);
}

static void answer_view(struct outbound *o, struct outbound_view_request *request) {
	struct outbound_view *view = MEM_NEW(struct outbound_view);
	view->targets = ARENA_NEW_ARRAY(&view->arena, struct outbound_target_view, o->targets.count + 1);
	view->dropped = ARENA_NEW_ARRAY(&view->arena, const char *, o->dropped.count + 1);
	view->queue_capacity = outbound_config(o)->queue_capacity;
	for (size_t i = 0; i < o->targets.count; i++)
		show_target(o->targets.items[i], view);
	for (; view->dropped_count < o->dropped.count; view->dropped_count++)
		view->dropped[view->dropped_count] = arena_cstr(&view->arena, str_of(o->dropped.items[view->dropped_count]));
	request->view = view;
}

void outbound_view_destroy(struct outbound_view *view) {
	if (view == NULL)
		return;
	arena_finish(&view->arena);
	free(view);
}

static void reply(struct outbound_view_request *request) {
	request->message.kind = request->reply_kind;
	if (inbox_post(request->reply_to, &request->message))
		return;
	outbound_view_destroy(request->view);
	free(request);
}

static void take_batch(struct outbound *o, struct store_batch *batch) {
	if (is_on(o))
		take_ops(o, batch);
	hand_on(o, batch);
}

static void take_message(struct outbound *o, struct message *message) {
	switch ((enum outbound_message)message->kind) {
	case OUTBOUND_ALERTS:
		take_batch(o, (struct store_batch *)message);
		return;
	case OUTBOUND_STORED:
		o->is_writing = false;
		store_batch_destroy((struct store_batch *)message);
		return;
	case OUTBOUND_FIRING:
		take_firing(o, (struct dispatcher_view_request *)message);
		return;
	case OUTBOUND_RELOAD:
		reload(o, (struct dispatcher_reload *)message);
		return;
	case OUTBOUND_VIEW:
		answer_view(o, (struct outbound_view_request *)message);
		reply((struct outbound_view_request *)message);
		return;
	case OUTBOUND_STOP:
		o->is_stopping = true;
		return;
	}
	unreachable("outbound message");
}

static void take_messages(struct outbound *o) {
	for (struct message *message = inbox_take(&o->inbox), *next; message != NULL; message = next) {
		next = message->next;
		take_message(o, message);
	}
}

// ---- a turn

// A clock that was set back would put off what is due by as much.
static void watch_clock(struct outbound *o) {
	int64_t offset = o->now - o->mono, jump = o->clock_offset == 0 ? 0 : offset - o->clock_offset;
	o->clock_offset = offset;
	if (jump < -JUMP_MS || jump > JUMP_MS)
		outbound_alerts_reschedule(o);
}

static void run_due(struct outbound *o) {
	struct heap_node *node;
	for (unsigned i = 0; i < TURN_ITEMS && (node = heap_pop_due(&o->due, o->now)) != NULL; i++)
		outbound_alert_due(o, HEAP_ENTRY(node, struct outbound_alert, due));
}

void outbound_turn(struct outbound *o, wall_ms now, mono_ms mono) {
	o->now = now;
	o->mono = mono;
	watch_clock(o);
	take_messages(o);
	look_at_files(o);
	if (!o->is_stopping)
		run_due(o);
	for (size_t i = 0; i < o->targets.count; i++)
		if (!o->is_stopping || o->targets.items[i]->failures == 0)
			outbound_send(o->targets.items[i]);
	if (!o->is_writing && mono >= o->cursor_at)
		write_cursors(o, &o->inbox);
}

void outbound_poll(struct outbound *o, int timeout_ms) {
	struct pollfd wake = { .fd = inbox_fd(&o->inbox), .events = POLLIN };
	http_client_poll(o->client, &wake, 1, timeout_ms);
}

static bool is_owed_cursor(const struct outbound *o) {
	for (size_t i = 0; i < o->targets.count; i++)
		if (o->targets.items[i]->reached != o->targets.items[i]->cursor)
			return true;
	return false;
}

static bool has_files(const struct outbound *o) {
	for (size_t i = 0; i < o->set_count; i++)
		if (o->sets[i].config->discovery_count > 0)
			return true;
	return false;
}

static void sooner(dur_ms *pause, dur_ms other) {
	if (other < *pause)
		*pause = other < 0 ? 0 : other;
}

dur_ms outbound_pause(const struct outbound *o) {
	dur_ms pause = SLEEP_MS;
	const struct heap_node *due = heap_peek(&o->due);
	if (due != NULL)
		sooner(&pause, due->due - o->now);
	if (has_files(o))
		sooner(&pause, o->look_at - o->mono);
	if (!o->is_writing && is_owed_cursor(o))
		sooner(&pause, o->cursor_at - o->mono);
	for (size_t i = 0; i < o->targets.count; i++) {
		const struct outbound_target *target = o->targets.items[i];
		if (target->exchange == NULL && o->last != NULL && o->last->stamp > target->taken)
			sooner(&pause, target->pause > 0 ? 0 : target->retry_at - o->mono);
	}
	return pause;
}

size_t outbound_requests(const struct outbound *o) {
	size_t count = 0;
	for (size_t i = 0; i < o->targets.count; i++)
		count += o->targets.items[i]->exchange != NULL;
	return count;
}

// ---- the role

static bool is_drained(const struct outbound *o) {
	for (size_t i = 0; i < o->targets.count; i++) {
		const struct outbound_target *target = o->targets.items[i];
		bool is_owed = o->last != NULL && o->last->stamp > target->taken;
		if (target->exchange != NULL || (is_owed && target->failures == 0))
			return false;
	}
	return !o->is_writing;
}

static bool may_end(struct outbound *o) {
	bool is_late = clock_mono() >= atomic_load(&o->stop_deadline);
	return o->is_stopping && !o->awaits_firing && (is_late || is_drained(o));
}

static void run(void *role) {
	struct outbound *o = role;
	while (!may_end(o)) {
		outbound_turn(o, clock_wall(), clock_mono());
		outbound_poll(o, o->is_stopping ? STOPPING_POLL_MS : (int)outbound_pause(o));
	}
	write_cursors(o, NULL);
}

// ---- life

struct outbound *outbound_create(const struct outbound_options *options, struct error *err) {
	struct outbound *o = MEM_NEW(struct outbound);
	inbox_init(&o->inbox, 0);
	o->store = options->store;
	o->dispatcher = options->dispatcher;
	o->setup = notify_setup_ref(options->setup);
	o->now = options->now != 0 ? options->now : clock_wall();
	o->random = (uint64_t)clock_mono_ns();
	o->client = http_client_create(&(struct http_client_options){ .max_connections = CONNECTIONS, .max_connections_per_host = CONNECTIONS, .user_agent = DISPATCHER_USER_AGENT });
	outbound_open_sets(o);
	outbound_files_changed(o);
	outbound_discover(o);
	welcome(o, 0);
	if (outbound_load(o, err))
		return o;
	outbound_destroy(o);
	return NULL;
}

bool outbound_start(struct outbound *o, struct error *err) {
	return role_start(&o->thread, "outbound", run, o, err);
}

void outbound_stop(struct outbound *o, int deadline_ms) {
	if (!o->thread.is_running)
		return;
	atomic_store(&o->stop_deadline, clock_mono() + deadline_ms);
	o->stop.kind = OUTBOUND_STOP;
	inbox_post(&o->inbox, &o->stop);
	role_join(&o->thread);
}

struct inbox *outbound_inbox(struct outbound *o) {
	return &o->inbox;
}

static void discard_message(struct outbound *o, struct message *message) {
	switch ((enum outbound_message)message->kind) {
	case OUTBOUND_ALERTS:
		hand_on(o, (struct store_batch *)message);
		return;
	case OUTBOUND_STORED:
		store_batch_destroy((struct store_batch *)message);
		return;
	case OUTBOUND_FIRING:
		take_firing(o, (struct dispatcher_view_request *)message);
		return;
	case OUTBOUND_RELOAD:
		notify_setup_unref(((struct dispatcher_reload *)message)->setup);
		free(message);
		return;
	case OUTBOUND_VIEW:
		((struct outbound_view_request *)message)->view = NULL;
		reply((struct outbound_view_request *)message);
		return;
	case OUTBOUND_STOP:
		return;
	}
	unreachable("outbound message");
}

void outbound_destroy(struct outbound *o) {
	if (o == NULL)
		return;
	inbox_close(&o->inbox);
	for (struct message *message = inbox_take(&o->inbox), *next; message != NULL; message = next) {
		next = message->next;
		discard_message(o, message);
	}
	for (size_t i = 0; i < o->targets.count; i++)
		outbound_target_destroy(o->targets.items[i]);
	array_finish(&o->targets);
	for (size_t i = 0; i < o->dropped.count; i++)
		free(o->dropped.items[i]);
	array_finish(&o->dropped);
	outbound_close_sets(o);
	outbound_alerts_clear(o);
	hash_map_finish(&o->alerts);
	heap_finish(&o->due);
	http_client_destroy(o->client);
	notify_setup_unref(o->setup);
	inbox_finish(&o->inbox);
	free(o);
}
