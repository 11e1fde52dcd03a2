// SPDX-License-Identifier: Apache-2.0
// The decisions about a group, on both sides of each edge.
#include "tests/harness/test.h"

#include "notifiers/alert_group.h"

TEST(a_new_group_waits_group_wait_unless_its_alert_has_waited_already) {
	CHECK_INT(alert_group_first_flush(1000, 300, 1000), 1300);
	CHECK_INT(alert_group_first_flush(1000, 300, 1299), 1599);
	CHECK_INT(alert_group_first_flush(1000, 300, 1300), 1300);
	CHECK_INT(alert_group_first_flush(1000, 0, 1000), 1000);
}

TEST(after_a_restart_the_wait_goes_on) {
	CHECK_INT(alert_group_resumed_first_flush(1000, 300, 1200), 1300);
	CHECK_INT(alert_group_resumed_first_flush(1000, 300, 1300), 1300);
	CHECK_INT(alert_group_resumed_first_flush(1000, 300, 5000), 5000);
	CHECK_INT(alert_group_resumed_first_flush(9000, 300, 5000), 5300); // an alert of the future
}

TEST(ticks_stay_on_the_grid_however_late_a_flush_is) {
	CHECK_INT(alert_group_next_tick(1000, 100, 1000), 1100);
	CHECK_INT(alert_group_next_tick(1000, 100, 1099), 1100);
	CHECK_INT(alert_group_next_tick(1000, 100, 1100), 1200);
	CHECK_INT(alert_group_next_tick(1000, 100, 1950), 2000);
}

TEST(after_a_restart_a_missed_tick_is_made_up_for_only_when_something_changed_before_it) {
	CHECK_INT(alert_group_resumed_tick(1000, 100, 500, 900), 1000);  // not due yet
	CHECK_INT(alert_group_resumed_tick(1000, 100, 990, 1250), 1200); // changed before the last tick: flush that one now
	CHECK_INT(alert_group_resumed_tick(1000, 100, 1200, 1250), 1200);
	CHECK_INT(alert_group_resumed_tick(1000, 100, 1201, 1250), 1300); // changed since: in its time
}

TEST(a_tick_far_ahead_of_a_clock_that_was_set_back_comes_within_one_interval) {
	wall_ms tick = alert_group_resumed_tick(100000, 100, 0, 1050);
	CHECK(tick > 1050 && tick <= 1150 && tick % 100 == 0);
}

// Sets of one-digit fingerprints: "12" is {1, 2}.
static struct fingerprint_set set_of(const char *digits) {
	struct fingerprint_set set = { 0 };
	for (; *digits != '\0'; digits++)
		array_append(&set, (uint64_t)(*digits - '0'));
	fingerprint_set_sort(&set);
	return set;
}

struct dedup_case {
	const char *told_firing, *told_resolved, *maybe;
	const char *firing, *resolved;
	bool send_resolved;
	dur_ms since; // the told notification
	enum flush_reason wanted;
};

static enum flush_reason decide(const struct dedup_case *row) {
	struct told told = { .exists = true, .at = 10000, .firing = set_of(row->told_firing), .resolved = set_of(row->told_resolved), .maybe_firing = set_of(row->maybe) };
	struct fingerprint_set firing = set_of(row->firing), resolved = set_of(row->resolved);
	struct flush_question question = {
		.told = &told, .firing = &firing, .resolved = &resolved, .send_resolved = row->send_resolved, .repeat_interval = 1000, .tick = 10000 + row->since
	};
	enum flush_reason reason = alert_group_decide(&question);
	told_finish(&told);
	array_finish(&firing);
	array_finish(&resolved);
	return reason;
}

static void check_all(const struct dedup_case *rows, size_t count) {
	for (size_t i = 0; i < count; i++)
		if (decide(&rows[i]) != rows[i].wanted)
			FAIL_TEST("row %zu: got \"%s\", wanted \"%s\"", i, flush_reason_text(decide(&rows[i])), flush_reason_text(rows[i].wanted));
}
#define CHECK_ALL(rows) check_all(rows, sizeof(rows) / sizeof *(rows))

