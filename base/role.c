// SPDX-License-Identifier: Apache-2.0
// A thread with a name and a job. See role.h.
#include "base/role.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void *run(void *argument) {
	struct role_thread *thread = argument;
	pthread_setname_np(pthread_self(), thread->name);
	thread->main(thread->role);
	return NULL;
}

bool role_start(struct role_thread *thread, const char *name, role_main *main, void *role, struct error *err) {
	*thread = (struct role_thread){ .main = main, .role = role };
	snprintf(thread->name, sizeof thread->name, "%s", name);
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int rc = pthread_create(&thread->thread, NULL, run, thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	thread->is_running = rc == 0;
	return rc == 0 || error_set(err, ERR_UNAVAILABLE, "cannot start the thread \"%s\": %s", name, strerror(rc));
}

void role_join(struct role_thread *thread) {
	if (thread->is_running)
		pthread_join(thread->thread, NULL);
	thread->is_running = false;
}

bool role_join_within(struct role_thread *thread, int deadline_ms) {
	if (!thread->is_running)
		return true;
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += deadline_ms / 1000;
	until.tv_nsec += (long)(deadline_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	thread->is_running = false;
	if (pthread_timedjoin_np(thread->thread, NULL, &until) == 0)
		return true;
	pthread_detach(thread->thread);
	return false;
}
