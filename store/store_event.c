// SPDX-License-Identifier: Apache-2.0
// The outbox: events in the order they were committed. See tables.h and store.h.
#include "base/buf.h"
#include "store/alert_columns.h"
#include "store/event_pack.h"
#include "store/reader.h"
#include "store/tables.h"

enum { EVENTS_A_READ = 1000 };

// As alert_column_record wants them, then those of every event.
#define EVENT_COLUMNS "source, state, at, sequence, " ALERT_SAID ", type, subject, data, packed"

// No number is given twice: not those of events that are gone, nor any that others keep.
static const char last_sql[] =
    "SELECT max(coalesce((SELECT coalesce(last, sequence) FROM event ORDER BY sequence DESC LIMIT 1), 0), coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'events_removed'), 0),"
    " coalesce((SELECT max(event_sequence) FROM alert), 0), coalesce((SELECT max(sequence) FROM outbound_cursor), 0))";
static const char removed_sql[] =
    "INSERT INTO meta (name, value) VALUES ('events_removed', ?1)"
    " ON CONFLICT (name) DO UPDATE SET value = max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))";
static const char add_sql[] = "INSERT INTO event (sequence, at, type, subject, data) VALUES (?1, ?2, ?3, ?4, ?5)";
static const char add_transition_sql[] =
    "INSERT INTO event (sequence, at, type, source, state, " ALERT_SAID ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
// Up to which of the oldest ?1 rows all are to go; none when the first of them stays. Times are not in the order of numbers, the stream has no holes.
static const char prunable_sql[] =
    "WITH oldest AS (SELECT coalesce(last, sequence) AS last, at FROM event ORDER BY sequence LIMIT ?1),"
    " stay AS (SELECT min(last) AS first FROM oldest WHERE at >= ?2 AND last > (SELECT coalesce(last, sequence) FROM event ORDER BY sequence DESC LIMIT 1) - ?3)"
    " SELECT max(last) FROM oldest, stay WHERE first IS NULL OR last < first HAVING count(*) > 0";
static const char prune_sql[] = "DELETE FROM event WHERE sequence <= ?1";
// From the row on that holds the first of them, perhaps after others.
static const char each_sql[] =
    "SELECT " EVENT_COLUMNS " FROM event WHERE sequence >= coalesce((SELECT iif(last > ?1, sequence, NULL) FROM event WHERE sequence <= ?1 ORDER BY sequence DESC LIMIT 1), ?1 + 1)"
    " ORDER BY sequence LIMIT ?2";
static const char each_end_sql[] =
    "SELECT " EVENT_COLUMNS " FROM event WHERE sequence > ?1 AND type IN ('alert.resolved', 'alert.expired') ORDER BY sequence DESC LIMIT ?2";
enum { COLUMN_AT = ALERT_COLUMN_UPDATED_AT,
	COLUMN_TYPE = ALERT_COLUMNS,
	COLUMN_SUBJECT,
	COLUMN_DATA,
	COLUMN_PACKED };

bool event_last(struct database *database, int64_t *out, struct error *err) {
	if (!database->knows_last_event && !database_int(database, last_sql, &database->last_event, err))
		return false;
	database->knows_last_event = true;
	*out = database->last_event;
	return true;
}

// The statement with sequence, time and type bound; the sequence is used once it has run.
static sqlite3_stmt *begin_add(struct database *database, enum stmt_slot slot, const char *sql, wall_ms at, const char *type, struct error *err) {
	int64_t last;
	sqlite3_stmt *stmt = stmt_keep(database, slot, sql, err);
	if (stmt == NULL || !pack_flush(database, err) || !event_last(database, &last, err))
		return NULL;
	stmt_bind_int(stmt, 1, last + 1);
	stmt_bind_int(stmt, 2, at);
	stmt_bind_str(stmt, 3, str_of(type));
	return stmt;
}

static bool run_add(struct database *database, sqlite3_stmt *stmt, int64_t *sequence, struct error *err) {
	if (!stmt_run(database, stmt, err))
		return false;
	*sequence = ++database->last_event;
	return true;
}

bool event_add(struct database *database, const struct store_event *event, int64_t *sequence, struct error *err) {
	sqlite3_stmt *stmt = begin_add(database, STMT_EVENT_ADD, add_sql, event->at, event->type, err);
	if (stmt == NULL)
		return false;
	stmt_bind_str(stmt, 4, event->subject);
	stmt_bind_str(stmt, 5, event->data);
	return run_add(database, stmt, sequence, err);
}

static bool add_said(struct database *database, const struct alert_event *transition, int64_t *sequence, struct error *err) {
	const struct alert_record *record = transition->record;
	sqlite3_stmt *stmt = begin_add(database, STMT_EVENT_ADD_TRANSITION, add_transition_sql, alert_event_at(transition), alert_event_name(transition->kind), err);
	if (stmt == NULL)
		return false;
	stmt_bind_str(stmt, 4, str_of(record->origin->source));
	stmt_bind_int(stmt, 5, record->state);
	alert_bind_said(database, stmt, 6, transition);
	return run_add(database, stmt, sequence, err);
}

static bool add_policy(struct database *database, const struct alert_event *transition, const char *type, int64_t alert_sequence, struct error *err) {
	autobuf struct buf subject = { 0 }, data = { 0 };
	alert_event_subject(&subject, transition->record);
	alert_event_policy_data(&data, transition, alert_sequence);
	struct store_event event = { .at = alert_event_at(transition), .type = type, .subject = buf_str(&subject), .data = buf_str(&data) };
	int64_t second;
	return event_add(database, &event, &second, err);
}

