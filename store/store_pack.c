// SPDX-License-Identifier: Apache-2.0
// Rows of the outbox that hold many posted alerts. Each alert is known by its fingerprint and the sequence of its event; which of them are current is a
// bit each beside the row. An alert that changes is taken out: from then on it is as any other. See tables.h.
#include "base/mem.h"
#include "store/event_pack.h"
#include "store/tables.h"

static const char numbers_sql[] = "SELECT sequence, at, packed, current FROM alert_packed LEFT JOIN event USING (sequence)";
static const char each_sql[] = "SELECT sequence, at, packed, current FROM alert_packed LEFT JOIN event USING (sequence) WHERE sequence <= ?1";
static const char find_sql[] = "SELECT sequence, at, packed, last FROM event WHERE sequence = (SELECT max(sequence) FROM event WHERE sequence <= ?1) AND last >= ?1";
static const char add_sql[] = "INSERT INTO event (sequence, last, at, packed, type, source, state) VALUES (?1, ?2, ?3, ?4, 'alert.firing', 'external', 2)";
static const char mark_sql[] = "INSERT INTO alert_packed (sequence, current) VALUES (?1, ?2)";
static const char unmark_sql[] = "UPDATE alert_packed SET current = current & ~?2 WHERE sequence = ?1";
static const char forget_sql[] = "DELETE FROM alert_packed WHERE sequence = ?1 AND current = 0";
static const char forget_all_sql[] = "DELETE FROM alert_packed WHERE sequence <= ?1";
enum { COLUMN_SEQUENCE,
	COLUMN_AT,
	COLUMN_PACKED,
	COLUMN_CURRENT,
	COLUMN_LAST = COLUMN_CURRENT };

static bool broken(const struct database *database, int64_t sequence, struct error *err) {
	return error_set(err, ERR_CORRUPT, "%s: table event: broken row %lld", database->path, (long long)sequence);
}

// ---- those whose row is not written yet

static struct event_pack *pack_of(struct database *database) {
	if (database->pack == NULL)
		database->pack = MEM_NEW(struct event_pack);
	return database->pack;
}

static bool add_row(struct database *database, int64_t first, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_PACK_ADD, add_sql, err);
	if (stmt == NULL)
		return false;
	buf_reset(&database->scratch);
	event_pack_write(database->pack, &database->scratch);
	stmt_bind_int(stmt, 1, first);
	stmt_bind_int(stmt, 2, database->last_event);
	stmt_bind_int(stmt, 3, database->pack->at);
	stmt_bind_blob(stmt, 4, database->scratch.data, database->scratch.len);
	return stmt_run(database, stmt, err);
}

// What is about the row `sequence` of event, and which of its alerts.
static bool run_for_row(struct database *database, enum stmt_slot slot, const char *sql, int64_t sequence, uint64_t bits, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, slot, sql, err);
	if (stmt == NULL)
		return false;
	stmt_bind_int(stmt, 1, sequence);
	if (sqlite3_bind_parameter_count(stmt) > 1)
		stmt_bind_int(stmt, 2, (int64_t)bits);
	return stmt_run(database, stmt, err);
}

bool pack_flush(struct database *database, struct error *err) {
	if (database->pack == NULL || database->pack->count == 0)
		return true;
	int64_t first = database->last_event - (int64_t)database->pack->count + 1;
	uint64_t all = UINT64_MAX >> (EVENT_PACK_ALERTS - database->pack->count);
	if (!add_row(database, first, err) || !run_for_row(database, STMT_PACK_MARK, mark_sql, first, all, err))
		return false;
	event_pack_reset(database->pack);
	return true;
}

// ---- those that are written

struct pack_place {
	int64_t row, sequence; // of event; of the alert's own event
};
typedef bool pack_alert(struct database *database, const struct event_pack_reader *reader, const struct packed_alert *alert, struct pack_place place, struct error *err);

