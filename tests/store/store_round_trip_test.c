// SPDX-License-Identifier: Apache-2.0
// Every operation survives closing and opening again.
#include "base/buf.h"
#include "base/json_write.h"
#include "store/stmt.h"
#include "tests/store/store_fixture.h"

#include <math.h>

static struct store *store;
static struct inbox inbox;
static const char *directory;

static struct store_batch *start(void) {
	directory = fresh_directory();
	store = store_running(directory);
	inbox_init(&inbox, 0);
	return store_batch_create();
}

static void write_batch(struct store_batch *batch) {
	batch_write(store, &inbox, batch);
	CHECK(batch->is_durable);
	store_batch_clear(batch);
}

static void reopen(void) {
	static char path[200];
	snprintf(path, sizeof path, "%s", directory);
	store_shut(store);
	store = store_running(path);
}

static void end(struct store_batch *batch) {
	store_batch_destroy(batch);
	store_shut(store);
	inbox_finish(&inbox);
}

static void check_text(char *got, const char *wanted) {
	CHECK_CSTR(got, wanted);
	free(got);
}

TEST(an_alert_comes_back_as_it_was) {
	struct store_batch *batch = start();
	struct alert_record *record = record_make("f\x1fgroup\x1fX\x1f"
	                                          "1\x1f"
	                                          "0",
	    "X", 1);
	labels_unref(record->labels);
	record->labels = labels_make("alertname", "X", "cluster", "ü<&>", "n", "1", NULL);
	record->keep_firing_since = 3;
	record->ends_at = 4;
	record->resolved_at = 5;
	record->value = -INFINITY;
	alert_record_ref(record);
	put_alert(batch, record, ALERT_EVENT_FIRING);
	write_batch(batch);
	CHECK_INT(record->event_sequence, 1);
	alert_record_unref(record);
	reopen();
	check_text(dump_alerts(store),
	    "f\x1fgroup\x1fX\x1f"
	    "1\x1f"
	    "0 {alertname=\"X\", n=\"1\"}{alertname=\"X\", cluster=\"ü<&>\", n=\"1\"}"
	    "{summary=\"something <is> wrong & \\\"bad\\\"\"} http://p/graph?a=b firing -inf active=1000 fired=2000 resolved=5 kept=3 ends=4 updated=2000 seq=1\n");
	end(batch);
}

static bool keep_record(void *context, struct alert_record *record) {
	*(struct alert_record **)context = alert_record_ref(record);
	return false;
}

TEST(a_value_that_is_no_number_and_empty_annotations_survive) {
	struct store_batch *batch = start();
	struct alert_record *record = record_make("s", "X", 1);
	labels_unref(record->annotations);
	struct label items[] = { { STR("a"), STR("") }, { STR("b"), STR("x") } };
	record->annotations = labels_from_sorted(items, 2);
	record->value = (double)NAN;
	put_alert(batch, record, ALERT_EVENT_NONE);
	write_batch(batch);
	reopen();
	struct alert_record *got = NULL;
	struct error err;
	CHECK(store_each_alert(store, keep_record, &got, &err));
	CHECK(isnan(got->value));
	const struct labels *annotations = alert_record_annotations(got);
	CHECK_INT(annotations->count, 2);
	struct label_walk walk = labels_walk(annotations);
	struct label first;
	CHECK(label_walk_next(&walk, &first) && str_equal(first.name, STR("a")) && str_is_empty(first.value));
	CHECK_INT(got->event_sequence, 0);
	labels_unref(annotations);
	alert_record_unref(got);
	end(batch);
}

static bool tells_of_beside(void *context, const struct store_event *event) {
	(void)context;
	CHECK(str_find(event->data, STR("\"annotations\":{\"summary\":\"beside\"}")) >= 0);
	return false;
}

TEST(annotations_that_come_beside_a_record_are_those_of_its_row_and_event) {
	struct store_batch *batch = start();
	put_alert(batch, record_make("s", "X", 1), ALERT_EVENT_FIRING);
	const struct labels *annotations = labels_from_sorted(&(struct label){ STR("summary"), STR("beside") }, 1);
	batch->items[0].alert.annotations = labels_copy_to(&batch->arena, annotations);
	write_batch(batch);
	reopen();
	struct alert_record *got = NULL;
	struct error err;
	CHECK(store_each_alert(store, keep_record, &got, &err));
	const struct labels *read = alert_record_annotations(got);
	CHECK(labels_equal(read, annotations));
	labels_unref(read);
	CHECK(store_each_event(store, 0, 1, tells_of_beside, NULL, &err));
	alert_record_unref(got);
	labels_unref(annotations);
	end(batch);
}

