// SPDX-License-Identifier: Apache-2.0
// What must survive a kill, in SQLite behind verbs. One thread writes; requests come as batches, several share a transaction (group commit).
// A batch is told to nobody before it is committed (LAW 2). No SQL elsewhere.
#pragma once
#include "base/arena.h"
#include "base/array.h"
#include "base/error.h"
#include "base/inbox.h"
#include "model/alert.h"
#include "model/silence.h"

struct store;

struct store_options {
	const char *directory;  // created if missing; one process at a time (flock)
	size_t ballast_bytes;   // a file given back when the disk is full (LAW 5); 0 = none
	size_t event_keep_rows; // events beyond either bound are removed, oldest first; 0 = 1,000,000 rows
	dur_ms event_keep;      // 0 = 7 days
};

// Opens or creates the database, migrates it, checks it. ERR_CORRUPT, ERR_IO, ERR_FULL, ERR_UNAVAILABLE (another process holds it),
// ERR_INVALID (another program's database, or a newer version's). The text names the file and what to do.
struct store *store_open(const struct store_options *options, struct error *err);
void store_close(struct store *store);                               // after store_stop; NULL is fine
MUST_CHECK bool store_start(struct store *store, struct error *err); // the writer thread
// Writes everything still queued, then ends the thread. Senders must have stopped.
void store_stop(struct store *store);

// ---- rows ----

struct store_event {      // one line of the outbox; its sequence is strictly increasing and never reused
	int64_t sequence; // set when committed
	wall_ms at;
	const char *type; // "alert.firing", "delivery.cancelled", … (without prefix)
	struct str subject;
	struct str data; // JSON
};

struct store_group {    // an alert group that was flushed at least once
	struct str key; // unique: route identity and group labels
	wall_ms next_flush;
	dur_ms group_wait, group_interval; // as they were: timers survive a reload when these are unchanged (LAW 20)
};

struct store_log { // what an integration was told about a group: Alertmanager's nflog
	struct str group_key;
	struct str integration; // identity of the integration
	wall_ms told_at;
	const uint64_t *firing, *resolved; // fingerprints, sorted
	const uint64_t *left_out;          // told firing once, held back since
	size_t firing_count, resolved_count, left_out_count;
	wall_ms expires_at;
	struct str receiver_data; // what the integration keeps of its receiver's answers; empty: nothing
};

struct store_notification { // frozen once per flush, shared by its integrations
	int64_t id;         // chosen by the dispatcher, larger than any before
	struct str group_key;
	struct str data; // JSON (notifiers/message.h)
};

struct store_delivery {                    // unfinished: a row exists from before the first attempt until its outcome (LAWS 2–4)
	struct str group_key, integration; // unique together
	int64_t notification_id;
	int64_t attempts; // that began
	int64_t refused;  // of these, the ones known not to have been taken: fewer than attempts = maybe told (LAW 3)
	wall_ms next_attempt;
	const uint64_t *firing, *resolved; // what it would tell, fingerprints sorted
	size_t firing_count, resolved_count;
};

struct store_mark {       // until when a process evaluated rules; that holds for alerts told since it began
	wall_ms began_at; // unique
	wall_ms evaluated_at;
};

struct store_cursor {      // what an outbound Alertmanager has taken (LAW 17)
	struct str target; // unique: where it is posted to
	int64_t sequence;  // every transition up to this event; 0: none yet
	int64_t since;     // the newest event when it was found
};

enum store_op_kind {
	STORE_PUT_ALERT,     // upsert by (source, identity, labels); with event != ALERT_EVENT_NONE also an outbox row whose sequence is set in the record
	STORE_DELETE_ALERT,  // only while it is still the row of this record: same state and updated_at
	STORE_RENAME_SOURCE, // a rule's key changed: rows of old_source now belong to new_source; adjacent ones happen at once (a and b may swap)
	STORE_ADD_EVENT,
	STORE_PUT_GROUP,
	STORE_DELETE_GROUP,
	STORE_PUT_LOG,
	STORE_DELETE_LOG,
	STORE_PUT_NOTIFICATION, // notifications without deliveries are removed by the store itself
	STORE_PUT_DELIVERY,     // upsert by (group_key, integration)
	STORE_DELETE_DELIVERY,  // finished: told, given up or cancelled
	STORE_PUT_MARK,         // upsert by began_at
	STORE_DELETE_MARK,
	STORE_PUT_CURSOR, // upsert by target; since stays as it was put first
	STORE_DELETE_CURSOR,
	STORE_PUT_SILENCE, // upsert by id
	STORE_DELETE_SILENCE,
};

