-- SPDX-License-Identifier: Apache-2.0
-- Silences, kept for a while after their end.
CREATE TABLE silence (
	id          TEXT    NOT NULL PRIMARY KEY, -- a UUID
	matchers    TEXT    NOT NULL,             -- JSON, as in the API
	starts_at   INTEGER NOT NULL,
	ends_at     INTEGER NOT NULL,
	updated_at  INTEGER NOT NULL,
	created_by  TEXT    NOT NULL,
	comment     TEXT    NOT NULL,
	annotations TEXT    NOT NULL
) WITHOUT ROWID;
