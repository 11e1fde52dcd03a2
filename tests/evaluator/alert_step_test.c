// SPDX-License-Identifier: Apache-2.0
#include "evaluator/alert_step.h"

#include "tests/harness/test.h"

static const struct alert_timing at_once = { 0 };
static const struct alert_timing five_minutes = { .hold = MINUTES(5) };
static const struct alert_timing kept = { .keep_firing_for = MINUTES(2) };
static const struct alert_progress none = { 0 };

TEST(an_alert_without_for_fires_at_once) {
	struct alert_step step = alert_step(none, at_once, true, 1000);
	CHECK(step.now.state == ALERT_FIRING && step.event == ALERT_EVENT_FIRING && step.is_changed && !step.is_gone);
	CHECK(step.now.active_at == 1000 && step.now.fired_at == 1000);
}

TEST(an_alert_with_for_is_pending_first) {
	struct alert_step step = alert_step(none, five_minutes, true, 1000);
	CHECK(step.now.state == ALERT_PENDING && step.event == ALERT_EVENT_PENDING && step.is_changed);
	CHECK(step.now.active_at == 1000 && step.now.fired_at == 0);
}

TEST(a_pending_alert_fires_when_its_hold_has_passed_and_not_before) {
	struct alert_progress pending = { ALERT_PENDING, .active_at = 1000 };
	struct alert_step before = alert_step(pending, five_minutes, true, 1000 + MINUTES(5) - 1);
	CHECK(before.now.state == ALERT_PENDING && !before.is_changed && before.event == ALERT_EVENT_NONE);
	struct alert_step after = alert_step(pending, five_minutes, true, 1000 + MINUTES(5));
	CHECK(after.now.state == ALERT_FIRING && after.event == ALERT_EVENT_FIRING);
	CHECK(after.now.active_at == 1000 && after.now.fired_at == 1000 + MINUTES(5));
}

TEST(a_pending_alert_that_vanishes_expires_and_is_gone) {
	struct alert_step step = alert_step((struct alert_progress){ ALERT_PENDING, .active_at = 1000 }, five_minutes, false, 2000);
	CHECK(step.is_gone && step.is_changed && step.event == ALERT_EVENT_EXPIRED && step.now.state == ALERT_INACTIVE && step.now.fired_at == 0);
}

TEST(a_firing_alert_that_goes_on_is_no_change) {
	struct alert_step step = alert_step((struct alert_progress){ ALERT_FIRING, 1000, 1000 }, at_once, true, 2000);
	CHECK(!step.is_changed && !step.is_gone && step.event == ALERT_EVENT_NONE);
}

TEST(a_firing_alert_that_vanishes_resolves_and_keeps_when_it_fired) {
	struct alert_step step = alert_step((struct alert_progress){ ALERT_FIRING, 1000, 1500 }, at_once, false, 2000);
	CHECK(step.is_gone && step.event == ALERT_EVENT_RESOLVED && step.now.state == ALERT_INACTIVE);
	CHECK(step.now.active_at == 1000 && step.now.fired_at == 1500 && step.now.resolved_at == 2000);
}

TEST(keep_firing_for_holds_an_alert_up_and_lets_it_go_when_it_has_passed) {
	struct alert_step first = alert_step((struct alert_progress){ ALERT_FIRING, 1000, 1000 }, kept, false, 5000);
	CHECK(first.now.state == ALERT_FIRING && first.is_changed && first.event == ALERT_EVENT_NONE && first.now.keep_firing_since == 5000);
	struct alert_step before = alert_step(first.now, kept, false, 5000 + MINUTES(2) - 1);
	CHECK(before.now.state == ALERT_FIRING && !before.is_changed);
	struct alert_step after = alert_step(first.now, kept, false, 5000 + MINUTES(2));
	CHECK(after.is_gone && after.event == ALERT_EVENT_RESOLVED);
}

TEST(an_alert_seen_again_is_held_up_anew_the_next_time) {
	struct alert_step again = alert_step((struct alert_progress){ ALERT_FIRING, 1000, 1000, .keep_firing_since = 5000 }, kept, true, 6000);
	CHECK(again.now.state == ALERT_FIRING && again.now.keep_firing_since == 0 && again.is_changed && again.event == ALERT_EVENT_NONE);
}

