// SPDX-License-Identifier: Apache-2.0
#include "base/code_pages.h"

#include "base/buf.h"
#include "base/fs.h"
#include "tests/harness/test.h"

static long resident_file_kb(void) {
	autobuf struct buf text = { 0 };
	struct error err = { 0 };
	CHECK(fs_read_file("/proc/self/status", 65536, &text, &err));
	const char *line = strstr(buf_cstr(&text), "RssFile:");
	return line == NULL ? -1 : strtol(line + strlen("RssFile:"), NULL, 10);
}

TEST(code_that_ran_leaves_memory_and_runs_again) {
	long before = resident_file_kb();
	code_pages_release();
	long after = resident_file_kb();
	CHECK(before > 0 && after > 0 && after < before);
}

TEST(what_the_program_wrote_stays) {
	static char written[8192] = "in the data segment";
	static const char *constant = "in the constants";
	written[5000] = 'x';
	code_pages_release();
	CHECK_CSTR(written, "in the data segment");
	CHECK(written[5000] == 'x');
	CHECK_CSTR(constant, "in the constants");
}
