// SPDX-License-Identifier: Apache-2.0
// The notification log: what each integration was told about each group. See tables.h and store.h.
#include "store/keyed_row.h"
#include "store/reader.h"
#include "store/tables.h"

#include <endian.h>

static const struct keyed_table table = {
	.rows = NUMBERED_LOGS,
	.numbers = STMT_LOG_NUMBERS,
	.find = STMT_LOG_FIND,
	.delete = STMT_LOG_DELETE,
	.numbers_sql = "SELECT id, group_key, integration FROM notification_log",
	.find_sql = "SELECT id FROM notification_log WHERE id = ?1 AND group_key = ?2 AND integration = ?3",
	.delete_sql = "DELETE FROM notification_log WHERE id = ?1",
};
static const char put_sql[] =
    "INSERT INTO notification_log (id, group_key, integration, told_at, firing, resolved, expires_at, left_out, receiver_data)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (id) DO UPDATE SET told_at = excluded.told_at, firing = excluded.firing, resolved = excluded.resolved,"
    " expires_at = excluded.expires_at, left_out = excluded.left_out, receiver_data = excluded.receiver_data";
static const char each_sql[] =
    "SELECT group_key, integration, told_at, firing, resolved, expires_at, left_out, receiver_data FROM notification_log ORDER BY group_key, integration";

void stmt_bind_fingerprints(sqlite3_stmt *stmt, int at, const uint64_t *items, size_t count) {
	if (count == 0 || htole64(1) == 1) { // they lie as they are kept
		stmt_bind_blob(stmt, at, items, count * sizeof *items);
		return;
	}
	uint64_t *copy = mem_alloc(count * sizeof *copy);
	for (size_t i = 0; i < count; i++)
		copy[i] = htole64(items[i]);
	sqlite3_bind_blob64(stmt, at, copy, count * sizeof *copy, free);
}

bool stmt_column_fingerprints(sqlite3_stmt *stmt, int column, struct arena *arena, const uint64_t **items, size_t *count) {
	struct str blob = stmt_column_str(stmt, column);
	uint64_t *copy = arena_alloc(arena, blob.len + sizeof *copy);
	if (blob.len > 0)
		memcpy(copy, blob.data, blob.len);
	*count = blob.len / sizeof *copy;
	for (size_t i = 0; i < *count; i++)
		copy[i] = le64toh(copy[i]);
	*items = copy;
	return blob.len % sizeof *copy == 0;
}

bool log_put(struct database *database, const struct store_log *log, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_LOG_PUT, put_sql, err);
	struct row_key key = { log->group_key, log->integration };
	struct keyed_row row;
	if (stmt == NULL || !keyed_row_find(database, &table, &key, &row, err))
		return false;
	stmt_bind_int(stmt, 1, row.number);
	stmt_bind_str(stmt, 2, log->group_key);
	stmt_bind_str(stmt, 3, log->integration);
	stmt_bind_int(stmt, 4, log->told_at);
	stmt_bind_fingerprints(stmt, 5, log->firing, log->firing_count);
	stmt_bind_fingerprints(stmt, 6, log->resolved, log->resolved_count);
	stmt_bind_int(stmt, 7, log->expires_at);
	stmt_bind_fingerprints(stmt, 8, log->left_out, log->left_out_count);
	stmt_bind_str(stmt, 9, log->receiver_data);
	return keyed_row_write(database, &table, &key, &row, stmt, err);
}

bool log_delete(struct database *database, const struct store_log *log, struct error *err) {
	struct row_key key = { log->group_key, log->integration };
	struct keyed_row row;
	return keyed_row_find(database, &table, &key, &row, err) && keyed_row_delete(database, &table, &key, &row, err);
}

struct log_reading {
	store_log_row *row;
	void *context;
};

static enum reading read_row(void *context, sqlite3_stmt *stmt, struct arena *arena) {
	const struct log_reading *reading = context;
	struct store_log log = {
		.group_key = stmt_column_str(stmt, 0),
		.integration = stmt_column_str(stmt, 1),
		.told_at = sqlite3_column_int64(stmt, 2),
		.expires_at = sqlite3_column_int64(stmt, 5),
		.receiver_data = stmt_column_str(stmt, 7),
	};
	if (!stmt_column_fingerprints(stmt, 3, arena, &log.firing, &log.firing_count) ||
	    !stmt_column_fingerprints(stmt, 4, arena, &log.resolved, &log.resolved_count) ||
	    !stmt_column_fingerprints(stmt, 6, arena, &log.left_out, &log.left_out_count))
		return READING_BROKEN;
	return reading->row(reading->context, &log) ? READING_ON : READING_ENDS;
}

bool store_each_log(struct store *store, store_log_row *row, void *context, struct error *err) {
	struct log_reading reading = { row, context };
	return store_read(store, &(struct store_query){ .sql = each_sql, .table = "notification_log" }, read_row, &reading, err);
}
