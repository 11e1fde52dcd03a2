// SPDX-License-Identifier: Apache-2.0
// The writer: group commit, order, many senders, stopping, pruning.
#include "tests/store/store_fixture.h"

#include "base/buf.h"
#include "base/role.h"

#include <time.h>

static struct store_batch *batch_of(const char *source, int number, struct inbox *inbox) {
	struct store_batch *batch = store_batch_create();
	put_alert(batch, record_make(source, "X", number), ALERT_EVENT_FIRING);
	batch->reply_to = inbox;
	batch->message.kind = number;
	return batch;
}

TEST(what_waits_shares_a_transaction_and_comes_back_in_order) {
	enum { BATCHES = 2500 };
	struct store *store = store_here(fresh_directory());
	struct inbox inbox;
	inbox_init(&inbox, 0);
	for (int i = 0; i < BATCHES; i++)
		store_post(store, batch_of("s", i, &inbox));
	struct error err;
	CHECK(store_start(store, &err));
	for (int i = 0; i < BATCHES; i++) {
		struct store_batch *batch = batch_wait(&inbox);
		CHECK_INT(batch->message.kind, i);
		CHECK_INT(batch->items[0].alert.record->event_sequence, i + 1);
		CHECK(batch->is_durable);
		store_batch_destroy(batch);
	}
	struct store_status status;
	store_status_get(store, &status);
	CHECK_INT(status.commits, 3); // a thousand at most in each
	CHECK_INT(status.batches, BATCHES);
	CHECK_INT(status.operations, BATCHES);
	CHECK_INT(status.queued, 0);
	CHECK_INT(status.last_sequence, BATCHES);
	CHECK_CSTR(status.last_error, "");
	store_shut(store);
	inbox_finish(&inbox);
}

TEST(stopping_writes_what_is_queued) {
	const char *fresh = fresh_directory();
	char directory[200];
	snprintf(directory, sizeof directory, "%s", fresh);
	struct store *store = store_running(directory);
	for (int i = 0; i < 300; i++)
		store_post(store, batch_of("s", i, NULL));
	store_shut(store);
	store = store_here(directory);
	CHECK_INT(count_alerts(store), 300);
	store_post(store, batch_of("s", 300, NULL)); // never started
	store_shut(store);
	store = store_here(directory);
	CHECK_INT(count_alerts(store), 301);
	store_shut(store);
}

struct sender {
	struct role_thread thread;
	struct store *store;
	char source[16];
	bool in_order;
};

enum { SENDERS = 4,
	SENDS = 200 };

static void sender_main(void *role) {
	struct sender *sender = role;
	struct inbox inbox;
	inbox_init(&inbox, 0);
	int back = 0;
	sender->in_order = true;
	for (int sent = 0; back < SENDS;) {
		for (; sent < SENDS && sent - back < 8; sent++)
			store_post(sender->store, batch_of(sender->source, sent, &inbox));
		inbox_wait(&inbox, 10000);
		struct message *next;
		for (struct message *at = inbox_take(&inbox); at != NULL; at = next) {
			next = at->next;
			sender->in_order &= at->kind == back++;
			store_batch_destroy((struct store_batch *)at);
		}
	}
	inbox_finish(&inbox);
}

static bool note_sequence(void *context, const struct store_event *event) {
	int64_t *last = context;
	if (event->sequence != *last + 1)
		return false;
	*last = event->sequence;
	return true;
}

