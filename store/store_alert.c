// SPDX-License-Identifier: Apache-2.0
// The rows of alerts: (source, identity) -> the last transition. See tables.h and store.h.
#include "base/buf.h"
#include "base/json_read.h"
#include "store/reader.h"
#include "store/store_state.h"

#include <math.h>

static const char put_sql[] =
    "INSERT INTO alert (source, fingerprint, identity, labels, annotations, generator_url, state, active_at, fired_at, resolved_at,"
    " keep_firing_since, ends_at, updated_at, value, event_sequence) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
    " ON CONFLICT (source, fingerprint, identity) DO UPDATE SET labels = excluded.labels, annotations = excluded.annotations,"
    " generator_url = excluded.generator_url, state = excluded.state, active_at = excluded.active_at, fired_at = excluded.fired_at,"
    " resolved_at = excluded.resolved_at, keep_firing_since = excluded.keep_firing_since, ends_at = excluded.ends_at,"
    " updated_at = excluded.updated_at, value = excluded.value, event_sequence = max(event_sequence, excluded.event_sequence)"
    " RETURNING event_sequence";
static const char delete_sql[] =
    "DELETE FROM alert WHERE source = ?1 AND fingerprint = ?2 AND identity = ?3 AND state = ?4 AND updated_at = ?5";
static const char delete_any_sql[] = "DELETE FROM alert WHERE source = ?1 AND fingerprint = ?2 AND identity = ?3";
static const char rename_sql[] = "UPDATE OR REPLACE alert SET source = ?2 WHERE source = ?1";
static const char each_sql[] =
    "SELECT source, identity, labels, annotations, generator_url, state, active_at, fired_at, resolved_at, keep_firing_since, ends_at,"
    " updated_at, value, event_sequence FROM alert ORDER BY source, fingerprint, identity";

static struct str to_json(struct buf *buf, const struct labels *labels) {
	if (labels == NULL)
		return STR("{}");
	labels_to_json(buf, labels);
	return buf_str(buf);
}

static uint64_t fingerprint_of(const struct labels *labels) {
	return labels == NULL ? labels_hash(NULL, 0) : labels->fingerprint;
}

static void bind_key(sqlite3_stmt *stmt, const struct alert_record *record, struct buf *identity) {
	stmt_bind_str(stmt, 1, str_of(record->origin->source));
	stmt_bind_int(stmt, 2, (int64_t)fingerprint_of(record->identity));
	stmt_bind_str(stmt, 3, to_json(identity, record->identity));
}

static void bind_times(sqlite3_stmt *stmt, const struct alert_record *record) {
	stmt_bind_int(stmt, 7, record->state);
	stmt_bind_int(stmt, 8, record->active_at);
	stmt_bind_int(stmt, 9, record->fired_at);
	stmt_bind_int(stmt, 10, record->resolved_at);
	stmt_bind_int(stmt, 11, record->keep_firing_since);
	stmt_bind_int(stmt, 12, record->ends_at);
	stmt_bind_int(stmt, 13, record->updated_at);
	sqlite3_bind_double(stmt, 14, record->value); // a NaN becomes NULL
}

bool alert_put(struct database *database, const struct alert_event *event, int64_t *event_sequence, struct error *err) {
	const struct alert_record *record = event->record;
	sqlite3_stmt *stmt = stmt_keep(database, STMT_ALERT_PUT, put_sql, err);
	if (stmt == NULL)
		return false;
	autobuf struct buf identity = { 0 }, labels = { 0 }, annotations = { 0 };
	bind_key(stmt, record, &identity);
	stmt_bind_str(stmt, 4, to_json(&labels, record->labels));
	stmt_bind_str(stmt, 5, to_json(&annotations, event->annotations));
	stmt_bind_str(stmt, 6, str_of(record->origin->generator_url));
	bind_times(stmt, record);
	stmt_bind_int(stmt, 15, *event_sequence);
	return stmt_run_int(database, stmt, event_sequence, err);
}

bool alert_delete(struct database *database, const struct alert_record *record, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_ALERT_DELETE, delete_sql, err);
	if (stmt == NULL)
		return false;
	autobuf struct buf identity = { 0 };
	bind_key(stmt, record, &identity);
	stmt_bind_int(stmt, 4, record->state);
	stmt_bind_int(stmt, 5, record->updated_at);
	return stmt_run(database, stmt, err);
}

bool alert_delete_any(struct database *database, const struct alert_record *record, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_ALERT_DELETE_ANY, delete_any_sql, err);
	if (stmt == NULL)
		return false;
	autobuf struct buf identity = { 0 };
	bind_key(stmt, record, &identity);
	return stmt_run(database, stmt, err);
}

