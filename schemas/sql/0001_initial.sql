-- SPDX-License-Identifier: Apache-2.0
-- The state that must survive a kill. Times are Unix milliseconds, 0 = never; label sets are JSON objects with sorted names;
-- fingerprints are the unsigned 64-bit ones read as signed; lists of them are blobs of 8 bytes each, little-endian, sorted.
-- A migration is never edited once released: the next change is a file with the next number.

CREATE TABLE meta (
	name  TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
) WITHOUT ROWID;

-- One row an alert of a source (a rule's key, or "external"): LAW 6. Clustered by source, so that a rename touches one range.
CREATE TABLE alert (
	source            TEXT    NOT NULL,
	fingerprint       INTEGER NOT NULL, -- of identity: only an index, equality is identity
	identity          TEXT    NOT NULL, -- the evaluator's labels
	labels            TEXT    NOT NULL, -- with external labels, after relabelling
	annotations       TEXT    NOT NULL,
	generator_url     TEXT    NOT NULL,
	state             INTEGER NOT NULL, -- 0 inactive (resolved), 1 pending, 2 firing
	active_at         INTEGER NOT NULL,
	fired_at          INTEGER NOT NULL,
	resolved_at       INTEGER NOT NULL,
	keep_firing_since INTEGER NOT NULL,
	ends_at           INTEGER NOT NULL,
	updated_at        INTEGER NOT NULL,
	value             REAL,             -- NULL = NaN
	event_sequence    INTEGER NOT NULL,
	PRIMARY KEY (source, fingerprint, identity)
) WITHOUT ROWID;

-- The outbox. AUTOINCREMENT: a sequence is never used twice, not even after pruning.
CREATE TABLE event (
	sequence INTEGER PRIMARY KEY AUTOINCREMENT,
	at       INTEGER NOT NULL,
	type     TEXT    NOT NULL,
	subject  TEXT    NOT NULL,
	data     TEXT    NOT NULL           -- JSON
);

CREATE TABLE alert_group (
	key            TEXT    NOT NULL PRIMARY KEY,
	next_flush     INTEGER NOT NULL,
	group_wait     INTEGER NOT NULL,    -- milliseconds, as configured when the row was written: LAW 20
	group_interval INTEGER NOT NULL
) WITHOUT ROWID;

-- What an integration was told about a group.
CREATE TABLE notification_log (
	group_key   TEXT    NOT NULL,
	integration TEXT    NOT NULL,
	told_at     INTEGER NOT NULL,
	firing      BLOB    NOT NULL,
	resolved    BLOB    NOT NULL,
	expires_at  INTEGER NOT NULL,
	PRIMARY KEY (group_key, integration)
) WITHOUT ROWID;

-- The content of a flush, shared by its deliveries; removed with the last of them.
CREATE TABLE notification (
	id        INTEGER PRIMARY KEY,
	group_key TEXT    NOT NULL,
	data      TEXT    NOT NULL          -- JSON
);

-- Unfinished deliveries: at most one a group and integration (LAW 4).
CREATE TABLE delivery (
	group_key       TEXT    NOT NULL,
	integration     TEXT    NOT NULL,
	notification_id INTEGER NOT NULL,
	attempts        INTEGER NOT NULL,   -- that began
	refused         INTEGER NOT NULL,   -- of these, known not to have been taken
	next_attempt    INTEGER NOT NULL,
	firing          BLOB    NOT NULL,
	resolved        BLOB    NOT NULL,
	PRIMARY KEY (group_key, integration)
) WITHOUT ROWID;
CREATE INDEX delivery_notification ON delivery (notification_id);