TEST(what_is_owed_follows_from_what_was_told) {
	static const struct dedup_case rows[] = {
		{ "", "", "", "1", "", true, 0, FLUSH_FIRST },
		{ "", "", "", "", "1", true, 0, FLUSH_NOTHING }, // came and went untold
		{ "", "", "", "1", "2", true, 0, FLUSH_FIRST },
		{ "1", "", "", "1", "", true, 0, FLUSH_NOTHING },
		{ "1", "", "", "12", "", true, 0, FLUSH_NEW_ALERTS },
		{ "1", "", "", "2", "1", true, 0, FLUSH_NEW_ALERTS },
		{ "12", "", "", "1", "", true, 0, FLUSH_NOTHING }, // fewer, none resolved among them
		{ "12", "", "", "1", "2", true, 0, FLUSH_SOME_RESOLVED },
		{ "12", "", "", "1", "2", false, 0, FLUSH_NOTHING },
		{ "1", "2", "", "1", "2", true, 0, FLUSH_NOTHING }, // its end was told
		{ "1", "", "", "", "1", true, 0, FLUSH_ALL_RESOLVED },
		{ "1", "", "", "", "1", false, 0, FLUSH_ALL_RESOLVED }, // clears the log
		{ "", "1", "", "", "1", true, 0, FLUSH_NOTHING },
		{ "", "1", "", "1", "", true, 0, FLUSH_FIRST }, // fires again
	};
	CHECK_ALL(rows);
}

TEST(a_repeat_is_due_at_the_tick_that_equals_the_interval) {
	static const struct dedup_case rows[] = {
		{ "1", "", "", "1", "", true, 999, FLUSH_NOTHING },
		{ "1", "", "", "1", "", true, 1000, FLUSH_REPEAT },
		{ "1", "", "", "1", "", true, 1001, FLUSH_REPEAT },
		{ "1", "2", "", "1", "2", true, 1000, FLUSH_REPEAT },
		{ "", "1", "", "", "1", true, 5000, FLUSH_NOTHING }, // nothing fires: nothing to repeat
	};
	CHECK_ALL(rows);
}

TEST(what_was_maybe_told_is_untold_while_it_fires_and_told_when_it_ends) {
	static const struct dedup_case rows[] = {
		{ "", "", "1", "1", "", true, 0, FLUSH_FIRST },
		{ "2", "", "1", "12", "", true, 0, FLUSH_NEW_ALERTS },
		{ "", "", "1", "", "1", true, 0, FLUSH_ALL_RESOLVED },
		{ "2", "", "1", "2", "1", true, 0, FLUSH_SOME_RESOLVED },
		{ "2", "1", "1", "2", "1", true, 0, FLUSH_SOME_RESOLVED }, // its earlier end was told, this one was not
		{ "", "1", "1", "", "1", true, 0, FLUSH_ALL_RESOLVED },
	};
	CHECK_ALL(rows);
}

TEST(a_resolve_is_owed_to_whoever_was_or_may_have_been_told) {
	struct told told = { .firing = set_of("1"), .maybe_firing = set_of("2"), .resolved = set_of("3") };
	CHECK(told_holds(&told, 1));
	CHECK(told_holds(&told, 2));
	CHECK(!told_holds(&told, 3));
	told_finish(&told);
}

TEST(a_fingerprint_set_is_sorted_and_knows_its_parts) {
	struct fingerprint_set set = set_of("53135"), part = set_of("15"), other = set_of("14"), none = { 0 };
	CHECK_INT(set.count, 3);
	CHECK(fingerprint_set_covers(&set, &part) && !fingerprint_set_covers(&set, &other) && fingerprint_set_covers(&set, &none));
	CHECK(!fingerprint_set_covers(&none, &part));
	CHECK(fingerprint_set_remove(&set, 3) && !fingerprint_set_remove(&set, 3) && !fingerprint_set_has(&set, 3));
	fingerprint_set_add_all(&set, &other);
	CHECK_INT(set.count, 3);
	CHECK(fingerprint_set_has(&set, 4));
	array_finish(&set);
	array_finish(&part);
	array_finish(&other);
}

