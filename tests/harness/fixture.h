// SPDX-License-Identifier: Apache-2.0
// A helper server of a test, written in Python: a child process that tells its ports and dies with the test program.
#pragma once
#include <stdbool.h>
#include <sys/types.h>

enum { FIXTURE_PORTS_MAX = 32,
	FIXTURE_NAME_MAX = 24 };

struct fixture {
	pid_t pid;
	struct fixture_port {
		char name[FIXTURE_NAME_MAX];
		int port;
	} ports[FIXTURE_PORTS_MAX];
	int port_count;
};

// Runs `python3 tests/SCRIPT ARGUMENT` and reads lines "NAME PORT" from it up to "ready". Fails the test when the script ends before.
// False when the script ends with status 77: something it needs is not installed.
bool fixture_start(struct fixture *fixture, const char *script, const char *argument);
int fixture_port(const struct fixture *fixture, const char *name); // fails the test when there is none
void fixture_stop(struct fixture *fixture);
