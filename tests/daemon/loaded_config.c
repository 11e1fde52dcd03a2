// SPDX-License-Identifier: Apache-2.0
// See loaded_config.h.
#include "tests/daemon/loaded_config.h"

#include "tests/harness/test.h"

struct config *config_of(const char *text, struct config_features features, struct buf *out) {
	char path[300];
	struct error err;
	struct problems problems = { 0 };
	snprintf(path, sizeof path, "%s/c.yml", test_directory());
	CHECK(fs_write_file(path, str_of(text), &err));
	struct config *config = config_load(path, features, &problems);
	problems_sort(&problems);
	buf_append_cstr(out, "");
	for (size_t i = 0; i < problems.count; i++) {
		problems.items[i].at.file = "c.yml";
		problem_format(out, &problems.items[i], STR_NONE);
	}
	problems_finish(&problems);
	return config;
}

struct config *good_config(const char *text) {
	autobuf struct buf problems = { 0 };
	struct config *config = config_of(text, (struct config_features){ 0 }, &problems);
	CHECK_CSTR(buf_cstr(&problems), "");
	CHECK(config != NULL);
	return config;
}

void check_problems(const char *text, const char *problems) {
	autobuf struct buf got = { 0 };
	struct config *config = config_of(text, (struct config_features){ 0 }, &got);
	CHECK_CSTR(buf_cstr(&got), problems);
	CHECK(config == NULL);
}

void check_warnings(const char *text, const char *warnings) {
	autobuf struct buf got = { 0 };
	struct config *config = config_of(text, (struct config_features){ 0 }, &got);
	CHECK_CSTR(buf_cstr(&got), warnings);
	CHECK(config != NULL);
	config_unref(config);
}