static struct alert_record *record_saying(const char *summary, wall_ms at) {
	struct alert_record *record = record_make("external", "X", 1);
	labels_unref(record->annotations);
	record->annotations = labels_make("summary", summary, NULL);
	record->updated_at = at;
	return record;
}

static bool dump_summary(void *context, const struct store_event *event) {
	ptrdiff_t at = str_find(event->data, STR("\"summary\":\""));
	CHECK(at >= 0 && str_has_prefix(event->subject, STR("external/X/")));
	struct str rest = str_skip(event->data, (size_t)at + strlen("\"summary\":\""));
	struct str summary = str_cut(&rest, '"');
	buf_format(context, "%d %s %.*s\n", (int)event->sequence, event->type, STR_ARG(summary));
	return true;
}

static void check_summaries(const char *of_alert, const char *of_events) {
	struct alert_record *got = NULL;
	struct error err;
	CHECK(store_each_alert(store, keep_record, &got, &err));
	if (of_alert == NULL)
		CHECK(got == NULL);
	const struct labels *annotations = got == NULL ? NULL : alert_record_annotations(got);
	if (of_alert != NULL)
		CHECK(str_equal_cstr(labels_get(annotations, STR("summary")), of_alert));
	labels_unref(annotations);
	alert_record_unref(got);
	autobuf struct buf text = { 0 };
	CHECK(store_each_event(store, 0, 100, dump_summary, &text, &err));
	CHECK_CSTR(buf_cstr(&text), of_events);
}

TEST(an_event_goes_on_saying_what_it_said_whatever_becomes_of_its_alert) {
	struct store_batch *batch = start();
	put_alert(batch, record_saying("first", 1), ALERT_EVENT_FIRING);
	write_batch(batch);
	check_summaries("first", "1 alert.firing first\n");
	put_alert(batch, record_saying("no event", 2), ALERT_EVENT_NONE);
	write_batch(batch);
	check_summaries("no event", "1 alert.firing first\n");
	put_alert(batch, record_saying("second", 3), ALERT_EVENT_UPDATED);
	write_batch(batch);
	reopen();
	check_summaries("second", "1 alert.firing first\n2 alert.updated second\n");
	delete_alert(batch, record_saying("second", 3));
	write_batch(batch);
	check_summaries(NULL, "1 alert.firing first\n2 alert.updated second\n");
	end(batch);
}

static bool note_time(void *context, const struct store_event *event) {
	*(wall_ms *)context = event->at;
	return true;
}

// It is kept from when it was told on, whenever the alert was looked at last.
TEST(an_event_has_a_time_of_its_own_where_it_is_given) {
	struct store_batch *batch = start();
	struct error err;
	wall_ms at = 0;
	put_alert(batch, record_saying("late", 3), ALERT_EVENT_UPDATED);
	batch->items[batch->count - 1].alert.event_at = 5000;
	write_batch(batch);
	CHECK(store_each_event(store, 0, 1, note_time, &at, &err));
	CHECK_INT(at, 5000);
	reopen();
	check_summaries("late", "1 alert.updated late\n");
	end(batch);
}

TEST(a_row_that_is_no_event_keeps_the_number_of_the_last_one) {
	struct store_batch *batch = start();
	put_alert(batch, record_saying("first", 1), ALERT_EVENT_FIRING);
	put_alert(batch, record_saying("no event", 2), ALERT_EVENT_NONE); // its record knows of none
	batch_write(store, &inbox, batch);
	CHECK_INT(batch->items[1].alert.record->event_sequence, 1);
	end(batch);
}

TEST(an_alert_that_is_renamed_to_another_takes_its_place) {
	struct store_batch *batch = start();
	put_alert(batch, record_make("a", "X", 1), ALERT_EVENT_FIRING);
	put_alert(batch, record_make("a", "X", 2), ALERT_EVENT_NONE);
	put_alert(batch, record_make("b", "X", 1), ALERT_EVENT_NONE);
	put_alert(batch, record_make("b", "X", 3), ALERT_EVENT_FIRING);
	struct store_op *op = store_batch_add(batch, STORE_RENAME_SOURCE);
	op->rename.old_source = STR("a");
	op->rename.new_source = STR("b");
	put_alert(batch, record_make("b", "X", 1), ALERT_EVENT_NONE); // is the renamed one
	write_batch(batch);
	CHECK_INT(count_alerts(store), 3);
	end(batch);
}

