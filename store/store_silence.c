// SPDX-License-Identifier: Apache-2.0
// The rows of silences. See tables.h and store.h.
#include "base/json_read.h"
#include "base/json_write.h"
#include "store/reader.h"
#include "store/tables.h"

static const char put_sql[] =
    "INSERT OR REPLACE INTO silence (id, matchers, starts_at, ends_at, updated_at, created_by, comment, annotations)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
static const char delete_sql[] = "DELETE FROM silence WHERE id = ?1";
static const char each_sql[] = "SELECT id, matchers, starts_at, ends_at, updated_at, created_by, comment, annotations FROM silence ORDER BY id";

bool silence_put(struct database *database, const struct silence *silence, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_SILENCE_PUT, put_sql, err);
	if (stmt == NULL)
		return false;
	autobuf struct buf matchers = { 0 }, annotations = { 0 };
	silence_write_matchers(&(struct json_writer){ .out = &matchers }, &silence->matchers);
	if (silence->annotations != NULL)
		labels_to_json(&annotations, silence->annotations);
	stmt_bind_str(stmt, 1, str_of(silence->id));
	stmt_bind_str(stmt, 2, buf_str(&matchers));
	stmt_bind_int(stmt, 3, silence->starts_at);
	stmt_bind_int(stmt, 4, silence->ends_at);
	stmt_bind_int(stmt, 5, silence->updated_at);
	stmt_bind_str(stmt, 6, str_of(silence->created_by));
	stmt_bind_str(stmt, 7, str_of(silence->comment));
	stmt_bind_str(stmt, 8, annotations.len == 0 ? STR("{}") : buf_str(&annotations));
	return stmt_run(database, stmt, err);
}

bool silence_delete(struct database *database, const struct silence *silence, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_SILENCE_DELETE, delete_sql, err);
	if (stmt == NULL)
		return false;
	stmt_bind_str(stmt, 1, str_of(silence->id));
	return stmt_run(database, stmt, err);
}

struct silence_reading {
	store_silence_row *row;
	void *context;
};

static bool read_lists(struct silence *silence, sqlite3_stmt *stmt, struct arena *arena) {
	struct json_reader reader;
	struct error err;
	json_read_init(&reader, arena, stmt_column_str(stmt, 1));
	if (!silence_read_matchers(&reader, &silence->matchers, &err) || !json_read_end(&reader))
		return false;
	json_read_init(&reader, arena, stmt_column_str(stmt, 7));
	silence->annotations = labels_read(&reader);
	return silence->annotations != NULL && json_read_end(&reader);
}

static enum reading read_row(void *context, sqlite3_stmt *stmt, struct arena *arena) {
	const struct silence_reading *reading = context;
	struct str id = stmt_column_str(stmt, 0);
	if (id.len != SILENCE_ID_LEN)
		return READING_BROKEN;
	struct silence *silence = silence_create();
	memcpy(silence->id, id.data, id.len);
	silence->starts_at = sqlite3_column_int64(stmt, 2);
	silence->ends_at = sqlite3_column_int64(stmt, 3);
	silence->updated_at = sqlite3_column_int64(stmt, 4);
	silence->created_by = mem_dup_cstr((const char *)sqlite3_column_text(stmt, 5));
	silence->comment = mem_dup_cstr((const char *)sqlite3_column_text(stmt, 6));
	enum reading result = READING_BROKEN;
	if (read_lists(silence, stmt, arena))
		result = reading->row(reading->context, silence) ? READING_ON : READING_ENDS;
	silence_unref(silence);
	return result;
}

bool store_each_silence(struct store *store, store_silence_row *row, void *context, struct error *err) {
	struct silence_reading reading = { row, context };
	return store_read(store, &(struct store_query){ .sql = each_sql, .table = "silence" }, read_row, &reading, err);
}
