// SPDX-License-Identifier: Apache-2.0
// Files by name: read whole, expand globs, join paths. Blocks; not for hot paths.
#pragma once
#include "base/array.h"
#include "base/error.h"
#include "base/str.h"

#include <stdint.h>

struct buf;
struct fs_paths {
	ARRAY_OF(char *);
};

// Appends the whole file to *out. ERR_IO, ERR_NOT_FOUND or ERR_LIMIT (larger than max_bytes); then *out is unchanged.
MUST_CHECK bool fs_read_file(const char *path, size_t max_bytes, struct buf *out, struct error *err);
// Writes via a temporary file, fsync and rename: the old content or the new, never half.
MUST_CHECK bool fs_write_file(const char *path, struct str content, struct error *err);
// Appends what the glob matches, sorted; a path without glob characters that does not exist gives nothing.
MUST_CHECK bool fs_glob(const char *pattern, struct fs_paths *out, struct error *err);
void fs_paths_finish(struct fs_paths *paths);
// `path` seen from the directory of the file `from`: absolute paths stay. Freed by the caller.
char *fs_join_beside(const char *from, const char *path);
// Creates the directory and its parents (mode 0750) where missing.
MUST_CHECK bool fs_make_directory(const char *path, struct error *err);
// Whether so many bytes are free where `path` is, for this user; false when that cannot be told.
bool fs_has_room(const char *path, uint64_t bytes);
