// SPDX-License-Identifier: Apache-2.0
// What is logged while a test looks. See log_capture.h.
#include "tests/harness/log_capture.h"

#include "base/fs.h"
#include "tests/harness/test.h"

#include <fcntl.h>
#include <unistd.h>

enum { LOG_BYTES = 1 << 20 };

void log_capture_begin(struct log_capture *capture) {
	snprintf(capture->path, sizeof capture->path, "%s/captured.log", test_directory());
	int file = open(capture->path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);
	CHECK(file >= 0);
	capture->kept = dup(2);
	dup2(file, 2);
	close(file);
}

void log_capture_end(struct log_capture *capture, struct buf *out) {
	struct error err;
	dup2(capture->kept, 2);
	close(capture->kept);
	CHECK(fs_read_file(capture->path, LOG_BYTES, out, &err));
}

size_t log_lines_with(const struct buf *log, const char *a, const char *b) {
	struct str rest = str_make(log->data, log->len);
	size_t count = 0;
	while (rest.len > 0) {
		struct str line = str_cut(&rest, '\n');
		count += str_find(line, str_of(a)) >= 0 && str_find(line, str_of(b)) >= 0;
	}
	return count;
}
