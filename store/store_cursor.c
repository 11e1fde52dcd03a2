// SPDX-License-Identifier: Apache-2.0
// The rows of outbound Alertmanagers: which transitions each has taken. See tables.h and store.h.
#include "store/reader.h"
#include "store/tables.h"

static const char put_sql[] = "INSERT INTO outbound_cursor (target, sequence, since) VALUES (?1, ?2, ?3) ON CONFLICT (target) DO UPDATE SET sequence = excluded.sequence";
static const char delete_sql[] = "DELETE FROM outbound_cursor WHERE target = ?1";
static const char each_sql[] = "SELECT target, sequence, since FROM outbound_cursor ORDER BY target";

bool cursor_put(struct database *database, const struct store_cursor *cursor, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_CURSOR_PUT, put_sql, err);
	if (stmt == NULL)
		return false;
	stmt_bind_str(stmt, 1, cursor->target);
	stmt_bind_int(stmt, 2, cursor->sequence);
	stmt_bind_int(stmt, 3, cursor->since);
	return stmt_run(database, stmt, err);
}

bool cursor_delete(struct database *database, struct str target, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_CURSOR_DELETE, delete_sql, err);
	if (stmt == NULL)
		return false;
	stmt_bind_str(stmt, 1, target);
	return stmt_run(database, stmt, err);
}

struct cursor_reading {
	store_cursor_row *row;
	void *context;
};

static enum reading read_row(void *context, sqlite3_stmt *stmt, struct arena *arena) {
	(void)arena;
	const struct cursor_reading *reading = context;
	struct store_cursor cursor = { .target = stmt_column_str(stmt, 0), .sequence = sqlite3_column_int64(stmt, 1), .since = sqlite3_column_int64(stmt, 2) };
	return reading->row(reading->context, &cursor) ? READING_ON : READING_ENDS;
}

bool store_each_cursor(struct store *store, store_cursor_row *row, void *context, struct error *err) {
	struct cursor_reading reading = { row, context };
	return store_read(store, &(struct store_query){ .sql = each_sql, .table = "outbound_cursor" }, read_row, &reading, err);
}
