-- SPDX-License-Identifier: Apache-2.0
-- What an integration keeps of its receiver's answers about a group, so that it can go on where it was: the message Slack is to edit.
ALTER TABLE notification_log ADD COLUMN receiver_data TEXT NOT NULL DEFAULT ''; -- JSON; empty: nothing
