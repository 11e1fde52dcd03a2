// SPDX-License-Identifier: Apache-2.0
// The rows of alerts: (source, identity, labels) -> the last transition. One that was told under several labels has a row for each, until
// what was told is over. They lie in the order they came; which one is whose is known by number (row_numbers.h). See tables.h and store.h.
#include "base/buf.h"
#include "base/hash.h"
#include "store/alert_columns.h"
#include "store/event_pack.h"
#include "store/reader.h"
#include "store/store_state.h"

// What a row says, or its event does.
#define IDENTITY_OF(row) "coalesce(" row ".identity, (SELECT identity FROM event WHERE sequence = " row ".event_sequence))"
#define LABELS_OF(row) "iif(" row ".identity IS NULL, (SELECT labels FROM event WHERE sequence = " row ".event_sequence), " row ".labels)"
#define MOVED "SELECT DISTINCT fingerprint, " IDENTITY_OF("alert") " AS known_by, " LABELS_OF("alert") " AS told_by FROM alert WHERE source = ?1 AND source <> 'external'"
#define IS_AS_MOVED "moved.fingerprint = old.fingerprint AND moved.known_by = " IDENTITY_OF("old") " AND moved.told_by IS " LABELS_OF("old")

static const char numbers_sql[] = "SELECT id, fingerprint FROM alert";
static const char find_sql[] = "SELECT event_sequence FROM alert WHERE id = ?1 AND source = ?2 AND " IDENTITY_OF("alert") " = ?3 AND " LABELS_OF("alert") " IS ?4";
static const char put_sql[] =
    "INSERT INTO alert (id, source, fingerprint, state, updated_at, event_sequence, " ALERT_SAID ")"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
static const char replace_sql[] =
    "UPDATE alert SET state = ?4, updated_at = ?5, event_sequence = ?6, (" ALERT_SAID ") = (?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) WHERE id = ?1";
static const char delete_sql[] = "DELETE FROM alert WHERE id = ?1 AND state = ?2 AND updated_at = ?3";
static const char delete_any_sql[] = "DELETE FROM alert WHERE id = ?1";
static const char make_way_sql[] = // for those that are about to have their names
    "DELETE FROM alert WHERE id IN (SELECT old.id FROM alert AS old CROSS JOIN (" MOVED ") AS moved WHERE old.source = ?2 AND old.source <> 'external' AND " IS_AS_MOVED ")";
static const char rename_sql[] = "UPDATE alert SET source = ?2 WHERE source = ?1 AND source <> 'external'";
static const char keep_sql[] =
    "UPDATE alert SET (" ALERT_SAID ") = (SELECT " ALERT_SAID " FROM event WHERE sequence = event_sequence) WHERE identity IS NULL AND event_sequence <= ?1";
static const char each_sql[] =
    "SELECT a.source, a.state, a.updated_at, a.event_sequence, coalesce(a.identity, e.identity), iif(a.identity IS NULL, e.labels, a.labels),"
    " coalesce(a.annotations, e.annotations), coalesce(a.generator_url, e.generator_url), coalesce(a.active_at, e.active_at), coalesce(a.fired_at, e.fired_at),"
    " coalesce(a.resolved_at, e.resolved_at), coalesce(a.keep_firing_since, e.keep_firing_since), coalesce(a.ends_at, e.ends_at), iif(a.identity IS NULL, e.value, a.value)"
    ", NULL, NULL FROM alert AS a LEFT JOIN event AS e ON a.identity IS NULL AND e.sequence = a.event_sequence"
    " UNION ALL SELECT source, state, at, sequence, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, packed, current FROM alert_packed LEFT JOIN event USING (sequence)";
enum { COLUMN_PACKED = ALERT_COLUMNS,
	COLUMN_CURRENT };

static uint64_t fingerprint_of(const struct alert_record *record) {
	return record->identity == NULL ? labels_hash(NULL, 0) : record->identity->fingerprint;
}

// ---- which row

static uint64_t fingerprint_of_row(sqlite3_stmt *stmt) {
	return (uint64_t)sqlite3_column_int64(stmt, 1);
}

struct alert_row {
	int64_t number;         // 0: there is none
	int64_t event_sequence; // -1 without one
};

static bool is_row_of(struct database *database, const struct alert_record *record, struct alert_row *row, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_ALERT_FIND, find_sql, err);
	if (stmt == NULL)
		return false;
	stmt_bind_int(stmt, 1, row->number);
	stmt_bind_str(stmt, 2, str_of(record->origin->source));
	alert_bind_key(database, stmt, 3, record);
	return stmt_run_int(database, stmt, &row->event_sequence, err);
}

