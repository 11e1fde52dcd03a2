-- SPDX-License-Identifier: Apache-2.0
-- Groups, logs and deliveries in the order their rows come, as alerts are: those of a commit lie side by side. Which number a key has is
-- known to the writer; it sees to it that none is there twice.

ALTER TABLE alert_group RENAME TO alert_group_by_key;
CREATE TABLE alert_group (
	id             INTEGER NOT NULL PRIMARY KEY,
	key            TEXT    NOT NULL,
	next_flush     INTEGER NOT NULL,
	group_wait     INTEGER NOT NULL,    -- milliseconds, as configured when the row was written: LAW 20
	group_interval INTEGER NOT NULL
);
INSERT INTO alert_group SELECT NULL, key, next_flush, group_wait, group_interval FROM alert_group_by_key ORDER BY key;
DROP TABLE alert_group_by_key;

ALTER TABLE notification_log RENAME TO notification_log_by_key;
-- What an integration was told about a group.
CREATE TABLE notification_log (
	id            INTEGER NOT NULL PRIMARY KEY,
	group_key     TEXT    NOT NULL,
	integration   TEXT    NOT NULL,
	told_at       INTEGER NOT NULL,
	firing        BLOB    NOT NULL,
	resolved      BLOB    NOT NULL,
	expires_at    INTEGER NOT NULL,
	left_out      BLOB    NOT NULL,     -- told firing once, held back since
	receiver_data TEXT    NOT NULL      -- JSON; empty: nothing
);
INSERT INTO notification_log SELECT NULL, group_key, integration, told_at, firing, resolved, expires_at, left_out, receiver_data
	FROM notification_log_by_key ORDER BY group_key, integration;
DROP TABLE notification_log_by_key;

DROP INDEX delivery_notification;
ALTER TABLE delivery RENAME TO delivery_by_key;
-- Unfinished deliveries: at most one a group and integration (LAW 4).
CREATE TABLE delivery (
	id              INTEGER NOT NULL PRIMARY KEY,
	group_key       TEXT    NOT NULL,
	integration     TEXT    NOT NULL,
	notification_id INTEGER NOT NULL,
	attempts        INTEGER NOT NULL,   -- that began
	refused         INTEGER NOT NULL,   -- of these, known not to have been taken
	next_attempt    INTEGER NOT NULL,
	firing          BLOB    NOT NULL,
	resolved        BLOB    NOT NULL
);
INSERT INTO delivery SELECT NULL, group_key, integration, notification_id, attempts, refused, next_attempt, firing, resolved
	FROM delivery_by_key ORDER BY group_key, integration;
DROP TABLE delivery_by_key;
CREATE INDEX delivery_notification ON delivery (notification_id);
