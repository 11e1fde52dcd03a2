// SPDX-License-Identifier: Apache-2.0
// What the code under test logs while a test looks: stderr goes to a file meanwhile, of all threads.
#pragma once
#include "base/buf.h"

struct log_capture {
	int kept; // the real stderr
	char path[300];
};

void log_capture_begin(struct log_capture *capture);
void log_capture_end(struct log_capture *capture, struct buf *out);         // stderr is as before; appends what was logged
size_t log_lines_with(const struct buf *log, const char *a, const char *b); // lines that hold both texts
