// SPDX-License-Identifier: Apache-2.0
// The world outside of a scenario: one HTTP server on loopback that is datasource, webhook receivers and remote_write receivers. It has no thread: the scenario
// steps it, so that what it sees has an instant of the virtual clock. One thread.
#pragma once
#include "base/clock.h"
#include "base/str.h"
#include "tests/evaluator/write_request.h"

struct outside;

enum outside_how { OUTSIDE_ANSWERS,
	OUTSIDE_HANGS,
	OUTSIDE_DROPS }; // drops: the connection is closed without an answer

struct outside_answer {
	enum outside_how how;
	int status;
	int64_t retry_after; // seconds; 0 = not said
};

struct notice {   // a notification as it arrived
	char *to; // "pager" of POST /hook/pager
	char *body;
	int answered;     // the status; 0: dropped, or it hangs
	dur_ms at;        // of the scenario's time
	bool is_expected; // some step named it
};

struct write_attempt { // a remote_write request as it arrived
	char *to;      // "main" of POST /write/main
	struct write_request request;
	int answered; // the status; 0: dropped, or it hangs
	dur_ms at;
	bool is_seen; // some step looked at it
};

struct outside *outside_create(void);
void outside_destroy(struct outside *outside);
unsigned outside_port(const struct outside *outside);
// Accepts, reads and answers what is there; waits at most timeout_ms for it. `at` is now in the scenario.
void outside_step(struct outside *outside, dur_ms at, int timeout_ms);

// From now on `expr` gives the body (JSON of the HTTP API; copied) with `status`; status 0: it hangs. Those that hang are answered by it.
void outside_script_query(struct outside *outside, struct str expr, int status, struct str body);
size_t outside_hanging_queries(const struct outside *outside);

// The next answers of receiver `to`; after them 200.
void outside_plan(struct outside *outside, struct str to, struct outside_answer answer);
void outside_forget_plan(struct outside *outside, struct str to);
void outside_release(struct outside *outside, struct str to, int status); // answers what hangs there
size_t outside_hanging_notices(const struct outside *outside);
size_t outside_notice_count(const struct outside *outside);
struct notice *outside_notice(struct outside *outside, size_t index); // in order of arrival

// Receivers of /write/NAME answer by the same plans. From now on `to` answers 400 to any request with a series of that metric; empty: none.
void outside_refuse(struct outside *outside, struct str to, struct str metric);
size_t outside_hanging_writes(const struct outside *outside);
size_t outside_write_count(const struct outside *outside);
struct write_attempt *outside_write(struct outside *outside, size_t index);
