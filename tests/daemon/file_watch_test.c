// SPDX-License-Identifier: Apache-2.0
// Real files, real notices; only the time until a change is looked into is made up.
#include "daemon/file_watch.h"

#include "base/buf.h"
#include "tests/harness/test.h"

#include <poll.h>
#include <sys/stat.h>

static char place[400]; // of the running test
static struct config config;
static struct file_watch watch;
static mono_ms now;

static const char *path_of(const char *name) {
	static char paths[4][600];
	static unsigned turn;
	char *path = paths[turn++ % 4];
	snprintf(path, sizeof paths[0], "%s/%s", place, name);
	return path;
}

static void put(const char *name, const char *text) { // in place
	autoclose FILE *out = fopen(path_of(name), "we");
	CHECK(out != NULL && fputs(text, out) >= 0);
}

static void make_directory(const char *name) {
	CHECK(mkdir(path_of(name), 0700) == 0);
}

static void begin(const char *name, const char *pattern, bool has_config) {
	snprintf(place, sizeof place, "%s/%s", test_directory(), name);
	CHECK(mkdir(place, 0700) == 0);
	config = (struct config){ 0 };
	config.evaluation_interval = MINUTES(1);
	config.file = mem_dup_cstr(path_of("tocsin.conf"));
	array_append(&config.rule_patterns, mem_dup_cstr(path_of(pattern)));
	put("tocsin.conf", "route: {}");
	config.hash = config_hash_bytes(STR("route: {}"));
	file_watch_init(&watch, has_config);
	now = 1000;
}

static uint64_t loaded_hash(void) {
	struct problems problems = { 0 };
	struct rule_set *rules = config_reload_rules(&config, &problems);
	CHECK(rules != NULL);
	uint64_t hash = rules->files_hash;
	rule_set_unref(rules);
	problems_finish(&problems);
	return hash;
}

// The rules are loaded, and nothing is new when it looks for the first time.
static void follow(void) {
	file_watch_follow(&watch, &config, loaded_hash(), now);
	now += file_watch_sleep(&watch, now);
	CHECK(!file_watch_look(&watch, &config, now));
	CHECK_INT(file_watch_sleep(&watch, now), -1);
}

static void end(void) {
	file_watch_finish(&watch);
	fs_paths_finish(&config.rule_patterns);
	free((char *)config.file);
}

static bool has_notice(void) {
	struct pollfd fd = { .fd = watch.notices, .events = POLLIN };
	return poll(&fd, 1, 0) > 0;
}

// Twice, half a second apart.
static bool look_twice(void) {
	if (file_watch_look(&watch, &config, now))
		FAIL_TEST("taken at the first look");
	if (file_watch_sleep(&watch, now) != 500)
		return false;
	now += 500;
	return file_watch_look(&watch, &config, now) && watch.are_at_rest;
}

// A notice came, and when things are quiet the bytes are others.
static bool has_changed(void) {
	bool noticed = has_notice();
	file_watch_take(&watch, now);
	int sleep = file_watch_sleep(&watch, now);
	if (!noticed || sleep <= 0)
		return false;
	CHECK(!file_watch_look(&watch, &config, now + sleep - 1));
	now += sleep;
	return look_twice();
}

TEST(a_file_written_in_place_has_changed_once) {
	begin("in_place", "*.yml", false);
	put("a.rules.yml", "# one");
	follow();
	CHECK(!has_changed());
	put("a.rules.yml", "# two");
	CHECK(has_changed());
	CHECK(!has_changed() && file_watch_sleep(&watch, now) == -1);
	put("a.rules.yml", "# three"); // it is still watched
	CHECK(has_changed());
	end();
}

TEST(a_file_that_another_is_renamed_over_has_changed) {
	begin("rename_over", "*.rules.yml", false);
	put("a.rules.yml", "# one");
	follow();
	put("a.new", "two");
	CHECK(!has_changed());
	CHECK(rename(path_of("a.new"), path_of("a.rules.yml")) == 0);
	CHECK(has_changed());
	end();
}

TEST(files_that_come_and_go_are_changes) {
	begin("come_and_go", "*.rules.yml", false);
	follow();
	put("a.rules.yml", "# one");
	CHECK(has_changed());
	put("b.rules.yml", "# one");
	CHECK(has_changed());
	CHECK(unlink(path_of("a.rules.yml")) == 0);
	CHECK(has_changed());
	end();
}

TEST(what_an_editor_leaves_and_a_touch_are_no_changes) {
	begin("editor", "*.rules.yml", false);
	put("a.rules.yml", "# one");
	follow();
	put(".a.rules.yml.swp", "x");
	put("a.rules.yml~", "x");
	put("4913", "");
	CHECK(unlink(path_of("4913")) == 0);
	put("a.rules.yml", "# one"); // written again, the same
	CHECK(has_notice() && !has_changed());
	end();
}

TEST(a_config_map_that_is_swapped_has_changed) {
	begin("config_map", "*.yml", false);
	make_directory("..2026_1"), make_directory("..2026_2");
	put("..2026_1/a.yml", "# one"), put("..2026_2/a.yml", "# two");
	CHECK(symlink("..2026_1", path_of("..data")) == 0 && symlink("..data/a.yml", path_of("a.yml")) == 0);
	follow();
	CHECK(symlink("..2026_2", path_of("..data_tmp")) == 0 && rename(path_of("..data_tmp"), path_of("..data")) == 0);
	CHECK(has_changed());
	CHECK(unlink(path_of("..2026_1/a.yml")) == 0 && rmdir(path_of("..2026_1")) == 0);
	CHECK(!has_changed());
	end();
}

