// SPDX-License-Identifier: Apache-2.0
// Unfinished deliveries and the notifications they share: a notification goes with its last delivery. See tables.h and store.h.
#include "base/snappy_block.h"
#include "store/keyed_row.h"
#include "store/reader.h"
#include "store/tables.h"

enum { PACK_BYTES = 4096,      // less takes a page either way
	PACK_RATIO_MAX = 64 }; // more no block can be smaller than what it holds

static const char notification_put_sql[] =
    "INSERT INTO notification (id, group_key, data) VALUES (?1, ?2, ?3)"
    " ON CONFLICT (id) DO UPDATE SET group_key = excluded.group_key, data = excluded.data";
static const char notification_prune_sql[] =
    "DELETE FROM notification WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM delivery WHERE notification_id = ?1)";
static const struct keyed_table table = {
	.rows = NUMBERED_DELIVERIES,
	.numbers = STMT_DELIVERY_NUMBERS,
	.find = STMT_DELIVERY_FIND,
	.delete = STMT_DELIVERY_DELETE,
	.numbers_sql = "SELECT id, group_key, integration FROM delivery",
	.find_sql = "SELECT notification_id FROM delivery WHERE id = ?1 AND group_key = ?2 AND integration = ?3",
	.delete_sql = "DELETE FROM delivery WHERE id = ?1",
};
static const char put_sql[] =
    "INSERT INTO delivery (id, group_key, integration, notification_id, attempts, refused, next_attempt, firing, resolved)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (id) DO UPDATE SET notification_id = excluded.notification_id,"
    " attempts = excluded.attempts, refused = excluded.refused, next_attempt = excluded.next_attempt, firing = excluded.firing,"
    " resolved = excluded.resolved";
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

// The one that is put now has a delivery: as a rule it was put just before and needs no look at the end.
static void note_put(const struct store_delivery *delivery, const struct keyed_row *row, struct notification_ids *touched) {
	if (touched->count > 0 && touched->items[touched->count - 1] == delivery->notification_id)
		touched->count--;
	if (!row->is_new && row->found != delivery->notification_id)
		array_append(touched, row->found);
}

bool delivery_put(struct database *database, const struct store_delivery *delivery, struct notification_ids *touched, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_DELIVERY_PUT, put_sql, err);
	struct row_key key = { delivery->group_key, delivery->integration };
	struct keyed_row row;
	if (stmt == NULL || !keyed_row_find(database, &table, &key, &row, err))
		return false;
	stmt_bind_int(stmt, 1, row.number);
	stmt_bind_str(stmt, 2, delivery->group_key);
	stmt_bind_str(stmt, 3, delivery->integration);
	stmt_bind_int(stmt, 4, delivery->notification_id);
	stmt_bind_int(stmt, 5, delivery->attempts);
	stmt_bind_int(stmt, 6, delivery->refused);
	stmt_bind_int(stmt, 7, delivery->next_attempt);
	stmt_bind_fingerprints(stmt, 8, delivery->firing, delivery->firing_count);
	stmt_bind_fingerprints(stmt, 9, delivery->resolved, delivery->resolved_count);
	if (!keyed_row_write(database, &table, &key, &row, stmt, err))
		return false;
	note_put(delivery, &row, touched);
	return true;
}

bool delivery_delete(struct database *database, const struct store_delivery *delivery, struct notification_ids *touched, struct error *err) {
	struct row_key key = { delivery->group_key, delivery->integration };
	struct keyed_row row;
	if (!keyed_row_find(database, &table, &key, &row, err))
		return false;
	if (!row.is_new)
		array_append(touched, row.found); // which notification it has
	return keyed_row_delete(database, &table, &key, &row, err);
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
