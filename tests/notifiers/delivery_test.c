// SPDX-License-Identifier: Apache-2.0
// The life of a delivery on a virtual clock.
#include "tests/harness/test.h"

#include "notifiers/delivery.h"

TEST(pauses_grow_by_half_from_500_ms_to_a_minute) {
	CHECK_INT(delivery_backoff(1, UINT64_MAX / 2), 499); // the middle: no jitter, rounded down
	CHECK_INT(delivery_backoff(2, UINT64_MAX / 2), 749);
	CHECK_INT(delivery_backoff(3, UINT64_MAX / 2), 1124);
	CHECK(delivery_backoff(30, UINT64_MAX / 2) >= 59999);
	CHECK_INT(delivery_backoff(1000000, UINT64_MAX), 60000);
}

TEST(jitter_is_half_up_and_half_down_and_never_over_a_minute) {
	CHECK_INT(delivery_backoff(1, 0), 250);
	CHECK_INT(delivery_backoff(1, UINT64_MAX), 750);
	CHECK_INT(delivery_backoff(100, 0), 30000);
	CHECK_INT(delivery_backoff(100, UINT64_MAX), 60000);
}

static enum delivery_verdict judge(struct delivery_progress *progress, enum attempt_outcome outcome, bool maybe, dur_ms retry_after) {
	struct delivery_answer answer = { outcome, .maybe_delivered = maybe, .retry_after = retry_after };
	return delivery_judge(progress, &answer, 10000, 0);
}

TEST(a_refused_attempt_waits_and_is_known_not_to_have_been_taken) {
	struct delivery_progress progress = { 0 };
	delivery_begin(&progress);
	CHECK(delivery_is_maybe_told(&progress)); // until its outcome is known
	CHECK_INT(judge(&progress, ATTEMPT_RETRY, false, -1), DELIVERY_RETRY);
	CHECK_INT(progress.next_attempt, 10250);
	CHECK(!delivery_is_maybe_told(&progress));
}

TEST(an_attempt_that_may_have_arrived_leaves_a_doubt_that_later_refusals_do_not_lift) {
	struct delivery_progress progress = { 0 };
	delivery_begin(&progress);
	CHECK_INT(judge(&progress, ATTEMPT_RETRY, true, -1), DELIVERY_RETRY);
	delivery_begin(&progress);
	CHECK_INT(judge(&progress, ATTEMPT_RETRY, false, -1), DELIVERY_RETRY);
	CHECK(delivery_is_maybe_told(&progress));
	delivery_begin(&progress);
	CHECK_INT(judge(&progress, ATTEMPT_GIVE_UP, false, -1), DELIVERY_PARK);
	CHECK(progress.next_attempt == DELIVERY_NEVER);
}

TEST(retry_after_is_honoured_when_it_is_longer_than_the_pause_up_to_an_hour) {
	struct delivery_progress progress = { .attempts = 1 };
	judge(&progress, ATTEMPT_RETRY, false, 100);
	CHECK_INT(progress.next_attempt, 10250);
	judge(&progress, ATTEMPT_RETRY, false, 7000);
	CHECK_INT(progress.next_attempt, 17000);
	judge(&progress, ATTEMPT_RETRY, false, HOURS(200));
	CHECK_INT(progress.next_attempt, 10000 + HOURS(1));
}

TEST(a_failure_is_worth_saying_at_first_and_every_five_minutes_then) {
	CHECK(delivery_is_worth_saying(0, 10000));
	CHECK(!delivery_is_worth_saying(10000, 10000));
	CHECK(!delivery_is_worth_saying(10000, 10000 + MINUTES(4) - 1));
	CHECK(delivery_is_worth_saying(10000, 10000 + MINUTES(4))); // the next attempt may be a minute later
	CHECK(delivery_is_worth_saying(10000, 9999));               // the clock was set back
}

TEST(a_final_answer_ends_a_delivery_that_surely_was_not_told) {
	struct delivery_progress progress = { .attempts = 1 };
	CHECK_INT(judge(&progress, ATTEMPT_GIVE_UP, false, -1), DELIVERY_ENDED);
	CHECK_INT(judge(&progress, ATTEMPT_OK, false, -1), DELIVERY_TOLD);
}

TEST(a_newer_flush_replaces_what_waits_and_waits_for_what_is_under_way) {
	CHECK_INT(delivery_supersede(DELIVERY_WAITING), SUPERSEDE_REPLACE);
	CHECK_INT(delivery_supersede(DELIVERY_READY), SUPERSEDE_BEGIN);
	CHECK_INT(delivery_supersede(DELIVERY_PARKED), SUPERSEDE_BEGIN);
	CHECK_INT(delivery_supersede(DELIVERY_STORING), SUPERSEDE_LATER);
	CHECK_INT(delivery_supersede(DELIVERY_IN_FLIGHT), SUPERSEDE_LATER);
	CHECK_INT(delivery_supersede(DELIVERY_JUDGED), SUPERSEDE_LATER);
}
