// SPDX-License-Identifier: Apache-2.0
// A secret as configured: the text itself, or a file that is read on each use. Private to net/.
#pragma once
#include "base/buf.h"
#include "base/error.h"

// Appends the file's content without white space around it, or without a path the text (NULL: nothing). Errors of the file; ERR_INVALID
// for a line break or a NUL in it, without quoting it. Then *out is unchanged.
MUST_CHECK bool secret_read(const char *text, const char *path, struct buf *out, struct error *err);
// The same for a secret of several lines (PEM).
MUST_CHECK bool secret_read_lines(const char *text, const char *path, struct buf *out, struct error *err);
void secret_forget(struct buf *secret); // overwrites and frees
