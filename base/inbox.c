// SPDX-License-Identifier: Apache-2.0
// A mailbox between threads. See inbox.h.
#include "base/inbox.h"

#include <assert.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

void inbox_init(struct inbox *inbox, size_t capacity) {
	*inbox = (struct inbox){ .capacity = capacity, .wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
	if (inbox->wake_fd < 0 || pthread_mutex_init(&inbox->lock, NULL) != 0)
		abort(); // no descriptors at start: nothing could work
}

void inbox_finish(struct inbox *inbox) {
	if (inbox->wake_fd == 0)
		return;
	assert(inbox->first == NULL);
	close(inbox->wake_fd);
	pthread_mutex_destroy(&inbox->lock);
	*inbox = (struct inbox){ 0 };
}

static void lock(struct inbox *inbox) {
	int rc = pthread_mutex_lock(&inbox->lock);
	assert(rc == 0);
	(void)rc;
}

static void unlock(struct inbox *inbox) {
	int rc = pthread_mutex_unlock(&inbox->lock);
	assert(rc == 0);
	(void)rc;
}

void inbox_wake(struct inbox *inbox) {
	uint64_t one = 1;
	ssize_t put = write(inbox->wake_fd, &one, sizeof one);
	(void)put; // EAGAIN: it is readable already
}

bool inbox_post(struct inbox *inbox, struct message *message) {
	lock(inbox);
	bool has_room = !inbox->closed && (inbox->capacity == 0 || inbox->count < inbox->capacity);
	bool was_empty = inbox->first == NULL;
	if (has_room) {
		message->next = NULL;
		if (was_empty)
			inbox->first = message;
		else
			inbox->last->next = message;
		inbox->last = message;
		inbox->count++;
	}
	unlock(inbox);
	if (has_room && was_empty)
		inbox_wake(inbox);
	return has_room;
}

struct message *inbox_take(struct inbox *inbox) {
	uint64_t wakes = 0;
	ssize_t got = read(inbox->wake_fd, &wakes, sizeof wakes);
	(void)got; // before the messages are taken: a later post wakes again
	lock(inbox);
	struct message *first = inbox->first;
	inbox->first = inbox->last = NULL;
	inbox->count = 0;
	unlock(inbox);
	return first;
}

bool inbox_has_messages(struct inbox *inbox) {
	lock(inbox);
	bool has = inbox->first != NULL;
	unlock(inbox);
	return has;
}

void inbox_close(struct inbox *inbox) {
	lock(inbox);
	inbox->closed = true;
	unlock(inbox);
}

int inbox_fd(const struct inbox *inbox) {
	return inbox->wake_fd;
}

void inbox_wait(struct inbox *inbox, int timeout_ms) {
	struct pollfd fd = { .fd = inbox->wake_fd, .events = POLLIN };
	poll(&fd, 1, timeout_ms);
}
