// SPDX-License-Identifier: Apache-2.0
// What is kept while the disk refuses ends in the same rows as if it had been written at once.
#include "base/buf.h"
#include "store/backlog.h"
#include "store/store_op.h"
#include "tests/store/store_fixture.h"

static void run_at_once(struct database *database, struct store_batch *batch, struct notification_ids *touched) {
	struct error err;
	for (size_t i = 0, done = 0; i < batch->count; i += done)
		CHECK(store_op_run(database, &batch->items[i], batch->count - i, touched, &done, &err));
	CHECK(notification_prune(database, touched, &err));
}

// Rows without their numbers: of what came and went meanwhile, one is given and the other not.
#define ALERTS "(SELECT source, fingerprint, updated_at, state, identity, event_sequence, labels, annotations, generator_url, value FROM alert)"
#define GROUPS "(SELECT key, next_flush, group_wait, group_interval FROM alert_group)"
#define LOGS "(SELECT group_key, integration, told_at, firing, resolved, expires_at, left_out, receiver_data FROM notification_log)"
#define DELIVERIES "(SELECT group_key, integration, notification_id, attempts, refused, next_attempt, firing, resolved FROM delivery)"

// Every row of every table as text.
static char *dump(struct database *database) {
	static const char *const tables[] = { ALERTS, "event", GROUPS, LOGS, "notification", DELIVERIES, "outbound_cursor", "silence", "mark" };
	struct buf out = { 0 };
	for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
		char sql[200];
		struct error err;
		snprintf(sql, sizeof sql, "SELECT *, 0 FROM %s ORDER BY 1, 2, 3", tables[t]);
		autofinish_stmt sqlite3_stmt *stmt = stmt_prepare(database, sql, &err);
		while (sqlite3_step(stmt) == SQLITE_ROW) {
			buf_append_cstr(&out, tables[t]);
			for (int column = 0; column < sqlite3_column_count(stmt); column++) {
				buf_append_char(&out, '|');
				buf_append_str(&out, stmt_column_str(stmt, column));
			}
			buf_append_char(&out, '\n');
		}
	}
	buf_append_cstr(&out, "");
	return buf_take(&out);
}

static struct str text_of(struct store_batch *batch, const char *prefix, unsigned number) {
	return arena_format(&batch->arena, "%s%u", prefix, number);
}

static struct alert_record *some_record(unsigned *seed, int at) {
	char source[8];
	snprintf(source, sizeof source, "s%d", rand_r(seed) % 3);
	struct alert_record *record = record_make(source, "X", rand_r(seed) % 6);
	record->state = rand_r(seed) % 2 == 0 ? ALERT_FIRING : ALERT_INACTIVE;
	record->updated_at = at / 4; // deletes meet the row they mean now and then
	return record;
}

static const struct labels *some_annotations(struct store_batch *batch, int at) {
	const struct labels *made = labels_from_sorted(&(struct label){ STR("summary"), text_of(batch, "at ", (unsigned)at) }, 1);
	const struct labels *kept = labels_copy_to(&batch->arena, made);
	labels_unref(made);
	return kept;
}

