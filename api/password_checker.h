// SPDX-License-Identifier: Apache-2.0
// Compares passwords with bcrypt hashes on a thread of its own: one takes a tenth of a second and more, for which the server's loop cannot wait
// (LAW 18). One at a time, so that guessing costs one core at most. Private to api/.
#pragma once
#include "base/inbox.h"
#include "base/role.h"
#include "base/str.h"

struct password_checker {
	struct inbox inbox; // bounded: further checks are refused
	struct role_thread thread;
	struct message stop;
	_Atomic bool is_stopping;
};

struct password_check {
	struct message message; // comes back through reply_to
	struct inbox *reply_to;
	int reply_kind;
	char *hash, *password; // owned; wiped when destroyed
	bool is_user;          // there is one of that hash: else it is compared for the time it takes
	unsigned char key[32]; // the asker's
	bool ok;               // the answer
};
struct password_check *password_check_create(struct str hash, struct str password);
void password_check_destroy(struct password_check *check);

MUST_CHECK bool password_checker_start(struct password_checker *checker, struct error *err);
// Takes the check; false when too many wait, or it has stopped.
MUST_CHECK bool password_checker_ask(struct password_checker *checker, struct password_check *check);
// What waits is answered with no, what is asked from then on refused. A zeroed one is fine.
void password_checker_stop(struct password_checker *checker);
void password_checker_finish(struct password_checker *checker); // stopped, or zeroed
