// SPDX-License-Identifier: Apache-2.0
// What is wrong with a data directory is said with the file's name and what to do; what is right is migrated and set up.
#include "tests/store/store_fixture.h"

#include "base/buf.h"
#include "base/fs.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char directory[200], file[240];

static void fresh(void) {
	snprintf(directory, sizeof directory, "%s", fresh_directory());
	snprintf(file, sizeof file, "%s/tocsin.db", directory);
}

static void fill(int alerts) {
	struct store *store = store_here(directory);
	struct store_batch *batch = store_batch_create();
	for (int i = 0; i < alerts; i++)
		put_alert(batch, record_make("s", "X", i), ALERT_EVENT_FIRING);
	store_post(store, batch);
	store_shut(store);
}

// The text of the refusal, with the directory's name as D.
static const char *refusal(enum error_code code) {
	static struct buf text;
	struct error err = { 0 };
	struct store *store = store_open(&(struct store_options){ .directory = directory }, &err);
	if (store != NULL) {
		store_close(store);
		FAIL_TEST("it was opened");
	}
	CHECK_INT(err.code, code);
	buf_reset(&text);
	for (const char *at = err.text; *at != '\0';) {
		bool is_name = strncmp(at, directory, strlen(directory)) == 0;
		buf_append_char(&text, is_name ? 'D' : *at);
		at += is_name ? strlen(directory) : 1;
	}
	return buf_cstr(&text);
}

struct seen {
	struct alert_record *items[4];
	size_t count;
};

static bool see(void *context, struct alert_record *record) {
	struct seen *seen = context;
	seen->items[seen->count++] = alert_record_ref(record);
	return true;
}

static struct seen look(struct store *store) {
	struct seen seen = { 0 };
	struct error err;
	CHECK(store_each_alert(store, see, &seen, &err));
	return seen;
}

static void forget(struct seen *seen) {
	for (size_t i = 0; i < seen->count; i++)
		alert_record_unref(seen->items[i]);
}

TEST(whoever_asks_before_the_start_gets_the_same_records_and_after_it_the_rows_of_then) {
	fresh();
	fill(2);
	struct store *store = store_here(directory);
	struct seen first = look(store), second = look(store);
	CHECK(first.count == 2 && second.count == 2 && first.items[0] == second.items[0] && first.items[1] == second.items[1]);
	struct error err;
	CHECK(store_start(store, &err));
	struct store_batch *batch = store_batch_create();
	put_alert(batch, record_make("s", "X", 7), ALERT_EVENT_FIRING);
	store_post(store, batch);
	store_stop(store);
	struct seen later = look(store);
	CHECK(later.count == 3 && later.items[0] != first.items[0]);
	store_close(store);
	forget(&first);
	forget(&second);
	forget(&later);
}

static void run_sql(const char *sql) {
	sqlite3 *db = NULL;
	CHECK_INT(sqlite3_open(file, &db), SQLITE_OK);
	char *message = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		FAIL_TEST("%s", message);
	CHECK_INT(sqlite3_close(db), SQLITE_OK);
}