static bool each_of_row(struct database *database, sqlite3_stmt *stmt, struct arena *arena, pack_alert *visit, struct error *err) {
	struct pack_place place = { .row = sqlite3_column_int64(stmt, COLUMN_SEQUENCE) };
	uint64_t current = (uint64_t)sqlite3_column_int64(stmt, COLUMN_CURRENT);
	struct event_pack_reader reader;
	struct packed_alert alert;
	event_pack_read(&reader, stmt_column_str(stmt, COLUMN_PACKED), sqlite3_column_int64(stmt, COLUMN_AT), arena);
	for (place.sequence = place.row; event_pack_next(&reader, &alert); place.sequence++, current >>= 1)
		if ((current & 1) != 0 && !visit(database, &reader, &alert, place, err))
			return false;
	return !reader.is_broken || broken(database, place.row, err);
}

static bool each_current(struct database *database, sqlite3_stmt *stmt, pack_alert *visit, struct error *err) {
	autoarena struct arena arena = { 0 };
	int rc;
	bool ok = true;
	while (ok && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		ok = each_of_row(database, stmt, &arena, visit, err);
		arena_reset(&arena);
	}
	ok = ok && (rc == SQLITE_DONE || database_fail(database, rc, err));
	sqlite3_reset(stmt);
	return ok;
}

static bool learn(struct database *database, const struct event_pack_reader *reader, const struct packed_alert *alert, struct pack_place place, struct error *err) {
	(void)reader, (void)err;
	row_numbers_add(&database->numbers[NUMBERED_PACKED], alert->fingerprint, place.sequence);
	return true;
}

static bool know_packed(struct database *database, struct error *err) {
	struct row_numbers *numbers = &database->numbers[NUMBERED_PACKED];
	sqlite3_stmt *stmt = numbers->is_read ? NULL : stmt_keep(database, STMT_PACK_NUMBERS, numbers_sql, err);
	if (stmt == NULL)
		return numbers->is_read;
	bool ok = each_current(database, stmt, learn, err);
	if (!ok)
		row_numbers_finish(numbers);
	numbers->is_read = ok;
	return ok;
}

static bool is_known(const struct database *database, uint64_t fingerprint) {
	size_t at = 0;
	return row_numbers_next(&database->numbers[NUMBERED_PACKED], fingerprint, &at) != 0;
}

bool pack_put(struct database *database, const struct alert_event *transition, int64_t *sequence, bool *is_taken, struct error *err) {
	bool has_row;
	int64_t last;
	*is_taken = false;
	if (!event_pack_is_for(transition))
		return true;
	uint64_t fingerprint = transition->record->identity->fingerprint;
	if (!know_packed(database, err) || !alert_has_row(database, fingerprint, &has_row, err) || !event_last(database, &last, err))
		return false;
	if (has_row || is_known(database, fingerprint))
		return true;
	struct event_pack *pack = pack_of(database);
	if (!event_pack_add(pack, transition) && (!pack_flush(database, err) || !event_pack_add(pack, transition)))
		return pack->count == 0; // larger than any row of this kind
	*sequence = ++database->last_event;
	*is_taken = true;
	row_numbers_add(&database->numbers[NUMBERED_PACKED], fingerprint, *sequence);
	return true;
}

// ---- taking out

static bool insert(struct database *database, struct alert_record *record, int64_t sequence, struct error *err) {
	const struct labels *annotations = alert_record_annotations(record);
	bool ok = alert_insert(database, &(struct alert_event){ .record = record, .annotations = annotations }, sequence, err);
	if (ok)
		row_numbers_remove(&database->numbers[NUMBERED_PACKED], record->identity->fingerprint, sequence);
	labels_unref(annotations);
	return ok;
}

// Its mark stays.
static bool take_out(struct database *database, const struct event_pack_reader *reader, const struct packed_alert *alert, struct pack_place place, struct error *err) {
	autoarena struct arena arena = { 0 };
	struct alert_record *record = packed_alert_record(reader, alert, NULL, &arena);
	if (record == NULL)
		return broken(database, place.row, err);
	bool ok = insert(database, record, place.sequence, err);
	alert_record_unref(record);
	return ok;
}

