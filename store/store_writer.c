// SPDX-License-Identifier: Apache-2.0
// The thread that writes. Everything that waits shares a transaction (group commit); a batch is told after its commit, in order.
// While the disk refuses, batches are told undurable and kept, and writing them is tried again (LAW 5).
#include "base/fault.h"
#include "base/log.h"
#include "store/store_op.h"
#include "store/store_state.h"

#include <malloc.h>

enum {
	GROUP_BATCHES = 1000,
	GROUP_OPS = 50000,
	RETRY_MS = 1000,
	RETRY_MAX_MS = 30000,
	PRUNE_CHUNK = 2000, // rows a transaction: one large delete makes a log of hundreds of megabytes
	TIDY_MS = 10000,
	REST_MS = 2000,
	REST_OPS = 1000, // fewer leave nothing worth it
};

static bool run(struct database *database, enum stmt_slot slot, const char *sql, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, slot, sql, err);
	return stmt != NULL && stmt_run(database, stmt, err);
}

static bool begin(struct store *store, struct error *err) {
	array_clear(&store->touched);
	return run(&store->database, STMT_BEGIN, "BEGIN IMMEDIATE", err);
}

static bool commit(struct store *store, struct error *err) {
	if (!pack_flush(&store->database, err) || !notification_prune(&store->database, &store->touched, err))
		return false;
	fault_point("before-commit");
	if (!run(&store->database, STMT_COMMIT, "COMMIT", err))
		return false;
	fault_point("after-commit");
	return true;
}

static void rollback(struct store *store) {
	database_forget_rows(&store->database);
	if (sqlite3_get_autocommit(store->database.handle))
		return; // SQLite did it itself: full disk, I/O error
	struct error ignored;
	if (!run(&store->database, STMT_ROLLBACK, "ROLLBACK", &ignored))
		log_line(LOG_ERROR, "store", "cannot roll back", "err", ignored.text, NULL);
}

static void note_failure(struct store *store, const struct error *err) {
	pthread_mutex_lock(&store->lock);
	store->status.failures++;
	snprintf(store->status.last_error, sizeof store->status.last_error, "%.*s", (int)sizeof store->status.last_error - 1, err->text);
	pthread_mutex_unlock(&store->lock);
}

static bool run_ops(struct store *store, struct store_batch *batch, struct error *err) {
	for (size_t i = 0, done = 0; i < batch->count; i += done) {
		if (store_op_run(&store->database, &batch->items[i], batch->count - i, &store->touched, &done, err))
			continue;
		if (err->code != ERR_INVALID)
			return false;
		note_failure(store, err); // SQLite refuses these values: they must not hold up everybody else
		log_line(LOG_ERROR, "store", "a change was refused", "err", err->text, NULL);
	}
	return true;
}

static bool write_group(struct store *store, struct error *err) {
	bool ok = begin(store, err);
	for (size_t i = 0; ok && i < store->group.count; i++)
		ok = run_ops(store, store->group.items[i], err);
	ok = ok && commit(store, err);
	if (!ok)
		rollback(store);
	return ok;
}

static bool write_kept(struct store *store, wall_ms now, struct error *err) {
	bool ok = begin(store, err) && backlog_write(&store->backlog, &store->database, now, &store->touched, err) && commit(store, err);
	if (!ok)
		rollback(store);
	return ok;
}

static bool is_about_room(const struct error *err) {
	return err->code == ERR_FULL || err->code == ERR_IO;
}

static void suspend(struct store *store, const struct error *err) {
	log_line(LOG_ERROR, "store", "durability is suspended: changes are kept in memory and tried again", "err", err->text, NULL);
	atomic_store(&store->is_suspended, true);
	store->retry_at = clock_mono() + RETRY_MS;
}

static void count_commit(struct store *store, size_t batches, size_t ops) {
	pthread_mutex_lock(&store->lock);
	store->status.commits++;
	store->status.batches += batches;
	store->status.operations += ops;
	if (store->database.knows_last_event)
		store->status.last_sequence = store->database.last_event;
	pthread_mutex_unlock(&store->lock);
}

// ---- the backlog ----