TEST(alerts_of_the_same_labels_and_different_sources_are_different_rows) {
	struct store_batch *batch = start();
	put_alert(batch, record_make("a", "X", 1), ALERT_EVENT_NONE);
	put_alert(batch, record_make("b", "X", 1), ALERT_EVENT_NONE);
	put_alert(batch, record_make("b", "X", 1), ALERT_EVENT_NONE);
	write_batch(batch);
	CHECK_INT(count_alerts(store), 2);
	end(batch);
}

TEST(a_delete_leaves_a_row_that_is_newer_than_its_record) {
	struct store_batch *batch = start();
	put_alert(batch, record_make("a", "X", 1), ALERT_EVENT_NONE);
	struct alert_record *newer = record_make("a", "X", 2);
	newer->updated_at = 2001;
	put_alert(batch, newer, ALERT_EVENT_NONE);
	struct alert_record *pending = record_make("a", "X", 3);
	pending->state = ALERT_PENDING;
	put_alert(batch, pending, ALERT_EVENT_NONE);
	write_batch(batch);
	for (int n = 1; n <= 3; n++)
		delete_alert(batch, record_make("a", "X", n));
	write_batch(batch);
	CHECK_INT(count_alerts(store), 2); // only the first was what its record says
	end(batch);
}

static void rename_source(struct store_batch *batch, const char *from, const char *to) {
	struct store_op *op = store_batch_add(batch, STORE_RENAME_SOURCE);
	op->rename.old_source = str_of(from);
	op->rename.new_source = str_of(to);
}

static void check_sources(const char *of_1, const char *of_2, const char *of_3) {
	char wanted[200];
	snprintf(wanted, sizeof wanted, "%s|%s|%s", of_1, of_2, of_3);
	char *dump = dump_alerts(store), got[200] = "";
	for (int n = 1; n <= 3; n++) {
		char mark[16];
		snprintf(mark, sizeof mark, "n=\"%d\"", n);
		char *line = strstr(dump, mark);
		CHECK(line != NULL);
		while (line > dump && line[-1] != '\n')
			line--;
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%.1s", n > 1 ? "|" : "", line);
	}
	CHECK_CSTR(got, wanted);
	free(dump);
}

TEST(renames_move_rows_and_adjacent_ones_happen_at_once) {
	struct store_batch *batch = start();
	put_alert(batch, record_make("a", "X", 1), ALERT_EVENT_NONE);
	put_alert(batch, record_make("b", "X", 2), ALERT_EVENT_NONE);
	put_alert(batch, record_make("c", "X", 3), ALERT_EVENT_NONE);
	write_batch(batch);
	rename_source(batch, "a", "z");
	write_batch(batch);
	check_sources("z", "b", "c");
	rename_source(batch, "z", "b"); // a chain and a swap in any order
	rename_source(batch, "b", "c");
	rename_source(batch, "c", "z");
	write_batch(batch);
	check_sources("b", "c", "z");
	rename_source(batch, "b", "q"); // not adjacent: one after the other
	store_batch_add(batch, STORE_PUT_GROUP)->group.key = STR("g");
	rename_source(batch, "q", "r");
	write_batch(batch);
	reopen();
	check_sources("r", "c", "z");
	end(batch);
}

static void add_event(struct store_batch *batch, const char *type) {
	struct store_op *op = store_batch_add(batch, STORE_ADD_EVENT);
	op->event = (struct store_event){ .at = 7, .type = type, .subject = STR("s"), .data = STR("{}") };
}

TEST(events_keep_their_order_and_numbers_are_not_used_again) {
	struct store_batch *batch = start();
	add_event(batch, "one");
	put_alert(batch, record_make("f\x1fgr/oup\x1fX\x1f"
	                             "1\x1f"
	                             "0",
	                     "X", 1),
	    ALERT_EVENT_PENDING);
	add_event(batch, "three");
	batch_write(store, &inbox, batch);
	CHECK_INT(batch->items[0].event.sequence, 1);
	CHECK_INT(batch->items[1].alert.record->event_sequence, 2);
	CHECK_INT(batch->items[2].event.sequence, 3);
	store_batch_clear(batch);
	reopen();
	add_event(batch, "four");
	write_batch(batch);
	char *events = dump_events(store);
	CHECK(str_has_prefix(str_of(events), STR("1 one s\n2 alert.pending rules/gr%2Foup/X/")));
	CHECK(strstr(events, "\n3 three s\n4 four s\n") != NULL);
	free(events);
	struct store_status status;
	store_status_get(store, &status);
	CHECK_INT(status.last_sequence, 4);
	end(batch);
}