static void add_some_op(struct store_batch *batch, unsigned *seed, int at) {
	enum store_op_kind kind = (enum store_op_kind)(rand_r(seed) % (STORE_DELETE_SILENCE + 1));
	uint64_t *prints = arena_dup(&batch->arena, &(uint64_t){ (uint64_t)at }, sizeof(uint64_t));
	struct store_op *op = store_batch_add(batch, kind);
	struct str group = text_of(batch, "g", rand_r(seed) % 3), integration = text_of(batch, "i", rand_r(seed) % 2);
	switch (kind) {
	case STORE_PUT_ALERT:
	case STORE_DELETE_ALERT:
		op->alert.record = some_record(seed, at);
		op->alert.event = kind == STORE_PUT_ALERT && rand_r(seed) % 2 == 0 ? ALERT_EVENT_UPDATED : ALERT_EVENT_NONE;
		op->alert.annotations = rand_r(seed) % 2 == 0 ? some_annotations(batch, at) : NULL;
		return;
	case STORE_RENAME_SOURCE:
		op->rename.old_source = text_of(batch, "s", rand_r(seed) % 3);
		op->rename.new_source = text_of(batch, "s", rand_r(seed) % 3);
		return;
	case STORE_ADD_EVENT:
		op->event = (struct store_event){ .at = at, .type = arena_cstr(&batch->arena, STR("some.type")), .subject = group, .data = STR("{}") };
		return;
	case STORE_PUT_GROUP:
	case STORE_DELETE_GROUP:
		op->group = (struct store_group){ .key = group, .next_flush = at };
		return;
	case STORE_PUT_LOG:
	case STORE_DELETE_LOG:
		op->log = (struct store_log){ .group_key = group, .integration = integration, .told_at = at, .firing = prints, .firing_count = 1, .left_out = prints, .left_out_count = 1, .receiver_data = STR("{}") };
		return;
	case STORE_PUT_NOTIFICATION: { // with a delivery, as the dispatcher does
		op->notification = (struct store_notification){ .id = at, .group_key = group, .data = STR("{}") };
		store_batch_add(batch, STORE_PUT_DELIVERY)->delivery = (struct store_delivery){ .group_key = group, .integration = integration, .notification_id = at };
		return;
	}
	case STORE_PUT_CURSOR:
	case STORE_DELETE_CURSOR:
		op->cursor = (struct store_cursor){ .target = integration, .sequence = -at }; // else the next event would come after it
		return;
	case STORE_PUT_SILENCE:
	case STORE_DELETE_SILENCE:
		op->silence = silence_make(rand_r(seed) % 3, at);
		return;
	case STORE_PUT_DELIVERY:
	case STORE_DELETE_DELIVERY:
		op->kind = STORE_DELETE_DELIVERY;
		op->delivery = (struct store_delivery){ .group_key = group, .integration = integration, .resolved = prints, .resolved_count = 1 };
		return;
	case STORE_PUT_MARK:
	case STORE_DELETE_MARK:
		op->mark = (struct store_mark){ .began_at = rand_r(seed) % 3, .evaluated_at = at };
		return;
	}
}

static void check_same(unsigned seed, int batches, int ops) {
	struct database at_once = database_in_memory(), later = database_in_memory();
	struct backlog backlog = { 0 };
	struct notification_ids touched = { 0 };
	struct error err;
	for (int i = 0, at = 1; i < batches; i++) {
		struct store_batch *batch = store_batch_create();
		for (int j = 0; j < ops; j++)
			add_some_op(batch, &seed, at++);
		backlog_keep(&backlog, batch->items, batch->count);
		if (i < 3) { // both start from the same rows
			CHECK(backlog_write(&backlog, &later, 0, &touched, &err));
			backlog_clear(&backlog);
			CHECK(notification_prune(&later, &touched, &err));
		}
		run_at_once(&at_once, batch, &touched);
		store_batch_destroy(batch); // the backlog has copies
	}
	CHECK(backlog_write(&backlog, &later, 0, &touched, &err));
	CHECK(notification_prune(&later, &touched, &err));
	char *wanted = dump(&at_once), *got = dump(&later);
	CHECK_CSTR(got, wanted);
	free(wanted), free(got);
	backlog_clear(&backlog);
	array_finish(&touched);
	database_close(&at_once);
	database_close(&later);
}

TEST(what_is_kept_ends_in_the_rows_that_writing_at_once_gives) {
	for (unsigned seed = 1; seed <= 200; seed++)
		check_same(seed, 12, 8);
}

TEST(it_stays_so_when_the_backlog_is_compacted) {
	for (unsigned seed = 1; seed <= 3; seed++)
		check_same(seed, 900, 12);
}

TEST(rows_that_change_over_and_over_take_no_more_room) {
	struct backlog backlog = { 0 };
	struct store_op op = { .kind = STORE_PUT_GROUP };
	for (int i = 0; i < 100000; i++) {
		char key[16];
		snprintf(key, sizeof key, "g%d", i % 10);
		op.group = (struct store_group){ .key = str_of(key), .next_flush = i };
		backlog_keep(&backlog, &op, 1);
	}
	CHECK_INT(backlog.live, 10);
	CHECK(backlog.count < 10000);
	backlog_clear(&backlog);
}

TEST(of_a_process_the_last_mark_is_kept) {
	struct database database = database_in_memory();
	struct backlog backlog = { 0 };
	struct notification_ids touched = { 0 };
	struct error err;
	for (wall_ms at = 1; at <= 1000; at++)
		backlog_keep(&backlog, &(struct store_op){ .kind = STORE_PUT_MARK, .mark = { .began_at = at / 1000, .evaluated_at = at } }, 1);
	CHECK_INT(backlog.live, 2);
	CHECK(backlog_write(&backlog, &database, 0, &touched, &err));
	int64_t at = 0;
	CHECK(database_int(&database, "SELECT evaluated_at FROM mark WHERE began_at = 0", &at, &err));
	CHECK_INT(at, 999);
	backlog_clear(&backlog);
	array_finish(&touched);
	database_close(&database);
}

