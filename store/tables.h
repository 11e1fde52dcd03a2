// SPDX-License-Identifier: Apache-2.0
// The verbs of the tables, one .c a table. They run in whatever transaction is open and keep no state.
// All fail as database_fail says. Writer's connection only.
#pragma once
#include "base/array.h"
#include "model/alert_event.h"
#include "store/stmt.h"
#include "store/store.h"

// *event_sequence: of this transition's event, 0 without one; becomes that of the alert's last event. is_in_event: that event's row says what this one would.
MUST_CHECK bool alert_put(struct database *database, const struct alert_event *transition, bool is_in_event, int64_t *event_sequence, struct error *err);
MUST_CHECK bool alert_has_row(struct database *database, uint64_t fingerprint, bool *out, struct error *err);                             // or another of this fingerprint
MUST_CHECK bool alert_insert(struct database *database, const struct alert_event *transition, int64_t event_sequence, struct error *err); // one that has no row; says all
MUST_CHECK bool alert_delete(struct database *database, const struct alert_record *record, struct error *err);                            // guarded: same state and updated_at
MUST_CHECK bool alert_delete_any(struct database *database, const struct alert_record *record, struct error *err);                        // whatever the row holds
MUST_CHECK bool alert_rename(struct database *database, struct str old_source, struct str new_source, struct error *err);
// Before events up to this one are removed: what their rows alone say of alerts goes into the alerts' own.
MUST_CHECK bool alert_keep_said(struct database *database, int64_t last_event, struct error *err);

// The rows of alerts that are posted and begin to fire, many in one (event_pack.h), which is their events' as well.
// Adds the transition to those whose row is not written yet, if it is one of these and the alert has no row; *is_taken says so. What would be wrong with a
// number between theirs writes them before: event_add and event_add_transition, and any verb of an alert that is among them.
MUST_CHECK bool pack_put(struct database *database, const struct alert_event *transition, int64_t *sequence, bool *is_taken, struct error *err);
MUST_CHECK bool pack_flush(struct database *database, struct error *err); // writes those that are not written; before a commit
// An alert that lies in such a row gets one of its own, as alert_put makes it.
MUST_CHECK bool pack_take_out(struct database *database, const struct alert_record *record, struct error *err);
// The same for all that lie in rows up to this event's.
MUST_CHECK bool pack_take_out_all(struct database *database, int64_t last_event, struct error *err);

MUST_CHECK bool event_last(struct database *database, int64_t *out, struct error *err); // the sequence of the last event ever added
MUST_CHECK bool event_add(struct database *database, const struct store_event *event, int64_t *sequence, struct error *err);
// The rows of a transition: alert.*, and policy.violation.* beside it for a security-relevant one. *sequence is the first one's.
MUST_CHECK bool event_add_transition(struct database *database, const struct alert_event *transition, int64_t *sequence, struct error *err);
struct event_bounds {
	size_t keep_rows; // beyond the newest so many events go,
	wall_ms oldest;   // and those before,
	size_t chunk;     // as far as they are among the oldest so many
};
MUST_CHECK bool event_prune(struct database *database, const struct event_bounds *bounds, size_t *removed, struct error *err);

MUST_CHECK bool group_put(struct database *database, const struct store_group *group, struct error *err);
MUST_CHECK bool group_delete(struct database *database, struct str group_key, struct error *err);

MUST_CHECK bool log_put(struct database *database, const struct store_log *log, struct error *err);
MUST_CHECK bool log_delete(struct database *database, const struct store_log *log, struct error *err);

MUST_CHECK bool cursor_put(struct database *database, const struct store_cursor *cursor, struct error *err);
MUST_CHECK bool cursor_delete(struct database *database, struct str target, struct error *err);

MUST_CHECK bool silence_put(struct database *database, const struct silence *silence, struct error *err);
MUST_CHECK bool silence_delete(struct database *database, const struct silence *silence, struct error *err);

// Notifications that may have lost their last delivery in this transaction.
struct notification_ids {
	ARRAY_OF(int64_t);
};
MUST_CHECK bool notification_put(struct database *database, const struct store_notification *notification, struct notification_ids *touched, struct error *err);
MUST_CHECK bool notification_prune(struct database *database, struct notification_ids *touched, struct error *err); // empties touched
MUST_CHECK bool delivery_put(struct database *database, const struct store_delivery *delivery, struct notification_ids *touched, struct error *err);
MUST_CHECK bool delivery_delete(struct database *database, const struct store_delivery *delivery, struct notification_ids *touched, struct error *err);

MUST_CHECK bool mark_put(struct database *database, const struct store_mark *mark, struct error *err);
MUST_CHECK bool mark_delete(struct database *database, wall_ms began_at, struct error *err);

// Sorted fingerprints as a blob, and back (into arena; false = not such a blob).
void stmt_bind_fingerprints(sqlite3_stmt *stmt, int at, const uint64_t *items, size_t count);
bool stmt_column_fingerprints(sqlite3_stmt *stmt, int column, struct arena *arena, const uint64_t **items, size_t *count);
