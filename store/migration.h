// SPDX-License-Identifier: Apache-2.0
// The steps that make a database of this version out of an older one, in order. Their texts are schemas/sql/*.sql.
#pragma once
#include "store/stmt.h"

struct migration {
	int version; // user_version after it; the first is 1, without gaps
	const char *name;
	const char *sql;
};
extern const struct migration migrations[]; // generated
extern const size_t migration_count;

// Marks our databases among SQLite files ("Tocs").
enum { DATABASE_APPLICATION_ID = 0x546f6373 };

// ERR_INVALID when the database is somebody else's or from a newer version: before anything in it is changed.
MUST_CHECK bool database_refuse(struct database *database, struct error *err);
// Brings an accepted database to the newest version, each step in a transaction of its own.
MUST_CHECK bool database_migrate(struct database *database, struct error *err);
