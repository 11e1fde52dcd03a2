// SPDX-License-Identifier: Apache-2.0
// The failure of the world or of a user, as a value. Bugs are assert() and unreachable(); absence is NULL or an enum.
#pragma once
#include "base/cleanup.h"

#include <stdbool.h>
#include <stddef.h>

// Only what a caller branches on.
enum error_code {
	ERR_NONE,
	ERR_INVALID, // what a user wrote is wrong; `at` may be set
	ERR_IO,      // file or socket
	ERR_NOT_FOUND,
	ERR_LIMIT, // an input was larger than its bound
	ERR_TIMEOUT,
	ERR_FULL,        // disk full, or a queue without room: try again later
	ERR_CORRUPT,     // stored data is broken
	ERR_UNAVAILABLE, // the other side is down or stopping
};

struct position {
	const char *file; // borrowed: outlives the error; NULL when unknown
	int line, column; // 1-based; 0 when unknown; columns count code points
};

enum { ERROR_TEXT_MAX = 480 };

struct error {
	enum error_code code;
	struct position at;
	char text[ERROR_TEXT_MAX]; // lower case, no full stop; user text is quoted; truncated on a UTF-8 boundary
};

// The two setters return false, so that failing is one line. err may be NULL: then only false is returned.
PRINTF_LIKE(3, 4)
bool error_set(struct error *err, enum error_code code, const char *format, ...);
PRINTF_LIKE(3, 4)
bool error_at(struct error *err, struct position at, const char *format, ...); // ERR_INVALID
// Puts "context: " before the text, going up. Returns false.
PRINTF_LIKE(2, 3)
bool error_wrap(struct error *err, const char *format, ...);
// "file:line:column: text", with the parts that are known. Returns buffer.
const char *error_format(const struct error *err, char *buffer, size_t size);

// A state that cannot be: one line on stderr, then abort (the supervisor restarts us, SQLite has the state).
#define unreachable(what) error_unreachable(__FILE__, __LINE__, (what))
_Noreturn void error_unreachable(const char *file, int line, const char *what);
