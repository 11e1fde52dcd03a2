-- SPDX-License-Identifier: Apache-2.0
-- The newest event when an Alertmanager was found. It is owed no end of an alert that is older; sequence is 0 until it has taken something.
ALTER TABLE outbound_cursor ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