struct store_op {
	enum store_op_kind kind;
	union {
		struct {
			struct alert_record *record; // the op's reference
			enum alert_event_kind event;
			wall_ms event_at;                 // 0: when the transition was decided
			const struct labels *annotations; // for the row and the event, uncounted in the arena; NULL: the record's own
		} alert;
		struct {
			struct str old_source, new_source;
		} rename;
		struct store_event event;
		struct store_group group;
		struct store_log log;
		struct store_notification notification;
		struct store_delivery delivery;
		struct store_mark mark;
		struct store_cursor cursor;
		struct silence *silence; // the op's reference
	};
};

// A request to the writer. Texts live in its arena. Owned by whoever holds it: sender → store → `reply_to`.
struct store_batch {
	struct message message; // kind is the receiver's business
	struct arena arena;
	ARRAY_OF(struct store_op); // executed in order
	struct inbox *reply_to;    // posted there after the commit; NULL: destroyed
	void *context;             // the sender's
	struct inbox *home;        // the sender's, for whoever gets the batch next and must send it back; the store ignores it
	bool is_durable;           // set by the store: false while durability is suspended (LAW 5)
};

struct store_batch *store_batch_create(void);
void store_batch_clear(struct store_batch *batch);                                    // drops ops and references, keeps the memory: a batch is reused
void store_batch_destroy(struct store_batch *batch);                                  // NULL is fine
struct store_op *store_batch_add(struct store_batch *batch, enum store_op_kind kind); // zeroed; valid until the next add
// Any thread; never blocks. The batch belongs to the store until it comes back through reply_to.
void store_post(struct store *store, struct store_batch *batch);

// ---- reading, at start before store_start, or by any thread with its own reader ----

// Each calls `row` for every row until it returns false; what row gets is borrowed for the call (records, silences: take a reference to keep one).
typedef bool store_alert_row(void *context, struct alert_record *record);
typedef bool store_group_row(void *context, const struct store_group *group);
typedef bool store_log_row(void *context, const struct store_log *log);
typedef bool store_notification_row(void *context, const struct store_notification *notification);
typedef bool store_delivery_row(void *context, const struct store_delivery *delivery);
typedef bool store_mark_row(void *context, const struct store_mark *mark);
typedef bool store_cursor_row(void *context, const struct store_cursor *cursor);
typedef bool store_silence_row(void *context, struct silence *silence);
typedef bool store_event_row(void *context, const struct store_event *event);

MUST_CHECK bool store_each_mark(struct store *store, store_mark_row *row, void *context, struct error *err); // by when they began
// Before store_start the rows are read once: whoever asks again gets the same records.
MUST_CHECK bool store_each_alert(struct store *store, store_alert_row *row, void *context, struct error *err);
MUST_CHECK bool store_each_group(struct store *store, store_group_row *row, void *context, struct error *err);
MUST_CHECK bool store_each_log(struct store *store, store_log_row *row, void *context, struct error *err);
MUST_CHECK bool store_each_notification(struct store *store, store_notification_row *row, void *context, struct error *err);
MUST_CHECK bool store_each_delivery(struct store *store, store_delivery_row *row, void *context, struct error *err);
MUST_CHECK bool store_each_cursor(struct store *store, store_cursor_row *row, void *context, struct error *err);
MUST_CHECK bool store_each_silence(struct store *store, store_silence_row *row, void *context, struct error *err);
// Events after `after`, oldest first, at most `limit` (<= 1,000), in one read transaction. Any thread: uses a connection of its own.
MUST_CHECK bool store_each_event(struct store *store, int64_t after, size_t limit, store_event_row *row, void *context, struct error *err);

// Events of alerts that ended or expired after `after`, newest first, at most `limit`. At start.
MUST_CHECK bool store_each_end(struct store *store, int64_t after, size_t limit, store_event_row *row, void *context, struct error *err);

const char *store_instance(const struct store *store); // a UUID made with the database: CloudEvents source, cursor epoch

// ---- state, any thread ----

struct store_status {
	bool is_durable; // false while the disk refuses (LAW 5)
	uint64_t commits, batches, operations, failures;
	uint64_t queued; // batches waiting
	int64_t last_sequence;
	char last_error[240]; // of the last failure; "" when none
};
void store_status_get(const struct store *store, struct store_status *out);
bool store_is_durable(const struct store *store); // the same as the status says, without a lock: for whoever asks again and again
