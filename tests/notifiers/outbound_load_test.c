// SPDX-License-Identifier: Apache-2.0
// What the outbound role takes up at start, and so what each Alertmanager is owed over a restart.
#include "tests/harness/test.h"
#include "tests/notifiers/outbound_rig.h"

struct past { // what was before the restart
	struct store *store;
	struct outbound_rig rig;
};

static const char *fresh_path(void) {
	static char path[400];
	static int number;
	snprintf(path, sizeof path, "%s/load-%d", test_directory(), number++);
	return path;
}

static struct store_batch *open_past(struct past *past) {
	struct error err;
	past->store = store_open(&(struct store_options){ .directory = fresh_path(), .event_keep = HOURS(24) * 365 * 100 }, &err);
	CHECK(past->store != NULL);
	return store_batch_create();
}

// An alert's transition; `is_gone`: and its row was deleted.
static void put(struct store_batch *batch, const char *labels, enum alert_state state, enum alert_event_kind event, bool is_gone) {
	struct alert_record *record = rig_record("rule", labels, state, "said", OUTBOUND_RIG_START);
	struct store_op *op = store_batch_add(batch, STORE_PUT_ALERT);
	op->alert.record = record;
	op->alert.event = event;
	if (event == ALERT_EVENT_EXPIRED)
		record->fired_at = 0;
	if (is_gone)
		store_batch_add(batch, STORE_DELETE_ALERT)->alert.record = alert_record_ref(record);
}

static void put_cursor(struct store_batch *batch, size_t target, int64_t sequence, int64_t since) {
	static const char *const urls[] = { "http://nobody.invalid:1/api/v2/alerts", "http://nobody.invalid:2/api/v2/alerts" };
	store_batch_add(batch, STORE_PUT_CURSOR)->cursor = (struct store_cursor){ str_of(urls[target]), sequence, since };
}

static struct outbound *start(struct past *past, struct store_batch *batch, size_t targets) {
	struct error err;
	store_post(past->store, batch);
	store_stop(past->store);
	struct outbound *o = outbound_rig_open(&past->rig, targets);
	o->store = past->store;
	CHECK(outbound_load(o, &err));
	return o;
}

static void end(struct past *past) {
	outbound_rig_close(&past->rig);
	store_stop(past->store);
	store_close(past->store);
}

static void check_owed(const struct outbound *o, size_t target, const char *names) {
	char got[100] = "";
	for (const struct outbound_alert *alert = o->first; alert != NULL; alert = alert->after)
		if (alert->stamp > o->targets.items[target]->taken)
			snprintf(got + strlen(got), sizeof got - strlen(got), " %.*s", STR_ARG(labels_get(dispatch_entry_labels(alert->entry), STR("n"))));
	CHECK_CSTR(got[0] == ' ' ? got + 1 : got, names);
}

TEST(each_is_owed_what_came_after_its_cursor) {
	struct past past = { 0 };
	struct store_batch *batch = open_past(&past);
	put(batch, "n=z", ALERT_FIRING, ALERT_EVENT_FIRING, false);
	put(batch, "n=b", ALERT_INACTIVE, ALERT_EVENT_RESOLVED, false);
	put(batch, "n=a", ALERT_FIRING, ALERT_EVENT_FIRING, false);
	put_cursor(batch, 0, 1, 0);
	put_cursor(batch, 1, 3, 0);
	const struct outbound *o = start(&past, batch, 2);
	CHECK_CSTR(outbound_rig_list(&past.rig), "z b a");
	check_owed(o, 0, "b a");
	check_owed(o, 1, "");
	CHECK_INT(o->sequence, 3);
	end(&past);
}

TEST(ends_without_a_row_come_from_the_event_log_in_their_place) {
	struct past past = { 0 };
	struct store_batch *batch = open_past(&past);
	put(batch, "n=a", ALERT_INACTIVE, ALERT_EVENT_RESOLVED, true);
	put(batch, "n=b", ALERT_FIRING, ALERT_EVENT_FIRING, false);
	put(batch, "n=c", ALERT_INACTIVE, ALERT_EVENT_RESOLVED, true);
	put(batch, "n=d", ALERT_FIRING, ALERT_EVENT_FIRING, false);
	put(batch, "n=e", ALERT_INACTIVE, ALERT_EVENT_EXPIRED, true); // never fired
	put_cursor(batch, 0, 1, 0);
	put_cursor(batch, 1, 3, 0);
	const struct outbound *o = start(&past, batch, 2);
	CHECK_CSTR(outbound_rig_list(&past.rig), "b c d");
	check_owed(o, 0, "b c d");
	check_owed(o, 1, "d");
	const struct dispatch_entry *entry = o->first->after->entry;
	const struct alert_record *shown = dispatch_entry_shown(entry);
	CHECK_INT(dispatch_entry_ends_at(entry), OUTBOUND_RIG_START);
	CHECK_INT(shown->fired_at, OUTBOUND_RIG_START);
	CHECK_STR(labels_get(shown->annotations, STR("summary")), "said");
	CHECK_CSTR(shown->origin->generator_url, "http://prometheus.example/graph?g0.expr=up");
	end(&past);
}

