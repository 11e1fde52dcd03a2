// SPDX-License-Identifier: Apache-2.0
#include "base/inbox.h"
#include "base/mem.h"
#include "base/role.h"
#include "tests/harness/test.h"

#include <poll.h>

struct numbered {
	struct message message;
	int sender, number;
};

TEST(messages_come_in_order_and_wake_the_owner) {
	struct inbox inbox;
	struct numbered sent[3] = { 0 };
	inbox_init(&inbox, 0);
	struct pollfd fd = { .fd = inbox_fd(&inbox), .events = POLLIN };
	CHECK_INT(poll(&fd, 1, 0), 0);
	CHECK(!inbox_has_messages(&inbox));
	for (int i = 0; i < 3; i++) {
		sent[i].number = i;
		CHECK(inbox_post(&inbox, &sent[i].message));
	}
	CHECK_INT(poll(&fd, 1, 0), 1);
	CHECK(inbox_has_messages(&inbox));
	struct message *got = inbox_take(&inbox);
	for (int i = 0; i < 3; i++, got = got->next)
		CHECK(got == &sent[i].message);
	CHECK(got == NULL);
	CHECK_INT(poll(&fd, 1, 0), 0);
	CHECK(!inbox_has_messages(&inbox) && inbox_take(&inbox) == NULL);
	inbox_finish(&inbox);
}

TEST(a_full_or_closed_box_refuses_and_the_sender_keeps_its_message) {
	struct inbox inbox;
	struct numbered sent[3] = { 0 };
	inbox_init(&inbox, 2);
	CHECK(inbox_post(&inbox, &sent[0].message));
	CHECK(inbox_post(&inbox, &sent[1].message));
	CHECK(!inbox_post(&inbox, &sent[2].message));
	inbox_take(&inbox);
	CHECK(inbox_post(&inbox, &sent[2].message));
	inbox_close(&inbox);
	CHECK(!inbox_post(&inbox, &sent[0].message));
	CHECK(inbox_take(&inbox) == &sent[2].message);
	inbox_finish(&inbox);
}

TEST(a_wake_needs_no_message) {
	struct inbox inbox;
	inbox_init(&inbox, 0);
	struct pollfd fd = { .fd = inbox_fd(&inbox), .events = POLLIN };
	inbox_wake(&inbox);
	CHECK_INT(poll(&fd, 1, 0), 1);
	CHECK(inbox_take(&inbox) == NULL);
	CHECK_INT(poll(&fd, 1, 0), 0);
	inbox_finish(&inbox);
}

enum { SENDERS = 4,
	EACH = 5000 };
struct sender {
	struct inbox *to;
	int number;
};

static void send_all(void *role) {
	struct sender *sender = role;
	for (int i = 0; i < EACH; i++) {
		struct numbered *message = MEM_NEW(struct numbered);
		*message = (struct numbered){ .sender = sender->number, .number = i };
		while (!inbox_post(sender->to, &message->message))
			sched_yield();
	}
}

TEST(many_senders_lose_nothing_and_keep_their_own_order) {
	struct inbox inbox;
	struct sender senders[SENDERS];
	struct role_thread threads[SENDERS];
	int next[SENDERS] = { 0 }, total = 0;
	struct error err;
	inbox_init(&inbox, 64);
	for (int i = 0; i < SENDERS; i++) {
		senders[i] = (struct sender){ &inbox, i };
		CHECK(role_start(&threads[i], "sender", send_all, &senders[i], &err));
	}
	while (total < SENDERS * EACH) {
		inbox_wait(&inbox, 5000);
		for (struct message *message = inbox_take(&inbox), *following; message != NULL; message = following, total++) {
			following = message->next;
			struct numbered *got = (struct numbered *)message;
			CHECK_INT(got->number, next[got->sender]++);
			free(got);
		}
	}
	for (int i = 0; i < SENDERS; i++)
		role_join(&threads[i]);
	inbox_finish(&inbox);
}

static void sleep_long(void *role) {
	struct inbox *inbox = role;
	inbox_wait(inbox, 10000);
}

TEST(a_thread_that_does_not_end_is_left_behind) {
	static struct inbox inbox; // the thread outlives this function
	static struct role_thread stuck, quick;
	struct error err;
	inbox_init(&inbox, 0);
	CHECK(role_start(&stuck, "stuck", sleep_long, &inbox, &err));
	CHECK(!role_join_within(&stuck, 30));
	inbox_wake(&inbox);
	CHECK(role_start(&quick, "quick", sleep_long, &inbox, &err));
	CHECK(role_join_within(&quick, 5000));
}
