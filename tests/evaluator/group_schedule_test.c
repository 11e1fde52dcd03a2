// SPDX-License-Identifier: Apache-2.0
#include "evaluator/group_schedule.h"

#include "tests/harness/test.h"

TEST(the_first_slot_is_the_first_after_the_start) {
	struct group_schedule schedule;
	group_schedule_start(&schedule, SECONDS(10), 3000, 1000003000);
	CHECK_INT(group_schedule_next(&schedule), 1000013000);
	group_schedule_start(&schedule, SECONDS(10), 3000, 1000012999);
	CHECK_INT(group_schedule_next(&schedule), 1000013000);
	group_schedule_start(&schedule, SECONDS(10), 3000, 1000013000);
	CHECK_INT(group_schedule_next(&schedule), 1000023000);
}

TEST(slots_of_the_same_group_coincide_after_each_start) {
	for (uint64_t hash = 1; hash < UINT64_MAX / 7; hash *= 7) {
		struct group_schedule early, late;
		group_schedule_start(&early, 15000, hash, 1700000000123);
		group_schedule_start(&late, 15000, hash, 1700000999999);
		CHECK_INT((group_schedule_next(&late) - group_schedule_next(&early)) % 15000, 0);
	}
}

TEST(a_slot_is_taken_when_it_is_due_and_not_before) {
	struct group_schedule schedule;
	struct group_slot slot;
	group_schedule_start(&schedule, 100, 0, 5);
	CHECK(!group_schedule_take(&schedule, 99, &slot));
	CHECK(group_schedule_take(&schedule, 100, &slot));
	CHECK_INT(slot.at, 100);
	CHECK_INT(slot.missed, 0);
}

TEST(no_slot_is_taken_twice) {
	struct group_schedule schedule;
	struct group_slot slot;
	group_schedule_start(&schedule, 100, 0, 0);
	CHECK(group_schedule_take(&schedule, 199, &slot));
	CHECK(!group_schedule_take(&schedule, 199, &slot));
	CHECK(!group_schedule_take(&schedule, 50, &slot));
	CHECK(group_schedule_take(&schedule, 200, &slot));
	CHECK_INT(slot.at, 200);
}

TEST(after_an_overrun_the_newest_slot_runs_and_those_between_are_missed) {
	struct group_schedule schedule;
	struct group_slot slot;
	group_schedule_start(&schedule, 100, 0, 0);
	CHECK(group_schedule_take(&schedule, 100, &slot));
	CHECK(group_schedule_take(&schedule, 450, &slot));
	CHECK_INT(slot.at, 400);
	CHECK_INT(slot.missed, 2);
	CHECK_INT(group_schedule_next(&schedule), 500);
}

TEST(every_slot_is_either_taken_or_missed) {
	struct group_schedule schedule;
	group_schedule_start(&schedule, 70, 123456789, 1000);
	wall_ms first = group_schedule_next(&schedule), last = 0;
	uint64_t taken = 0, missed = 0;
	unsigned random = 1;
	for (wall_ms now = 1000; now < 200000; random = random * 1103515245 + 12345, now += (random >> 16) % 400) {
		struct group_slot slot;
		if (!group_schedule_take(&schedule, now, &slot))
			continue;
		CHECK(slot.at > last && slot.at <= now && now - slot.at < 70);
		last = slot.at;
		taken++;
		missed += slot.missed;
	}
	CHECK_INT(taken + missed, (last - first) / 70 + 1);
}

TEST(a_clock_set_back_by_little_waits_and_by_more_than_two_intervals_starts_anew) {
	struct group_schedule schedule;
	group_schedule_start(&schedule, 100, 0, 10000);
	CHECK(!group_schedule_adjust(&schedule, 9800));
	CHECK_INT(group_schedule_next(&schedule), 10100);
	CHECK(group_schedule_adjust(&schedule, 9799));
	CHECK_INT(group_schedule_next(&schedule), 9800);
}

TEST(a_clock_set_forward_misses_the_slots_between) {
	struct group_schedule schedule;
	struct group_slot slot;
	group_schedule_start(&schedule, 100, 0, 0);
	CHECK(!group_schedule_adjust(&schedule, HOURS(1)));
	CHECK(group_schedule_take(&schedule, HOURS(1), &slot));
	CHECK_INT(slot.missed, 36000 - 1);
}