static int64_t ask_sql(const char *sql) {
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	CHECK_INT(sqlite3_open(file, &db), SQLITE_OK);
	CHECK_INT(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	CHECK_INT(sqlite3_step(stmt), SQLITE_ROW);
	int64_t number = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return number;
}

TEST(a_new_directory_gets_a_database_of_the_newest_version) {
	fresh();
	fill(1);
	CHECK_INT(ask_sql("PRAGMA user_version"), 11);
	CHECK_INT(ask_sql("PRAGMA application_id"), 0x546f6373);
	CHECK_INT(ask_sql("PRAGMA auto_vacuum"), 2);
	CHECK_INT(ask_sql("SELECT count(*) FROM alert"), 1);
}

TEST(a_database_made_of_the_first_schema_is_opened_with_its_rows) {
	fresh();
	struct error err;
	CHECK(fs_make_directory(directory, &err));
	autobuf struct buf sql = { 0 };
	CHECK(fs_read_file(TOCSIN_SOURCE_ROOT "/schemas/sql/0001_initial.sql", 1 << 20, &sql, &err));
	buf_append_cstr(&sql, "PRAGMA application_id = 1416586099; PRAGMA user_version = 1;"
	                      "INSERT INTO meta VALUES ('evaluated_at', '1700000000123');"
	                      "INSERT INTO alert VALUES ('s', 0, '{\"a\":\"b\"}', '{\"a\":\"b\"}', '{}', '', 2, 1, 2, 0, 0, 0, 3, 1.5, 0);");
	run_sql(buf_cstr(&sql));
	struct store *store = store_here(directory);
	char *alerts = dump_alerts(store);
	CHECK_CSTR(alerts, "s {a=\"b\"}{}  firing 1.5 active=1 fired=2 resolved=0 kept=0 ends=0 updated=3 seq=0\n");
	free(alerts);
	store_shut(store);
	CHECK_INT(ask_sql("SELECT evaluated_at FROM mark WHERE began_at = 0"), 1700000000123);
	CHECK_INT(ask_sql("SELECT count(*) FROM meta WHERE name = 'evaluated_at'"), 0);
}

// A database as the program of an older schema left it, with `rows` in it.
static void make_of_version(size_t version, const char *rows) {
	static const char *const names[] = { "0001_initial", "0002_outbound", "0003_outbound_since", "0004_silence", "0005_left_out", "0006_receiver_data", "0007_marks", "0008_rows_in_order" };
	struct error err;
	CHECK(fs_make_directory(directory, &err));
	autobuf struct buf sql = { 0 };
	for (size_t i = 0; i < version; i++) {
		autobuf struct buf path = { 0 }, text = { 0 };
		buf_format(&path, "%s/schemas/sql/%s.sql", TOCSIN_SOURCE_ROOT, names[i]);
		CHECK(fs_read_file(buf_cstr(&path), 1 << 20, &text, &err));
		buf_append_str(&sql, buf_str(&text));
	}
	buf_format(&sql, "PRAGMA application_id = 1416586099; PRAGMA user_version = %zu; %s", version, rows);
	run_sql(buf_cstr(&sql));
}

static void check_events(struct store *store, const char *wanted) {
	char *events = dump_events(store);
	CHECK_CSTR(events, wanted);
	free(events);
}

static void check_rest(struct store *store, const char *wanted) {
	char *rest = dump_rest(store);
	CHECK_CSTR(rest, wanted);
	free(rest);
}

TEST(a_database_of_rows_by_fingerprint_keeps_its_alerts_and_its_events) {
	fresh();
	make_of_version(7, "INSERT INTO alert VALUES ('s', 9, '{\"a\":\"b\"}', '{\"a\":\"b\",\"c\":\"d\"}', '{\"x\":\"y\"}', 'u', 2, 1, 2, 0, 5, 0, 3, 1.5, 8);"
	                   "INSERT INTO alert VALUES ('external', 9, '{\"a\":\"b\"}', '{\"a\":\"b\"}', '{}', '', 0, 1, 2, 4, 0, 6, 3, NULL, 0);"
	                   "INSERT INTO event (sequence, at, type, subject, data) VALUES (8, 3, 'alert.firing', 'rules/g/A/9', '{\"labels\":{}}'); "
	                   "INSERT INTO event (sequence, at, type, subject, data) VALUES (9, 3, 't', 'gone', '{}'); DELETE FROM event WHERE sequence = 9;");
	struct store *store = store_here(directory);
	char *alerts = dump_alerts(store);
	CHECK_CSTR(alerts, "external {a=\"b\"}{}  inactive nan active=1 fired=2 resolved=4 kept=0 ends=6 updated=3 seq=0\n"
	                   "s {a=\"b\"}{a=\"b\", c=\"d\"}{x=\"y\"} u firing 1.5 active=1 fired=2 resolved=0 kept=5 ends=0 updated=3 seq=8\n");
	free(alerts);
	check_events(store, "8 alert.firing rules/g/A/9\n");
	struct store_batch *batch = store_batch_create();
	store_batch_add(batch, STORE_ADD_EVENT)->event = (struct store_event){ .at = 7, .type = "t", .subject = STR("next"), .data = STR("{}") };
	store_post(store, batch);
	store_stop(store);
	check_events(store, "8 alert.firing rules/g/A/9\n10 t next\n");
	store_close(store);
}

// The row is found by what it says, not by what the schema before had as its fingerprint.
TEST(an_alert_from_a_database_of_rows_by_fingerprint_is_changed_in_place) {
	fresh();
	struct alert_record *record = record_make("s", "X", 1);
	autobuf struct buf rows = { 0 };
	buf_format(&rows, "INSERT INTO alert VALUES ('s', %lld, '{\"alertname\":\"X\",\"n\":\"1\"}', '{\"alertname\":\"X\",\"n\":\"1\"}', '{}', '', 2, 1, 2, 0, 0, 0, 3, 1.5, 0);",
	    (long long)record->identity->fingerprint);
	make_of_version(7, buf_cstr(&rows));
	struct store *store = store_here(directory);
	struct store_batch *batch = store_batch_create();
	put_alert(batch, record, ALERT_EVENT_FIRING);
	store_post(store, batch);
	store_shut(store);
	CHECK_INT(ask_sql("SELECT count(*) FROM alert"), 1);
	CHECK_INT(ask_sql("SELECT updated_at FROM alert"), 2000);
}

// What is put again after the migration changes the row that is there, and what is deleted goes with its notification.
TEST(a_database_of_rows_by_key_keeps_its_groups_its_logs_and_its_deliveries) {
	fresh();
	make_of_version(8, "INSERT INTO alert_group VALUES ('g', 1, 2, 3); INSERT INTO alert_group VALUES ('h', 4, 5, 6);"
	                   "INSERT INTO notification_log VALUES ('g', 'i', 8, x'0200000000000000', x'', 9, x'0300000000000000', '{}');"
	                   "INSERT INTO notification_log VALUES ('g', 'j', 8, x'', x'', 9, x'', '');"
	                   "INSERT INTO notification VALUES (76, 'h', '{}'); INSERT INTO notification VALUES (77, 'g', '{}');"
	                   "INSERT INTO delivery VALUES ('h', 'i', 76, 1, 0, 9, x'', x'0100000000000000');"
	                   "INSERT INTO delivery VALUES ('g', 'i', 77, 2, 1, 9, x'0100000000000000', x'');");
	struct store *store = store_here(directory);
	check_rest(store, "group g next=1 wait=2 interval=3\ngroup h next=4 wait=5 interval=6\n"
	                  "log g i told=8 firing=2 resolved= left_out=3 expires=9\nlog g j told=8 firing= resolved= left_out= expires=9\n"
	                  "notification 76 h {}\nnotification 77 g {}\n"
	                  "delivery g i of=77 attempts=2 refused=1 next=9 firing=1 resolved=\ndelivery h i of=76 attempts=1 refused=0 next=9 firing= resolved=1\n");
	struct store_batch *batch = store_batch_create();
	store_batch_add(batch, STORE_PUT_GROUP)->group = (struct store_group){ STR("g"), 7, 2, 3 };
	store_batch_add(batch, STORE_DELETE_GROUP)->group.key = STR("h");
	store_batch_add(batch, STORE_PUT_LOG)->log = (struct store_log){ .group_key = STR("g"), .integration = STR("j"), .told_at = 10 };
	store_batch_add(batch, STORE_DELETE_LOG)->log = (struct store_log){ .group_key = STR("g"), .integration = STR("i") };
	store_batch_add(batch, STORE_DELETE_DELIVERY)->delivery = (struct store_delivery){ .group_key = STR("h"), .integration = STR("i") };
	store_post(store, batch);
	store_stop(store);
	check_rest(store, "group g next=7 wait=2 interval=3\nlog g j told=10 firing= resolved= left_out= expires=0\nnotification 77 g {}\n"
	                  "delivery g i of=77 attempts=2 refused=1 next=9 firing=1 resolved=\n");
	store_close(store);
}

TEST(alerts_that_come_and_go_take_no_more_room) {
	fresh();
	int64_t pages = 0;
	for (int round = 0; round < 6; round++) {
		struct store *store = store_here(directory);
		struct store_batch *batch = store_batch_create();
		for (int i = 0; i < 300; i++) {
			put_alert(batch, record_make("s", "X", round * 300 + i), ALERT_EVENT_NONE);
			delete_alert(batch, record_make("s", "X", (round - 1) * 300 + i));
		}
		store_post(store, batch);
		store_shut(store);
		if (round == 1)
			pages = ask_sql("PRAGMA page_count");
	}
	CHECK_INT(ask_sql("SELECT count(*) FROM alert"), 300);
	CHECK(ask_sql("PRAGMA page_count") <= pages);
}

// A full disk lets nothing be written.
TEST(what_is_there_is_opened_without_writing) {
	fresh();
	fill(3);
	autobuf struct buf was = { 0 }, is = { 0 };
	struct error err;
	CHECK(fs_read_file(file, 1 << 20, &was, &err));
	store_shut(store_here(directory));
	CHECK(fs_read_file(file, 1 << 20, &is, &err));
	CHECK(str_equal(buf_str(&was), buf_str(&is)));
}

TEST(a_file_that_is_no_database_is_refused) {
	fresh();
	struct error err;
	CHECK(fs_make_directory(directory, &err));
	autobuf struct buf junk = { 0 };
	for (int i = 0; i < 1000; i++)
		buf_append_cstr(&junk, "this is no database\n");
	CHECK(fs_write_file(file, buf_str(&junk), &err));
	CHECK_CSTR(refusal(ERR_CORRUPT), "D/tocsin.db: file is not a database (sqlite 26); restore a backup, or move D/tocsin.db away to start empty");
}

TEST(a_file_that_was_cut_off_is_refused) {
	fresh();
	fill(500);
	struct stat info;
	CHECK_INT(stat(file, &info), 0);
	off_t half = info.st_size / 4096 / 2 * 4096;
	CHECK_INT(truncate(file, half), 0);
	char wanted[400];
	snprintf(wanted, sizeof wanted, "D/tocsin.db: database disk image is malformed (sqlite 11); restore a backup, or move D/tocsin.db away to start empty");
	const char *got = refusal(ERR_CORRUPT);
	if (strstr(got, "cut off") != NULL)
		snprintf(wanted, sizeof wanted, "D/tocsin.db: the file is cut off: %d bytes of %d; restore a backup, or move D/tocsin.db away to start empty", (int)half, (int)info.st_size);
	CHECK_CSTR(got, wanted);
}

TEST(a_damaged_page_of_the_state_is_refused) {
	fresh();
	fill(500);
	int64_t page = ask_sql("SELECT rootpage FROM sqlite_schema WHERE name = 'alert'"), size = ask_sql("PRAGMA page_size");
	int fd = open(file, O_WRONLY);
	char junk[200];
	memset(junk, 0xa5, sizeof junk);
	CHECK_INT(pwrite(fd, junk, sizeof junk, (page - 1) * size), sizeof junk);
	close(fd);
	const char *got = refusal(ERR_CORRUPT);
	CHECK(str_has_prefix(str_of(got), STR("D/tocsin.db: ")));
	CHECK(str_has_suffix(str_of(got), STR("; restore a backup, or move D/tocsin.db away to start empty")));
}

TEST(a_newer_version_is_refused_untouched) {
	fresh();
	fill(1);
	run_sql("PRAGMA user_version = 99");
	CHECK_CSTR(refusal(ERR_INVALID), "D/tocsin.db: has schema version 99, this program knows versions up to 11; run the version that wrote it or restore a backup");
	CHECK_INT(ask_sql("PRAGMA user_version"), 99);
}

TEST(another_programs_database_is_refused_untouched) {
	fresh();
	struct error err;
	CHECK(fs_make_directory(directory, &err));
	run_sql("CREATE TABLE theirs (a)");
	CHECK_CSTR(refusal(ERR_INVALID), "D/tocsin.db: is a database of another program; move it away or choose another data directory");
	CHECK_INT(ask_sql("SELECT count(*) FROM sqlite_schema"), 1);
}

TEST(a_directory_in_use_is_refused_with_the_process_that_uses_it) {
	fresh();
	int ready[2], done[2];
	CHECK(pipe(ready) == 0 && pipe(done) == 0);
	pid_t child = fork();
	if (child == 0) {
		struct error err;
		struct store *store = store_open(&(struct store_options){ .directory = directory }, &err);
		char c = store == NULL ? 'n' : 'y';
		if (write(ready[1], &c, 1) == 1 && read(done[0], &c, 1) == 1)
			store_close(store);
		_exit(0);
	}
	char c;
	CHECK_INT(read(ready[0], &c, 1), 1);
	CHECK_INT(c, 'y');
	char wanted[200];
	snprintf(wanted, sizeof wanted, "D/lock: the data directory is in use by process %d; stop it, or give this one a directory of its own", (int)child);
	CHECK_CSTR(refusal(ERR_UNAVAILABLE), wanted);
	CHECK_INT(write(done[1], "x", 1), 1);
	waitpid(child, NULL, 0);
	close(ready[0]), close(ready[1]), close(done[0]), close(done[1]);
	store_shut(store_here(directory)); // the lock went with the process
}

// The refusal that a user without rights gets, from a process of its own.
static void check_as_nobody(const char *wanted) {
	CHECK_INT(chmod(test_directory(), 0755), 0);
	pid_t child = fork();
	if (child == 0) {
		if (setgid(65534) != 0 || setuid(65534) != 0)
			_exit(77);
		struct error err = { 0 };
		struct store *store = store_open(&(struct store_options){ .directory = directory }, &err);
		bool ok = store == NULL && err.code == ERR_IO && strcmp(err.text, wanted) == 0;
		if (!ok)
			print_error("got:    \"%s\"\nwanted: \"%s\"\n", err.text, wanted);
		_exit(ok ? 0 : 1);
	}
	int status = 0;
	waitpid(child, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(a_directory_that_cannot_be_written_is_refused) {
	fresh();
	CHECK_INT(mkdir(directory, 0755), 0);
	char wanted[400];
	snprintf(wanted, sizeof wanted, "%s/lock: cannot write to the data directory: Permission denied; make it writable for this user, or choose another", directory);
	check_as_nobody(wanted);
}

TEST(a_file_that_cannot_be_written_is_refused) {
	fresh();
	fill(1);
	char lock[240], wanted[700];
	snprintf(lock, sizeof lock, "%s/lock", directory);
	CHECK(chmod(directory, 0777) == 0 && chmod(lock, 0666) == 0 && chmod(file, 0444) == 0);
	snprintf(wanted, sizeof wanted, "%s: attempt to write a readonly database (sqlite 8); check that the file and its directory are writable", file);
	check_as_nobody(wanted);
}
