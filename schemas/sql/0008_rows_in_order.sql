-- SPDX-License-Identifier: Apache-2.0
-- Rows in the order they come, so that those of a commit lie side by side: an alert's is found by its number, which the writer knows, and
-- what a transition says is written once, in its event's row.

-- A sequence is never used twice, not even after pruning: events up to this one are gone.
INSERT INTO meta SELECT 'events_removed', seq FROM sqlite_sequence WHERE name = 'event';

ALTER TABLE event RENAME TO event_as_json;
-- The outbox. An alert's transition is said in columns, anything else in data.
CREATE TABLE event (
	sequence          INTEGER NOT NULL PRIMARY KEY,
	at                INTEGER NOT NULL,
	type              TEXT    NOT NULL,
	subject           TEXT,
	data              TEXT,             -- JSON; NULL: the columns below say it
	source            TEXT,
	state             INTEGER,
	identity          TEXT,             -- from here on as in an alert's row
	labels            TEXT,
	annotations       TEXT,
	generator_url     TEXT,
	active_at         INTEGER,
	fired_at          INTEGER,
	resolved_at       INTEGER,
	keep_firing_since INTEGER,
	ends_at           INTEGER,
	value             REAL
);
INSERT INTO event (sequence, at, type, subject, data) SELECT sequence, at, type, subject, data FROM event_as_json ORDER BY sequence;
DROP TABLE event_as_json;

ALTER TABLE alert RENAME TO alert_by_source;
-- One row an alert of a source (LAW 6).
CREATE TABLE alert (
	id                INTEGER NOT NULL PRIMARY KEY,
	source            TEXT    NOT NULL,
	fingerprint       INTEGER NOT NULL, -- of identity: only an index, equality is identity
	state             INTEGER NOT NULL, -- 0 inactive (resolved), 1 pending, 2 firing
	updated_at        INTEGER NOT NULL,
	event_sequence    INTEGER NOT NULL, -- of its last event
	-- All of these are NULL while that event says them: until a change that is no event, or until the event is removed.
	identity          TEXT,             -- the evaluator's labels
	labels            TEXT,             -- with external labels, after relabelling; NULL beside an identity: the same
	annotations       TEXT,
	generator_url     TEXT,
	active_at         INTEGER,
	fired_at          INTEGER,
	resolved_at       INTEGER,
	keep_firing_since INTEGER,
	ends_at           INTEGER,
	value             REAL              -- NULL = NaN
);
INSERT INTO alert SELECT NULL, source, fingerprint, state, updated_at, event_sequence, identity, nullif(labels, identity), annotations, generator_url,
	active_at, fired_at, resolved_at, keep_firing_since, ends_at, value FROM alert_by_source ORDER BY source, fingerprint, identity;
DROP TABLE alert_by_source;
-- For renames, which rules alone have.
CREATE INDEX alert_source ON alert (source) WHERE source <> 'external';
