// SPDX-License-Identifier: Apache-2.0
// A file that only takes room, to be given back when the disk is full (LAW 5). Not fatal to lack: errors are absences here.
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct ballast {
	char *path;
	size_t bytes; // 0 = none wanted
	bool is_there;
};

// Takes over a ballast that a former process left, or makes one where there is room.
void ballast_init(struct ballast *ballast, const char *directory, size_t bytes);
void ballast_finish(struct ballast *ballast); // the file stays; a zeroed one is fine
bool ballast_drop(struct ballast *ballast);   // true when room was given back
// Makes it again, but only while as much again stays free: it must not be what fills the disk.
void ballast_restore(struct ballast *ballast);
