// SPDX-License-Identifier: Apache-2.0
// The outbox: events in the order they were committed. See tables.h and store.h.
#include "base/buf.h"
#include "store/reader.h"
#include "store/tables.h"

enum { EVENTS_A_READ = 1000 };

static const char add_sql[] = "INSERT INTO event (at, type, subject, data) VALUES (?1, ?2, ?3, ?4)";
static const char prune_sql[] =
    "DELETE FROM event WHERE sequence IN (SELECT sequence FROM (SELECT sequence, at FROM event ORDER BY sequence LIMIT ?1)"
    " WHERE at < ?2 OR sequence <= (SELECT seq FROM sqlite_sequence WHERE name = 'event') - ?3)";
static const char each_sql[] = "SELECT sequence, at, type, subject, data FROM event WHERE sequence > ?1 ORDER BY sequence LIMIT ?2";
static const char each_end_sql[] =
    "SELECT sequence, at, type, subject, data FROM event WHERE sequence > ?1 AND type IN ('alert.resolved', 'alert.expired') ORDER BY sequence DESC LIMIT ?2";

bool event_add(struct database *database, const struct store_event *event, int64_t *sequence, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_EVENT_ADD, add_sql, err);
	if (stmt == NULL)
		return false;
	stmt_bind_int(stmt, 1, event->at);
	stmt_bind_str(stmt, 2, str_of(event->type));
	stmt_bind_str(stmt, 3, event->subject);
	stmt_bind_str(stmt, 4, event->data);
	if (!stmt_run(database, stmt, err))
		return false;
	*sequence = sqlite3_last_insert_rowid(database->handle);
	return true;
}

bool event_add_transition(struct database *database, const struct alert_event *transition, int64_t *sequence, struct error *err) {
	const struct alert_record *record = transition->record;
	autobuf struct buf subject = { 0 }, data = { 0 };
	alert_event_subject(&subject, record);
	alert_event_data(&data, transition);
	struct store_event event = { .at = record->updated_at, .type = alert_event_name(transition->kind), .subject = buf_str(&subject), .data = buf_str(&data) };
	if (!event_add(database, &event, sequence, err))
		return false;
	event.type = alert_event_policy_name(record, transition->kind);
	if (event.type == NULL)
		return true;
	buf_reset(&data);
	alert_event_policy_data(&data, transition, *sequence);
	event.data = buf_str(&data);
	int64_t second;
	return event_add(database, &event, &second, err);
}

bool event_prune(struct database *database, size_t keep_rows, wall_ms oldest, size_t chunk, size_t *removed, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_EVENT_PRUNE, prune_sql, err);
	if (stmt == NULL)
		return false;
	stmt_bind_int(stmt, 1, (int64_t)chunk);
	stmt_bind_int(stmt, 2, oldest);
	stmt_bind_int(stmt, 3, (int64_t)keep_rows);
	if (!stmt_run(database, stmt, err))
		return false;
	*removed = (size_t)sqlite3_changes(database->handle);
	return true;
}

struct event_reading {
	store_event_row *row;
	void *context;
};

static enum reading read_row(void *context, sqlite3_stmt *stmt, struct arena *arena) {
	const struct event_reading *reading = context;
	struct store_event event = {
		.sequence = sqlite3_column_int64(stmt, 0),
		.at = sqlite3_column_int64(stmt, 1),
		.type = arena_cstr(arena, stmt_column_str(stmt, 2)),
		.subject = stmt_column_str(stmt, 3),
		.data = stmt_column_str(stmt, 4),
	};
	return reading->row(reading->context, &event) ? READING_ON : READING_ENDS;
}

bool store_each_event(struct store *store, int64_t after, size_t limit, store_event_row *row, void *context, struct error *err) {
	struct event_reading reading = { row, context };
	struct store_query query = { .sql = each_sql, .table = "event", .parameter_count = 2 };
	query.parameters[0] = after;
	query.parameters[1] = limit < EVENTS_A_READ ? (int64_t)limit : EVENTS_A_READ;
	return store_read(store, &query, read_row, &reading, err);
}

bool store_each_end(struct store *store, int64_t after, size_t limit, store_event_row *row, void *context, struct error *err) {
	struct event_reading reading = { row, context };
	struct store_query query = { .sql = each_end_sql, .table = "event", .parameters = { after, (int64_t)limit }, .parameter_count = 2 };
	return store_read(store, &query, read_row, &reading, err);
}