TEST(a_directory_reached_by_a_link_that_is_swapped_has_changed) {
	begin("linked_directory", "current/*.yml", false);
	make_directory("v1"), make_directory("v2");
	put("v1/a.yml", "# one"), put("v2/a.yml", "# two");
	CHECK(symlink("v1", path_of("current")) == 0);
	follow();
	CHECK(symlink("v2", path_of("next")) == 0 && rename(path_of("next"), path_of("current")) == 0);
	CHECK(has_changed());
	put("v2/a.yml", "# three");
	CHECK(has_changed());
	end();
}

TEST(a_file_behind_a_link_changes_where_it_is) {
	begin("linked_file", "*.rules.yml", false);
	make_directory("far");
	put("far/a", "# one");
	CHECK(symlink("far/a", path_of("a.rules.yml")) == 0);
	follow();
	put("far/a", "# two");
	CHECK(has_changed());
	end();
}

TEST(directories_may_come_later_and_wildcards_name_new_ones) {
	begin("later", "rules/*/x.yml", false);
	follow();
	make_directory("rules");
	CHECK(has_notice() && !has_changed()); // nothing matches yet
	make_directory("rules/a");
	CHECK(has_notice() && !has_changed());
	put("rules/a/x.yml", "# one");
	CHECK(has_changed());
	end();
}

TEST(the_configuration_counts_only_when_it_is_wanted) {
	begin("config", "*.rules.yml", false);
	put("a.rules.yml", "# one");
	follow();
	put("tocsin.conf", "route: {receiver: x}");
	CHECK(!has_changed());
	watch.has_config = true;
	config.hash = config_hash_bytes(STR("route: {receiver: x}"));
	follow();
	put("tocsin.conf", "route: {receiver: y}");
	CHECK(has_changed());
	end();
}

TEST(what_changes_between_loading_and_listening_has_changed) {
	begin("between", "*.rules.yml", false);
	put("a.rules.yml", "# one");
	uint64_t hash = loaded_hash();
	put("a.rules.yml", "# two");
	file_watch_follow(&watch, &config, hash, now);
	now += file_watch_sleep(&watch, now);
	CHECK(look_twice());
	end();
}

TEST(a_configuration_written_between_reading_and_listening_has_changed) {
	begin("config_between", "*.rules.yml", true);
	put("tocsin.conf", "route: {receiver: x}");
	file_watch_follow(&watch, &config, loaded_hash(), now);
	now += file_watch_sleep(&watch, now);
	CHECK(look_twice());
	end();
}

TEST(a_file_that_is_being_written_is_not_taken_half) {
	begin("half", "*.rules.yml", false);
	put("a.rules.yml", "# one");
	follow();
	put("b.rules.yml", "# another");
	file_watch_take(&watch, now);
	FILE *out = fopen(path_of("a.rules.yml"), "we"); // empty from now on
	CHECK(out != NULL);
	now += file_watch_sleep(&watch, now);
	CHECK(!file_watch_look(&watch, &config, now));
	CHECK(fputs("# two", out) >= 0 && fclose(out) == 0);
	file_watch_take(&watch, now + 100);
	CHECK_INT(file_watch_sleep(&watch, now + 100), 400); // no sooner for that
	now += 500;
	CHECK(look_twice());
	CHECK(watch.known.rules == loaded_hash());
	end();
}

TEST(what_was_there_for_a_moment_is_no_change) {
	begin("moment", "*.rules.yml", false);
	put("a.rules.yml", "# one");
	follow();
	put("a.rules.yml", "");
	file_watch_take(&watch, now);
	now += file_watch_sleep(&watch, now);
	CHECK(!file_watch_look(&watch, &config, now));
	put("a.rules.yml", "# one");
	now += 500;
	CHECK(!file_watch_look(&watch, &config, now));
	CHECK_INT(file_watch_sleep(&watch, now), -1);
	end();
}

TEST(what_was_written_while_it_was_refused_is_taken_again) {
	begin("refused", "*.rules.yml", false);
	put("a.rules.yml", "# one");
	follow();
	put("a.rules.yml", "# two");
	CHECK(has_changed());
	file_watch_doubt(&watch, now); // it was what was found
	CHECK_INT(file_watch_sleep(&watch, now), -1);
	put("a.rules.yml", "groups: ["); // what is loaded
	put("a.rules.yml", "# two");
	file_watch_doubt(&watch, now);
	now += file_watch_sleep(&watch, now);
	CHECK(look_twice());
	CHECK_INT(file_watch_sleep(&watch, now), -1);
	end();
}

TEST(bytes_that_do_not_come_to_rest_count_after_half_a_minute) {
	begin("unrest", "*.rules.yml", false);
	put("a.rules.yml", "# one");
	follow();
	mono_ms first = now;
	char text[16];
	for (int i = 0; i < 400; i++, now += 100) {
		snprintf(text, sizeof text, "# %d", i);
		put("a.rules.yml", text);
		file_watch_take(&watch, now);
		if (!file_watch_look(&watch, &config, now))
			continue;
		CHECK_INT(now - first, 30000);
		CHECK(!watch.are_at_rest);
		end();
		return;
	}
	FAIL_TEST("never taken");
}
