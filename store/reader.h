// SPDX-License-Identifier: Apache-2.0
// Reading by any thread: each call borrows a connection from a small pool and reads in one transaction.
#pragma once
#include "base/arena.h"
#include "store/stmt.h"

struct store;

enum reading { READING_ON,
	READING_ENDS,
	READING_BROKEN }; // broken: the row is not what was written

struct store_query {
	const char *sql;
	const char *table; // for messages
	int64_t parameters[2];
	int parameter_count;
};
// What one row does; the arena is emptied after it.
typedef enum reading store_query_row(void *context, sqlite3_stmt *stmt, struct arena *arena);

// ERR_CORRUPT for a broken row, else as database_fail.
MUST_CHECK bool store_read(struct store *store, const struct store_query *query, store_query_row *row, void *context, struct error *err);
