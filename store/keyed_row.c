// SPDX-License-Identifier: Apache-2.0
// Rows that are found by texts and lie in the order they came. See keyed_row.h.
#include "store/keyed_row.h"

#include "base/hash.h"

static uint64_t hash_of(const struct row_key *key) {
	return hash_quickly(key->group) + 3 * hash_quickly(key->integration);
}

static uint64_t hash_of_row(sqlite3_stmt *stmt) {
	struct row_key key = { stmt_column_str(stmt, 1), stmt_column_str(stmt, 2) };
	return hash_of(&key);
}

// *found stays as it is when row `number` is another key's.
static bool compare(struct database *database, const struct keyed_table *table, const struct row_key *key, int64_t number, int64_t *found, struct error *err) {
	sqlite3_stmt *stmt = stmt_keep(database, table->find, table->find_sql, err);
	if (stmt == NULL)
		return false;
	stmt_bind_int(stmt, 1, number);
	stmt_bind_str(stmt, 2, key->group);
	stmt_bind_str(stmt, 3, key->integration);
	return stmt_run_int(database, stmt, found, err);
}

bool keyed_row_find(struct database *database, const struct keyed_table *table, const struct row_key *key, struct keyed_row *out, struct error *err) {
	struct row_numbers *numbers = &database->numbers[table->rows];
	int64_t number, found = INT64_MIN;
	if (!database_know_rows(database, table->rows, table->numbers, table->numbers_sql, hash_of_row, err))
		return false;
	for (size_t at = 0; (number = row_numbers_next(numbers, hash_of(key), &at)) != 0;) {
		if (!compare(database, table, key, number, &found, err))
			return false;
		if (found == INT64_MIN)
			continue;
		*out = (struct keyed_row){ .number = number, .found = found };
		return true;
	}
	*out = (struct keyed_row){ .number = numbers->last + 1, .is_new = true };
	return true;
}

bool keyed_row_write(struct database *database, const struct keyed_table *table, const struct row_key *key, const struct keyed_row *row, sqlite3_stmt *stmt, struct error *err) {
	if (!stmt_run(database, stmt, err))
		return false;
	if (row->is_new)
		row_numbers_add(&database->numbers[table->rows], hash_of(key), row->number);
	return true;
}

bool keyed_row_delete(struct database *database, const struct keyed_table *table, const struct row_key *key, const struct keyed_row *row, struct error *err) {
	if (row->is_new)
		return true;
	sqlite3_stmt *stmt = stmt_keep(database, table->delete, table->delete_sql, err);
	if (stmt == NULL)
		return false;
	stmt_bind_int(stmt, 1, row->number);
	if (!stmt_run(database, stmt, err))
		return false;
	row_numbers_remove(&database->numbers[table->rows], hash_of(key), row->number);
	return true;
}
