// SPDX-License-Identifier: Apache-2.0
// Unfinished deliveries and the notifications they share: a notification goes with its last delivery. See tables.h and store.h.
#include "base/snappy_block.h"
#include "store/reader.h"
#include "store/tables.h"

enum { PACK_BYTES = 4096,      // less takes a page either way
	PACK_RATIO_MAX = 64 }; // more no block can be smaller than what it holds

static const char notification_put_sql[] =
    "INSERT INTO notification (id, group_key, data) VALUES (?1, ?2, ?3)"
    " ON CONFLICT (id) DO UPDATE SET group_key = excluded.group_key, data = excluded.data";
static const char notification_prune_sql[] =
    "DELETE FROM notification WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM delivery WHERE notification_id = ?1)";
static const char put_sql[] =
    "INSERT INTO delivery (group_key, integration, notification_id, attempts, refused, next_attempt, firing, resolved)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (group_key, integration) DO UPDATE SET notification_id = excluded.notification_id,"
    " attempts = excluded.attempts, refused = excluded.refused, next_attempt = excluded.next_attempt, firing = excluded.firing,"
    " resolved = excluded.resolved";
static const char delete_sql[] = "DELETE FROM delivery WHERE group_key = ?1 AND integration = ?2";
static const char notification_of_sql[] = "SELECT notification_id FROM delivery WHERE group_key = ?1 AND integration = ?2";
static const char each_sql[] =
    "SELECT group_key, integration, notification_id, attempts, refused, next_attempt, firing, resolved FROM delivery ORDER BY group_key, integration";
static const char each_notification_sql[] = "SELECT id, group_key, data FROM notification ORDER BY id";

bool notification_put(struct database *database, const struct store_notification *notification, struct notification_ids *touched, struct error *err) {
	autobuf struct buf block = { 0 };
	struct error ignored;
	sqlite3_stmt *stmt = stmt_keep(database, STMT_NOTIFICATION_PUT, notification_put_sql, err);
	if (stmt == NULL)
		return false;
	array_append(touched, notification->id);
	stmt_bind_int(stmt, 1, notification->id);
	stmt_bind_str(stmt, 2, notification->group_key);
	if (notification->data.len >= PACK_BYTES && snappy_block_append(&block, notification->data, &ignored))
		stmt_bind_blob(stmt, 3, block.data, block.len);
	else
		stmt_bind_str(stmt, 3, notification->data);
	return stmt_run(database, stmt, err);
}

bool notification_prune(struct database *database, struct notification_ids *touched, struct error *err) {
	bool ok = true;
	for (size_t i = 0; ok && i < touched->count; i++) {
		sqlite3_stmt *stmt = stmt_keep(database, STMT_NOTIFICATION_PRUNE, notification_prune_sql, err);
		if (stmt != NULL)
			stmt_bind_int(stmt, 1, touched->items[i]);
		ok = stmt != NULL && stmt_run(database, stmt, err);
	}
	array_clear(touched);
	return ok;
}

// Which notification the row of this key points at now; as it was in *former when there is none.
static bool find_former(struct database *database, const struct store_delivery *delivery, int64_t *former, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_DELIVERY_NOTIFICATION, notification_of_sql, err);
	if (stmt == NULL)
		return false;
	stmt_bind_str(stmt, 1, delivery->group_key);
	stmt_bind_str(stmt, 2, delivery->integration);
	return stmt_run_int(database, stmt, former, err);
}

// The one that is put now has a delivery: as a rule it was put just before and needs no look at the end.
static void note_put(const struct store_delivery *delivery, int64_t former, struct notification_ids *touched) {
	if (touched->count > 0 && touched->items[touched->count - 1] == delivery->notification_id)
		touched->count--;
	if (former != delivery->notification_id)
		array_append(touched, former);
}

