-- SPDX-License-Identifier: Apache-2.0
-- Until when each process evaluated rules: a row for each that left alerts pending. It says so of alerts that were told since it began.
CREATE TABLE mark (
	began_at     INTEGER NOT NULL PRIMARY KEY,
	evaluated_at INTEGER NOT NULL
);
INSERT INTO mark (began_at, evaluated_at) SELECT 0, CAST(value AS INTEGER) FROM meta WHERE name = 'evaluated_at';
DELETE FROM meta WHERE name = 'evaluated_at';
