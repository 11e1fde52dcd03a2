// SPDX-License-Identifier: Apache-2.0
// Whether rule files (and, if wanted, the configuration and its templates) hold something else than before. The kernel only says when to look:
// what counts is their bytes, so that editors' temporary files and touches say nothing. A file that is being written may be empty or end at any line
// and be valid all the same: other bytes count when they are found twice, a while apart. Private to daemon/; main's.
#pragma once
#include "daemon/config.h"

struct file_bytes { // hashes
	uint64_t rules, others;
};

struct file_watch {
	bool has_config;                // the configuration and its templates count too
	int notices;                    // inotify; -1: nothing is watched
	struct file_bytes known, found; // found: at the last look, when they were others
	bool has_found;
	bool are_at_rest; // those it said true of last: they were found twice
	mono_ms first;    // when the first of the notices not looked into came; 0: there is none
	mono_ms due;      // when to look; 0: not at all
};

void file_watch_init(struct file_watch *watch, bool has_config); // watches nothing yet
void file_watch_finish(struct file_watch *watch);
// Watches what the configuration names from now on. Known are the rule files as they were when the rules in force were loaded (rule_set.files_hash), and
// the configuration as it was read; it will look soon whether they still are.
void file_watch_follow(struct file_watch *watch, const struct config *config, uint64_t rules_hash, mono_ms now);
int file_watch_sleep(const struct file_watch *watch, mono_ms now); // milliseconds until it wants to look; -1: not before there is a notice
void file_watch_take(struct file_watch *watch, mono_ms now);       // the notices that came
// Looks when it is time to: a while after the last notice, or when they do not end. True when the bytes are others than those known, and the same as when
// it looked before, or do not come to rest; then these are known. Watches what the patterns match now.
bool file_watch_look(struct file_watch *watch, const struct config *config, mono_ms now);
// What was found last could not be loaded: perhaps it was something else by then. When notices have come since, it will look and say true again.
void file_watch_doubt(struct file_watch *watch, mono_ms now);