TEST(a_security_alert_writes_a_violation_beside_its_event) {
	struct store_batch *batch = start();
	static const enum alert_event_kind kinds[] = { ALERT_EVENT_PENDING, ALERT_EVENT_FIRING, ALERT_EVENT_RESOLVED };
	for (int i = 0; i < 3; i++) {
		struct alert_record *record = record_make("external", "X", 1);
		labels_unref(record->labels);
		record->labels = labels_make("alertname", "X", "category", "security", NULL);
		record->fired_at = kinds[i] == ALERT_EVENT_PENDING ? 0 : 2000;
		put_alert(batch, record, kinds[i]);
	}
	write_batch(batch);
	char *events = dump_events(store);
	const char *const wanted[] = { "1 alert.pending external/X/", "2 alert.firing external/X/", "3 policy.violation.opened external/X/", "4 alert.resolved external/X/",
		"5 policy.violation.closed external/X/" };
	for (size_t i = 0; i < 5; i++)
		CHECK(strstr(events, wanted[i]) != NULL);
	free(events);
	end(batch);
}

static void put_delivery(struct store_batch *batch, const char *group, const char *integration, int64_t notification, size_t firing) {
	static const uint64_t prints[] = { 1, 0x8000000000000000, UINT64_MAX };
	store_batch_add(batch, STORE_PUT_DELIVERY)->delivery = (struct store_delivery){ .group_key = str_of(group), .integration = str_of(integration), .notification_id = notification, .attempts = 3, .refused = 2, .next_attempt = 9, .firing = prints, .firing_count = firing, .resolved = prints + 1, .resolved_count = 2 };
}

static void put_notification(struct store_batch *batch, int64_t id) {
	store_batch_add(batch, STORE_PUT_NOTIFICATION)->notification = (struct store_notification){ .id = id, .group_key = STR("g"), .data = STR("{\"a\":1}") };
}

static void delete_delivery(struct store_batch *batch, const char *integration) {
	struct store_op *op = store_batch_add(batch, STORE_DELETE_DELIVERY);
	op->delivery.group_key = STR("g");
	op->delivery.integration = str_of(integration);
}

TEST(groups_logs_and_deliveries_come_back) {
	struct store_batch *batch = start();
	static const uint64_t prints[] = { 2, UINT64_MAX };
	store_batch_add(batch, STORE_PUT_GROUP)->group = (struct store_group){ STR("g"), 1, 2, 3 };
	store_batch_add(batch, STORE_PUT_GROUP)->group = (struct store_group){ STR("g"), 4, 5, 6 };
	store_batch_add(batch, STORE_PUT_GROUP)->group = (struct store_group){ STR("gone"), 4, 5, 6 };
	store_batch_add(batch, STORE_DELETE_GROUP)->group.key = STR("gone");
	store_batch_add(batch, STORE_PUT_LOG)->log = (struct store_log){ .group_key = STR("g"), .integration = STR("i"), .told_at = 8, .firing = prints, .firing_count = 2, .left_out = prints + 1, .left_out_count = 1, .expires_at = 9 };
	store_batch_add(batch, STORE_PUT_LOG)->log = (struct store_log){ .group_key = STR("g"), .integration = STR("j"), .told_at = 8 };
	struct store_op *op = store_batch_add(batch, STORE_DELETE_LOG);
	op->log.group_key = STR("g");
	op->log.integration = STR("j");
	put_notification(batch, 77);
	put_delivery(batch, "g", "i", 77, 3);
	put_delivery(batch, "g", "j", 77, 0);
	write_batch(batch);
	reopen();
	check_text(dump_rest(store),
	    "group g next=4 wait=5 interval=6\n"
	    "log g i told=8 firing=2,ffffffffffffffff resolved= left_out=ffffffffffffffff expires=9\n"
	    "notification 77 g {\"a\":1}\n"
	    "delivery g i of=77 attempts=3 refused=2 next=9 firing=1,8000000000000000,ffffffffffffffff resolved=8000000000000000,ffffffffffffffff\n"
	    "delivery g j of=77 attempts=3 refused=2 next=9 firing= resolved=8000000000000000,ffffffffffffffff\n");
	end(batch);
}