TEST(what_ended_and_fires_again_is_owed_as_it_is) {
	struct past past = { 0 };
	struct store_batch *batch = open_past(&past);
	put(batch, "n=a", ALERT_INACTIVE, ALERT_EVENT_RESOLVED, true);
	put(batch, "n=a", ALERT_FIRING, ALERT_EVENT_FIRING, false);
	put_cursor(batch, 0, 0, 0);
	const struct outbound *o = start(&past, batch, 1);
	check_owed(o, 0, "a");
	CHECK(dispatch_entry_is_firing(o->first->entry));
	end(&past);
}

TEST(of_one_that_is_pending_anew_the_end_is_owed_to_who_has_not_taken_it) {
	for (int64_t taken = 1; taken <= 2; taken++) {
		struct past past = { 0 };
		struct store_batch *batch = open_past(&past);
		put(batch, "n=a", ALERT_FIRING, ALERT_EVENT_FIRING, true);
		put(batch, "n=a", ALERT_INACTIVE, ALERT_EVENT_RESOLVED, true);
		put(batch, "n=a", ALERT_PENDING, ALERT_EVENT_PENDING, false);
		put_cursor(batch, 0, taken, 0);
		const struct outbound *o = start(&past, batch, 1);
		check_owed(o, 0, taken == 1 ? "a" : "");
		CHECK(taken == 2 || o->first->is_pending);
		end(&past);
	}
}

TEST(one_that_is_new_is_owed_what_fires_and_no_end_of_long_ago) {
	struct past past = { 0 };
	struct store_batch *batch = open_past(&past);
	put(batch, "n=a", ALERT_INACTIVE, ALERT_EVENT_RESOLVED, true);
	put(batch, "n=b", ALERT_FIRING, ALERT_EVENT_FIRING, false);
	put(batch, "n=c", ALERT_INACTIVE, ALERT_EVENT_RESOLVED, true);
	put_cursor(batch, 0, 0, 2); // it has taken nothing since it was found
	const struct outbound *o = start(&past, batch, 1);
	check_owed(o, 0, "b c");
	end(&past);
}

TEST(of_very_many_ends_the_newest_are_owed) {
	struct past past = { 0 };
	struct store_batch *batch = open_past(&past);
	put(batch, "n=a", ALERT_INACTIVE, ALERT_EVENT_RESOLVED, true);
	put(batch, "n=b", ALERT_INACTIVE, ALERT_EVENT_RESOLVED, true);
	put(batch, "n=c", ALERT_INACTIVE, ALERT_EVENT_RESOLVED, true);
	put_cursor(batch, 0, 0, 0);
	check_owed(start(&past, batch, 1), 0, "b c"); // the capacity is 2
	end(&past);
}

TEST(events_that_are_none_of_ours_are_passed_over) {
	static const char *const data[] = { "{", "[]", "{}", "{\"labels\":{\"n\":\"a\"}}", "{\"labels\":{\"n\":\"a\"},\"annotations\":{},\"generatorURL\":\"\",\"source\":\"external\",\"startsAt\":\"2023-11-14T22:13:20Z\"}",
		"{\"labels\":{},\"annotations\":{},\"generatorURL\":\"\",\"source\":\"rule\",\"startsAt\":\"2023-11-14T22:13:20Z\"}",
		"{\"labels\":{\"n\":\"a\"},\"annotations\":{},\"generatorURL\":\"\",\"source\":\"rule\",\"startsAt\":\"noon\"}" };
	struct past past = { 0 };
	struct store_batch *batch = open_past(&past);
	past.rig.config.alertmanagers.queue_capacity = 100;
	for (size_t i = 0; i < sizeof data / sizeof *data; i++)
		store_batch_add(batch, STORE_ADD_EVENT)->event = (struct store_event){ .at = 1, .type = "alert.resolved", .subject = STR("s"), .data = str_of(data[i]) };
	put_cursor(batch, 0, 0, 0);
	start(&past, batch, 1);
	CHECK_CSTR(outbound_rig_list(&past.rig), "");
	end(&past);
}

TEST(the_cursor_of_one_that_is_gone_goes_too) {
	struct past past = { 0 };
	struct store_batch *batch = open_past(&past);
	put_cursor(batch, 0, 1, 0);
	put_cursor(batch, 1, 1, 0);
	start(&past, batch, 1);
	struct store_status status;
	store_status_get(past.store, &status);
	CHECK_INT(status.queued, 1);
	end(&past);
}