bool alert_rename(struct database *database, struct str old_source, struct str new_source, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_ALERT_RENAME, rename_sql, err);
	if (stmt == NULL)
		return false;
	stmt_bind_str(stmt, 1, old_source);
	stmt_bind_str(stmt, 2, new_source);
	return stmt_run(database, stmt, err);
}

static const struct labels *column_labels(sqlite3_stmt *stmt, int column, struct arena *arena) {
	struct json_reader reader;
	json_read_init(&reader, arena, stmt_column_str(stmt, column));
	const struct labels *labels = labels_read(&reader);
	if (labels == NULL || json_read_end(&reader))
		return labels;
	labels_unref(labels);
	return NULL;
}

static const struct labels *column_labels_like(sqlite3_stmt *stmt, int column, const struct labels *like, int like_column, struct arena *arena) {
	if (str_equal(stmt_column_str(stmt, column), stmt_column_str(stmt, like_column)))
		return labels_ref(like);
	return column_labels(stmt, column, arena);
}

struct alert_reading {
	store_alert_row *row;
	void *context;
	struct alert_origin *origin; // of the row before: rows are ordered by source
};

static struct alert_origin *column_origin(sqlite3_stmt *stmt, struct alert_reading *reading) {
	struct str source = stmt_column_str(stmt, 0), generator_url = stmt_column_str(stmt, 4);
	struct alert_origin *origin = reading->origin;
	if (origin == NULL || !str_equal_cstr(source, origin->source) || !str_equal_cstr(generator_url, origin->generator_url)) {
		alert_origin_unref(origin);
		reading->origin = origin = alert_origin_create(source, generator_url);
	}
	return origin;
}

static bool column_record(sqlite3_stmt *stmt, struct alert_record *record, struct arena *arena) {
	int64_t state = sqlite3_column_int64(stmt, 5);
	if ((record->identity = column_labels(stmt, 1, arena)) == NULL || (record->labels = column_labels_like(stmt, 2, record->identity, 1, arena)) == NULL)
		return false;
	if (state < ALERT_INACTIVE || state > ALERT_FIRING)
		return false;
	record->state = (enum alert_state)state;
	record->active_at = sqlite3_column_int64(stmt, 6);
	record->fired_at = sqlite3_column_int64(stmt, 7);
	record->resolved_at = sqlite3_column_int64(stmt, 8);
	record->keep_firing_since = sqlite3_column_int64(stmt, 9);
	record->ends_at = sqlite3_column_int64(stmt, 10);
	record->updated_at = sqlite3_column_int64(stmt, 11);
	record->value = sqlite3_column_type(stmt, 12) == SQLITE_NULL ? (double)NAN : sqlite3_column_double(stmt, 12);
	record->event_sequence = sqlite3_column_int64(stmt, 13);
	return true;
}

static enum reading read_row(void *context, sqlite3_stmt *stmt, struct arena *arena) {
	struct alert_reading *reading = context;
	const struct labels *annotations = column_labels(stmt, 3, arena);
	if (annotations == NULL)
		return READING_BROKEN;
	struct alert_record *record = alert_record_create_row(column_origin(stmt, reading), annotations);
	enum reading next = READING_BROKEN;
	labels_unref(annotations);
	if (column_record(stmt, record, arena))
		next = reading->row(reading->context, record) ? READING_ON : READING_ENDS;
	alert_record_unref(record);
	return next;
}

static bool read_rows(struct store *store, store_alert_row *row, void *context, struct error *err) {
	struct alert_reading reading = { row, context, NULL };
	bool ok = store_read(store, &(struct store_query){ .sql = each_sql, .table = "alert" }, read_row, &reading, err);
	alert_origin_unref(reading.origin);
	return ok;
}

static bool keep_row(void *context, struct alert_record *record) {
	struct store *store = context;
	array_append(&store->restored, alert_record_ref(record));
	return true;
}

void restored_drop(struct store *store) {
	for (size_t i = 0; i < store->restored.count; i++)
		alert_record_unref(store->restored.items[i]);
	array_finish(&store->restored);
	store->has_restored = false;
}

// At start several roles take the same alerts: they share the records.
static bool each_restored(struct store *store, store_alert_row *row, void *context, struct error *err) {
	if (!store->has_restored && !read_rows(store, keep_row, store, err)) {
		restored_drop(store);
		return false;
	}
	store->has_restored = true;
	for (size_t i = 0; i < store->restored.count; i++)
		if (!row(context, store->restored.items[i]))
			break;
	return true;
}

bool store_each_alert(struct store *store, store_alert_row *row, void *context, struct error *err) {
	return store->is_started ? read_rows(store, row, context, err) : each_restored(store, row, context, err);
}