static bool take_text(void *context, const struct store_notification *notification) {
	buf_append_str(context, notification->data);
	return true;
}

static int64_t packed_size(void) {
	struct error err;
	int64_t size = 0;
	struct database database = { 0 };
	autobuf struct buf path = { 0 };
	buf_format(&path, "%s/tocsin.db", directory);
	CHECK(database_open(&database, buf_cstr(&path), SQLITE_OPEN_READWRITE, &err));
	CHECK(database_int(&database, "SELECT length(data) FROM notification", &size, &err));
	database_close(&database);
	return size;
}

static void break_it(const char *sql) {
	struct error err;
	struct database database = { 0 };
	autobuf struct buf path = { 0 }, text = { 0 };
	buf_format(&path, "%s/tocsin.db", directory);
	CHECK(database_open(&database, buf_cstr(&path), SQLITE_OPEN_READWRITE, &err));
	CHECK(database_exec(&database, sql, &err));
	database_close(&database);
	CHECK(!store_each_notification(store, take_text, &text, &err) && err.code == ERR_CORRUPT);
}

// Of ten thousand alerts there are megabytes, most of them the same: they are packed, and come back as they were.
TEST(a_large_notification_comes_back_as_it_was_and_takes_less_room) {
	struct store_batch *batch = start();
	autobuf struct buf text = { 0 }, back = { 0 };
	struct error err;
	for (int i = 0; text.len < 1 << 20; i++)
		buf_format(&text, "{\"alertname\":\"Down\",\"instance\":\"host-%d.example.net:9100\",\"job\":\"node\"},", i);
	store_batch_add(batch, STORE_PUT_NOTIFICATION)->notification = (struct store_notification){ .id = 77, .group_key = STR("g"), .data = buf_str(&text) };
	put_delivery(batch, "g", "i", 77, 0);
	write_batch(batch);
	reopen();
	CHECK(store_each_notification(store, take_text, &back, &err));
	CHECK(str_equal(buf_str(&back), buf_str(&text)));
	CHECK(packed_size() > 0 && packed_size() < 1 << 18);
	break_it("UPDATE notification SET data = substr(data, 1, length(data) - 1)");
	break_it("UPDATE notification SET data = x'ffffffff0f'"); // four gigabytes, it says
	break_it("UPDATE notification SET data = x''");
	end(batch);
}

static bool dump_cursor(void *context, const struct store_cursor *row) {
	buf_format(context, "%.*s %lld since %lld\n", STR_ARG(row->target), (long long)row->sequence, (long long)row->since);
	return true;
}

TEST(cursors_come_back_as_they_were_put_last) {
	struct store_batch *batch = start();
	store_batch_add(batch, STORE_PUT_CURSOR)->cursor = (struct store_cursor){ STR("a"), 0, 7 };
	store_batch_add(batch, STORE_PUT_CURSOR)->cursor = (struct store_cursor){ STR("b"), 5, 0 };
	store_batch_add(batch, STORE_PUT_CURSOR)->cursor = (struct store_cursor){ STR("a"), INT64_MAX, 9 };
	store_batch_add(batch, STORE_PUT_CURSOR)->cursor = (struct store_cursor){ STR("c"), 2, 1 };
	store_batch_add(batch, STORE_DELETE_CURSOR)->cursor.target = STR("b");
	write_batch(batch);
	reopen();
	autobuf struct buf text = { 0 };
	struct error err;
	CHECK(store_each_cursor(store, dump_cursor, &text, &err));
	CHECK_CSTR(buf_cstr(&text), "a 9223372036854775807 since 7\nc 2 since 1\n");
	end(batch);
}

static bool dump_end(void *context, const struct store_event *event) {
	buf_format(context, "%d %s %.*s\n", (int)event->sequence, event->type, STR_ARG(event->data));
	return true;
}

static void check_ends(int64_t after, size_t limit, const char *wanted) {
	autobuf struct buf text = { 0 };
	struct error err;
	CHECK(store_each_end(store, after, limit, dump_end, &text, &err));
	CHECK_CSTR(buf_cstr(&text), wanted);
}

