// SPDX-License-Identifier: Apache-2.0
// Until when rules were evaluated: one row of meta. See tables.h and store.h.
#include "store/reader.h"
#include "store/tables.h"

static const char put_sql[] = "INSERT INTO meta (name, value) VALUES ('evaluated_at', ?1) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
static const char get_sql[] = "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'evaluated_at'";

bool mark_put(struct database *database, wall_ms evaluated_at, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_MARK_PUT, put_sql, err);
	if (stmt == NULL)
		return false;
	stmt_bind_int(stmt, 1, evaluated_at);
	return stmt_run(database, stmt, err);
}

static enum reading read_row(void *context, sqlite3_stmt *stmt, struct arena *arena) {
	(void)arena;
	*(wall_ms *)context = sqlite3_column_int64(stmt, 0);
	return READING_ENDS;
}

bool store_evaluated_at(struct store *store, wall_ms *out, struct error *err) {
	return store_read(store, &(struct store_query){ .sql = get_sql, .table = "meta" }, read_row, out, err);
}
