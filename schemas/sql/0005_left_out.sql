-- SPDX-License-Identifier: Apache-2.0
-- Alerts that an integration was told firing and that were held back (silenced, inhibited) when it was told something later:
-- their end is owed to it, and they are new to it when nothing holds them back any more.
ALTER TABLE notification_log ADD COLUMN left_out BLOB NOT NULL DEFAULT x'';
