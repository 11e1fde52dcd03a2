// SPDX-License-Identifier: Apache-2.0
// Reading by any thread over pooled connections. See reader.h.
#include "store/reader.h"

#include "store/store_state.h"

enum { READERS_KEPT = 4 };

static struct database *reader_take(struct store *store, struct error *err) {
	struct database *reader = NULL;
	pthread_mutex_lock(&store->lock);
	if (store->readers.count > 0)
		reader = store->readers.items[--store->readers.count];
	pthread_mutex_unlock(&store->lock);
	if (reader != NULL)
		return reader;
	reader = MEM_NEW(struct database);
	if (database_open(reader, store->database.path, SQLITE_OPEN_READONLY, err))
		return reader;
	free(reader);
	return NULL;
}

static void reader_give_back(struct store *store, struct database *reader) {
	pthread_mutex_lock(&store->lock);
	bool is_kept = store->readers.count < READERS_KEPT;
	if (is_kept)
		array_append(&store->readers, reader);
	pthread_mutex_unlock(&store->lock);
	if (is_kept)
		return;
	database_close(reader);
	free(reader);
}

static bool read_rows(struct database *reader, const struct store_query *query, store_query_row *row, void *context, struct error *err) {
	autofinish_stmt sqlite3_stmt *stmt = stmt_prepare(reader, query->sql, err);
	if (stmt == NULL)
		return false;
	for (int i = 0; i < query->parameter_count; i++)
		stmt_bind_int(stmt, i + 1, query->parameters[i]);
	autoarena struct arena arena = { 0 };
	int rc;
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		enum reading next = row(context, stmt, &arena);
		if (next == READING_BROKEN)
			return error_set(err, ERR_CORRUPT, "%s: table %s: broken row; restore a backup, or move the file away to start empty", reader->path, query->table);
		if (next == READING_ENDS)
			return true;
		arena_reset(&arena);
	}
	return rc == SQLITE_DONE || database_fail(reader, rc, err);
}

bool store_read(struct store *store, const struct store_query *query, store_query_row *row, void *context, struct error *err) {
	struct database *reader = reader_take(store, err);
	if (reader == NULL)
		return false;
	bool ok = read_rows(reader, query, row, context, err);
	reader_give_back(store, reader);
	return ok;
}