// Says how long the next attempt waits: a large backlog is not worked through every second for nothing.
static void retry_kept(struct store *store) {
	struct error err = { 0 };
	mono_ms before = clock_mono();
	size_t kept = store->backlog.live;
	bool ok = write_kept(store, clock_wall(), &err);
	if (!ok && is_about_room(&err) && ballast_drop(&store->ballast))
		ok = write_kept(store, clock_wall(), &err);
	mono_ms took = clock_mono() - before, wait = took * 4 < RETRY_MS ? RETRY_MS : took * 4;
	store->retry_at = before + took + (wait < RETRY_MAX_MS ? wait : RETRY_MAX_MS);
	if (!ok) {
		note_failure(store, &err);
		return;
	}
	char number[24], lost[24];
	snprintf(number, sizeof number, "%zu", kept);
	snprintf(lost, sizeof lost, "%llu", (unsigned long long)(store->backlog.events_dropped + store->backlog.changes_dropped));
	log_line(LOG_WARN, "store", "durability is back", "written", number, "dropped", lost, NULL);
	backlog_clear(&store->backlog);
	atomic_store(&store->is_suspended, false);
	count_commit(store, 0, kept);
	store->tidy_at = 0; // the ballast again
}

// What is told without a commit has no sequence yet.
static void keep_group(struct store *store) {
	for (size_t i = 0; i < store->group.count; i++) {
		struct store_batch *batch = store->group.items[i];
		for (size_t j = 0; j < batch->count; j++)
			if (batch->items[j].kind == STORE_PUT_ALERT && batch->items[j].alert.event != ALERT_EVENT_NONE)
				batch->items[j].alert.record->event_sequence = 0;
			else if (batch->items[j].kind == STORE_ADD_EVENT)
				batch->items[j].event.sequence = 0;
		backlog_keep(&store->backlog, batch->items, batch->count);
	}
}

// ---- batches ----

static void tell(struct store *store, bool is_durable) {
	for (size_t i = 0; i < store->group.count; i++) {
		struct store_batch *batch = store->group.items[i];
		store->unrested += batch->count;
		batch->is_durable = is_durable;
		atomic_fetch_sub(&store->queued, 1);
		if (batch->reply_to == NULL || !inbox_post(batch->reply_to, &batch->message))
			store_batch_destroy(batch);
	}
	array_clear(&store->group);
}

static bool commit_group(struct store *store) {
	struct error err = { 0 };
	if (write_group(store, &err))
		return true;
	note_failure(store, &err);
	if (is_about_room(&err) && ballast_drop(&store->ballast)) {
		log_line(LOG_WARN, "store", "the disk is full: the ballast was given back", "err", err.text, NULL);
		store->tidy_at = clock_mono() + TIDY_MS;
		if (write_group(store, &err))
			return true;
		note_failure(store, &err);
	}
	suspend(store, &err);
	return false;
}

static void take_inbox(struct store *store) {
	struct message *taken = inbox_take(&store->inbox);
	if (taken == NULL)
		return;
	if (store->first == NULL)
		store->first = taken;
	else
		store->last->next = taken;
	for (store->last = taken; store->last->next != NULL;)
		store->last = store->last->next;
}

// Moves what may share a transaction from the queue into the group. Returns the number of operations.
static size_t form_group(struct store *store) {
	size_t ops = 0;
	while (store->first != NULL && store->group.count < GROUP_BATCHES && ops < GROUP_OPS) {
		struct store_batch *batch = (struct store_batch *)store->first; // its first member
		store->first = store->first->next;
		array_append(&store->group, batch);
		ops += batch->count;
	}
	return ops;
}

static void write_waiting(struct store *store) {
	size_t ops = form_group(store), batches = store->group.count;
	bool is_durable = !store->is_suspended && commit_group(store);
	if (is_durable)
		count_commit(store, batches, ops);
	else
		keep_group(store);
	tell(store, is_durable);
}

// ---- idle ----

static bool vacuum_some(struct store *store, struct error *err) {
	autofinish_stmt sqlite3_stmt *stmt = stmt_prepare(&store->database, "PRAGMA incremental_vacuum(512)", err);
	return stmt != NULL && stmt_run(&store->database, stmt, err); // stepped to its end, or it frees one page only
}

