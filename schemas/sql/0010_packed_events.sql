-- SPDX-License-Identifier: Apache-2.0
-- Alerts that are posted together and begin to fire are one row of the outbox for many, which stands for the rows of these alerts as well:
-- what each of them took, a row here and one there, was most of what a new alert cost.

-- Such a row has the columns that its alerts have in common, and for each of them what the others say (store/event_pack.h).
ALTER TABLE event ADD COLUMN last INTEGER; -- sequence of the last one; that of the first is the row's, and between them is none else
ALTER TABLE event ADD COLUMN packed BLOB;

-- Which of them are still what their alert's row would be. An alert that changes has a row of its own from then on.
CREATE TABLE alert_packed (
	sequence INTEGER NOT NULL PRIMARY KEY, -- of the event's row
	current  INTEGER NOT NULL              -- a bit each, the first one's the lowest; never 0
);
