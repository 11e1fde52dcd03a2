// SPDX-License-Identifier: Apache-2.0
// What an alert's transition says, as columns. See alert_columns.h.
#include "store/alert_columns.h"

#include "base/json_read.h"

#include <math.h>

// Where the labels that were written last end.
static size_t append_labels(struct buf *out, const struct labels *labels) {
	if (labels == NULL)
		buf_append_cstr(out, "{}");
	else
		labels_to_json(out, labels);
	return out->len;
}

struct key_ends {
	size_t identity, labels;
};

static struct key_ends append_key(struct buf *out, const struct alert_record *record) {
	size_t identity = append_labels(out, record->identity);
	return (struct key_ends){ identity, labels_same(record->labels, record->identity) ? identity : append_labels(out, record->labels) };
}

static void bind_key(sqlite3_stmt *stmt, int first, const struct buf *texts, struct key_ends ends) {
	stmt_bind_str(stmt, first, str_make(texts->data, ends.identity));
	if (ends.labels > ends.identity) // else NULL
		stmt_bind_str(stmt, first + 1, str_make(texts->data + ends.identity, ends.labels - ends.identity));
}

void alert_bind_key(struct database *database, sqlite3_stmt *stmt, int first, const struct alert_record *record) {
	buf_reset(&database->scratch);
	struct key_ends ends = append_key(&database->scratch, record);
	bind_key(stmt, first, &database->scratch, ends);
}

void alert_bind_said(struct database *database, sqlite3_stmt *stmt, int first, const struct alert_event *transition) {
	const struct alert_record *record = transition->record;
	struct buf *texts = &database->scratch;
	buf_reset(texts);
	struct key_ends ends = append_key(texts, record);
	size_t end = append_labels(texts, transition->annotations);
	bind_key(stmt, first, texts, ends);
	stmt_bind_str(stmt, first + 2, str_make(texts->data + ends.labels, end - ends.labels));
	stmt_bind_str(stmt, first + 3, str_of(record->origin->generator_url));
	stmt_bind_int(stmt, first + 4, record->active_at);
	stmt_bind_int(stmt, first + 5, record->fired_at);
	stmt_bind_int(stmt, first + 6, record->resolved_at);
	stmt_bind_int(stmt, first + 7, record->keep_firing_since);
	stmt_bind_int(stmt, first + 8, record->ends_at);
	sqlite3_bind_double(stmt, first + 9, record->value); // a NaN becomes NULL
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

static bool read_labels(sqlite3_stmt *stmt, int first, struct alert_record *record, struct arena *arena) {
	int labels = first + ALERT_COLUMN_LABELS;
	record->identity = column_labels(stmt, first + ALERT_COLUMN_IDENTITY, arena);
	if (record->identity == NULL)
		return false;
	record->labels = sqlite3_column_type(stmt, labels) == SQLITE_NULL ? labels_ref(record->identity) : column_labels(stmt, labels, arena);
	return record->labels != NULL;
}

static bool read_rest(sqlite3_stmt *stmt, int first, struct alert_record *record) {
	int64_t state = sqlite3_column_int64(stmt, first + ALERT_COLUMN_STATE);
	int times = first + ALERT_COLUMN_TIMES;
	if (state < ALERT_INACTIVE || state > ALERT_FIRING)
		return false;
	record->state = (enum alert_state)state;
	record->updated_at = sqlite3_column_int64(stmt, first + ALERT_COLUMN_UPDATED_AT);
	record->event_sequence = sqlite3_column_int64(stmt, first + ALERT_COLUMN_SEQUENCE);
	record->active_at = sqlite3_column_int64(stmt, times);
	record->fired_at = sqlite3_column_int64(stmt, times + 1);
	record->resolved_at = sqlite3_column_int64(stmt, times + 2);
	record->keep_firing_since = sqlite3_column_int64(stmt, times + 3);
	record->ends_at = sqlite3_column_int64(stmt, times + 4);
	record->value = sqlite3_column_type(stmt, times + 5) == SQLITE_NULL ? (double)NAN : sqlite3_column_double(stmt, times + 5);
	return true;
}

struct alert_record *alert_column_record(sqlite3_stmt *stmt, int first, struct alert_origin *origin, struct arena *arena) {
	const struct labels *annotations = column_labels(stmt, first + ALERT_COLUMN_ANNOTATIONS, arena);
	if (annotations == NULL)
		return NULL;
	struct alert_record *record = alert_record_create_row(origin, annotations);
	labels_unref(annotations);
	if (read_labels(stmt, first, record, arena) && read_rest(stmt, first, record))
		return record;
	alert_record_unref(record);
	return NULL;
}
