// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "base/buf.h"
#include "base/fs.h"
#include "base/json_read.h"
#include "tests/harness/test.h"

#include <fcntl.h>

// Runs log_line with stderr in a file and returns what came.
static struct str logged(struct buf *out, enum log_level level, enum log_format format, const char *value) {
	char path[300];
	struct error err;
	snprintf(path, sizeof path, "%s/log", test_directory());
	int kept = dup(2), file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	dup2(file, 2);
	log_configure(LOG_INFO, format);
	log_line(level, "test", "a message", "key", value, NULL);
	dup2(kept, 2);
	close(kept);
	close(file);
	CHECK(fs_read_file(path, 10000, out, &err));
	return buf_str(out);
}

TEST(a_value_cannot_start_a_line_of_its_own) {
	autobuf struct buf out = { 0 };
	struct str line = logged(&out, LOG_WARN, LOG_LOGFMT, "x\nlevel=error \"q\"\x1b");
	CHECK(str_find(line, STR(" level=warn component=test msg=\"a message\" key=\"x\\nlevel=error \\\"q\\\"\\u001b\"\n")) > 0);
	CHECK_INT(str_find_char(line, '\n'), (int)line.len - 1);
}

TEST(json_lines_are_json) {
	autobuf struct buf out = { 0 };
	autoarena struct arena arena = { 0 };
	struct str line = logged(&out, LOG_ERROR, LOG_JSON, "a \"b\"\\");
	struct json_reader reader;
	json_read_init(&reader, &arena, line);
	struct str name, value = STR_NONE;
	CHECK(json_read_object_begin(&reader));
	while (json_read_object_next(&reader, &name))
		CHECK(json_read_string(&reader, &value));
	CHECK(json_read_end(&reader));
	CHECK_STR(value, "a \"b\"\\");
}

TEST(lower_levels_are_silent) {
	autobuf struct buf out = { 0 };
	CHECK_INT(logged(&out, LOG_DEBUG, LOG_LOGFMT, "x").len, 0);
	enum log_level level = LOG_INFO;
	enum log_format format = LOG_LOGFMT;
	CHECK(log_level_parse(STR("debug"), &level) && level == LOG_DEBUG);
	CHECK(log_level_parse(STR("WARN"), &level) && level == LOG_WARN); // as Go's slog
	CHECK(!log_level_parse(STR("loud"), &level));
	CHECK(log_format_parse(STR("json"), &format) && format == LOG_JSON);
	CHECK(!log_format_parse(STR("xml"), &format));
}