TEST(nothing_is_told_of_nothing_whatever_was_told) {
	static const struct dedup_case rows[] = {
		{ "12", "", "3", "", "", true, 5000, FLUSH_NOTHING }, // all of it is held back
		{ "12", "", "", "", "3", true, 0, FLUSH_NOTHING },    // what ended was not told, what was told is held back
		{ "12", "", "", "", "2", true, 0, FLUSH_ALL_RESOLVED },
	};
	CHECK_ALL(rows);
}

static void take(struct told *told, const char *firing, const char *resolved, const char *members) {
	struct fingerprint_set fires = set_of(firing), ended = set_of(resolved), all = set_of(members);
	told_take(told, 10000, &fires, &ended, &all);
	array_finish(&fires);
	array_finish(&ended);
	array_finish(&all);
}

static enum flush_reason asked(const struct told *told, const char *firing, const char *resolved) {
	struct fingerprint_set fires = set_of(firing), ended = set_of(resolved);
	enum flush_reason reason = alert_group_decide(&(struct flush_question){ .told = told, .firing = &fires, .resolved = &ended, .send_resolved = true, .repeat_interval = 1000, .tick = 10000 });
	array_finish(&fires);
	array_finish(&ended);
	return reason;
}

TEST(what_is_left_out_of_a_notice_is_new_when_it_is_no_more_and_its_end_is_owed) {
	struct told told = { 0 };
	take(&told, "123", "", "123");
	take(&told, "34", "", "1234"); // 1 and 2 are held back
	CHECK(told_holds(&told, 1) && told_holds(&told, 2) && told.left_out.count == 2);
	CHECK(asked(&told, "34", "") == FLUSH_NOTHING);
	CHECK(asked(&told, "134", "") == FLUSH_NEW_ALERTS);
	CHECK(asked(&told, "34", "2") == FLUSH_SOME_RESOLVED);
	CHECK(asked(&told, "", "2") == FLUSH_ALL_RESOLVED);
	take(&told, "34", "2", "1234");
	CHECK(told_holds(&told, 1) && !told_holds(&told, 2) && told.left_out.count == 1);
	take(&told, "4", "3", "4"); // 1 is gone from the group
	CHECK(!told_holds(&told, 1) && told.left_out.count == 0);
	told_finish(&told);
}

TEST(what_was_maybe_told_is_left_out_as_what_was_told) {
	struct told told = { .maybe_firing = set_of("1") };
	take(&told, "2", "", "12");
	CHECK(told.maybe_firing.count == 0 && told_holds(&told, 1));
	CHECK(asked(&told, "2", "1") == FLUSH_SOME_RESOLVED);
	told_finish(&told);
}

TEST(a_forgotten_alert_is_told_again) {
	struct told told = { .exists = true, .firing = set_of("1"), .left_out = set_of("2"), .maybe_firing = set_of("3") };
	bool changed = false;
	told_forget(&told, 3, &changed);
	CHECK(!changed && !told_holds(&told, 3)); // no row says so
	told_forget(&told, 2, &changed);
	CHECK(changed && !told_holds(&told, 2));
	told_forget(&told, 1, &changed);
	CHECK(!told_holds(&told, 1) && asked(&told, "1", "") == FLUSH_FIRST);
	told_finish(&told);
}

TEST(what_was_maybe_told_and_is_no_part_of_its_delivery_any_more_is_kept) {
	struct told told = { .left_out = set_of("1"), .maybe_firing = set_of("2345") };
	struct fingerprint_set firing = set_of("36"), resolved = set_of("4"), none = { 0 };
	CHECK(told_settle_maybe(&told, &firing, &resolved));
	CHECK(told.maybe_firing.count == 2 && told.left_out.count == 3 && fingerprint_set_has(&told.left_out, 2) && fingerprint_set_has(&told.left_out, 5));
	CHECK(!told_settle_maybe(&told, &firing, &resolved));
	CHECK(told_settle_maybe(&told, &none, &none) && told.maybe_firing.count == 0 && told.left_out.count == 5);
	CHECK(asked(&told, "3", "") == FLUSH_FIRST && asked(&told, "", "2") == FLUSH_ALL_RESOLVED);
	array_finish(&firing);
	array_finish(&resolved);
	told_finish(&told);
}
