// SPDX-License-Identifier: Apache-2.0
#include "base/fs.h"
#include "base/buf.h"
#include "tests/harness/test.h"

#include <sys/stat.h>

static const char *inside(const char *name) {
	static char path[400];
	snprintf(path, sizeof path, "%s/%s", test_directory(), name);
	return path;
}

TEST(a_written_file_reads_back_whole) {
	struct error err;
	autobuf struct buf text = { 0 };
	buf_append_cstr(&text, "before:");
	CHECK(fs_write_file(inside("a"), STR("one\ntwo"), &err));
	CHECK(fs_write_file(inside("a"), STR("three"), &err));
	CHECK(fs_read_file(inside("a"), 100, &text, &err));
	CHECK_STR(buf_str(&text), "before:three");
}

TEST(what_cannot_be_read_says_why_and_leaves_the_text_alone) {
	struct error err;
	autobuf struct buf text = { 0 };
	buf_append_cstr(&text, "x");
	CHECK(!fs_read_file(inside("missing"), 100, &text, &err));
	CHECK(err.code == ERR_NOT_FOUND);
	CHECK(strstr(err.text, "No such file") != NULL);
	CHECK(!fs_read_file(test_directory(), 100, &text, &err));
	CHECK(err.code == ERR_IO);
	CHECK(fs_write_file(inside("large"), STR("12345"), &err));
	CHECK(!fs_read_file(inside("large"), 4, &text, &err));
	CHECK(err.code == ERR_LIMIT);
	CHECK_STR(buf_str(&text), "x");
}

TEST(globs_give_sorted_names_and_may_give_none) {
	struct error err;
	struct fs_paths paths = { 0 };
	CHECK(fs_write_file(inside("g2.yml"), STR(""), &err));
	CHECK(fs_write_file(inside("g1.yml"), STR(""), &err));
	CHECK(fs_glob(inside("g*.yml"), &paths, &err));
	CHECK(fs_glob(inside("none*"), &paths, &err));
	CHECK(fs_glob(inside("none"), &paths, &err));
	CHECK_INT(paths.count, 2);
	CHECK(strstr(paths.items[0], "g1.yml") != NULL);
	fs_paths_finish(&paths);
}

TEST(paths_are_seen_from_the_file_that_names_them) {
	autofree char *beside = fs_join_beside("/etc/tocsin/tocsin.yml", "rules/a.yml");
	autofree char *absolute = fs_join_beside("/etc/tocsin/tocsin.yml", "/srv/a.yml");
	autofree char *bare = fs_join_beside("tocsin.yml", "a.yml");
	CHECK_CSTR(beside, "/etc/tocsin/rules/a.yml");
	CHECK_CSTR(absolute, "/srv/a.yml");
	CHECK_CSTR(bare, "a.yml");
}

TEST(directories_are_made_with_their_parents) {
	struct error err;
	struct stat info;
	CHECK(fs_make_directory(inside("d/e/f"), &err));
	CHECK(fs_make_directory(inside("d/e/f"), &err));
	CHECK(stat(inside("d/e/f"), &info) == 0 && S_ISDIR(info.st_mode));
	CHECK(fs_write_file(inside("file"), STR(""), &err));
	CHECK(!fs_make_directory(inside("file"), &err));
	CHECK(!fs_make_directory(inside("file/x"), &err));
}
