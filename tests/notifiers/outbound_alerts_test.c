// SPDX-License-Identifier: Apache-2.0
// Which alerts Alertmanagers are owed, in which order, and when each is told again.
#include "tests/harness/test.h"
#include "tests/notifiers/outbound_rig.h"

static void take_all(struct outbound_rig *rig) { // Alertmanager `i` has taken everything
	for (size_t i = 0; i < rig->outbound.targets.count; i++)
		rig->outbound.targets.items[i]->taken = rig->outbound.last_stamp;
}

TEST(what_changes_goes_to_the_end_of_the_list) {
	struct outbound_rig rig = { 0 };
	outbound_rig_open(&rig, 1);
	outbound_rig_take(&rig, "n=a", ALERT_FIRING, NULL, 0, 1);
	outbound_rig_take(&rig, "n=b", ALERT_FIRING, NULL, 0, 2);
	outbound_rig_take(&rig, "n=c", ALERT_FIRING, NULL, 0, 3);
	CHECK_CSTR(outbound_rig_list(&rig), "a b c");
	outbound_rig_take(&rig, "n=a", ALERT_INACTIVE, NULL, 10, 4);
	outbound_rig_take(&rig, "n=c", ALERT_FIRING, NULL, 20, 5);
	CHECK_CSTR(outbound_rig_list(&rig), "b a c");
	CHECK_INT(rig.outbound.sequence, 5);
	outbound_rig_close(&rig);
}

TEST(what_never_fired_or_was_dropped_by_relabelling_is_not_in_it) {
	struct outbound_rig rig = { 0 };
	outbound_rig_open(&rig, 1);
	outbound_rig_take(&rig, "n=a", ALERT_PENDING, NULL, 0, 1);
	struct alert_record *expired = rig_record("rule", "n=a", ALERT_INACTIVE, "", OUTBOUND_RIG_START);
	expired->fired_at = 0;
	outbound_take(&rig.outbound, expired, ALERT_EVENT_EXPIRED);
	CHECK(dispatch_table_find(&rig.outbound.table, expired->labels) == NULL);
	alert_record_unref(expired);
	outbound_rig_take(&rig, "", ALERT_FIRING, NULL, 0, 2);
	CHECK_CSTR(outbound_rig_list(&rig), "");
	outbound_rig_close(&rig);
}

TEST(one_that_stays_is_sent_again_at_the_first_evaluation_resend_delay_after_the_one_it_was_sent_for) {
	struct outbound_rig rig = { 0 };
	struct outbound *o = outbound_rig_open(&rig, 1);
	struct alert_live *live = outbound_rig_live(0);
	outbound_rig_take(&rig, "n=a", ALERT_FIRING, live, 0, 1);
	outbound_rig_evaluate(live, SECONDS(59));
	outbound_rig_pass(&rig, MINUTES(1) - 1);
	CHECK_INT(o->first->stamp, 1);
	outbound_rig_pass(&rig, MINUTES(1) + 200); // due, and not evaluated yet
	CHECK_INT(o->first->stamp, 1);
	outbound_rig_evaluate(live, MINUTES(1));
	outbound_rig_pass(&rig, MINUTES(1) + 200 + 1000); // looked at again within a second
	CHECK_INT(o->first->stamp, 2);
	CHECK_INT(o->first->sent_for, OUTBOUND_RIG_START + MINUTES(1));
	outbound_rig_pass(&rig, MINUTES(2) - 1);
	CHECK_INT(o->first->stamp, 2);
	outbound_rig_close(&rig);
	alert_live_unref(live);
}

TEST(one_whose_rule_cannot_be_evaluated_is_sent_again_as_of_now_late_once_and_then_after_each_delay) {
	struct outbound_rig rig = { 0 };
	struct outbound *o = outbound_rig_open(&rig, 1);
	struct alert_live *live = outbound_rig_live(0);
	outbound_rig_take(&rig, "n=a", ALERT_FIRING, live, 0, 1);
	outbound_rig_pass(&rig, SECONDS(149));
	CHECK_INT(o->first->stamp, 1);
	outbound_rig_pass(&rig, SECONDS(150));
	CHECK_INT(o->first->stamp, 2);
	CHECK_INT(outbound_ends_at(o, o->first), OUTBOUND_RIG_START + SECONDS(150) + MINUTES(4));
	outbound_rig_pass(&rig, SECONDS(210) - 1);
	CHECK_INT(o->first->stamp, 2);
	outbound_rig_pass(&rig, SECONDS(210));
	CHECK_INT(o->first->stamp, 3);
	CHECK_INT(outbound_ends_at(o, o->first), OUTBOUND_RIG_START + SECONDS(210) + MINUTES(4));
	outbound_rig_close(&rig);
	alert_live_unref(live);
}

