// SPDX-License-Identifier: Apache-2.0
// See file_watch.h. Directories are watched, not files: who replaces a file makes another one of its name. A path has one for each part that may
// come to name something else: links on its way (a ConfigMap's files are links through `..data`, a link that is swapped), parts with
// wildcards, parts that are missing.
#include "daemon/file_watch.h"

#include "base/buf.h"
#include "base/hash.h"
#include "model/limits.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>

enum {
	QUIET_MS = 500,        // a change is over when nothing happened for so long
	UNREST_MS = 5000,      // or has gone on for so long
	ENDLESS_MS = 30000,    // bytes that are others at each look count after so long
	BLIND_LOOK_MS = 30000, // where the kernel cannot tell
};
#define NOTICES (IN_CLOSE_WRITE | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

// ---- where to listen ----

struct places {
	int notices;
	size_t count;
	bool is_blind; // some could not be watched
};

static void listen_at(struct places *places, const char *directory) {
	if (places->count == LIMIT_WATCHES || inotify_add_watch(places->notices, directory, NOTICES) < 0)
		places->is_blind = true;
	else
		places->count++;
}

static char *copy_of(struct str text) {
	struct buf copy = { 0 };
	buf_append_str(&copy, text);
	return buf_take(&copy);
}

static bool has_wildcard(struct str text) {
	return str_find_char(text, '*') >= 0 || str_find_char(text, '?') >= 0 || str_find_char(text, '[') >= 0;
}

static bool may_change(struct str path, struct str name) {
	struct stat info;
	autofree char *text = copy_of(path);
	return has_wildcard(name) || lstat(text, &info) != 0 || S_ISLNK(info.st_mode);
}

// The directories a pattern's first `parent` characters name; those that are not there are noticed where they will be.
static void listen_at_parents(struct places *places, struct str parent) {
	struct fs_paths found = { 0 };
	struct error err;
	autofree char *pattern = copy_of(parent.len == 0 ? STR(".") : parent);
	if (!fs_glob(pattern, &found, &err))
		places->is_blind = true;
	for (size_t i = 0; i < found.count; i++)
		listen_at(places, found.items[i]);
	fs_paths_finish(&found);
}

// "/etc/rules/*/a.yml" by its parts: /etc/ rules/ */ a.yml. The last part's directory always counts: files come, go and change there.
static void listen_along(struct places *places, const char *pattern) {
	struct str rest = str_of(pattern);
	size_t at = 0;
	while (at < rest.len) {
		ptrdiff_t slash = str_find_char(str_skip(rest, at), '/');
		size_t end = slash < 0 ? rest.len : at + (size_t)slash;
		struct str parent = str_head(rest, at), name = str_head(str_skip(rest, at), end - at);
		if (name.len > 0 && (slash < 0 || may_change(str_head(rest, end), name)))
			listen_at_parents(places, parent);
		at = end + 1;
	}
}

// A file that is a link changes where it leads, too.
static void listen_at_target(struct places *places, const char *file) {
	struct stat info;
	if (lstat(file, &info) != 0 || !S_ISLNK(info.st_mode))
		return;
	autofree char *target = realpath(file, NULL);
	if (target != NULL)
		listen_at_parents(places, str_head(str_of(target), (size_t)(strrchr(target, '/') - target) + 1));
}

static void listen_for(struct places *places, const char *pattern) {
	struct fs_paths files = { 0 };
	struct error err;
	listen_along(places, pattern);
	if (!fs_glob(pattern, &files, &err))
		places->is_blind = true;
	for (size_t i = 0; i < files.count; i++)
		listen_at_target(places, files.items[i]);
	fs_paths_finish(&files);
}

static bool listen_anew(struct file_watch *watch, const struct config *config) {
	if (watch->notices >= 0)
		close(watch->notices);
	watch->notices = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	struct places places = { .notices = watch->notices, .is_blind = watch->notices < 0 };
	for (size_t i = 0; i < config->rule_patterns.count; i++)
		listen_for(&places, config->rule_patterns.items[i]);
	for (size_t i = 0; watch->has_config && i < config->template_patterns.count; i++)
		listen_for(&places, config->template_patterns.items[i]);
	if (watch->has_config)
		listen_for(&places, config->file);
	return !places.is_blind;
}

// ---- what is there ----

