// SPDX-License-Identifier: Apache-2.0
// The rows of alert groups: when each flushes next. See tables.h and store.h.
#include "store/reader.h"
#include "store/tables.h"

static const char put_sql[] =
    "INSERT INTO alert_group (key, next_flush, group_wait, group_interval) VALUES (?1, ?2, ?3, ?4)"
    " ON CONFLICT (key) DO UPDATE SET next_flush = excluded.next_flush, group_wait = excluded.group_wait, group_interval = excluded.group_interval";
static const char delete_sql[] = "DELETE FROM alert_group WHERE key = ?1";
static const char each_sql[] = "SELECT key, next_flush, group_wait, group_interval FROM alert_group ORDER BY key";

bool group_put(struct database *database, const struct store_group *group, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_GROUP_PUT, put_sql, err);
	if (stmt == NULL)
		return false;
	stmt_bind_str(stmt, 1, group->key);
	stmt_bind_int(stmt, 2, group->next_flush);
	stmt_bind_int(stmt, 3, group->group_wait);
	stmt_bind_int(stmt, 4, group->group_interval);
	return stmt_run(database, stmt, err);
}

bool group_delete(struct database *database, struct str key, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_GROUP_DELETE, delete_sql, err);
	if (stmt == NULL)
		return false;
	stmt_bind_str(stmt, 1, key);
	return stmt_run(database, stmt, err);
}

struct group_reading {
	store_group_row *row;
	void *context;
};

static enum reading read_row(void *context, sqlite3_stmt *stmt, struct arena *arena) {
	(void)arena;
	const struct group_reading *reading = context;
	struct store_group group = {
		.key = stmt_column_str(stmt, 0),
		.next_flush = sqlite3_column_int64(stmt, 1),
		.group_wait = sqlite3_column_int64(stmt, 2),
		.group_interval = sqlite3_column_int64(stmt, 3),
	};
	return reading->row(reading->context, &group) ? READING_ON : READING_ENDS;
}

bool store_each_group(struct store *store, store_group_row *row, void *context, struct error *err) {
	struct group_reading reading = { row, context };
	return store_read(store, &(struct store_query){ .sql = each_sql, .table = "alert_group" }, read_row, &reading, err);
}