// True when there may be more to remove at once.
static bool prune_events(struct store *store, wall_ms now) {
	size_t removed = 0;
	struct error err = { 0 };
	struct event_bounds bounds = { .keep_rows = store->event_keep_rows, .oldest = now - store->event_keep, .chunk = PRUNE_CHUNK };
	bool ok = begin(store, &err) && event_prune(&store->database, &bounds, &removed, &err) && commit(store, &err);
	if (!ok)
		rollback(store);
	ok = ok && (removed == 0 || vacuum_some(store, &err));
	if (!ok)
		note_failure(store, &err);
	return ok && removed == PRUNE_CHUNK;
}

static void tidy(struct store *store, mono_ms now) {
	if (store->is_suspended || now < store->tidy_at)
		return;
	ballast_restore(&store->ballast);
	if (prune_events(store, clock_wall()))
		return;
	store->tidy_at = now + TIDY_MS;
	database_rest(&store->database); // the oldest events, which nobody else looks at
}

// Of those nobody reads with.
static void release_readers(struct store *store) {
	pthread_mutex_lock(&store->lock);
	for (size_t i = 0; i < store->readers.count; i++)
		database_rest(store->readers.items[i]);
	pthread_mutex_unlock(&store->lock);
}

// A storm of transitions leaves pages in SQLite's cache and holes in the heap, several times what its alerts take.
static void rest(struct store *store, mono_ms now) {
	if (store->unrested < REST_OPS || now < store->rest_at)
		return;
	store->unrested = 0;
	database_rest(&store->database);
	buf_finish(&store->database.scratch);
	release_readers(store);
	malloc_trim(0);
}

static int idle_ms(const struct store *store, mono_ms now) {
	mono_ms until = (store->is_suspended ? store->retry_at : store->tidy_at) - now;
	if (store->unrested >= REST_OPS && store->rest_at - now < until)
		until = store->rest_at - now;
	return until < 0 ? 0 : until > TIDY_MS ? TIDY_MS
	                                       : (int)until;
}

static void writer_main(void *role) {
	struct store *store = role;
	for (;;) {
		bool is_stopping = atomic_load(&store->is_stopping); // before the last look at the inbox
		take_inbox(store);
		mono_ms now = clock_mono();
		if (store->is_suspended && now >= store->retry_at)
			retry_kept(store);
		if (store->first != NULL) {
			write_waiting(store);
			store->rest_at = clock_mono() + REST_MS;
			continue;
		}
		if (is_stopping)
			break;
		tidy(store, now);
		rest(store, now);
		inbox_wait(&store->inbox, idle_ms(store, clock_mono()));
	}
	if (store->is_suspended)
		retry_kept(store);
	if (store->is_suspended)
		log_line(LOG_ERROR, "store", "stopping while durability is suspended: what is kept in memory is lost", NULL);
}

bool store_start(struct store *store, struct error *err) {
	atomic_store(&store->is_stopping, false);
	restored_drop(store);
	store->is_started = true;
	store->unrested = REST_OPS; // reading the rows left as much behind as a storm
	store->rest_at = clock_mono() + REST_MS;
	return role_start(&store->thread, "store", writer_main, store, err);
}

void store_stop(struct store *store) {
	atomic_store(&store->is_stopping, true);
	inbox_wake(&store->inbox);
	if (store->thread.is_running)
		role_join(&store->thread);
	else if (store->database.handle != NULL && atomic_load(&store->queued) > 0)
		writer_main(store); // never started: what was posted is written all the same
}

void store_post(struct store *store, struct store_batch *batch) {
	atomic_fetch_add(&store->queued, 1);
	bool posted = inbox_post(&store->inbox, &batch->message);
	assert(posted); // unbounded and never closed
	(void)posted;
}

bool store_is_durable(const struct store *store) {
	return !atomic_load(&store->is_suspended);
}

void store_status_get(const struct store *store, struct store_status *out) {
	struct store *mine = (struct store *)(uintptr_t)store; // the lock is the one mutable part here
	pthread_mutex_lock(&mine->lock);
	*out = store->status;
	pthread_mutex_unlock(&mine->lock);
	out->is_durable = store_is_durable(store);
	out->queued = atomic_load(&mine->queued);
}
