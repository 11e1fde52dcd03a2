// SPDX-License-Identifier: Apache-2.0
// Opening the data directory: lock, integrity, migrations, settings. See store.h.
#include "base/buf.h"
#include "base/fs.h"
#include "store/migration.h"
#include "store/store_state.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

enum { EVENT_KEEP_ROWS = 1000000,
	EVENT_KEEP_DAYS = 7,
	LOG_STEP = 64 << 10,
	LOG_BYTES = 9 << 20, // 1,000 pages of 8 KB, see below, with their heads, and what the commit that fills it writes beyond
	LOG_ROOM = 16 };     // times as much is free, or room is scarce

// Work only before the first table, and the second one writes each time. Large pages: a commit of many rows is fewer writes.
static const char creation_sql[] = "PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL";
static const char settings_sql[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
    "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;"
    "PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 67108864";
// For the writer, once the tables were walked through: a page that is read once need not stay.
static const char writing_sql[] = "PRAGMA cache_size = -16384";
static const char instance_sql[] =
    "INSERT INTO meta SELECT 'instance', lower(substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-4' || substr(h, 14, 3) || '-' ||"
    " substr('89ab', 1 + (abs(random()) % 4), 1) || substr(h, 18, 3) || '-' || substr(h, 21, 12)) FROM (SELECT hex(randomblob(16)) AS h) WHERE true"
    " ON CONFLICT (name) DO NOTHING";
static const char *const state_tables[] = { "meta", "alert", "alert_packed", "alert_group", "notification_log", "notification", "delivery" };

// A directory may be written with slashes at its end.
static void append_path(struct buf *out, const char *directory, const char *name) {
	struct str start = str_of(directory);
	while (str_has_suffix(start, STR("/")))
		start.len--;
	buf_format(out, "%.*s/%s", STR_ARG(start), name);
}

static bool in_use(const char *path, int fd, struct error *err) {
	char owner[32] = "";
	ssize_t got = pread(fd, owner, sizeof owner - 1, 0);
	owner[got > 0 ? strcspn(owner, "\n") : 0] = '\0';
	return error_set(err, ERR_UNAVAILABLE, "%s: the data directory is in use by process %s; stop it, or give this one a directory of its own",
	    path, owner[0] == '\0' ? "unknown" : owner);
}

// One process a data directory (LAW 2). The lock goes with the process, however it ends.
static int lock_directory(const char *directory, struct error *err) {
	autobuf struct buf path = { 0 };
	append_path(&path, directory, "lock");
	int fd = open(buf_cstr(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (fd < 0) {
		error_set(err, errno == ENOSPC ? ERR_FULL : ERR_IO, "%s: cannot write to the data directory: %s; make it writable for this user, or choose another",
		    buf_cstr(&path), strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		in_use(buf_cstr(&path), fd, err);
		close(fd);
		return -1;
	}
	char owner[32];
	int len = snprintf(owner, sizeof owner, "%d\n", (int)getpid());
	ssize_t put = ftruncate(fd, 0) == 0 ? pwrite(fd, owner, (size_t)len, 0) : 0;
	(void)put; // only for people
	return fd;
}

// quick_check of the tables that are the state. Events are a log and may be large: those that alerts point at are read at start anyway.
static bool check_tables(struct database *database, struct error *err) {
	for (size_t i = 0; i < sizeof state_tables / sizeof state_tables[0]; i++) {
		char sql[64];
		snprintf(sql, sizeof sql, "PRAGMA quick_check(%s)", state_tables[i]);
		autofinish_stmt sqlite3_stmt *stmt = stmt_prepare(database, sql, err);
		if (stmt == NULL)
			return false;
		int rc = sqlite3_step(stmt);
		if (rc != SQLITE_ROW)
			return database_fail(database, rc, err);
		struct str verdict = stmt_column_str(stmt, 0);
		if (!str_equal(verdict, STR("ok")))
			return error_set(err, ERR_CORRUPT, "%s: table %s: %.*s", database->path, state_tables[i], STR_ARG(str_head(verdict, 120)));
	}
	return true;
}

// After a checkpoint the file itself must hold every page it speaks of.
static bool check_size(struct database *database, struct error *err) {
	int64_t busy = 1, pages = 0, page_size = 0;
	if (!database_int(database, "PRAGMA wal_checkpoint(TRUNCATE)", &busy, err))
		return err->code == ERR_FULL; // cannot tell now; the log is whole
	if (!database_int(database, "PRAGMA page_count", &pages, err) || !database_int(database, "PRAGMA page_size", &page_size, err))
		return false;
	struct stat info;
	if (busy != 0 || stat(database->path, &info) != 0 || info.st_size >= pages * page_size)
		return true;
	return error_set(err, ERR_CORRUPT, "%s: the file is cut off: %lld bytes of %lld", database->path, (long long)info.st_size, (long long)pages * page_size);
}

static bool read_instance(struct store *store, struct error *err) {
	autofinish_stmt sqlite3_stmt *stmt = stmt_prepare(&store->database, "SELECT value FROM meta WHERE name = 'instance'", err);
	if (stmt == NULL)
		return false;
	int rc = sqlite3_step(stmt);
	struct str value = rc == SQLITE_ROW ? stmt_column_str(stmt, 0) : STR_NONE;
	if (value.len != sizeof store->instance - 1)
		return error_set(err, ERR_CORRUPT, "%s: table meta: no instance", store->database.path);
	memcpy(store->instance, value.data, value.len);
	return true;
}

static bool set_up(struct database *database, struct error *err) {
	int64_t tables = 0;
	return database_int(database, "SELECT count(*) FROM sqlite_schema", &tables, err) &&
	    (tables > 0 || database_exec(database, creation_sql, err)) &&
	    database_exec(database, settings_sql, err);
}

static bool open_steps(struct store *store, const char *path, struct error *err) {
	struct database *database = &store->database;
	return database_open(database, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err) &&
	    database_refuse(database, err) &&
	    set_up(database, err) &&
	    check_size(database, err) &&
	    database_migrate(database, err) &&
	    check_tables(database, err) &&
	    database_exec(database, writing_sql, err) &&
	    database_exec(database, instance_sql, err) &&
	    read_instance(store, err) &&
	    event_last(database, &store->status.last_sequence, err);
}

static bool has_much_room(const struct database *database) {
	return fs_has_room(database->path, (uint64_t)LOG_BYTES * LOG_ROOM);
}

// The log gets the length it has sooner or later now, written with zeros: a commit that makes a file longer costs nearly twice as much. Only where that
// takes little of the room there is, and never fatal: else it grows as it is written.
static void lengthen_log(const struct database *database) {
	static const char zeros[LOG_STEP];
	sqlite3_int64 size;
	sqlite3_file *log = NULL;
	if (!has_much_room(database) ||
	    sqlite3_file_control(database->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK || log == NULL || log->pMethods == NULL ||
	    log->pMethods->xFileSize(log, &size) != SQLITE_OK)
		return;
	while (size < LOG_BYTES && log->pMethods->xWrite(log, zeros, LOG_STEP, size) == SQLITE_OK)
		size += LOG_STEP;
}

static void give_advice(struct error *err, const char *path) {
	struct error was = *err;
	if (was.code == ERR_CORRUPT)
		error_set(err, was.code, "%.320s; restore a backup, or move %s away to start empty", was.text, path);
	if (was.code == ERR_FULL)
		error_set(err, was.code, "%.320s; free some room on the disk", was.text);
	if (was.code == ERR_IO)
		error_set(err, was.code, "%.320s; check that the file and its directory are writable", was.text);
}

// SQLite would let everybody read it; its other files take over the mode of this one. What fails here is told when it is opened.
static void make_file(const char *path) {
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (fd >= 0)
		close(fd);
}

static bool open_database(struct store *store, const char *directory, struct error *err) {
	autobuf struct buf path = { 0 };
	append_path(&path, directory, "tocsin.db");
	make_file(buf_cstr(&path));
	if (open_steps(store, buf_cstr(&path), err)) {
		lengthen_log(&store->database);
		return true;
	}
	bool again = (err->code == ERR_FULL || err->code == ERR_IO) && ballast_drop(&store->ballast); // LAW 5 holds at the start too
	database_close(&store->database);
	if (again && open_steps(store, buf_cstr(&path), err))
		return true;
	give_advice(err, buf_cstr(&path));
	return false;
}

struct store *store_open(const struct store_options *options, struct error *err) {
	if (!fs_make_directory(options->directory, err)) {
		error_wrap(err, "cannot make the data directory");
		return NULL;
	}
	int lock_fd = lock_directory(options->directory, err);
	if (lock_fd < 0)
		return NULL;
	struct store *store = MEM_NEW(struct store);
	store->lock_fd = lock_fd;
	store->event_keep_rows = options->event_keep_rows != 0 ? options->event_keep_rows : EVENT_KEEP_ROWS;
	store->event_keep = options->event_keep != 0 ? options->event_keep : HOURS(24) * EVENT_KEEP_DAYS;
	inbox_init(&store->inbox, 0);
	pthread_mutex_init(&store->lock, NULL);
	ballast_init(&store->ballast, options->directory, options->ballast_bytes);
	if (open_database(store, options->directory, err))
		return store;
	store_close(store);
	return NULL;
}

// Where room is scarce the log and its index stay as files, the log empty: they were removed, and a start on a disk without any room needs an index.
static void keep_index(const struct database *database) {
	if (database->handle != NULL && !has_much_room(database))
		sqlite3_file_control(database->handle, "main", SQLITE_FCNTL_PERSIST_WAL, &(int){ 1 });
}

static void close_readers(struct store *store) {
	for (size_t i = 0; i < store->readers.count; i++) {
		database_close(store->readers.items[i]);
		free(store->readers.items[i]);
	}
	array_finish(&store->readers);
}

void store_close(struct store *store) {
	if (store == NULL)
		return;
	store_stop(store);
	close_readers(store);
	keep_index(&store->database);
	database_close(&store->database); // last: it takes the log into the file
	backlog_clear(&store->backlog);
	restored_drop(store);
	array_finish(&store->touched);
	array_finish(&store->group);
	ballast_finish(&store->ballast);
	inbox_finish(&store->inbox);
	pthread_mutex_destroy(&store->lock);
	close(store->lock_fd);
	free(store);
}

const char *store_instance(const struct store *store) {
	return store->instance;
}
