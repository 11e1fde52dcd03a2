// SPDX-License-Identifier: Apache-2.0
// Brings a database to the newest version. See migration.h.
#include "store/migration.h"

#include "base/buf.h"

bool database_refuse(struct database *database, struct error *err) {
	int64_t application = 0, version = 0, tables = 0;
	if (!database_int(database, "PRAGMA application_id", &application, err) ||
	    !database_int(database, "PRAGMA user_version", &version, err) ||
	    !database_int(database, "SELECT count(*) FROM sqlite_schema", &tables, err))
		return false;
	bool is_new = application == 0 && version == 0 && tables == 0;
	if (!is_new && application != DATABASE_APPLICATION_ID)
		return error_set(err, ERR_INVALID, "%s: is a database of another program; move it away or choose another data directory", database->path);
	if (version < 0 || version > (int64_t)migration_count)
		return error_set(err, ERR_INVALID, "%s: has schema version %lld, this program knows versions up to %zu; run the version that wrote it or restore a backup",
		    database->path, (long long)version, migration_count);
	return true;
}

static bool step(struct database *database, const struct migration *migration, struct error *err) {
	autobuf struct buf sql = { 0 };
	buf_format(&sql, "BEGIN IMMEDIATE;\n%s\nPRAGMA application_id = %d;\nPRAGMA user_version = %d;\nCOMMIT", migration->sql, DATABASE_APPLICATION_ID, migration->version);
	if (database_exec(database, buf_cstr(&sql), err))
		return true;
	if (!sqlite3_get_autocommit(database->handle))
		sqlite3_exec(database->handle, "ROLLBACK", NULL, NULL, NULL);
	return error_wrap(err, "migration %04d_%s", migration->version, migration->name);
}

bool database_migrate(struct database *database, struct error *err) {
	int64_t version = 0;
	if (!database_int(database, "PRAGMA user_version", &version, err))
		return false;
	for (size_t i = (size_t)version; i < migration_count; i++)
		if (!step(database, &migrations[i], err))
			return false;
	return true;
}
