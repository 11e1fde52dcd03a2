// SPDX-License-Identifier: Apache-2.0
// Killed at any moment: what was acknowledged is there, and no batch is there by half.
#include "tests/store/store_fixture.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

enum { ROUNDS = 64,
	ALERTS_A_BATCH = 3,
	CREDITS = 4 };

// One batch: three alerts with an event each, and a group with the batch's number. Of a rule and posted by turns; the posted ones end with the next batch.
static struct store_batch *batch_number(int number, struct inbox *inbox) {
	static const struct {
		const char *source;
		int from;
		enum alert_event_kind event;
	} turns[] = { { "s", 0, ALERT_EVENT_FIRING }, { "external", 1, ALERT_EVENT_FIRING }, { "external", 1, ALERT_EVENT_RESOLVED } };
	int turn = number % 3, first = (number / 3 * 3 + turns[turn].from) * ALERTS_A_BATCH;
	struct store_batch *batch = store_batch_create();
	for (int i = 0; i < ALERTS_A_BATCH; i++) {
		struct alert_record *record = record_make(turns[turn].source, "X", first + i);
		record->state = turns[turn].event == ALERT_EVENT_FIRING ? ALERT_FIRING : ALERT_INACTIVE;
		put_alert(batch, record, turns[turn].event);
	}
	store_batch_add(batch, STORE_PUT_GROUP)->group = (struct store_group){ .key = STR("g"), .next_flush = number };
	batch->message.kind = number;
	batch->reply_to = inbox;
	return batch;
}

// Writes batches from `number` on until it is killed; tells each that came back.
static void write_for_ever(const char *directory, int number, int tell) {
	struct error err;
	struct store *store = store_open(&(struct store_options){ .directory = directory, .event_keep = HOURS(24) * 36500, .ballast_bytes = 1 << 20 }, &err);
	struct inbox inbox;
	inbox_init(&inbox, 0);
	if (store == NULL || !store_start(store, &err))
		_exit(3);
	for (int i = 0; i < CREDITS; i++)
		store_post(store, batch_number(number++, &inbox));
	for (;;) {
		struct store_batch *batch = batch_wait(&inbox);
		if (!batch->is_durable || write(tell, &batch->message.kind, sizeof(int)) != sizeof(int))
			_exit(4);
		store_batch_destroy(batch);
		store_post(store, batch_number(number++, &inbox));
	}
}

static int last_told(int fd, int before) {
	int last = before;
	for (int got; read(fd, &got, sizeof got) == sizeof got;)
		last = got;
	return last;
}

// Kills after delay_us: of the start (then it may hit opening and recovery), or of the first batch that was told.
static int round_of_killing(const char *directory, int next, int delay_us, bool wait_for_first) {
	int tell[2];
	CHECK_INT(pipe(tell), 0);
	pid_t child = fork();
	if (child == 0) {
		close(tell[0]);
		write_for_ever(directory, next, tell[1]);
	}
	close(tell[1]);
	struct pollfd first = { .fd = tell[0], .events = POLLIN };
	CHECK(!wait_for_first || poll(&first, 1, 20000) == 1);
	nanosleep(&(struct timespec){ .tv_nsec = delay_us * 1000L }, NULL);
	kill(child, SIGKILL);
	int status;
	waitpid(child, &status, 0);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	int last = last_told(tell[0], next - 1);
	close(tell[0]);
	return last;
}

static bool see_group(void *context, const struct store_group *group) {
	*(int *)context = (int)group->next_flush;
	return true;
}

static bool count_event(void *context, const struct store_event *event) {
	*(int64_t *)context = event->sequence;
	return true;
}

static int64_t last_event(struct store *store) {
	int64_t last = 0, before = -1;
	struct error err;
	while (before != last) {
		before = last;
		CHECK(store_each_event(store, last, 1000, count_event, &last, &err));
	}
	return last;
}

TEST(acknowledged_batches_survive_kills_and_none_is_there_by_half) {
	char directory[200];
	snprintf(directory, sizeof directory, "%s", fresh_directory());
	int next = 0;
	unsigned seed = (unsigned)time(NULL);
	for (int i = 0; i < ROUNDS; i++) {
		int told = round_of_killing(directory, next, (int)(rand_r(&seed) % 30000), i % 3 != 0);
		struct store *store = store_here(directory);
		int written = -1; // the last batch that is there
		struct error err;
		CHECK(store_each_group(store, see_group, &written, &err));
		if (written < told)
			FAIL_TEST("round %d: batch %d was told, %d is the last written", i, told, written);
		CHECK_INT(count_alerts(store), (written + 1 - (written + 1) / 3) * ALERTS_A_BATCH);
		CHECK_INT(last_event(store), (written + 1) * ALERTS_A_BATCH);
		store_shut(store);
		next = written + 1;
	}
	CHECK(next > ROUNDS / 3 * 2); // at least a batch in the rounds that waited for one
}
