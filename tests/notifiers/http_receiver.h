// SPDX-License-Identifier: Apache-2.0
// A real HTTP server on loopback for tests: one thread a connection, answers as planned, keeps what it was sent.
#pragma once
#include "base/clock.h"

#include <stdbool.h>
#include <stddef.h>

struct http_receiver;

struct http_answer {
	int status;          // 0: closes the connection without an answer
	dur_ms delay;        // before the answer
	const char *headers; // further lines, each ended by \r\n; NULL = none
	const char *body;    // NULL = "ok"
};

struct received {
	char *head; // request line and headers
	char *body;
	mono_ms at;
};

struct http_receiver *http_receiver_start(void);
void http_receiver_stop(struct http_receiver *receiver);
const char *http_receiver_url(const struct http_receiver *receiver); // http://127.0.0.1:PORT/hook
// Answers to the next requests, in the order they arrive; after them `always` (200 at first).
void http_receiver_plan(struct http_receiver *receiver, const struct http_answer *answers, size_t count);
void http_receiver_always(struct http_receiver *receiver, struct http_answer answer);
// False when fewer than `count` requests came within the time.
bool http_receiver_wait(struct http_receiver *receiver, size_t count, dur_ms timeout);
size_t http_receiver_count(struct http_receiver *receiver);
const struct received *http_receiver_get(struct http_receiver *receiver, size_t index); // stays valid until stop
size_t http_receiver_max_parallel(struct http_receiver *receiver);
