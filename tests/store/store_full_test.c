// SPDX-License-Identifier: Apache-2.0
// LAW 5: a disk that refuses suspends durability, loses nothing that memory can hold, and is told about.
// The disk refuses for real: a small file system of its own (needs the right to mount), or a limit on the size of files.
#include "tests/store/store_fixture.h"

#include "base/buf.h"
#include "base/fs.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

static struct store *store;
static struct inbox inbox;
static char directory[200];

static void open_with_ballast(size_t ballast) {
	struct error err = { 0 };
	store = store_open(&(struct store_options){ .directory = directory, .ballast_bytes = ballast, .event_keep = HOURS(24) * 36500 }, &err);
	if (store == NULL || !store_start(store, &err))
		FAIL_TEST("%s", err.text);
}

static void start(size_t ballast) {
	inbox_init(&inbox, 0);
	open_with_ballast(ballast);
}

static void end(void) {
	store_shut(store);
	inbox_finish(&inbox);
}

static struct store_status status_now(void) {
	struct store_status status;
	store_status_get(store, &status);
	return status;
}

static void wait_durable(bool wanted) {
	mono_ms until = clock_mono() + 15000;
	while (status_now().is_durable != wanted && clock_mono() < until)
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	CHECK_INT(status_now().is_durable, wanted);
}

// Writes one record; says whether it was told as durable.
static bool write_record(struct alert_record *record, enum alert_event_kind event) {
	struct store_batch *batch = store_batch_create();
	put_alert(batch, record, event);
	batch_write(store, &inbox, batch);
	bool is_durable = batch->is_durable;
	store_batch_destroy(batch);
	return is_durable;
}

enum { NO_MORE = 4096 }; // the log has no frame before this one after the first commits

