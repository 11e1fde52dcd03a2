// SPDX-License-Identifier: Apache-2.0
// Until when each process evaluated rules. See tables.h and store.h.
#include "store/reader.h"
#include "store/tables.h"

static const char put_sql[] = "INSERT INTO mark (began_at, evaluated_at) VALUES (?1, ?2) ON CONFLICT (began_at) DO UPDATE SET evaluated_at = excluded.evaluated_at";
static const char delete_sql[] = "DELETE FROM mark WHERE began_at = ?1";
static const char each_sql[] = "SELECT began_at, evaluated_at FROM mark ORDER BY began_at";

bool mark_put(struct database *database, const struct store_mark *mark, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_MARK_PUT, put_sql, err);
	if (stmt == NULL)
		return false;
	stmt_bind_int(stmt, 1, mark->began_at);
	stmt_bind_int(stmt, 2, mark->evaluated_at);
	return stmt_run(database, stmt, err);
}

bool mark_delete(struct database *database, wall_ms began_at, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_MARK_DELETE, delete_sql, err);
	if (stmt == NULL)
		return false;
	stmt_bind_int(stmt, 1, began_at);
	return stmt_run(database, stmt, err);
}

struct mark_reading {
	store_mark_row *row;
	void *context;
};

static enum reading read_row(void *context, sqlite3_stmt *stmt, struct arena *arena) {
	(void)arena;
	const struct mark_reading *reading = context;
	struct store_mark mark = { .began_at = sqlite3_column_int64(stmt, 0), .evaluated_at = sqlite3_column_int64(stmt, 1) };
	return reading->row(reading->context, &mark) ? READING_ON : READING_ENDS;
}

bool store_each_mark(struct store *store, store_mark_row *row, void *context, struct error *err) {
	struct mark_reading reading = { row, context };
	return store_read(store, &(struct store_query){ .sql = each_sql, .table = "mark" }, read_row, &reading, err);
}
