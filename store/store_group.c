// SPDX-License-Identifier: Apache-2.0
// The rows of alert groups: when each flushes next. See tables.h and store.h.
#include "store/keyed_row.h"
#include "store/reader.h"
#include "store/tables.h"

static const struct keyed_table table = {
	.rows = NUMBERED_GROUPS,
	.numbers = STMT_GROUP_NUMBERS,
	.find = STMT_GROUP_FIND,
	.delete = STMT_GROUP_DELETE,
	.numbers_sql = "SELECT id, key, '' FROM alert_group",
	.find_sql = "SELECT id FROM alert_group WHERE id = ?1 AND key = ?2 AND ?3 = ''",
	.delete_sql = "DELETE FROM alert_group WHERE id = ?1",
};
static const char put_sql[] =
    "INSERT INTO alert_group (id, key, next_flush, group_wait, group_interval) VALUES (?1, ?2, ?3, ?4, ?5)"
    " ON CONFLICT (id) DO UPDATE SET next_flush = excluded.next_flush, group_wait = excluded.group_wait, group_interval = excluded.group_interval";
static const char each_sql[] = "SELECT key, next_flush, group_wait, group_interval FROM alert_group ORDER BY key";

bool group_put(struct database *database, const struct store_group *group, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_GROUP_PUT, put_sql, err);
	struct row_key key = { .group = group->key };
	struct keyed_row row;
	if (stmt == NULL || !keyed_row_find(database, &table, &key, &row, err))
		return false;
	stmt_bind_int(stmt, 1, row.number);
	stmt_bind_str(stmt, 2, group->key);
	stmt_bind_int(stmt, 3, group->next_flush);
	stmt_bind_int(stmt, 4, group->group_wait);
	stmt_bind_int(stmt, 5, group->group_interval);
	return keyed_row_write(database, &table, &key, &row, stmt, err);
}

bool group_delete(struct database *database, struct str group_key, struct error *err) {
	struct row_key key = { .group = group_key };
	struct keyed_row row;
	return keyed_row_find(database, &table, &key, &row, err) && keyed_row_delete(database, &table, &key, &row, err);
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