static bool know_rows(struct database *database, struct error *err) {
	return database_know_rows(database, NUMBERED_ALERTS, STMT_ALERT_NUMBERS, numbers_sql, fingerprint_of_row, err);
}

bool alert_has_row(struct database *database, uint64_t fingerprint, bool *out, struct error *err) {
	size_t at = 0;
	if (!know_rows(database, err))
		return false;
	*out = row_numbers_next(&database->numbers[NUMBERED_ALERTS], fingerprint, &at) != 0;
	return true;
}

static bool find(struct database *database, const struct alert_record *record, struct alert_row *out, struct error *err) {
	if (!know_rows(database, err) || !pack_take_out(database, record, err))
		return false;
	struct alert_row row = { .event_sequence = -1 };
	for (size_t at = 0; (row.number = row_numbers_next(&database->numbers[NUMBERED_ALERTS], fingerprint_of(record), &at)) != 0;) {
		if (!is_row_of(database, record, &row, err))
			return false;
		if (row.event_sequence >= 0)
			break;
	}
	*out = row;
	return true;
}

// ---- changes

// `?1 … ?6` of put and replace; what the event says follows unless it is said there.
static bool write_row(struct database *database, sqlite3_stmt *stmt, const struct alert_event *transition, const struct alert_row *row, bool is_in_event, struct error *err) {
	const struct alert_record *record = transition->record;
	if (stmt == NULL)
		return false;
	stmt_bind_int(stmt, 1, row->number);
	stmt_bind_str(stmt, 2, str_of(record->origin->source));
	stmt_bind_int(stmt, 3, (int64_t)fingerprint_of(record));
	stmt_bind_int(stmt, 4, record->state);
	stmt_bind_int(stmt, 5, record->updated_at);
	stmt_bind_int(stmt, 6, row->event_sequence);
	if (!is_in_event)
		alert_bind_said(database, stmt, 7, transition);
	return stmt_run(database, stmt, err);
}

static bool insert(struct database *database, const struct alert_event *transition, struct alert_row *row, bool is_in_event, struct error *err) {
	struct row_numbers *numbers = &database->numbers[NUMBERED_ALERTS];
	row->number = numbers->last + 1;
	if (!write_row(database, stmt_keep(database, STMT_ALERT_PUT, put_sql, err), transition, row, is_in_event, err))
		return false;
	row_numbers_add(numbers, fingerprint_of(transition->record), row->number);
	return true;
}

bool alert_insert(struct database *database, const struct alert_event *transition, int64_t event_sequence, struct error *err) {
	return know_rows(database, err) && insert(database, transition, &(struct alert_row){ .event_sequence = event_sequence }, false, err);
}

bool alert_put(struct database *database, const struct alert_event *transition, bool is_in_event, int64_t *event_sequence, struct error *err) {
	struct alert_row row;
	if (!find(database, transition->record, &row, err))
		return false;
	if (is_in_event || row.event_sequence < *event_sequence)
		row.event_sequence = *event_sequence;
	*event_sequence = row.event_sequence;
	return row.number == 0 ? insert(database, transition, &row, is_in_event, err)
	                       : write_row(database, stmt_keep(database, STMT_ALERT_REPLACE, replace_sql, err), transition, &row, is_in_event, err);
}

static bool delete_row(struct database *database, sqlite3_stmt *stmt, const struct alert_record *record, int64_t number, struct error *err) {
	if (stmt == NULL)
		return false;
	stmt_bind_int(stmt, 1, number);
	if (!stmt_run(database, stmt, err))
		return false;
	if (sqlite3_changes(database->handle) > 0)
		row_numbers_remove(&database->numbers[NUMBERED_ALERTS], fingerprint_of(record), number);
	return true;
}

bool alert_delete(struct database *database, const struct alert_record *record, struct error *err) {
	struct alert_row row;
	if (!find(database, record, &row, err))
		return false;
	if (row.number == 0)
		return true;
	sqlite3_stmt *stmt = stmt_keep(database, STMT_ALERT_DELETE, delete_sql, err);
	if (stmt == NULL)
		return false;
	stmt_bind_int(stmt, 2, record->state);
	stmt_bind_int(stmt, 3, record->updated_at);
	return delete_row(database, stmt, record, row.number, err);
}

bool alert_delete_any(struct database *database, const struct alert_record *record, struct error *err) {
	struct alert_row row;
	if (!find(database, record, &row, err))
		return false;
	return row.number == 0 || delete_row(database, stmt_keep(database, STMT_ALERT_DELETE_ANY, delete_any_sql, err), record, row.number, err);
}

