// SPDX-License-Identifier: Apache-2.0
// A connection and its statements. See stmt.h.
#include "store/stmt.h"

#include "base/mem.h"
#include "store/event_pack.h"

#include <pthread.h>

enum { BUSY_MS = 5000 }; // only a checkpoint and a reader can meet: one process, one writer

static enum error_code code_of(int rc) {
	if (rc == SQLITE_IOERR_SHMSIZE)
		return ERR_FULL; // no room for the index of the log
	switch (rc & 0xff) {
	case SQLITE_FULL:
		return ERR_FULL;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ERR_CORRUPT;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_UNAVAILABLE;
	case SQLITE_CONSTRAINT:
	case SQLITE_TOOBIG:
	case SQLITE_MISMATCH:
		return ERR_INVALID;
	default: // SQLite's codes are no enum of ours
		return ERR_IO;
	}
}

bool database_fail(struct database *database, int rc, struct error *err) {
	const char *text = database->handle == NULL ? sqlite3_errstr(rc) : sqlite3_errmsg(database->handle);
	return error_set(err, code_of(rc), "%s: %s (sqlite %d)", database->path, text, rc);
}

static pthread_once_t is_set_up = PTHREAD_ONCE_INIT;

// Nobody asks SQLite what it uses, and counting it takes a lock at every allocation. Pages that it takes for each connection in advance would stay when
// memory is given back.
static void set_up(void) {
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
}

bool database_open(struct database *database, const char *path, int flags, struct error *err) {
	pthread_once(&is_set_up, set_up);
	*database = (struct database){ .path = mem_dup_cstr(path) };
	int rc = sqlite3_open_v2(path, &database->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_extended_result_codes(database->handle, 1);
		sqlite3_busy_timeout(database->handle, BUSY_MS);
		return true;
	}
	database_fail(database, rc, err);
	database_close(database);
	return false;
}

static void forget_packed(struct database *database) {
	if (database->packed != NULL)
		packed_row_finish(database->packed);
}

void database_forget_rows(struct database *database) {
	for (size_t i = 0; i < NUMBERED_TABLES; i++)
		row_numbers_finish(&database->numbers[i]);
	database->knows_last_event = false;
	if (database->pack != NULL)
		event_pack_reset(database->pack);
	forget_packed(database);
}

void database_rest(struct database *database) {
	sqlite3_db_release_memory(database->handle);
	forget_packed(database);
}

bool database_know_rows(struct database *database, enum numbered_table table, enum stmt_slot slot, const char *sql, numbered_row_hash *hash, struct error *err) {
	struct row_numbers *numbers = &database->numbers[table];
	sqlite3_stmt *stmt = numbers->is_read ? NULL : stmt_keep(database, slot, sql, err);
	if (stmt == NULL)
		return numbers->is_read;
	int rc;
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
		row_numbers_add(numbers, hash(stmt), sqlite3_column_int64(stmt, 0));
	bool ok = rc == SQLITE_DONE || database_fail(database, rc, err);
	sqlite3_reset(stmt);
	if (!ok)
		row_numbers_finish(numbers);
	numbers->is_read = ok;
	return ok;
}

void database_close(struct database *database) {
	for (size_t i = 0; i < STMT_SLOTS; i++)
		sqlite3_finalize(database->kept[i]);
	sqlite3_close(database->handle);
	free(database->path);
	database_forget_rows(database);
	if (database->pack != NULL)
		event_pack_finish(database->pack);
	free(database->pack);
	free(database->packed);
	buf_finish(&database->scratch);
	*database = (struct database){ 0 };
}

bool database_exec(struct database *database, const char *sql, struct error *err) {
	int rc = sqlite3_exec(database->handle, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK || database_fail(database, rc, err);
}

bool database_int(struct database *database, const char *sql, int64_t *out, struct error *err) {
	autofinish_stmt sqlite3_stmt *stmt = stmt_prepare(database, sql, err);
	return stmt != NULL && stmt_run_int(database, stmt, out, err);
}

sqlite3_stmt *stmt_prepare(struct database *database, const char *sql, struct error *err) {
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(database->handle, sql, -1, &stmt, NULL);
	if (rc != SQLITE_OK)
		database_fail(database, rc, err);
	return stmt;
}

sqlite3_stmt *stmt_keep(struct database *database, enum stmt_slot slot, const char *sql, struct error *err) {
	if (database->kept[slot] == NULL)
		database->kept[slot] = stmt_prepare(database, sql, err);
	return database->kept[slot];
}

void stmt_bind_str(sqlite3_stmt *stmt, int at, struct str text) {
	sqlite3_bind_text64(stmt, at, text.len == 0 ? "" : text.data, text.len, SQLITE_STATIC, SQLITE_UTF8);
}

void stmt_bind_blob(sqlite3_stmt *stmt, int at, const void *data, size_t size) {
	sqlite3_bind_blob64(stmt, at, size == 0 ? "" : data, size, SQLITE_STATIC);
}

void stmt_bind_int(sqlite3_stmt *stmt, int at, int64_t number) {
	sqlite3_bind_int64(stmt, at, number);
}

bool stmt_run_int(struct database *database, sqlite3_stmt *stmt, int64_t *out, struct error *err) {
	bool is_first = true;
	int rc;
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		if (is_first && out != NULL)
			*out = sqlite3_column_int64(stmt, 0);
		is_first = false;
	}
	bool ok = rc == SQLITE_DONE || database_fail(database, rc, err);
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return ok;
}

bool stmt_run(struct database *database, sqlite3_stmt *stmt, struct error *err) {
	return stmt_run_int(database, stmt, NULL, err);
}

struct str stmt_column_str(sqlite3_stmt *stmt, int column) {
	const void *data = sqlite3_column_blob(stmt, column); // of a text: its bytes, without a conversion
	return str_make(data, (size_t)sqlite3_column_bytes(stmt, column));
}