TEST(once_it_is_evaluated_again_it_is_sent_as_of_evaluations) {
	struct outbound_rig rig = { 0 };
	struct outbound *o = outbound_rig_open(&rig, 1);
	struct alert_live *live = outbound_rig_live(0);
	outbound_rig_take(&rig, "n=a", ALERT_FIRING, live, 0, 1);
	outbound_rig_pass(&rig, SECONDS(150));
	outbound_rig_evaluate(live, SECONDS(180)); // less than a delay after it was sent
	outbound_rig_pass(&rig, SECONDS(239));
	CHECK_INT(o->first->stamp, 2);
	outbound_rig_evaluate(live, SECONDS(240));
	outbound_rig_pass(&rig, SECONDS(241));
	CHECK_INT(o->first->stamp, 3);
	CHECK_INT(o->first->sent_for, OUTBOUND_RIG_START + SECONDS(240));
	outbound_rig_close(&rig);
	alert_live_unref(live);
}

TEST(evaluations_that_come_ever_later_keep_nobody_waiting) {
	struct outbound_rig rig = { 0 };
	struct outbound *o = outbound_rig_open(&rig, 1);
	struct alert_live *live = outbound_rig_live(0);
	outbound_rig_take(&rig, "n=a", ALERT_FIRING, live, 0, 1);
	uint64_t stamp = 0;
	wall_ms sent = 0;                                   // the end it was sent with last
	for (int seconds = 0; seconds <= 3600; seconds++) { // each answer takes three minutes
		if (seconds % 180 == 0 && seconds > 0)
			outbound_rig_evaluate(live, SECONDS(seconds - 180));
		outbound_rig_pass(&rig, SECONDS(seconds));
		if (o->first->stamp != stamp)
			sent = outbound_ends_at(o, o->first);
		stamp = o->first->stamp;
		CHECK(sent >= o->now + SECONDS(90));
	}
	CHECK(stamp >= 58); // of an hour
	outbound_rig_close(&rig);
	alert_live_unref(live);
}

TEST(its_end_is_the_last_evaluation_and_four_times_the_longer_of_interval_and_delay) {
	struct outbound_rig rig = { 0 };
	struct outbound *o = outbound_rig_open(&rig, 1);
	struct alert_live *live = outbound_rig_live(SECONDS(10));
	outbound_rig_take(&rig, "n=a", ALERT_FIRING, live, 0, 1);
	CHECK_INT(outbound_ends_at(o, o->first), OUTBOUND_RIG_START + SECONDS(10) + MINUTES(4));
	o->now = OUTBOUND_RIG_START + MINUTES(30); // owed for long: it must not seem to be over
	CHECK_INT(outbound_ends_at(o, o->first), OUTBOUND_RIG_START + MINUTES(34));
	outbound_rig_take(&rig, "n=a", ALERT_INACTIVE, NULL, MINUTES(31), 2);
	CHECK_INT(outbound_ends_at(o, o->first), OUTBOUND_RIG_START + MINUTES(31));
	outbound_rig_close(&rig);
	alert_live_unref(live);
}

TEST(one_from_a_row_is_told_when_it_is_evaluated_for_the_first_time_though_nothing_changed) {
	struct outbound_rig rig = { 0 };
	struct outbound *o = outbound_rig_open(&rig, 1);
	struct alert_record *row = rig_record("rule", "n=a", ALERT_FIRING, "", OUTBOUND_RIG_START);
	struct alert_live *live = outbound_rig_live(MINUTES(3));
	o->now += MINUTES(2);
	outbound_take_row(o, row);
	CHECK_INT(o->first->stamp, 1);
	outbound_rig_pass(&rig, MINUTES(3) - 1);
	CHECK_INT(o->first->stamp, 1); // nobody knows whether it still fires
	struct alert_record *revived = rig_record("rule", "n=a", ALERT_FIRING, "", OUTBOUND_RIG_START);
	outbound_rig_enliven(revived, live);
	outbound_take(o, revived, ALERT_EVENT_NONE);
	CHECK_INT(o->first->stamp, 2);
	outbound_take(o, revived, ALERT_EVENT_NONE);
	CHECK_INT(o->first->stamp, 2);
	alert_record_unref(row);
	alert_record_unref(revived);
	alert_live_unref(live);
	outbound_rig_close(&rig);
}