static void reader_main(void *role) {
	struct store *store = role;
	int64_t last = 0;
	mono_ms until = clock_mono() + 20000;
	while (last < SENDERS * SENDS && clock_mono() < until) {
		struct error err;
		if (!store_each_event(store, last, 100, note_sequence, &last, &err))
			break;
		struct store_status status;
		store_status_get(store, &status);
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
}

TEST(many_senders_and_readers_meet_in_one_order) {
	struct store *store = store_running(fresh_directory());
	struct sender senders[SENDERS] = { 0 };
	struct role_thread readers[2] = { 0 };
	struct error err;
	for (int i = 0; i < 2; i++)
		CHECK(role_start(&readers[i], "reader", reader_main, store, &err));
	for (int i = 0; i < SENDERS; i++) {
		senders[i].store = store;
		snprintf(senders[i].source, sizeof senders[i].source, "s%d", i);
		CHECK(role_start(&senders[i].thread, "sender", sender_main, &senders[i], &err));
	}
	for (int i = 0; i < SENDERS; i++) {
		role_join(&senders[i].thread);
		CHECK(senders[i].in_order);
	}
	for (int i = 0; i < 2; i++)
		role_join(&readers[i]);
	int64_t last = 0;
	CHECK(store_each_event(store, 0, 1000, note_sequence, &last, &err));
	CHECK_INT(last, SENDERS * SENDS);
	CHECK_INT(count_alerts(store), SENDERS * SENDS);
	store_shut(store);
}

static bool first_sequence(void *context, const struct store_event *event) {
	*(int64_t *)context = event->sequence;
	return false;
}

static int64_t oldest_event(struct store *store) {
	int64_t sequence = 0;
	struct error err;
	CHECK(store_each_event(store, 0, 1, first_sequence, &sequence, &err));
	return sequence;
}

// Waits until the oldest event is the wanted one.
static void wait_oldest(struct store *store, int64_t wanted) {
	mono_ms until = clock_mono() + 10000;
	while (oldest_event(store) != wanted && clock_mono() < until)
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	CHECK_INT(oldest_event(store), wanted);
}

static void add_events(struct store_batch *batch, size_t count, wall_ms at) {
	for (size_t i = 0; i < count; i++)
		store_batch_add(batch, STORE_ADD_EVENT)->event = (struct store_event){ .at = at, .type = "t", .subject = STR("s"), .data = STR("{}") };
}

static struct store *open_keeping(const char *directory, size_t rows, dur_ms age) {
	struct error err = { 0 };
	struct store *store = store_open(&(struct store_options){ .directory = directory, .event_keep_rows = rows, .event_keep = age }, &err);
	if (store == NULL || !store_start(store, &err))
		FAIL_TEST("%s", err.text);
	return store;
}

TEST(events_beyond_the_bound_are_removed_when_idle) {
	char directory[200];
	snprintf(directory, sizeof directory, "%s", fresh_directory());
	struct inbox inbox;
	inbox_init(&inbox, 0);
	struct store *store = store_running(directory);
	struct store_batch *batch = store_batch_create();
	add_events(batch, 5000, clock_wall());
	batch_write(store, &inbox, batch);
	store_shut(store);
	store = open_keeping(directory, 100, HOURS(1));
	wait_oldest(store, 4901);
	store_shut(store);
	store_batch_destroy(batch);
	inbox_finish(&inbox);
}

TEST(events_that_are_too_old_are_removed_and_the_newest_number_is_kept) {
	char directory[200];
	snprintf(directory, sizeof directory, "%s", fresh_directory());
	struct inbox inbox;
	inbox_init(&inbox, 0);
	struct store *store = store_running(directory);
	struct store_batch *batch = store_batch_create();
	add_events(batch, 3000, clock_wall() - HOURS(2));
	batch_write(store, &inbox, batch);
	store_shut(store);
	store = open_keeping(directory, 0, HOURS(1));
	wait_oldest(store, 0); // none
	store_batch_clear(batch);
	add_events(batch, 1, clock_wall());
	batch_write(store, &inbox, batch);
	CHECK_INT(batch->items[0].event.sequence, 3001);
	store_shut(store);
	store_batch_destroy(batch);
	inbox_finish(&inbox);
}

TEST(an_alert_outlives_the_event_that_said_what_it_is) {
	char directory[200];
	snprintf(directory, sizeof directory, "%s", fresh_directory());
	struct inbox inbox;
	inbox_init(&inbox, 0);
	struct store *store = store_running(directory);
	struct store_batch *batch = store_batch_create();
	put_alert(batch, record_make("s", "X", 1), ALERT_EVENT_FIRING);
	batch_write(store, &inbox, batch);
	char *before = dump_alerts(store);
	store_shut(store);
	store = open_keeping(directory, 0, HOURS(1)); // it is from 1970
	wait_oldest(store, 0);
	char *after = dump_alerts(store);
	CHECK_CSTR(after, before);
	store_batch_clear(batch);
	struct alert_record *record = record_make("s", "X", 1);
	record->updated_at = clock_wall();
	put_alert(batch, record, ALERT_EVENT_RESOLVED);
	batch_write(store, &inbox, batch);
	CHECK_INT(record->event_sequence, 2);
	CHECK_INT(count_alerts(store), 1);
	store_shut(store);
	free(before), free(after);
	store_batch_destroy(batch);
	inbox_finish(&inbox);
}

// Slots are not written in their order: an event that came later may be older.
TEST(only_a_beginning_of_the_events_is_removed_and_no_number_is_given_twice) {
	char directory[200];
	snprintf(directory, sizeof directory, "%s", fresh_directory());
	struct inbox inbox;
	inbox_init(&inbox, 0);
	struct store *store = store_running(directory);
	struct store_batch *batch = store_batch_create();
	wall_ms then = clock_wall() - HOURS(10);
	for (int i = 1; i <= 4; i++) {
		struct alert_record *record = record_make("s", "X", i);
		record->updated_at = i == 1 ? then + MINUTES(60) : then;
		put_alert(batch, record, ALERT_EVENT_FIRING);
	}
	batch_write(store, &inbox, batch);
	char *before = dump_alerts(store);
	store_shut(store);
	store = open_keeping(directory, 0, HOURS(10) - MINUTES(30)); // all but the first are older: it has the time to remove them
	nanosleep(&(struct timespec){ .tv_nsec = 300000000 }, NULL);
	CHECK_INT(oldest_event(store), 1);
	store_shut(store);
	store = open_keeping(directory, 0, HOURS(1));
	wait_oldest(store, 0);
	store_shut(store);
	store = store_running(directory);
	char *after = dump_alerts(store);
	CHECK_CSTR(after, before);
	store_batch_clear(batch);
	struct alert_record *ended = record_make("s", "X", 4);
	ended->state = ALERT_INACTIVE;
	put_alert(batch, ended, ALERT_EVENT_RESOLVED);
	batch_write(store, &inbox, batch);
	CHECK_INT(ended->event_sequence, 5);
	store_shut(store);
	store = store_here(directory);
	CHECK_INT(count_alerts(store), 4); // each can be read
	store_shut(store);
	free(before), free(after);
	store_batch_destroy(batch);
	inbox_finish(&inbox);
}
