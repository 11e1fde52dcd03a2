// SPDX-License-Identifier: Apache-2.0
// A mailbox between threads: messages move, nothing is shared. Posting never blocks (LAW 14): a full box refuses.
// The sender bounds itself by credits (messages it owns and gets back), so a full box of credited messages is a bug of wiring.
#pragma once
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

// First member of whatever is sent; `kind` is an enum of the receiving folder's door.
struct message {
	struct message *next; // owned by the inbox while queued
	int kind;
};

struct inbox {
	pthread_mutex_t lock;
	struct message *first, *last; // under lock
	size_t count, capacity;       // under lock; capacity 0 = bounded by the senders' credits
	bool closed;                  // under lock: refuses everything
	int wake_fd;                  // eventfd, readable while messages wait
};

void inbox_init(struct inbox *inbox, size_t capacity);
void inbox_finish(struct inbox *inbox); // must be empty; accepts a zeroed inbox
// Any thread. False when full or closed: the message still belongs to the caller.
bool inbox_post(struct inbox *inbox, struct message *message);
// Owner only: all waiting messages in order, linked by next (NULL when none); clears the wake.
struct message *inbox_take(struct inbox *inbox);
bool inbox_has_messages(struct inbox *inbox); // any thread
void inbox_close(struct inbox *inbox);        // further posts are refused; what waits stays
void inbox_wake(struct inbox *inbox);         // makes the owner's poll return without a message; any thread
int inbox_fd(const struct inbox *inbox);      // for the owner's poll
// Owner only: blocks until something is there or timeout_ms passed (-1: for ever).
void inbox_wait(struct inbox *inbox, int timeout_ms);
