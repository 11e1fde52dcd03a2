// SPDX-License-Identifier: Apache-2.0
// An alert in dispatch is a set of sources.
#include "tests/harness/test.h"
#include "tests/notifiers/dispatch_rig.h"

static struct dispatch_entry *take(struct dispatch_table *table, const char *source, enum alert_state state, const char *summary, wall_ms at) {
	struct alert_record *record = rig_record(source, "alertname=\"Down\"", state, summary, at);
	struct dispatch_entry *entry = dispatch_table_take(table, record);
	alert_record_unref(record);
	return entry;
}

static bool shows(const struct dispatch_entry *entry, const char *summary) {
	return str_equal_cstr(labels_get(dispatch_entry_shown(entry)->annotations, STR("summary")), summary);
}

TEST(an_alert_fires_while_any_source_fires_and_shows_the_latest_one) {
	struct dispatch_table table = { 0 };
	struct dispatch_entry *entry = take(&table, "rule", ALERT_FIRING, "first", 1000);
	CHECK(take(&table, ALERT_SOURCE_EXTERNAL, ALERT_FIRING, "second", 2000) == entry);
	CHECK_INT(table.firing_count, 1);
	CHECK_INT(dispatch_entry_starts_at(entry), 1000);
	CHECK(shows(entry, "second"));
	take(&table, ALERT_SOURCE_EXTERNAL, ALERT_INACTIVE, "second ended", 3000);
	CHECK(dispatch_entry_is_firing(entry) && shows(entry, "first"));
	CHECK_INT(dispatch_entry_ends_at(entry), 0);
	take(&table, "rule", ALERT_INACTIVE, "first ended", 4000);
	CHECK(!dispatch_entry_is_firing(entry) && shows(entry, "first ended"));
	CHECK_INT(dispatch_entry_ends_at(entry), 4000);
	CHECK_INT(table.firing_count, 0);
	dispatch_table_finish(&table);
}

TEST(a_pending_alert_does_not_concern_dispatch_and_does_not_hide_what_ended) {
	struct dispatch_table table = { 0 };
	CHECK(take(&table, "rule", ALERT_PENDING, "x", 500) == NULL);
	take(&table, "rule", ALERT_FIRING, "fires", 1000);
	struct dispatch_entry *entry = take(&table, "rule", ALERT_INACTIVE, "ended", 2000);
	CHECK(take(&table, "rule", ALERT_PENDING, "again", 3000) == NULL);
	CHECK(shows(entry, "ended"));
	struct alert_record *never = rig_record("rule", "alertname=\"Down\"", ALERT_INACTIVE, "never fired", 4000);
	never->fired_at = 0;
	CHECK(dispatch_table_take(&table, never) == entry);
	CHECK(shows(entry, "ended"));
	CHECK(few_items(&entry->sources)[0].row == never); // but this is the row to delete in the end
	alert_record_unref(never);
	dispatch_table_finish(&table);
}

TEST(renames_happen_at_once_so_that_two_sources_may_swap) {
	struct dispatch_table table = { 0 };
	take(&table, "a", ALERT_FIRING, "of a", 1000);
	struct dispatch_entry *entry = take(&table, "b", ALERT_FIRING, "of b", 2000);
	dispatch_table_rename(&table, (struct source_rename[]){ { STR("a"), STR("b") }, { STR("b"), STR("a") } }, 2);
	take(&table, "b", ALERT_INACTIVE, "b ended", 3000);
	CHECK(dispatch_entry_is_firing(entry) && shows(entry, "of b"));
	take(&table, "a", ALERT_INACTIVE, "a ended", 4000);
	CHECK(!dispatch_entry_is_firing(entry));
	dispatch_table_finish(&table);
}

TEST(an_alert_that_goes_back_from_firing_to_pending_has_ended) {
	struct dispatch_table table = { 0 };
	struct dispatch_entry *entry = take(&table, "rule", ALERT_FIRING, "fires", 1000);
	CHECK(take(&table, "rule", ALERT_PENDING, "held longer", 2000) == entry);
	CHECK(!dispatch_entry_is_firing(entry));
	CHECK_INT(dispatch_entry_ends_at(entry), 2000);
	CHECK_INT(table.firing_count, 0);
	take(&table, "rule", ALERT_FIRING, "fires again", 3000);
	CHECK(dispatch_entry_is_firing(entry));
	CHECK_INT(dispatch_entry_starts_at(entry), 3000);
	dispatch_table_finish(&table);
}