bool pack_take_out_all(struct database *database, int64_t last_event, struct error *err) {
	if (!pack_flush(database, err) || !know_packed(database, err))
		return false;
	sqlite3_stmt *stmt = stmt_keep(database, STMT_PACK_EACH, each_sql, err);
	if (stmt == NULL)
		return false;
	stmt_bind_int(stmt, 1, last_event);
	return each_current(database, stmt, take_out, err) && run_for_row(database, STMT_PACK_FORGET_ALL, forget_all_sql, last_event, 0, err);
}

static bool unmark(struct database *database, struct pack_place place, struct error *err) {
	return run_for_row(database, STMT_PACK_UNMARK, unmark_sql, place.row, UINT64_C(1) << (place.sequence - place.row), err) &&
	    run_for_row(database, STMT_PACK_FORGET, forget_sql, place.row, 0, err);
}

// Alerts that were posted together end together: their row is read once.
static bool keep_row(struct database *database, sqlite3_stmt *stmt, int64_t sequence, struct error *err) {
	stmt_bind_int(stmt, 1, sequence);
	int rc = sqlite3_step(stmt);
	if (rc != SQLITE_ROW)
		return rc == SQLITE_DONE ? broken(database, sequence, err) : database_fail(database, rc, err);
	struct packed_row *row = database->packed;
	row->first = sqlite3_column_int64(stmt, COLUMN_SEQUENCE);
	row->last = sqlite3_column_int64(stmt, COLUMN_LAST);
	packed_row_read(row, stmt_column_str(stmt, COLUMN_PACKED), sqlite3_column_int64(stmt, COLUMN_AT));
	return true;
}

// The row that holds this event, which lives until another is looked for. NULL on failure.
static const struct packed_row *row_of(struct database *database, int64_t sequence, struct error *err) {
	if (database->packed == NULL)
		database->packed = MEM_NEW(struct packed_row);
	if (database->packed->first <= sequence && sequence <= database->packed->last)
		return database->packed;
	sqlite3_stmt *stmt = stmt_keep(database, STMT_PACK_FIND, find_sql, err);
	if (stmt == NULL)
		return NULL;
	bool ok = keep_row(database, stmt, sequence, err);
	sqlite3_reset(stmt);
	return ok ? database->packed : NULL;
}

// *is_out stays as it is when the alert of that event is another's.
static bool take_out_if_same(struct database *database, const struct alert_record *record, int64_t sequence, bool *is_out, struct error *err) {
	const struct packed_row *row = row_of(database, sequence, err);
	if (row == NULL)
		return false;
	autoarena struct arena arena = { 0 };
	struct pack_place place = { .row = row->first, .sequence = sequence };
	struct event_pack_reader reader = row->alerts;
	struct packed_alert alert = { 0 };
	for (int64_t at = place.row; at <= sequence; at++)
		if (!event_pack_next(&reader, &alert))
			return broken(database, place.row, err);
	struct alert_record *found = packed_alert_record(&reader, &alert, NULL, &arena);
	if (found == NULL)
		return broken(database, place.row, err);
	*is_out = labels_equal(found->identity, record->identity);
	bool ok = !*is_out || (insert(database, found, sequence, err) && unmark(database, place, err));
	alert_record_unref(found);
	return ok;
}

bool pack_take_out(struct database *database, const struct alert_record *record, struct error *err) {
	if (!alert_record_is_external(record) || record->identity == NULL || !labels_same(record->labels, record->identity))
		return true;
	if (!know_packed(database, err))
		return false;
	const struct row_numbers *numbers = &database->numbers[NUMBERED_PACKED];
	int64_t sequence;
	bool is_out = false;
	for (size_t at = 0; !is_out && (sequence = row_numbers_next(numbers, record->identity->fingerprint, &at)) != 0;)
		if (!pack_flush(database, err) || !take_out_if_same(database, record, sequence, &is_out, err))
			return false;
	return true;
}