bool delivery_put(struct database *database, const struct store_delivery *delivery, struct notification_ids *touched, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_DELIVERY_PUT, put_sql, err);
	int64_t former = delivery->notification_id;
	if (stmt == NULL || !find_former(database, delivery, &former, err))
		return false;
	stmt_bind_str(stmt, 1, delivery->group_key);
	stmt_bind_str(stmt, 2, delivery->integration);
	stmt_bind_int(stmt, 3, delivery->notification_id);
	stmt_bind_int(stmt, 4, delivery->attempts);
	stmt_bind_int(stmt, 5, delivery->refused);
	stmt_bind_int(stmt, 6, delivery->next_attempt);
	stmt_bind_fingerprints(stmt, 7, delivery->firing, delivery->firing_count);
	stmt_bind_fingerprints(stmt, 8, delivery->resolved, delivery->resolved_count);
	if (!stmt_run(database, stmt, err))
		return false;
	note_put(delivery, former, touched);
	return true;
}

bool delivery_delete(struct database *database, const struct store_delivery *delivery, struct notification_ids *touched, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_DELIVERY_DELETE, delete_sql, err);
	int64_t former = delivery->notification_id;
	if (stmt == NULL || !find_former(database, delivery, &former, err))
		return false;
	array_append(touched, former);
	stmt_bind_str(stmt, 1, delivery->group_key);
	stmt_bind_str(stmt, 2, delivery->integration);
	return stmt_run(database, stmt, err);
}

struct delivery_reading {
	store_delivery_row *row;
	store_notification_row *notification_row;
	void *context;
};

static enum reading read_row(void *context, sqlite3_stmt *stmt, struct arena *arena) {
	const struct delivery_reading *reading = context;
	struct store_delivery delivery = {
		.group_key = stmt_column_str(stmt, 0),
		.integration = stmt_column_str(stmt, 1),
		.notification_id = sqlite3_column_int64(stmt, 2),
		.attempts = sqlite3_column_int64(stmt, 3),
		.refused = sqlite3_column_int64(stmt, 4),
		.next_attempt = sqlite3_column_int64(stmt, 5),
	};
	if (!stmt_column_fingerprints(stmt, 6, arena, &delivery.firing, &delivery.firing_count) ||
	    !stmt_column_fingerprints(stmt, 7, arena, &delivery.resolved, &delivery.resolved_count))
		return READING_BROKEN;
	return reading->row(reading->context, &delivery) ? READING_ON : READING_ENDS;
}

bool store_each_delivery(struct store *store, store_delivery_row *row, void *context, struct error *err) {
	struct delivery_reading reading = { .row = row, .context = context };
	return store_read(store, &(struct store_query){ .sql = each_sql, .table = "delivery" }, read_row, &reading, err);
}

// A text, or one in a block. False: the block is broken.
static bool column_packed(sqlite3_stmt *stmt, int column, struct arena *arena, struct str *out) {
	size_t size;
	*out = stmt_column_str(stmt, column);
	if (sqlite3_column_type(stmt, column) != SQLITE_BLOB)
		return true;
	if (!snappy_block_size(*out, &size) || size / PACK_RATIO_MAX > out->len)
		return false;
	char *text = arena_alloc_bytes(arena, size);
	bool is_whole = snappy_block_read(text, size, *out);
	*out = str_make(text, size);
	return is_whole;
}

static enum reading read_notification(void *context, sqlite3_stmt *stmt, struct arena *arena) {
	const struct delivery_reading *reading = context;
	struct store_notification notification = {
		.id = sqlite3_column_int64(stmt, 0),
		.group_key = stmt_column_str(stmt, 1),
	};
	if (!column_packed(stmt, 2, arena, &notification.data))
		return READING_BROKEN;
	return reading->notification_row(reading->context, &notification) ? READING_ON : READING_ENDS;
}

bool store_each_notification(struct store *store, store_notification_row *row, void *context, struct error *err) {
	struct delivery_reading reading = { .notification_row = row, .context = context };
	return store_read(store, &(struct store_query){ .sql = each_notification_sql, .table = "notification" }, read_notification, &reading, err);
}
