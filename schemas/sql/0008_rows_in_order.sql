-- SPDX-License-Identifier: Apache-2.0
-- Rows in the order they come, so that those of a commit lie side by side: an alert's is found by its number, which the writer knows, and
-- what a transition says is written once, in its event's row. An event whose data is empty is an alert's transition and says it in columns.
ALTER TABLE event ADD COLUMN source            TEXT;
ALTER TABLE event ADD COLUMN identity          TEXT;
ALTER TABLE event ADD COLUMN labels            TEXT;    -- NULL: as identity
ALTER TABLE event ADD COLUMN annotations       TEXT;
ALTER TABLE event ADD COLUMN generator_url     TEXT;
ALTER TABLE event ADD COLUMN state             INTEGER;
ALTER TABLE event ADD COLUMN active_at         INTEGER;
ALTER TABLE event ADD COLUMN fired_at          INTEGER;
ALTER TABLE event ADD COLUMN resolved_at       INTEGER;
ALTER TABLE event ADD COLUMN keep_firing_since INTEGER;
ALTER TABLE event ADD COLUMN ends_at           INTEGER;
ALTER TABLE event ADD COLUMN value             REAL;    -- NULL = NaN

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
