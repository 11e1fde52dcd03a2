// SPDX-License-Identifier: Apache-2.0
// Runs mime_check.py on a message. See mime_reader.h.
#include "tests/notifiers/mime_reader.h"

#include "base/error.h"
#include "base/fs.h"
#include "tests/harness/test.h"

#include <stdlib.h>

void mime_read(struct str message, struct buf *out) {
	struct error err;
	autobuf struct buf command = { 0 }, path = { 0 }, answer = { 0 };
	buf_format(&path, "%s/message.eml", test_directory());
	CHECK(fs_write_file(buf_cstr(&path), message, &err));
	buf_format(&answer, "%s/message.txt", test_directory());
	buf_format(&command, "%s -B %s < %s > %s", TEST_PYTHON, test_source_path("notifiers/mime_check.py"), buf_cstr(&path), buf_cstr(&answer));
	CHECK_INT(system(buf_cstr(&command)), 0);
	CHECK(fs_read_file(buf_cstr(&answer), 256 << 20, out, &err));
}
