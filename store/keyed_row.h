// SPDX-License-Identifier: Apache-2.0
// Rows that are found by texts and lie in the order they came: a group's by its key, a log's and a delivery's by group and integration.
// Which number is whose is known in memory (row_numbers.h); what is found there is compared with the row. Writer's connection only.
// All fail as database_fail says.
#pragma once
#include "store/stmt.h"

struct row_key {
	struct str group, integration; // a group's row has no integration
};

struct keyed_table {
	enum numbered_table rows;
	enum stmt_slot numbers, find, delete;
	const char *numbers_sql; // of every row its number, group and integration
	const char *find_sql;    // of row ?1, when it is that of ?2 and ?3: an integer
	const char *delete_sql;  // of row ?1
};

struct keyed_row {
	int64_t number; // of a new row when there is none yet
	bool is_new;
	int64_t found; // what find_sql says of it; 0 of a new one
};

MUST_CHECK bool keyed_row_find(struct database *database, const struct keyed_table *table, const struct row_key *key, struct keyed_row *out, struct error *err);
// Runs what writes the row that was found, new or not.
MUST_CHECK bool keyed_row_write(struct database *database, const struct keyed_table *table, const struct row_key *key, const struct keyed_row *row, sqlite3_stmt *stmt, struct error *err);
// Of the row that was found; nothing for a new one.
MUST_CHECK bool keyed_row_delete(struct database *database, const struct keyed_table *table, const struct row_key *key, const struct keyed_row *row, struct error *err);