TEST(ends_of_alerts_come_newest_first) {
	static const char *const types[] = { "alert.resolved", "alert.firing", "alert.expired", "alert.pending", "policy.violation.closed", "alert.resolved", "alert.updated" };
	struct store_batch *batch = start();
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		store_batch_add(batch, STORE_ADD_EVENT)->event = (struct store_event){ .at = 1, .type = types[i], .subject = STR("s"), .data = STR("{}") };
	write_batch(batch);
	check_ends(0, 10, "6 alert.resolved {}\n3 alert.expired {}\n1 alert.resolved {}\n");
	check_ends(1, 1, "6 alert.resolved {}\n");
	check_ends(5, 10, "6 alert.resolved {}\n");
	check_ends(INT64_MAX, 10, "");
	end(batch);
}

TEST(a_notification_that_comes_and_loses_its_delivery_at_once_goes_too) {
	struct store_batch *batch = start();
	put_notification(batch, 1);
	put_delivery(batch, "g", "i", 1, 0);
	delete_delivery(batch, "i");
	put_notification(batch, 2);
	put_delivery(batch, "g", "j", 2, 0);
	put_notification(batch, 3);
	put_delivery(batch, "g", "j", 3, 0);
	put_notification(batch, 4); // the same again: its delivery stays
	put_delivery(batch, "g", "k", 4, 0);
	put_delivery(batch, "g", "k", 4, 0);
	write_batch(batch);
	char *rest = dump_rest(store);
	CHECK(strstr(rest, "notification 1 ") == NULL && strstr(rest, "notification 2 ") == NULL);
	CHECK(strstr(rest, "notification 3 ") != NULL && strstr(rest, "notification 4 ") != NULL);
	free(rest);
	end(batch);
}

TEST(a_notification_goes_with_its_last_delivery) {
	struct store_batch *batch = start();
	put_notification(batch, 1);
	put_delivery(batch, "g", "i", 1, 0);
	put_delivery(batch, "g", "j", 1, 0);
	put_notification(batch, 2); // nobody's
	write_batch(batch);
	char *rest = dump_rest(store);
	CHECK(strstr(rest, "notification 1 ") != NULL && strstr(rest, "notification 2 ") == NULL);
	free(rest);
	delete_delivery(batch, "i");
	write_batch(batch);
	rest = dump_rest(store);
	CHECK(strstr(rest, "notification 1 ") != NULL);
	free(rest);
	put_notification(batch, 3);
	put_delivery(batch, "g", "j", 3, 0); // superseded: 1 has no delivery any more
	write_batch(batch);
	rest = dump_rest(store);
	CHECK(strstr(rest, "notification 1 ") == NULL && strstr(rest, "notification 3 ") != NULL);
	free(rest);
	delete_delivery(batch, "j");
	write_batch(batch);
	check_text(dump_rest(store), "");
	end(batch);
}

static bool dump_silence(void *context, struct silence *silence) {
	struct json_writer writer = { .out = context };
	silence_write(&writer, silence, 1500);
	buf_append_char(context, '\n');
	return true;
}

TEST(silences_come_back_as_they_were_put_last) {
	struct store_batch *batch = start();
	struct silence *full = silence_make(1, 1200);
	struct error err;
	CHECK(matchers_add(&full->matchers, MATCH_NOT_REGEX, STR("ü \"x\""), STR("a|<b>"), &err));
	full->created_by = mem_dup_cstr("me <me@x>");
	full->comment = mem_dup_cstr("why\nnot");
	struct label items[] = { { STR("empty"), STR("") }, { STR("ticket"), STR("T-1") } };
	full->annotations = labels_from_sorted(items, 2);
	store_batch_add(batch, STORE_PUT_SILENCE)->silence = silence_make(1, 1100);
	store_batch_add(batch, STORE_PUT_SILENCE)->silence = full;
	store_batch_add(batch, STORE_PUT_SILENCE)->silence = silence_make(2, 1100);
	store_batch_add(batch, STORE_PUT_SILENCE)->silence = silence_make(3, 1100);
	store_batch_add(batch, STORE_DELETE_SILENCE)->silence = silence_make(2, 0);
	write_batch(batch);
	reopen();
	autobuf struct buf text = { 0 };
	CHECK(store_each_silence(store, dump_silence, &text, &err));
	check_text(buf_take(&text),
	    "{\"id\":\"00000000-0000-4000-8000-000000000001\",\"status\":{\"state\":\"active\"},\"updatedAt\":\"1970-01-01T00:00:01.200Z\","
	    "\"annotations\":{\"empty\":\"\",\"ticket\":\"T-1\"},\"comment\":\"why\\nnot\",\"createdBy\":\"me \\u003cme@x\\u003e\",\"endsAt\":\"1970-01-01T00:00:02.000Z\","
	    "\"matchers\":[{\"isEqual\":true,\"isRegex\":false,\"name\":\"n\",\"value\":\"1\"},"
	    "{\"isEqual\":false,\"isRegex\":true,\"name\":\"ü \\\"x\\\"\",\"value\":\"a|\\u003cb\\u003e\"}],\"startsAt\":\"1970-01-01T00:00:01.000Z\"}\n"
	    "{\"id\":\"00000000-0000-4000-8000-000000000003\",\"status\":{\"state\":\"active\"},\"updatedAt\":\"1970-01-01T00:00:01.100Z\","
	    "\"comment\":\"\",\"createdBy\":\"\",\"endsAt\":\"1970-01-01T00:00:02.000Z\","
	    "\"matchers\":[{\"isEqual\":true,\"isRegex\":false,\"name\":\"n\",\"value\":\"3\"}],\"startsAt\":\"1970-01-01T00:00:01.000Z\"}\n");
	end(batch);
}

