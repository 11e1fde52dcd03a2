// SPDX-License-Identifier: Apache-2.0
#include "evaluator/query_permits.h"

#include "base/clock.h"
#include "base/role.h"
#include "tests/harness/test.h"

#include <poll.h>
#include <stdatomic.h>

enum { ASKERS = 4,
	ROUNDS = 500,
	PATIENCE_MS = 20000 };

struct world {
	_Atomic uint64_t in_use;
	struct query_permits *permits;
	struct inbox inboxes[ASKERS];
	struct permit_waiter waiters[ASKERS];
};

static void open_world(struct world *world, unsigned limit) {
	*world = (struct world){ 0 };
	world->permits = query_permits_create(limit, &world->in_use);
	for (size_t i = 0; i < ASKERS; i++) {
		inbox_init(&world->inboxes[i], 0);
		world->waiters[i].wake = &world->inboxes[i];
	}
}

static void close_world(struct world *world) {
	CHECK_INT(world->in_use, 0);
	query_permits_unref(world->permits);
	for (size_t i = 0; i < ASKERS; i++)
		inbox_finish(&world->inboxes[i]);
}

static bool take(struct world *world, size_t who) {
	return query_permits_take(world->permits, &world->waiters[who]);
}

static bool is_awake(struct world *world, size_t who) {
	struct pollfd fd = { .fd = inbox_fd(&world->inboxes[who]), .events = POLLIN };
	bool is = poll(&fd, 1, 0) == 1;
	CHECK(inbox_take(&world->inboxes[who]) == NULL);
	return is;
}

TEST(there_are_as_many_as_the_limit_says_and_one_alone_may_have_them_all) {
	struct world world;
	open_world(&world, 3);
	for (int i = 0; i < 3; i++)
		CHECK(take(&world, 0));
	CHECK_INT(world.in_use, 3);
	CHECK(!take(&world, 0) && !take(&world, 1));
	for (int i = 0; i < 3; i++)
		query_permits_give(world.permits);
	CHECK(take(&world, 0) && take(&world, 1));
	for (int i = 0; i < 2; i++)
		query_permits_give(world.permits);
	close_world(&world);
}

TEST(what_is_given_back_wakes_the_first_in_line_alone_and_nobody_overtakes_it) {
	struct world world;
	open_world(&world, 1);
	CHECK(take(&world, 0));
	CHECK(!take(&world, 1) && !take(&world, 2) && !take(&world, 1));
	query_permits_give(world.permits);
	CHECK(is_awake(&world, 1) && !is_awake(&world, 2) && !is_awake(&world, 0));
	CHECK(!take(&world, 0)); // who gave it back and wants it again is last
	CHECK(take(&world, 1));
	query_permits_give(world.permits);
	CHECK(is_awake(&world, 2) && !is_awake(&world, 0));
	CHECK(take(&world, 2));
	query_permits_give(world.permits);
	CHECK(is_awake(&world, 0) && take(&world, 0));
	query_permits_give(world.permits);
	close_world(&world);
}

TEST(who_leaves_the_line_passes_on_what_was_put_aside_for_him) {
	struct world world;
	open_world(&world, 1);
	CHECK(take(&world, 0));
	for (size_t i = 1; i < ASKERS; i++)
		CHECK(!take(&world, i));
	query_permits_leave(world.permits, &world.waiters[3]); // the last one
	query_permits_leave(world.permits, &world.waiters[3]); // twice is fine
	query_permits_give(world.permits);
	query_permits_leave(world.permits, &world.waiters[1]);
	CHECK(is_awake(&world, 2) && !is_awake(&world, 3));
	CHECK(!take(&world, 3) && take(&world, 2));
	query_permits_give(world.permits);
	CHECK(take(&world, 3));
	query_permits_leave(world.permits, &world.waiters[3]); // what he has he keeps
	CHECK(!take(&world, 0));
	query_permits_give(world.permits);
	CHECK(take(&world, 0));
	query_permits_give(world.permits);
	close_world(&world);
}

TEST(a_raised_limit_serves_the_line_at_once_and_a_lowered_one_waits_for_what_is_out) {
	struct world world;
	open_world(&world, 1);
	CHECK(take(&world, 0));
	for (size_t i = 1; i < ASKERS; i++)
		CHECK(!take(&world, i));
	query_permits_set_limit(world.permits, 3);
	CHECK(is_awake(&world, 1) && is_awake(&world, 2) && !is_awake(&world, 3));
	CHECK(take(&world, 1) && take(&world, 2) && !take(&world, 3));
	query_permits_set_limit(world.permits, 1);
	query_permits_give(world.permits);
	query_permits_give(world.permits);
	CHECK(!take(&world, 3));
	query_permits_give(world.permits);
	CHECK(take(&world, 3) && !take(&world, 0));
	query_permits_leave(world.permits, &world.waiters[0]);
	query_permits_give(world.permits);
	close_world(&world);
}

// ---- threads ----

struct asker {
	struct world *world;
	_Atomic unsigned *at_once, *most;
	size_t who, rounds, held;
	unsigned at_a_time; // it wants so many
};

static void begin(struct asker *asker) {
	unsigned now = atomic_fetch_add(asker->at_once, 1) + 1, most = atomic_load(asker->most);
	while (now > most && !atomic_compare_exchange_weak(asker->most, &most, now))
		;
	asker->held++;
	asker->rounds--;
}

static void end_all(struct asker *asker) {
	for (; asker->held > 0; asker->held--) {
		atomic_fetch_sub(asker->at_once, 1);
		query_permits_give(asker->world->permits);
	}
}

// As an evaluator: it takes what it gets, and sleeps only when it has nothing.
static void ask_all(void *role) {
	struct asker *asker = role;
	struct inbox *inbox = &asker->world->inboxes[asker->who];
	while (asker->rounds > 0) {
		inbox_take(inbox);
		while (asker->rounds > 0 && asker->held < asker->at_a_time && take(asker->world, asker->who))
			begin(asker);
		if (asker->held == 0)
			inbox_wait(inbox, PATIENCE_MS); // a lost wake-up ends the test by its time limit
		if (asker->rounds % 7 == 0)             // its rules were taken away
			query_permits_leave(asker->world->permits, &asker->world->waiters[asker->who]);
		end_all(asker);
	}
	query_permits_leave(asker->world->permits, &asker->world->waiters[asker->who]);
}

static void check_threads(unsigned limit) {
	struct world world;
	struct asker askers[ASKERS];
	struct role_thread threads[ASKERS];
	_Atomic unsigned at_once = 0, most = 0;
	struct error err;
	mono_ms began = clock_mono();
	open_world(&world, limit);
	for (size_t i = 0; i < ASKERS; i++) {
		askers[i] = (struct asker){ .world = &world, .at_once = &at_once, .most = &most, .who = i, .rounds = ROUNDS, .at_a_time = i == 0 ? 3 : 1 };
		CHECK(role_start(&threads[i], "asker", ask_all, &askers[i], &err));
	}
	for (size_t i = 0; i < ASKERS; i++)
		role_join(&threads[i]);
	CHECK(most <= limit && most > 0);
	CHECK(clock_mono() - began < PATIENCE_MS); // nobody slept through his turn
	close_world(&world);
}

TEST(threads_never_have_more_than_there_are_and_none_is_forgotten) {
	check_threads(1);
	check_threads(3);
}
