-- SPDX-License-Identifier: Apache-2.0
-- What each Alertmanager of alerting.alertmanagers has taken: every transition up to this event (LAW 17).
CREATE TABLE outbound_cursor (
	target   TEXT    NOT NULL PRIMARY KEY, -- where it is posted to
	sequence INTEGER NOT NULL
) WITHOUT ROWID;