bool event_add_transition(struct database *database, const struct alert_event *transition, int64_t *sequence, struct error *err) {
	if (!add_said(database, transition, sequence, err))
		return false;
	const char *type = alert_event_policy_name(transition->record, transition->kind);
	return type == NULL || add_policy(database, transition, type, *sequence, err);
}

// 0: none. Of the oldest so many.
static bool prunable_among(struct database *database, const struct event_bounds *bounds, size_t rows, int64_t *last, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_EVENT_PRUNABLE, prunable_sql, err);
	*last = 0;
	if (stmt == NULL)
		return false;
	stmt_bind_int(stmt, 1, (int64_t)rows);
	stmt_bind_int(stmt, 2, bounds->oldest);
	stmt_bind_int(stmt, 3, (int64_t)bounds->keep_rows);
	return stmt_run_int(database, stmt, last, err);
}

// As a rule the oldest one stays, and nobody needs to read further.
static bool prunable(struct database *database, const struct event_bounds *bounds, int64_t *last, struct error *err) {
	return prunable_among(database, bounds, 1, last, err) && (*last == 0 || prunable_among(database, bounds, bounds->chunk, last, err));
}

static bool run_up_to(struct database *database, enum stmt_slot slot, const char *sql, int64_t last, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, slot, sql, err);
	if (stmt == NULL)
		return false;
	stmt_bind_int(stmt, 1, last);
	return stmt_run(database, stmt, err);
}

bool event_prune(struct database *database, const struct event_bounds *bounds, size_t *removed, struct error *err) {
	int64_t last;
	*removed = 0;
	if (!prunable(database, bounds, &last, err))
		return false;
	if (last == 0)
		return true;
	if (!alert_keep_said(database, last, err) || !run_up_to(database, STMT_EVENT_REMOVED, removed_sql, last, err) || !run_up_to(database, STMT_EVENT_PRUNE, prune_sql, last, err))
		return false;
	*removed = (size_t)sqlite3_changes(database->handle);
	return true;
}

struct event_reading {
	store_event_row *row;
	void *context;
	int64_t after;
	size_t left;
};

struct event_texts {
	struct buf subject, data;
};

static enum reading give(struct event_reading *reading, const struct store_event *event) {
	return reading->row(reading->context, event) && --reading->left > 0 ? READING_ON : READING_ENDS;
}

// Of an alert's transition: its texts are made of what its columns say. Takes the record.
static enum reading give_transition(struct event_reading *reading, struct store_event *event, struct alert_record *record) {
	if (record == NULL)
		return READING_BROKEN;
	autobuf struct buf subject = { 0 }, data = { 0 };
	const struct labels *annotations = alert_record_annotations(record);
	alert_event_subject(&subject, record);
	alert_event_data(&data, &(struct alert_event){ .record = record, .annotations = annotations });
	labels_unref(annotations);
	alert_record_unref(record);
	event->subject = buf_str(&subject);
	event->data = buf_str(&data);
	return give(reading, event);
}

static enum reading read_transition(struct event_reading *reading, sqlite3_stmt *stmt, struct store_event *event, struct arena *arena) {
	struct alert_origin *origin = alert_origin_create(stmt_column_str(stmt, ALERT_COLUMN_SOURCE), stmt_column_str(stmt, ALERT_COLUMN_GENERATOR_URL));
	enum reading next = give_transition(reading, event, alert_column_record(stmt, 0, origin, arena));
	alert_origin_unref(origin);
	return next;
}

static enum reading read_packed(struct event_reading *reading, sqlite3_stmt *stmt, struct store_event *event, struct arena *arena) {
	enum reading next = READING_ON;
	struct event_pack_reader pack;
	struct packed_alert alert;
	event_pack_read(&pack, stmt_column_str(stmt, COLUMN_PACKED), event->at, arena);
	for (; next == READING_ON && event_pack_next(&pack, &alert); event->sequence++)
		if (event->sequence > reading->after)
			next = give_transition(reading, event, packed_alert_record(&pack, &alert, NULL, arena));
	return pack.is_broken ? READING_BROKEN : next;
}

static enum reading read_row(void *context, sqlite3_stmt *stmt, struct arena *arena) {
	struct event_reading *reading = context;
	struct store_event event = {
		.sequence = sqlite3_column_int64(stmt, ALERT_COLUMN_SEQUENCE),
		.at = sqlite3_column_int64(stmt, COLUMN_AT),
		.type = arena_cstr(arena, stmt_column_str(stmt, COLUMN_TYPE)),
		.subject = stmt_column_str(stmt, COLUMN_SUBJECT),
		.data = stmt_column_str(stmt, COLUMN_DATA),
	};
	if (sqlite3_column_type(stmt, COLUMN_PACKED) != SQLITE_NULL)
		return read_packed(reading, stmt, &event, arena);
	return sqlite3_column_type(stmt, COLUMN_DATA) == SQLITE_NULL ? read_transition(reading, stmt, &event, arena) : give(reading, &event);
}

static bool read_events(struct store *store, const char *sql, struct event_reading *reading, struct error *err) {
	struct store_query query = { .sql = sql, .table = "event", .parameters = { reading->after, (int64_t)reading->left }, .parameter_count = 2 };
	return reading->left == 0 || store_read(store, &query, read_row, reading, err);
}

bool store_each_event(struct store *store, int64_t after, size_t limit, store_event_row *row, void *context, struct error *err) {
	return read_events(store, each_sql, &(struct event_reading){ row, context, after, limit < EVENTS_A_READ ? limit : EVENTS_A_READ }, err);
}

bool store_each_end(struct store *store, int64_t after, size_t limit, store_event_row *row, void *context, struct error *err) {
	return read_events(store, each_end_sql, &(struct event_reading){ row, context, after, limit }, err);
}
