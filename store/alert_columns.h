// SPDX-License-Identifier: Apache-2.0
// What an alert's transition says, as columns: of its event's row, or of the alert's own. The one place that knows their order.
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "model/alert_event.h"
#include "store/stmt.h"

#define ALERT_SAID "identity, labels, annotations, generator_url, active_at, fired_at, resolved_at, keep_firing_since, ends_at, value"

// Binds `identity, labels` from the parameter `first` on; labels that are the identity are NULL. The texts are in the connection's scratch until the next call.
void alert_bind_key(struct database *database, sqlite3_stmt *stmt, int first, const struct alert_record *record);
// Binds them from the parameter `first` on; the texts are in the connection's scratch until the next call.
void alert_bind_said(struct database *database, sqlite3_stmt *stmt, int first, const struct alert_event *transition);
// Reads `source, state, updated_at, event_sequence`, then ALERT_SAID, from the column `first` on. A new reference; NULL: they are not what was written.
struct alert_record *alert_column_record(sqlite3_stmt *stmt, int first, struct alert_origin *origin, struct arena *arena);
enum { ALERT_COLUMN_SOURCE,
	ALERT_COLUMN_STATE,
	ALERT_COLUMN_UPDATED_AT,
	ALERT_COLUMN_SEQUENCE,
	ALERT_COLUMN_IDENTITY,
	ALERT_COLUMN_LABELS,
	ALERT_COLUMN_ANNOTATIONS,
	ALERT_COLUMN_GENERATOR_URL,
	ALERT_COLUMN_TIMES, // five, and the value
	ALERT_COLUMNS = ALERT_COLUMN_TIMES + 6 };