TEST(a_raised_for_makes_a_firing_alert_pending_again_that_remembers_when_it_fired) {
	struct alert_progress firing = { ALERT_FIRING, 1000, 1500 };
	struct alert_step step = alert_step(firing, five_minutes, true, 1000 + MINUTES(5) - 1);
	CHECK(step.now.state == ALERT_PENDING && step.event == ALERT_EVENT_PENDING && step.now.fired_at == 1500 && step.now.active_at == 1000);
	CHECK(!alert_step(firing, five_minutes, true, 1000 + MINUTES(5)).is_changed);
	CHECK_INT(alert_step(step.now, five_minutes, false, 1000 + MINUTES(5)).now.fired_at, 0); // this time it did not fire
	CHECK_INT(alert_step(step.now, five_minutes, true, 1000 + MINUTES(5)).now.fired_at, 1000 + MINUTES(5));
}

// ---- outages: a pending alert of `for: 1h`, active since 0

static const struct alert_timing an_hour = { .hold = HOURS(1) };

static wall_ms resumed(wall_ms down_at, wall_ms slot, struct alert_timing timing) {
	struct alert_outage outage = { .down_at = down_at, .interval = MINUTES(1), .tolerance = HOURS(1), .grace = MINUTES(10) };
	return alert_resume((struct alert_progress){ ALERT_PENDING, .active_at = 0 }, timing, &outage, slot).active_at;
}

TEST(a_restart_that_misses_no_evaluation_is_no_outage) {
	CHECK_INT(resumed(MINUTES(59), MINUTES(60), an_hour), 0);
	CHECK(resumed(MINUTES(59), MINUTES(61), an_hour) != 0);
}

TEST(an_outage_does_not_count_as_time_in_which_an_alert_was_active) {
	CHECK_INT(resumed(MINUTES(20), MINUTES(50), an_hour), MINUTES(30)); // 40m were left, and are
}

TEST(after_an_outage_the_grace_period_is_left_at_least) {
	CHECK_INT(resumed(MINUTES(50), MINUTES(70), an_hour), MINUTES(20));     // 10m were left
	CHECK_INT(resumed(MINUTES(50) + 1, MINUTES(70), an_hour), MINUTES(20)); // a little less
	CHECK_INT(resumed(MINUTES(59), MINUTES(70), an_hour), MINUTES(20));
}

TEST(an_alert_whose_for_had_passed_before_the_outage_keeps_its_begin) {
	CHECK_INT(resumed(MINUTES(60), MINUTES(70), an_hour), 0);
}

TEST(an_alert_with_for_below_the_grace_period_begins_anew_after_an_outage) {
	CHECK_INT(resumed(MINUTES(4), MINUTES(7), five_minutes), MINUTES(7));
}

TEST(an_alert_begins_anew_after_an_outage_beyond_the_tolerance) {
	CHECK_INT(resumed(MINUTES(20), MINUTES(80), an_hour), MINUTES(60));
	CHECK_INT(resumed(MINUTES(20), MINUTES(80) + 1, an_hour), MINUTES(80) + 1);
}

TEST(a_firing_alert_is_not_touched_by_an_outage) {
	struct alert_progress firing = { ALERT_FIRING, 1000, 1500 };
	struct alert_outage outage = { .down_at = MINUTES(5), .interval = MINUTES(1) };
	struct alert_progress now = alert_resume(firing, an_hour, &outage, HOURS(9));
	CHECK(now.state == ALERT_FIRING && now.active_at == 1000 && now.fired_at == 1500);
}

TEST(instants_in_the_future_are_clamped_after_the_clock_went_back) {
	struct alert_step step = alert_step((struct alert_progress){ ALERT_PENDING, .active_at = HOURS(9) }, five_minutes, true, HOURS(1));
	CHECK(step.is_changed && step.now.active_at == HOURS(1) && step.event == ALERT_EVENT_NONE);
	CHECK(alert_step(step.now, five_minutes, true, HOURS(1) + MINUTES(5)).now.state == ALERT_FIRING);
}

TEST(nothing_stays_nothing) {
	struct alert_step step = alert_step(none, five_minutes, false, 1000);
	CHECK(step.is_gone && !step.is_changed && step.event == ALERT_EVENT_NONE);
}
