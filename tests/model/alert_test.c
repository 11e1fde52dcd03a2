// SPDX-License-Identifier: Apache-2.0
#include "model/alert.h"
#include "base/arena.h"
#include "base/mem.h"
#include "base/role.h"
#include "tests/harness/test.h"

#include <math.h>

struct test_live {
	struct alert_live live;
	int destroyed;
};

static const struct label *render(const struct alert_live *live, struct arena *arena, size_t *count) {
	struct label *item = ARENA_NEW(arena, struct label);
	*item = (struct label){ STR("value"), arena_format(arena, "%g", alert_live_get(live, NULL)) };
	*count = 1;
	return item;
}

static dur_ms four_minutes(const struct alert_live *live) {
	(void)live;
	return MINUTES(4);
}

static void note_destruction(struct alert_live *live) {
	((struct test_live *)live)->destroyed++;
}

static const struct alert_live_ops ops = { .annotations = render, .validity = four_minutes, .destroy = note_destruction };

TEST(annotations_follow_the_value_of_what_lives) {
	struct test_live living = { 0 };
	alert_live_init(&living.live, &ops);
	alert_live_set(&living.live, 1, 100);
	struct alert_record *record = alert_record_create();
	record->labels = labels_empty();
	record->identity = labels_empty();
	record->state = ALERT_FIRING;
	record->is_living = true;
	record->live = alert_live_ref(&living.live);
	alert_live_set(&living.live, 2, 200);
	const struct labels *shown = alert_record_annotations(record);
	CHECK_STR(labels_get(shown, STR("value")), "2");
	labels_unref(shown);
	alert_record_unref(record);
	CHECK_INT(living.destroyed, 0);
	alert_live_unref(&living.live);
	CHECK_INT(living.destroyed, 1);
}

TEST(an_active_alert_is_shown_to_end_some_time_after_its_last_evaluation) {
	struct test_live living = { 0 };
	alert_live_init(&living.live, &ops);
	alert_live_set(&living.live, 1, 1000);
	struct alert_record record = { .state = ALERT_FIRING, .is_living = true, .live = &living.live, .updated_at = 500 };
	CHECK_INT(alert_record_ends_at(&record, 2000), 1000 + MINUTES(4));
	record.is_living = false;
	CHECK_INT(alert_record_ends_at(&record, 2000), 500 + MINUTES(4));
	record.ends_at = 7;
	CHECK_INT(alert_record_ends_at(&record, 2000), 7);
	record = (struct alert_record){ .state = ALERT_INACTIVE, .resolved_at = 9 };
	CHECK_INT(alert_record_ends_at(&record, 2000), 9);
}

TEST(one_whose_rule_is_not_evaluated_any_more_is_shown_to_go_on) {
	struct test_live living = { 0 };
	alert_live_init(&living.live, &ops);
	alert_live_set(&living.live, 1, 1000);
	struct alert_record record = { .state = ALERT_FIRING, .is_living = true, .live = &living.live, .updated_at = 500 };
	CHECK_INT(alert_record_ends_at(&record, 999 + MINUTES(4)), 1000 + MINUTES(4));
	CHECK_INT(alert_record_ends_at(&record, 1000 + MINUTES(4)), 1000 + MINUTES(8));
	record.is_living = false;
	CHECK_INT(alert_record_ends_at(&record, HOURS(1)), HOURS(1) + MINUTES(4));
}

enum { WRITES = 200000 };

static void write_values(void *role) {
	struct alert_live *live = role;
	for (int i = 1; i <= WRITES; i++)
		alert_live_set(live, i, (wall_ms)i * 10);
}

TEST(value_and_time_are_read_together) {
	struct test_live living = { 0 };
	struct role_thread thread;
	struct error err;
	alert_live_init(&living.live, &ops);
	CHECK(role_start(&thread, "writer", write_values, &living.live, &err));
	for (double value = 0; value < WRITES;) {
		wall_ms at = 0;
		double now = alert_live_get(&living.live, &at);
		CHECK(now >= value);
		CHECK((wall_ms)now * 10 == at);
		value = now;
	}
	role_join(&thread);
}

TEST(states_have_their_names) {
	CHECK_CSTR(alert_state_name(ALERT_FIRING), "firing");
	CHECK_CSTR(alert_event_name(ALERT_EVENT_RESOLVED), "alert.resolved");
	CHECK(alert_event_name(ALERT_EVENT_NONE) == NULL);
}

TEST(records_of_one_rule_share_where_they_come_from) {
	struct alert_origin *origin = alert_origin_create(STR("key"), STR("http://here"));
	struct alert_record *records[2];
	for (int i = 0; i < 2; i++) {
		records[i] = alert_record_create();
		records[i]->origin = alert_origin_ref(origin);
	}
	alert_origin_unref(origin);
	alert_record_unref(records[0]);
	CHECK_CSTR(records[1]->origin->source, "key");
	CHECK_CSTR(records[1]->origin->generator_url, "http://here");
	alert_record_unref(records[1]);
}

TEST(records_of_rows_live_with_their_origin_and_what_is_shown_of_them_outlives_both) {
	struct alert_origin *origin = alert_origin_create(STR("key"), STR("http://here"));
	const struct labels *annotations = labels_from_sorted(&(struct label){ STR("summary"), STR("s") }, 1);
	struct alert_record *records[100];
	for (int i = 0; i < 100; i++) {
		records[i] = alert_record_create_row(origin, annotations);
		records[i]->state = ALERT_FIRING;
		records[i]->identity = labels_empty();
		records[i]->labels = labels_ref(records[i]->identity);
		records[i]->updated_at = i;
	}
	alert_origin_unref(origin);
	for (int i = 0; i < 99; i++)
		alert_record_unref(records[i]);
	CHECK(alert_record_says(records[99], &(struct label){ STR("summary"), STR("s") }, 1) && !alert_record_says(records[99], NULL, 0));
	const struct labels *shown = alert_record_annotations(records[99]);
	struct alert_origin *other = alert_origin_create(STR("another key"), STR(""));
	struct alert_record *copy = alert_record_with_origin(records[99], other);
	alert_origin_unref(other);
	alert_record_unref(records[99]);
	CHECK(labels_equal(shown, annotations) && labels_equal(copy->annotations, annotations));
	CHECK(copy->state == ALERT_FIRING && copy->updated_at == 99 && !copy->is_row);
	CHECK_CSTR(copy->origin->source, "another key");
	alert_record_unref(copy);
	labels_unref(shown);
	labels_unref(annotations);
}