// As rule_files_hash, piece by piece: a large file read whole leaves a hole in the heap.
static uint64_t add_file(uint64_t hash, const char *file) {
	char piece[16384];
	autoclose_fd int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : 0;
	hash = hash_text(hash, str_of(file));
	while (fd >= 0 && (got = read(fd, piece, sizeof piece)) > 0)
		hash = hash_bytes(hash, (struct str){ piece, (size_t)got });
	return hash_byte(hash, got < 0 ? 0 : 0xff); // one that cannot be read is like no text
}

static uint64_t hash_rules(const struct config *config) {
	struct problems problems = { 0 }; // of globs: whoever loads the rules will tell
	struct fs_paths files = { 0 };
	uint64_t hash = HASH_START;
	if (!config_find_rules(config, &files, &problems))
		hash = hash_byte(hash, 0);
	for (size_t i = 0; i < files.count; i++)
		hash = add_file(hash, files.items[i]);
	fs_paths_finish(&files);
	problems_finish(&problems);
	return hash;
}

static uint64_t hash_others(const struct file_watch *watch, const struct config *config) {
	struct fs_paths files = { 0 };
	struct error err;
	if (!watch->has_config)
		return 0;
	uint64_t hash = add_file(HASH_START, config->file);
	for (size_t i = 0; i < config->template_patterns.count; i++)
		if (!fs_glob(config->template_patterns.items[i], &files, &err))
			hash = hash_byte(hash, 0);
	for (size_t i = 0; i < files.count; i++)
		hash = add_file(hash, files.items[i]);
	fs_paths_finish(&files);
	return hash;
}

static bool is_as_read(const struct config *config) {
	struct error err;
	autobuf struct buf text = { 0 };
	return fs_read_file(config->file, LIMIT_CONFIG_BYTES, &text, &err) && config_hash_bytes(buf_str(&text)) == config->hash;
}

// ---- the whole ----

void file_watch_init(struct file_watch *watch, bool has_config) {
	*watch = (struct file_watch){ .has_config = has_config, .notices = -1 };
}

void file_watch_finish(struct file_watch *watch) {
	if (watch->notices >= 0)
		close(watch->notices);
	watch->notices = -1;
}

void file_watch_follow(struct file_watch *watch, const struct config *config, uint64_t rules_hash, mono_ms now) {
	listen_anew(watch, config);
	watch->known = (struct file_bytes){ rules_hash, hash_others(watch, config) };
	if (watch->has_config && !is_as_read(config))
		watch->known.others++; // what nothing has
	watch->has_found = false;
	watch->first = now;
	watch->due = now + QUIET_MS; // nobody listened while they were loaded
}

int file_watch_sleep(const struct file_watch *watch, mono_ms now) {
	if (watch->due == 0)
		return -1;
	return watch->due > now ? (int)(watch->due - now) : 0;
}

void file_watch_take(struct file_watch *watch, mono_ms now) {
	char notices[8192];
	bool has_any = false;
	while (watch->notices >= 0 && read(watch->notices, notices, sizeof notices) > 0)
		has_any = true;
	if (!has_any)
		return;
	if (watch->first == 0)
		watch->first = now;
	if (watch->has_found)
		return; // it looks again soon
	mono_ms quiet = now + QUIET_MS, unrest = watch->first + UNREST_MS;
	watch->due = quiet < unrest ? quiet : unrest;
}

static bool same(struct file_bytes a, struct file_bytes b) {
	return a.rules == b.rules && a.others == b.others;
}

// Others were found.
static bool do_count(struct file_watch *watch, struct file_bytes bytes, mono_ms now) {
	if (watch->first == 0)
		watch->first = now;
	watch->are_at_rest = watch->has_found && same(bytes, watch->found);
	watch->has_found = !watch->are_at_rest && now - watch->first < ENDLESS_MS;
	watch->found = bytes;
	watch->due = now + QUIET_MS;
	return !watch->has_found;
}

// Listens first: what changes while the files are read is noticed.
bool file_watch_look(struct file_watch *watch, const struct config *config, mono_ms now) {
	if (watch->due == 0 || now < watch->due)
		return false;
	bool is_sure = listen_anew(watch, config);
	struct file_bytes bytes = { hash_rules(config), hash_others(watch, config) };
	bool is_other = !same(bytes, watch->known);
	if (is_other && !do_count(watch, bytes, now))
		return false;
	watch->known = bytes;
	watch->has_found = false;
	watch->first = 0;
	watch->due = is_sure ? 0 : now + BLIND_LOOK_MS;
	return is_other;
}

void file_watch_doubt(struct file_watch *watch, mono_ms now) {
	file_watch_take(watch, now);
	if (watch->first != 0)
		watch->known.rules++; // what nothing has
}
