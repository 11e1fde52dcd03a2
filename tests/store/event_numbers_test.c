// SPDX-License-Identifier: Apache-2.0
// Which numbers events get, which rows point at them, and what renaming costs: the verbs of the tables, without a writer.
#include "store/tables.h"
#include "tests/store/store_fixture.h"

static void run(struct database *database, const char *sql) {
	struct error err;
	if (!database_exec(database, sql, &err))
		FAIL_TEST("%s", err.text);
}

static int64_t number_from(struct database *database, const char *sql) {
	struct error err;
	int64_t number = -1;
	CHECK(database_int(database, sql, &number, &err));
	return number;
}

static int64_t next_event(struct database *database) {
	struct error err;
	int64_t sequence = 0;
	CHECK(event_add(database, &(struct store_event){ .at = 1, .type = "t", .subject = STR("s"), .data = STR("{}") }, &sequence, &err));
	return sequence;
}

static void put(struct database *database, struct alert_record *record, bool is_in_event, int64_t sequence) {
	struct alert_event transition = { .record = record, .annotations = record->annotations, .kind = ALERT_EVENT_FIRING };
	struct error err;
	CHECK(alert_put(database, &transition, is_in_event, &sequence, &err));
	alert_record_unref(record);
}

static void put_told_under(struct database *database, const char *source, const char *zone) {
	struct alert_record *record = record_make(source, "X", 1);
	labels_unref(record->labels);
	record->labels = labels_make("alertname", "X", "n", "1", "zone", zone, NULL);
	put(database, record, false, 0);
}

// As pruning left them that removed events from the middle.
TEST(the_note_of_removed_events_never_falls) {
	struct database database = database_in_memory();
	struct error err;
	size_t removed;
	run(&database, "INSERT INTO meta (name, value) VALUES ('events_removed', 9)");
	run(&database, "INSERT INTO event (sequence, at, type, subject, data) VALUES (1, 1, 't', 's', '{}'), (2, 1, 't', 's', '{}')");
	CHECK(event_prune(&database, &(struct event_bounds){ .keep_rows = 100, .oldest = 2, .chunk = 100 }, &removed, &err));
	CHECK_INT(removed, 2);
	database_forget_rows(&database);
	CHECK_INT(next_event(&database), 10);
	database_close(&database);
}

TEST(no_number_is_given_that_an_alert_keeps) {
	struct database database = database_in_memory();
	put(&database, record_make("s", "X", 1), false, 7);
	CHECK_INT(next_event(&database), 8);
	database_close(&database);
}

TEST(no_number_is_given_that_an_alertmanager_was_sent) {
	struct database database = database_in_memory();
	struct error err;
	CHECK(cursor_put(&database, &(struct store_cursor){ .target = STR("am"), .sequence = 5 }, &err));
	CHECK_INT(next_event(&database), 6);
	database_close(&database);
}

// What its row leaves out must be found where it points.
TEST(a_row_points_at_the_event_that_says_what_it_is) {
	struct database database = database_in_memory();
	put(&database, record_make("s", "X", 1), false, 9);
	put(&database, record_make("s", "X", 1), true, 2);
	CHECK_INT(number_from(&database, "SELECT event_sequence FROM alert"), 2);
	database_close(&database);
}

TEST(a_renamed_alert_takes_the_place_of_the_one_told_under_its_labels_only) {
	struct database database = database_in_memory();
	struct error err;
	put_told_under(&database, "a", "north");
	put_told_under(&database, "b", "north");
	put_told_under(&database, "b", "south");
	CHECK(alert_rename(&database, STR("a"), STR("b"), &err));
	CHECK_INT(number_from(&database, "SELECT count(*) FROM alert WHERE source = 'b'"), 2);
	database_close(&database);
}

static int64_t steps_of_renaming(int alerts) {
	struct database database = database_in_memory();
	struct error err;
	for (int i = 0; i < alerts; i++) {
		put(&database, record_make("a", "X", i), false, 0);
		put(&database, record_make("b", "X", i), false, 0);
	}
	CHECK(alert_rename(&database, STR("a"), STR("b"), &err));
	CHECK_INT(number_from(&database, "SELECT count(*) FROM alert"), alerts);
	int64_t steps = sqlite3_stmt_status(database.kept[STMT_ALERT_MAKE_WAY], SQLITE_STMTSTATUS_VM_STEP, 0);
	database_close(&database);
	return steps;
}

TEST(renaming_onto_as_many_alerts_looks_them_up) {
	CHECK(steps_of_renaming(800) < 6 * steps_of_renaming(200)); // each with each would be sixteen times as many
}
