// SPDX-License-Identifier: Apache-2.0
// A connection and its statements: prepare once, bind by position, step, errors as values. Knows no table.
// A connection is used by one thread at a time.
#pragma once
#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"
#include "store/row_numbers.h"

#include <sqlite3.h>
#include <stdint.h>

// Statements that a connection keeps prepared.
enum stmt_slot {
	STMT_BEGIN,
	STMT_COMMIT,
	STMT_ROLLBACK,
	STMT_ALERT_NUMBERS,
	STMT_ALERT_FIND,
	STMT_ALERT_PUT,
	STMT_ALERT_REPLACE,
	STMT_ALERT_DELETE,
	STMT_ALERT_DELETE_ANY,
	STMT_ALERT_MAKE_WAY,
	STMT_ALERT_RENAME,
	STMT_ALERT_KEEP,
	STMT_PACK_NUMBERS,
	STMT_PACK_FIND,
	STMT_PACK_ADD,
	STMT_PACK_MARK,
	STMT_PACK_UNMARK,
	STMT_PACK_FORGET,
	STMT_PACK_EACH,
	STMT_PACK_FORGET_ALL,
	STMT_EVENT_ADD,
	STMT_EVENT_ADD_TRANSITION,
	STMT_EVENT_PRUNABLE,
	STMT_EVENT_REMOVED,
	STMT_EVENT_PRUNE,
	STMT_GROUP_NUMBERS,
	STMT_GROUP_FIND,
	STMT_GROUP_PUT,
	STMT_GROUP_DELETE,
	STMT_LOG_NUMBERS,
	STMT_LOG_FIND,
	STMT_LOG_PUT,
	STMT_LOG_DELETE,
	STMT_NOTIFICATION_PUT,
	STMT_NOTIFICATION_PRUNE,
	STMT_DELIVERY_NUMBERS,
	STMT_DELIVERY_FIND,
	STMT_DELIVERY_PUT,
	STMT_DELIVERY_DELETE,
	STMT_MARK_PUT,
	STMT_MARK_DELETE,
	STMT_CURSOR_PUT,
	STMT_CURSOR_DELETE,
	STMT_SILENCE_PUT,
	STMT_SILENCE_DELETE,
	STMT_SLOTS,
};

// Tables whose rows lie in the order they came.
enum numbered_table {
	NUMBERED_ALERTS,
	NUMBERED_PACKED, // not rows but alerts in them: the sequences of their events
	NUMBERED_GROUPS,
	NUMBERED_LOGS,
	NUMBERED_DELIVERIES,
	NUMBERED_TABLES,
};

struct event_pack;
struct packed_row;
struct database {
	sqlite3 *handle; // NULL when closed
	char *path;
	sqlite3_stmt *kept[STMT_SLOTS];
	struct row_numbers numbers[NUMBERED_TABLES]; // of their rows, once somebody writes
	struct buf scratch;                          // what is bound to a statement until it has run
	int64_t last_event;                          // the sequence of the last event, once somebody asked
	bool knows_last_event;
	struct event_pack *pack;   // the last events, whose row is not written yet; owned, NULL: there was none so far
	struct packed_row *packed; // the row of many events that was looked into last; likewise
};

// flags: SQLITE_OPEN_READWRITE | …. On failure the database is closed.
MUST_CHECK bool database_open(struct database *database, const char *path, int flags, struct error *err);
void database_close(struct database *database);       // a closed or zeroed one is fine
void database_forget_rows(struct database *database); // after a rollback: what is known of them is read again
void database_rest(struct database *database);        // gives back what only helps whoever goes on at once
// Sees to it that the numbers of the table's rows are known. sql: of every row its number, then what `hash` takes of it: what its number is found by.
typedef uint64_t numbered_row_hash(sqlite3_stmt *stmt);
MUST_CHECK bool database_know_rows(struct database *database, enum numbered_table table, enum stmt_slot slot, const char *sql, numbered_row_hash *hash, struct error *err);
// Runs SQL without parameters, rows ignored.
MUST_CHECK bool database_exec(struct database *database, const char *sql, struct error *err);
// The first column of the first row; *out is untouched when there is no row.
MUST_CHECK bool database_int(struct database *database, const char *sql, int64_t *out, struct error *err);
// Sets err from the connection's last failure `rc`. ERR_FULL, ERR_IO, ERR_CORRUPT, ERR_UNAVAILABLE (busy), ERR_INVALID (the statement or
// its values are refused; retrying would not help). Returns false.
bool database_fail(struct database *database, int rc, struct error *err);

// The statement kept in `slot`, prepared from sql at its first use. NULL on failure.
sqlite3_stmt *stmt_keep(struct database *database, enum stmt_slot slot, const char *sql, struct error *err);
sqlite3_stmt *stmt_prepare(struct database *database, const char *sql, struct error *err); // NULL on failure; the caller finishes it
void stmt_bind_str(sqlite3_stmt *stmt, int at, struct str text);                           // borrowed until the statement is reset
void stmt_bind_blob(sqlite3_stmt *stmt, int at, const void *data, size_t size);            // likewise
void stmt_bind_int(sqlite3_stmt *stmt, int at, int64_t number);
// Steps to the end, rows ignored, and resets.
MUST_CHECK bool stmt_run(struct database *database, sqlite3_stmt *stmt, struct error *err);
// As stmt_run for a statement that may give one integer; *out is untouched when there is no row.
MUST_CHECK bool stmt_run_int(struct database *database, sqlite3_stmt *stmt, int64_t *out, struct error *err);
struct str stmt_column_str(sqlite3_stmt *stmt, int column); // borrowed until the next step

static inline void cleanup_stmt(sqlite3_stmt **slot) {
	sqlite3_finalize(*slot);
}
#define autofinish_stmt __attribute__((cleanup(cleanup_stmt)))