TEST(one_from_a_row_whose_rule_cannot_be_evaluated_is_sent_after_each_delay) {
	struct outbound_rig rig = { 0 };
	struct outbound *o = outbound_rig_open(&rig, 1);
	struct alert_record *row = rig_record("rule", "n=a", ALERT_FIRING, "", OUTBOUND_RIG_START - HOURS(3));
	outbound_take_row(o, row);
	for (unsigned minute = 1; minute < 5; minute++) {
		outbound_rig_pass(&rig, MINUTES(minute) - 1);
		CHECK_INT(o->first->stamp, minute);
		outbound_rig_pass(&rig, MINUTES(minute));
		CHECK_INT(o->first->stamp, minute + 1);
		CHECK_INT(outbound_ends_at(o, o->first), o->now + MINUTES(4));
	}
	alert_record_unref(row);
	outbound_rig_close(&rig);
}

enum { END_WAITS_MS = 60 * 1000 / 8 }; // beyond the period

TEST(an_end_is_sent_again_until_its_retention_is_over_and_then_forgotten) {
	struct outbound_rig rig = { 0 };
	struct outbound *o = outbound_rig_open(&rig, 1);
	outbound_rig_take(&rig, "n=a", ALERT_FIRING, NULL, 0, 1);
	outbound_rig_take(&rig, "n=a", ALERT_INACTIVE, NULL, 0, 2);
	for (unsigned minute = 1; minute < 15; minute++) {
		outbound_rig_pass(&rig, MINUTES(minute) + END_WAITS_MS - 1);
		CHECK_INT(o->first->stamp, 1 + minute);
		outbound_rig_pass(&rig, MINUTES(minute) + END_WAITS_MS);
		CHECK_INT(o->first->stamp, 2 + minute);
	}
	take_all(&rig);
	outbound_rig_pass(&rig, MINUTES(15) + END_WAITS_MS);
	CHECK(o->first == NULL);
	CHECK_INT(o->alerts.count, 0);
	outbound_rig_close(&rig);
}

TEST(after_an_absence_an_end_is_sent_again_once_and_one_that_is_too_old_is_not) {
	struct outbound_rig rig = { 0 };
	struct outbound *o = outbound_rig_open(&rig, 1);
	outbound_rig_take(&rig, "n=a", ALERT_FIRING, NULL, 0, 1);
	outbound_rig_take(&rig, "n=a", ALERT_INACTIVE, NULL, 0, 2);
	outbound_rig_pass(&rig, MINUTES(10) + 1);
	CHECK_INT(o->first->stamp, 3);
	take_all(&rig);
	outbound_rig_pass(&rig, MINUTES(20));
	CHECK(o->first == NULL);
	outbound_rig_close(&rig);
}

TEST(an_end_somebody_has_not_taken_stays_beyond_its_retention_and_of_many_the_newest) {
	struct outbound_rig rig = { 0 };
	struct outbound *o = outbound_rig_open(&rig, 2);
	static const char *const names[] = { "n=a", "n=b", "n=c" };
	for (int i = 0; i < 3; i++)
		outbound_rig_take(&rig, names[i], ALERT_FIRING, NULL, 0, 1 + i);
	take_all(&rig);
	for (int i = 0; i < 3; i++)
		outbound_rig_take(&rig, names[i], ALERT_INACTIVE, NULL, i * 1000, 4 + i);
	outbound_rig_pass(&rig, MINUTES(14) + SECONDS(10) + END_WAITS_MS);
	o->targets.items[0]->taken = o->last_stamp;
	outbound_rig_pass(&rig, MINUTES(15) + SECONDS(10) + 2 * END_WAITS_MS); // each was due once more
	CHECK_INT(o->alerts.count, 2);
	CHECK_CSTR(outbound_rig_list(&rig), "b c");
	CHECK_INT(o->targets.items[0]->counts.dropped, 0);
	CHECK_INT(o->targets.items[1]->counts.dropped, 1);
	take_all(&rig);
	outbound_rig_pass(&rig, MINUTES(16) + SECONDS(10));
	CHECK(o->first == NULL);
	CHECK_INT(o->overdue, 0);
	outbound_rig_close(&rig);
}