static bool run_for_sources(struct database *database, sqlite3_stmt *stmt, struct str old_source, struct str new_source, struct error *err) {
	if (stmt == NULL)
		return false;
	stmt_bind_str(stmt, 1, old_source);
	stmt_bind_str(stmt, 2, new_source);
	return stmt_run(database, stmt, err);
}

// The numbers of rows that make way stay known; they lead to no row.
bool alert_rename(struct database *database, struct str old_source, struct str new_source, struct error *err) {
	if (str_equal(old_source, new_source))
		return true;
	return run_for_sources(database, stmt_keep(database, STMT_ALERT_MAKE_WAY, make_way_sql, err), old_source, new_source, err) &&
	    run_for_sources(database, stmt_keep(database, STMT_ALERT_RENAME, rename_sql, err), old_source, new_source, err);
}

bool alert_keep_said(struct database *database, int64_t last_event, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, STMT_ALERT_KEEP, keep_sql, err);
	if (stmt == NULL)
		return false;
	stmt_bind_int(stmt, 1, last_event);
	return stmt_run(database, stmt, err) && pack_take_out_all(database, last_event, err);
}

// ---- reading

struct alert_reading {
	store_alert_row *row;
	void *context;
	struct hash_map origins; // references, by their texts
};

struct origin_texts {
	struct str source, generator_url;
};

static bool has_texts(const void *value, const void *key) {
	const struct alert_origin *origin = value;
	const struct origin_texts *texts = key;
	return str_equal_cstr(texts->source, origin->source) && str_equal_cstr(texts->generator_url, origin->generator_url);
}

static struct alert_origin *origin_of(struct alert_reading *reading, struct origin_texts texts) {
	uint64_t hash = hash_quickly(texts.source) ^ hash_quickly(texts.generator_url);
	struct alert_origin *origin = hash_map_find(&reading->origins, hash, &texts, has_texts);
	if (origin != NULL)
		return origin;
	origin = alert_origin_create(texts.source, texts.generator_url);
	hash_map_insert(&reading->origins, hash, origin);
	return origin;
}

static enum reading give(const struct alert_reading *reading, struct alert_record *record) {
	if (record == NULL)
		return READING_BROKEN;
	enum reading next = reading->row(reading->context, record) ? READING_ON : READING_ENDS;
	alert_record_unref(record);
	return next;
}

static enum reading read_packed_alert(struct alert_reading *reading, const struct event_pack_reader *pack, const struct packed_alert *alert, int64_t sequence, struct arena *arena) {
	struct origin_texts texts = { .source = STR(ALERT_SOURCE_EXTERNAL) };
	if (!packed_alert_url(pack, alert, arena, &texts.generator_url))
		return READING_BROKEN;
	struct alert_record *record = packed_alert_record(pack, alert, origin_of(reading, texts), arena);
	if (record != NULL)
		record->event_sequence = sequence;
	return give(reading, record);
}

static enum reading read_packed(struct alert_reading *reading, sqlite3_stmt *stmt, struct arena *arena) {
	int64_t sequence = sqlite3_column_int64(stmt, ALERT_COLUMN_SEQUENCE);
	uint64_t current = (uint64_t)sqlite3_column_int64(stmt, COLUMN_CURRENT);
	enum reading next = READING_ON;
	struct event_pack_reader pack;
	struct packed_alert alert;
	event_pack_read(&pack, stmt_column_str(stmt, COLUMN_PACKED), sqlite3_column_int64(stmt, ALERT_COLUMN_UPDATED_AT), arena);
	for (; next == READING_ON && event_pack_next(&pack, &alert); sequence++, current >>= 1)
		if ((current & 1) != 0)
			next = read_packed_alert(reading, &pack, &alert, sequence, arena);
	return pack.is_broken ? READING_BROKEN : next;
}

static enum reading read_row(void *context, sqlite3_stmt *stmt, struct arena *arena) {
	struct alert_reading *reading = context;
	if (sqlite3_column_type(stmt, COLUMN_PACKED) != SQLITE_NULL)
		return read_packed(reading, stmt, arena);
	struct origin_texts texts = { stmt_column_str(stmt, ALERT_COLUMN_SOURCE), stmt_column_str(stmt, ALERT_COLUMN_GENERATOR_URL) };
	return give(reading, alert_column_record(stmt, 0, origin_of(reading, texts), arena));
}

static bool read_rows(struct store *store, store_alert_row *row, void *context, struct error *err) {
	struct alert_reading reading = { .row = row, .context = context };
	bool ok = store_read(store, &(struct store_query){ .sql = each_sql, .table = "alert" }, read_row, &reading, err);
	size_t at = 0;
	for (struct alert_origin *origin; (origin = hash_map_next(&reading.origins, &at)) != NULL;)
		alert_origin_unref(origin);
	hash_map_finish(&reading.origins);
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
