// SPDX-License-Identifier: Apache-2.0
// A thread with a name and a job. Roles own their data; they talk through inboxes.
#pragma once
#include "base/error.h"

#include <pthread.h>

typedef void role_main(void *role);

struct role_thread {
	pthread_t thread;
	bool is_running;
	role_main *main;
	void *role;
	char name[16]; // as shown by ps -L
};

// Starts `main(role)` with all signals blocked (the main thread takes them). ERR_UNAVAILABLE when no thread can be had.
MUST_CHECK bool role_start(struct role_thread *thread, const char *name, role_main *main, void *role, struct error *err);
void role_join(struct role_thread *thread); // a zeroed or joined one is fine
// Waits at most deadline_ms; false when the thread still runs (it is then left behind, detached).
bool role_join_within(struct role_thread *thread, int deadline_ms);