TEST(the_instance_is_a_uuid_that_stays) {
	struct store_batch *batch = start();
	char before[64];
	snprintf(before, sizeof before, "%s", store_instance(store));
	CHECK_INT(strlen(before), 36);
	CHECK(before[14] == '4' && before[8] == '-' && before[23] == '-');
	reopen();
	CHECK_CSTR(store_instance(store), before);
	end(batch);
}

static bool append_mark(void *context, const struct store_mark *mark) {
	buf_format(context, "%lld:%lld ", (long long)mark->began_at, (long long)mark->evaluated_at);
	return true;
}

static void check_marks(const char *wanted) {
	autobuf struct buf marks = { 0 };
	struct error err;
	CHECK(store_each_mark(store, append_mark, &marks, &err));
	CHECK_STR(buf_str(&marks), wanted);
}

TEST(of_each_process_the_last_mark_stays) {
	struct store_batch *batch = start();
	check_marks("");
	store_batch_add(batch, STORE_PUT_MARK)->mark = (struct store_mark){ 5000, 9000 };
	store_batch_add(batch, STORE_PUT_MARK)->mark = (struct store_mark){ 1000, INT64_C(1780272000123) };
	store_batch_add(batch, STORE_PUT_MARK)->mark = (struct store_mark){ 2000, 2000 };
	store_batch_add(batch, STORE_PUT_MARK)->mark = (struct store_mark){ 5000, 8000 }; // the clock was set back
	store_batch_add(batch, STORE_DELETE_MARK)->mark.began_at = 2000;
	write_batch(batch);
	reopen();
	check_marks("1000:1780272000123 5000:8000 ");
	end(batch);
}

struct read_origins {
	struct alert_origin *items[4]; // references: what is freed could come back at the same address
	size_t count;
};

static bool note_origin(void *context, struct alert_record *record) {
	struct read_origins *origins = context;
	origins->items[origins->count++] = alert_origin_ref(record->origin);
	return origins->count < 4;
}

TEST(alerts_of_a_source_share_its_texts) {
	struct store_batch *batch = start();
	for (int i = 0; i < 3; i++)
		put_alert(batch, record_make(i < 2 ? "a" : "b", "X", i), ALERT_EVENT_FIRING);
	write_batch(batch);
	struct read_origins origins = { 0 };
	struct error err;
	CHECK(store_each_alert(store, note_origin, &origins, &err));
	CHECK_INT(origins.count, 3);
	CHECK(origins.items[0] == origins.items[1] && origins.items[2] != origins.items[1]);
	for (size_t i = 0; i < origins.count; i++)
		alert_origin_unref(origins.items[i]);
	end(batch);
}

TEST(reading_stops_when_the_reader_has_enough) {
	struct store_batch *batch = start();
	for (int i = 0; i < 5; i++)
		put_alert(batch, record_make("s", "X", i), ALERT_EVENT_FIRING);
	write_batch(batch);
	struct alert_record *got = NULL;
	struct error err;
	CHECK(store_each_alert(store, keep_record, &got, &err));
	CHECK(got != NULL);
	alert_record_unref(got);
	end(batch);
}