TEST(the_end_of_one_that_is_pending_anew_is_not_sent_again_but_stays_owed) {
	struct outbound_rig rig = { 0 };
	struct outbound *o = outbound_rig_open(&rig, 1);
	outbound_rig_take(&rig, "n=a", ALERT_FIRING, NULL, 0, 1);
	take_all(&rig);
	outbound_rig_take(&rig, "n=a", ALERT_INACTIVE, NULL, 1000, 2);
	outbound_rig_take(&rig, "n=a", ALERT_PENDING, NULL, 2000, 3);
	outbound_rig_pass(&rig, MINUTES(2));
	CHECK_INT(o->first->stamp, 2);
	CHECK_INT(outbound_pending(o->targets.items[0]), 1);
	take_all(&rig);
	outbound_rig_pass(&rig, MINUTES(3));
	CHECK(o->first == NULL);
	outbound_rig_take(&rig, "n=a", ALERT_FIRING, NULL, MINUTES(4), 4);
	CHECK_CSTR(outbound_rig_list(&rig), "a");
	outbound_rig_take(&rig, "n=a", ALERT_INACTIVE, NULL, MINUTES(5), 5);
	take_all(&rig);
	outbound_rig_take(&rig, "n=a", ALERT_PENDING, NULL, MINUTES(6), 6); // nothing owed: at once
	CHECK(o->first == NULL);
	outbound_rig_close(&rig);
}

TEST(of_two_sources_it_fires_until_the_last_one_ends) {
	struct outbound_rig rig = { 0 };
	struct outbound *o = outbound_rig_open(&rig, 1);
	struct alert_record *other = rig_record("other", "n=a", ALERT_FIRING, "", OUTBOUND_RIG_START + 5);
	outbound_rig_take(&rig, "n=a", ALERT_FIRING, NULL, 0, 1);
	outbound_take(o, other, ALERT_EVENT_FIRING);
	outbound_rig_take(&rig, "n=a", ALERT_INACTIVE, NULL, 10, 3);
	CHECK(dispatch_entry_is_firing(o->first->entry));
	CHECK_INT(o->alerts.count, 1);
	struct alert_record *ended = rig_record("other", "n=a", ALERT_INACTIVE, "", OUTBOUND_RIG_START + 20);
	outbound_take(o, ended, ALERT_EVENT_RESOLVED);
	CHECK_INT(outbound_ends_at(o, o->first), OUTBOUND_RIG_START + 20);
	alert_record_unref(other);
	alert_record_unref(ended);
	outbound_rig_close(&rig);
}

TEST(an_event_number_becomes_a_place_in_the_list) {
	struct outbound_rig rig = { 0 };
	struct outbound *o = outbound_rig_open(&rig, 1);
	outbound_rig_take(&rig, "n=a", ALERT_FIRING, NULL, 0, 10);
	outbound_rig_take(&rig, "n=b", ALERT_FIRING, NULL, 0, 20);
	outbound_rig_take(&rig, "n=c", ALERT_FIRING, NULL, 0, 0); // told while nothing could be committed
	CHECK_INT(outbound_stamp_after(o, 0), 0);
	CHECK_INT(outbound_stamp_after(o, 9), 0);
	CHECK_INT(outbound_stamp_after(o, 10), 1);
	CHECK_INT(outbound_stamp_after(o, 19), 1);
	CHECK_INT(outbound_stamp_after(o, 1000), 2);
	outbound_rig_close(&rig);
}

TEST(a_clock_that_is_set_back_does_not_put_off_what_is_due) {
	struct outbound_rig rig = { 0 };
	struct outbound *o = outbound_rig_open(&rig, 1);
	struct alert_live *live = outbound_rig_live(HOURS(1));
	outbound_rig_take(&rig, "n=a", ALERT_FIRING, live, HOURS(1), 1);
	o->now = OUTBOUND_RIG_START;
	outbound_alerts_reschedule(o);
	CHECK_INT(heap_peek(&o->due)->due, OUTBOUND_RIG_START + MINUTES(1));
	outbound_rig_pass(&rig, MINUTES(1)); // and no evaluation has come yet
	CHECK_INT(o->first->stamp, 2);
	CHECK_INT(heap_peek(&o->due)->due, OUTBOUND_RIG_START + MINUTES(2));
	outbound_rig_close(&rig);
	alert_live_unref(live);
}
