// SPDX-License-Identifier: Apache-2.0
// See password_checker.h.
#include "api/password_checker.h"

#include "base/mem.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

enum { CHECKS_MAX = 64 };
enum checker_message { CHECKER_CHECK,
	CHECKER_STOP };

struct password_check *password_check_create(struct str hash, struct str password) {
	struct password_check *check = MEM_NEW(struct password_check);
	check->message.kind = CHECKER_CHECK;
	check->hash = mem_zalloc(hash.len + 1);
	memcpy(check->hash, hash.data, hash.len);
	check->password = mem_zalloc(password.len + 1);
	if (password.len > 0)
		memcpy(check->password, password.data, password.len);
	return check;
}

void password_check_destroy(struct password_check *check) {
	explicit_bzero(check->password, strlen(check->password));
	free(check->password);
	free(check->hash);
	free(check);
}

static bool is_equal(const char *a, const char *b) {
	size_t len = strlen(a);
	unsigned char difference = 0;
	if (strlen(b) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		difference |= (unsigned char)a[i] ^ (unsigned char)b[i];
	return difference == 0;
}

static bool matches(const struct password_check *check, struct crypt_data *data) {
	const char *made = crypt_rn(check->password, check->hash, data, sizeof *data); // not crypt_r: sanitizers have one of their own
	return made != NULL && is_equal(made, check->hash) && check->is_user;
}

static void answer(struct password_check *check, bool ok) {
	check->ok = ok;
	check->message.kind = check->reply_kind;
	if (!inbox_post(check->reply_to, &check->message))
		password_check_destroy(check);
}

static void run(void *role) {
	struct password_checker *checker = role;
	struct crypt_data *data = MEM_NEW(struct crypt_data);
	for (bool has_ended = false; !has_ended;) {
		inbox_wait(&checker->inbox, -1);
		for (struct message *message = inbox_take(&checker->inbox), *next; message != NULL; message = next) {
			next = message->next;
			if (message->kind == CHECKER_STOP)
				has_ended = true;
			else
				answer((struct password_check *)message, !checker->is_stopping && matches((struct password_check *)message, data));
		}
	}
	explicit_bzero(data, sizeof *data);
	free(data);
}

bool password_checker_start(struct password_checker *checker, struct error *err) {
	inbox_init(&checker->inbox, CHECKS_MAX);
	if (role_start(&checker->thread, "passwords", run, checker, err))
		return true;
	inbox_finish(&checker->inbox);
	checker->thread.main = NULL; // nothing to finish
	return false;
}

bool password_checker_ask(struct password_checker *checker, struct password_check *check) {
	return inbox_post(&checker->inbox, &check->message);
}

void password_checker_stop(struct password_checker *checker) {
	if (!checker->thread.is_running)
		return;
	checker->is_stopping = true;
	checker->stop.kind = CHECKER_STOP;
	while (!inbox_post(&checker->inbox, &checker->stop)) // full of checks: they go quickly now
		sched_yield();
	role_join(&checker->thread);
	inbox_close(&checker->inbox);
	for (struct message *message = inbox_take(&checker->inbox), *next; message != NULL; message = next) { // came after the last look
		next = message->next;
		answer((struct password_check *)message, false);
	}
}

void password_checker_finish(struct password_checker *checker) {
	if (checker->thread.main != NULL)
		inbox_finish(&checker->inbox);
}