// Files are written up to there only, however long they are.
static void limit_files(rlim_t bytes) {
	signal(SIGXFSZ, SIG_IGN);
	struct rlimit limit;
	CHECK_INT(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static off_t size_of(const char *name) {
	char path[300];
	struct stat info;
	snprintf(path, sizeof path, "%s/%s", directory, name);
	return stat(path, &info) == 0 ? info.st_size : -1;
}

static void fresh(void) {
	snprintf(directory, sizeof directory, "%s", fresh_directory());
}

TEST(while_writing_fails_batches_are_told_undurable_and_written_later) {
	fresh();
	start(0);
	CHECK(write_record(record_make("s", "X", 0), ALERT_EVENT_FIRING));
	limit_files(NO_MORE);
	struct alert_record *last = NULL;
	for (int i = 1; i <= 200; i++) {
		struct alert_record *record = record_make("s", "X", i % 50);
		record->updated_at = 2000 + i;
		alert_record_ref(last = record);
		CHECK(!write_record(record, i % 2 == 0 ? ALERT_EVENT_UPDATED : ALERT_EVENT_FIRING));
		CHECK_INT(record->event_sequence, 0);
		alert_record_unref(last);
	}
	struct store_status status = status_now();
	CHECK(!status.is_durable && status.failures > 0);
	CHECK(strstr(status.last_error, "tocsin.db: disk I/O error") != NULL);
	CHECK_INT(count_alerts(store), 1);
	limit_files(RLIM_INFINITY);
	wait_durable(true);
	CHECK_INT(count_alerts(store), 50);
	CHECK_INT(status_now().last_sequence, 201); // every event, not only the last of each row
	CHECK(write_record(record_make("s", "X", 60), ALERT_EVENT_FIRING));
	store_shut(store);
	open_with_ballast(0);
	CHECK_INT(count_alerts(store), 51);
	char *alerts = dump_alerts(store);
	CHECK(strstr(alerts, "n=\"7\"} ") == NULL && strstr(alerts, "updated=2157 seq=158\n") != NULL); // the newest row with its own event
	free(alerts);
	end();
}

TEST(stopping_after_the_disk_has_come_back_writes_what_was_kept) {
	fresh();
	start(0);
	CHECK(write_record(record_make("s", "X", 0), ALERT_EVENT_FIRING));
	limit_files(NO_MORE);
	CHECK(!write_record(record_make("s", "X", 1), ALERT_EVENT_FIRING));
	limit_files(RLIM_INFINITY);
	store_shut(store);
	open_with_ballast(0);
	CHECK_INT(count_alerts(store), 2);
	end();
}

TEST(the_log_is_long_from_the_start_where_there_is_room) {
	fresh();
	start(0);
	CHECK(fs_has_room(directory, 200 << 20) ? size_of("tocsin.db-wal") >= 9 << 20 : size_of("tocsin.db-wal") < 1 << 20);
	end();
}

// ---- a file system of 8 MB ----

static bool mount_small(void) {
	fresh();
	if (mkdir(directory, 0755) != 0 || mount("tmpfs", directory, "tmpfs", 0, "size=8m") != 0)
		return false;
	return true;
}

static void unmount_small(void) {
	CHECK_INT(umount2(directory, MNT_DETACH), 0);
}

// Takes all room but `left` bytes.
static void take_room(size_t left) {
	static const char zeros[4096];
	char path[300];
	snprintf(path, sizeof path, "%s/others", directory);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	while (write(fd, zeros, sizeof zeros) == (ssize_t)sizeof zeros)
		;
	struct stat info;
	CHECK(fstat(fd, &info) == 0 && ftruncate(fd, info.st_size - (off_t)left) == 0);
	close(fd);
}

static void give_room(void) {
	char path[300];
	snprintf(path, sizeof path, "%s/others", directory);
	CHECK_INT(unlink(path), 0);
}

static bool write_many(int from, int count) {
	struct store_batch *batch = store_batch_create();
	for (int i = 0; i < count; i++)
		put_alert(batch, record_make("s", "X", from + i), ALERT_EVENT_FIRING);
	batch_write(store, &inbox, batch);
	bool is_durable = batch->is_durable;
	store_batch_destroy(batch);
	return is_durable;
}

TEST(a_full_disk_takes_the_ballast_then_suspends_and_all_is_written_when_there_is_room) {
	if (!mount_small())
		skip();
	enum { BALLAST = 1 << 20 };
	start(BALLAST);
	CHECK_INT(size_of("ballast"), BALLAST);
	CHECK(size_of("tocsin.db-wal") < 1 << 20); // not made long
	take_room(32 << 10);
	int written = -100;
	while (size_of("ballast") > 0) // the first refusal costs the ballast, and nobody notices
		CHECK(write_many(written += 100, 100));
	CHECK(status_now().is_durable);
	CHECK(strstr(status_now().last_error, "database or disk is full") != NULL);
	take_room(0);
	while (write_many(written += 100, 100))
		;
	for (int i = 0; i < 20; i++)
		CHECK(!write_many(written += 100, 100));
	CHECK(!status_now().is_durable);
	give_room();
	wait_durable(true);
	size_t all = (size_t)written + 100;
	CHECK_INT(count_alerts(store), all);
	mono_ms until = clock_mono() + 15000;
	while (size_of("ballast") != BALLAST && clock_mono() < until)
		nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	CHECK_INT(size_of("ballast"), BALLAST);
	store_shut(store);
	open_with_ballast(BALLAST);
	CHECK_INT(count_alerts(store), all);
	end();
	unmount_small();
}

TEST(a_store_whose_disk_is_full_at_the_start_gives_its_ballast) {
	if (!mount_small())
		skip();
	start(1 << 20);
	CHECK(write_many(0, 10));
	end();
	take_room(0);
	start(1 << 20);
	CHECK_INT(count_alerts(store), 10);
	CHECK(write_many(10, 10));
	end();
	unmount_small();
}

// Ends as a kill would, with what is written still in the log.
static pid_t be_killed_on_a_full_disk(void) {
	pid_t child = fork();
	if (child != 0)
		return child;
	start(0);
	bool is_durable = write_many(0, 10);
	take_room(0);
	while (write_many(10, 100)) // the same ones
		;
	_exit(is_durable ? 0 : 1);
}

TEST(a_store_that_was_killed_starts_on_a_disk_without_any_room) {
	if (!mount_small())
		skip();
	int status;
	pid_t child = be_killed_on_a_full_disk();
	CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
	take_room(0);
	start(0);
	size_t known = count_alerts(store);
	CHECK(known >= 10);
	CHECK(!write_many(1000, 1));
	give_room();
	wait_durable(true);
	CHECK_INT(count_alerts(store), known + 1);
	end();
	unmount_small();
}

TEST(a_store_that_was_stopped_starts_on_a_disk_without_any_room) {
	if (!mount_small())
		skip();
	start(0);
	CHECK(write_many(0, 10));
	end();
	CHECK_INT(size_of("tocsin.db-wal"), 0); // all is in the database
	take_room(0);
	start(0);
	CHECK_INT(count_alerts(store), 10);
	CHECK(!write_many(10, 1));
	give_room();
	wait_durable(true);
	CHECK_INT(count_alerts(store), 11);
	end();
	unmount_small();
}

TEST(a_disk_that_was_always_full_is_refused_with_advice) {
	if (!mount_small())
		skip();
	take_room(4096 + 4096);
	struct error err = { 0 };
	CHECK(store_open(&(struct store_options){ .directory = directory }, &err) == NULL);
	CHECK_INT(err.code, ERR_FULL);
	CHECK(str_has_suffix(str_of(err.text), STR("; free some room on the disk")));
	unmount_small();
}
