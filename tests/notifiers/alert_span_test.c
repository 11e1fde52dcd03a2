// SPDX-License-Identifier: Apache-2.0
// What a new post makes of an alert's times, by the rules of Alertmanager's alert.Merge.
#include "notifiers/alert_span.h"
#include "tests/harness/test.h"

enum { NOW = 1000 };

static void check(struct alert_span known, struct alert_span posted, wall_ms starts_at, wall_ms ends_at) {
	struct alert_span merged = alert_span_merge(known, posted, NOW);
	CHECK_INT(merged.starts_at, starts_at);
	CHECK_INT(merged.ends_at, ends_at);
	CHECK(merged.is_timeout == posted.is_timeout);
}

TEST(a_span_that_does_not_touch_the_known_one_replaces_it) {
	check((struct alert_span){ 100, 500, false }, (struct alert_span){ 600, 1500, false }, 600, 1500);
	check((struct alert_span){ 100, 500, false }, (struct alert_span){ 500, 1500, false }, 500, 1500);
	check((struct alert_span){ 100, 1200, false }, (struct alert_span){ 100, 1500, true }, 100, 1500); // it only goes on
	check((struct alert_span){ 100, 1200, false }, (struct alert_span){ 50, 1500, false }, 50, 1500);
}

TEST(the_earliest_start_stays) {
	check((struct alert_span){ 100, 1200, false }, (struct alert_span){ 300, 1500, false }, 100, 1500);
	check((struct alert_span){ 400, 1200, false }, (struct alert_span){ 300, 1100, false }, 300, 1200);
}

TEST(a_later_end_stays_unless_nobody_gave_it) {
	check((struct alert_span){ 100, 2000, false }, (struct alert_span){ 100, 1500, false }, 100, 2000);
	check((struct alert_span){ 100, 2000, true }, (struct alert_span){ 100, 1500, false }, 100, 1500);
	check((struct alert_span){ 100, 2000, false }, (struct alert_span){ 100, 1500, true }, 100, 2000);
}

TEST(an_end_that_has_come_is_the_end) {
	check((struct alert_span){ 100, 2000, false }, (struct alert_span){ 100, 900, false }, 100, 900);
	check((struct alert_span){ 100, 950, false }, (struct alert_span){ 100, 900, false }, 100, 950); // both have: the later one
	check((struct alert_span){ 100, 2000, false }, (struct alert_span){ 100, NOW, false }, 100, NOW);
}