TEST(events_beyond_the_bound_are_dropped_oldest_first_and_that_is_written) {
	struct database database = database_in_memory();
	struct backlog backlog = { 0 };
	struct error err;
	struct store_op op = { .kind = STORE_ADD_EVENT };
	for (int i = 0; i < BACKLOG_EVENTS_MAX + 7; i++) {
		op.event = (struct store_event){ .at = i, .type = "t", .subject = STR("s"), .data = STR("{}") };
		backlog_keep(&backlog, &op, 1);
	}
	CHECK_INT(backlog.events, BACKLOG_EVENTS_MAX);
	CHECK(backlog_write(&backlog, &database, 5, NULL, &err));
	int64_t first = -1, truncated = 0;
	CHECK(database_int(&database, "SELECT at FROM event WHERE type = 't' ORDER BY sequence LIMIT 1", &first, &err));
	CHECK(database_int(&database, "SELECT json_extract(data, '$.dropped') FROM event WHERE type = 'stream.truncated'", &truncated, &err));
	CHECK_INT(first, 7);
	CHECK_INT(truncated, 7);
	backlog_clear(&backlog);
	database_close(&database);
}

static void keep_firing(struct backlog *backlog, int number) {
	struct store_batch *batch = store_batch_create();
	put_alert(batch, record_make("s", "X", number), ALERT_EVENT_FIRING);
	backlog_keep(backlog, batch->items, batch->count);
	store_batch_destroy(batch);
}

static void write_in_vain(struct backlog *backlog, struct database *database) {
	struct error err;
	CHECK(database_exec(database, "BEGIN", &err));
	CHECK(backlog_write(backlog, database, 0, NULL, &err));
	CHECK(database_exec(database, "ROLLBACK", &err));
	database_forget_rows(database);
}

// -1: there is no such row.
static int64_t number_from(struct database *database, const char *sql) {
	struct error err;
	int64_t number = -1;
	CHECK(database_int(database, sql, &number, &err));
	return number;
}

static void check_row_says_all(struct database *database) {
	CHECK_INT(number_from(database, "SELECT count(*) FROM event"), 0);
	CHECK_INT(number_from(database, "SELECT count(*) FROM alert WHERE identity IS NOT NULL AND event_sequence = 0"), 1);
}

static const char refuse_sql[] = "CREATE TRIGGER refuse BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'refused'); END";

TEST(an_alert_whose_event_is_refused_says_itself_what_it_is) {
	struct database database = database_in_memory();
	struct backlog backlog = { 0 };
	struct error err;
	keep_firing(&backlog, 1);
	CHECK(database_exec(&database, refuse_sql, &err));
	CHECK(backlog_write(&backlog, &database, 0, NULL, &err));
	check_row_says_all(&database);
	backlog_clear(&backlog);
	database_close(&database);
}

TEST(the_number_of_an_event_that_was_rolled_back_is_forgotten) {
	struct database database = database_in_memory();
	struct backlog backlog = { 0 };
	struct error err;
	keep_firing(&backlog, 1);
	write_in_vain(&backlog, &database);
	CHECK(database_exec(&database, refuse_sql, &err));
	CHECK(backlog_write(&backlog, &database, 0, NULL, &err));
	check_row_says_all(&database);
	backlog_clear(&backlog);
	database_close(&database);
}

// It is dropped after an attempt that gave it a number.
TEST(an_alert_points_at_no_event_that_was_dropped) {
	struct database database = database_in_memory();
	struct backlog backlog = { 0 };
	struct error err;
	struct store_op op = { .kind = STORE_ADD_EVENT, .event = { .at = 1, .type = "t", .subject = STR("s"), .data = STR("{}") } };
	for (int i = 0; i < BACKLOG_EVENTS_MAX - 1; i++)
		backlog_keep(&backlog, &op, 1);
	keep_firing(&backlog, 1);
	write_in_vain(&backlog, &database);
	for (int i = 0; i < BACKLOG_EVENTS_MAX; i++)
		backlog_keep(&backlog, &op, 1);
	CHECK(backlog_write(&backlog, &database, 0, NULL, &err));
	CHECK_INT(number_from(&database, "SELECT count(*) FROM alert WHERE identity IS NOT NULL AND event_sequence = 0"), 1);
	backlog_clear(&backlog);
	database_close(&database);
}
