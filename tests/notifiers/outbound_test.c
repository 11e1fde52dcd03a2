// SPDX-License-Identifier: Apache-2.0
// The outbound role as a whole, with its thread between those of store and dispatcher: senders, reloads and readers at the same time.
#include "tests/harness/log_capture.h"
#include "tests/harness/test.h"
#include "tests/notifiers/dispatch_rig.h"
#include "tests/notifiers/http_receiver.h"

#include "notifiers/outbound.h"

#include <pthread.h>

enum { SENDERS = 3,
	ALERTS = 100,
	PATIENCE_MS = 20 * 1000 };

struct made_alertmanagers {
	struct alertmanager_config set;
	struct target_group group;
	struct str addresses[2];
};

struct whole {
	struct rig rig;
	struct outbound *outbound;
	struct http_receiver *receivers[2];
	struct made_alertmanagers made;
	atomic_bool is_over;
};

static struct str address_of(const struct http_receiver *receiver) {
	struct str url = str_skip(str_of(http_receiver_url(receiver)), 7);
	return str_head(url, (size_t)str_find_char(url, '/'));
}

// Nobody else is told.
static struct made_setup *make_setup(const struct whole *whole) {
	struct made_setup *setup = made_setup_create(MINUTES(10), MINUTES(10), HOURS(4));
	setup->config.alertmanagers = (struct alertmanagers_config){ &whole->made.set, 1, MINUTES(1), MINUTES(15), 1000, 64 };
	return setup;
}

static void open_whole(struct whole *whole, const char *name) {
	struct error err;
	struct made_alertmanagers *made = &whole->made;
	for (size_t i = 0; i < 2; i++)
		made->addresses[i] = address_of(whole->receivers[i]);
	made->group = (struct target_group){ .targets = made->addresses, .target_count = 2 };
	made->set = (struct alertmanager_config){ .scheme = "http", .path_prefix = "", .timeout = SECONDS(5), .http = HTTP_CONFIG_DEFAULT, .groups = &made->group, .group_count = 1 };
	struct made_setup *setup = make_setup(whole);
	notify_setup_ref(&setup->setup);
	rig_start(&whole->rig, name, setup);
	whole->outbound = outbound_create(&(struct outbound_options){ .store = whole->rig.store, .dispatcher = whole->rig.dispatcher, .setup = &setup->setup }, &err);
	CHECK(whole->outbound != NULL);
	notify_setup_unref(&setup->setup);
	CHECK(outbound_start(whole->outbound, &err));
}

static void close_whole(struct whole *whole) {
	outbound_stop(whole->outbound, 2000);
	outbound_destroy(whole->outbound);
	rig_stop(&whole->rig);
}

static void tell(struct whole *whole, const char *labels, enum alert_state state) {
	struct store_batch *batch = store_batch_create();
	struct store_op *op = store_batch_add(batch, STORE_PUT_ALERT);
	op->alert.event = state == ALERT_FIRING ? ALERT_EVENT_FIRING : ALERT_EVENT_RESOLVED;
	op->alert.record = rig_record("rule", labels, state, "said", clock_wall());
	batch->message.kind = OUTBOUND_ALERTS;
	batch->reply_to = outbound_inbox(whole->outbound);
	batch->home = &whole->rig.home;
	store_post(whole->rig.store, batch);
}

struct sender {
	struct whole *whole;
	int number;
};

static void *send_all(void *context) {
	const struct sender *sender = context;
	char labels[64];
	for (int i = 0; i < ALERTS * 2; i++) {
		snprintf(labels, sizeof labels, "alertname=\"Down\",n=\"%d-%d\"", sender->number, i % ALERTS);
		tell(sender->whole, labels, i < ALERTS ? ALERT_FIRING : ALERT_INACTIVE);
		if (i % 20 == 0)
			sleep_for(5);
	}
	return NULL;
}

static uint64_t sum_sent(struct whole *whole) {
	struct inbox answers;
	uint64_t sent = 0;
	inbox_init(&answers, 0);
	struct outbound_view_request *request = MEM_NEW(struct outbound_view_request);
	*request = (struct outbound_view_request){ .message.kind = OUTBOUND_VIEW, .reply_to = &answers };
	CHECK(inbox_post(outbound_inbox(whole->outbound), &request->message));
	inbox_wait(&answers, PATIENCE_MS);
	struct message *answer = inbox_take(&answers);
	CHECK(answer == &request->message);
	for (size_t i = 0; i < request->view->target_count; i++)
		sent += request->view->targets[i].sent;
	outbound_view_destroy(request->view);
	free(request);
	inbox_finish(&answers);
	return sent;
}

static void *read_on(void *context) {
	struct whole *whole = context;
	while (!whole->is_over) {
		sum_sent(whole);
		sleep_for(2);
	}
	return NULL;
}

static void *reload_on(void *context) {
	struct whole *whole = context;
	while (!whole->is_over) {
		struct dispatcher_reload *reload = MEM_NEW(struct dispatcher_reload);
		reload->message.kind = OUTBOUND_RELOAD;
		reload->setup = &make_setup(whole)->setup;
		CHECK(inbox_post(outbound_inbox(whole->outbound), &reload->message));
		sleep_for(10);
	}
	return NULL;
}

static bool was_told(struct http_receiver *receiver, const char *label) {
	for (size_t i = http_receiver_count(receiver); i-- > 0;)
		if (strstr(http_receiver_get(receiver, i)->body, label) != NULL)
			return true;
	return false;
}

static bool have_all(struct http_receiver *receiver, int sender) {
	char label[32];
	for (int i = 0; i < ALERTS; i++) {
		snprintf(label, sizeof label, "\"n\":\"%d-%d\"", sender, i);
		if (!was_told(receiver, label))
			return false;
	}
	return true;
}

static void wait_for_all(struct whole *whole) {
	for (mono_ms until = clock_mono() + PATIENCE_MS; clock_mono() < until; sleep_for(50)) {
		bool all = true;
		for (size_t i = 0; i < 2; i++)
			for (int sender = 0; sender < SENDERS; sender++)
				all = all && have_all(whole->receivers[i], sender);
		if (all)
			return;
	}
	FAIL_TEST("not everything was told");
}

TEST(everything_is_told_to_all_while_others_read_and_reload) {
	struct whole whole = { .receivers = { http_receiver_start(), http_receiver_start() } };
	struct sender senders[SENDERS];
	pthread_t threads[SENDERS], reader, reloader;
	open_whole(&whole, "whole");
	http_receiver_plan(whole.receivers[1], (const struct http_answer[]){ { 503, 0, NULL }, { 200, 50, NULL } }, 2);
	pthread_create(&reader, NULL, read_on, &whole);
	pthread_create(&reloader, NULL, reload_on, &whole);
	for (int i = 0; i < SENDERS; i++) {
		senders[i] = (struct sender){ &whole, i };
		pthread_create(&threads[i], NULL, send_all, &senders[i]);
	}
	for (int i = 0; i < SENDERS; i++)
		pthread_join(threads[i], NULL);
	whole.is_over = true;
	pthread_join(reader, NULL);
	pthread_join(reloader, NULL);
	wait_for_all(&whole);
	CHECK(sum_sent(&whole) >= 2 * SENDERS * ALERTS);
	close_whole(&whole);
	http_receiver_stop(whole.receivers[0]);
	http_receiver_stop(whole.receivers[1]);
}

TEST(what_was_committed_is_sent_before_the_role_ends_and_once_over_a_restart) {
	struct whole whole = { .receivers = { http_receiver_start(), http_receiver_start() } };
	open_whole(&whole, "end");
	tell(&whole, "alertname=\"Down\",n=\"1\"", ALERT_FIRING);
	CHECK(http_receiver_wait(whole.receivers[0], 1, PATIENCE_MS) && http_receiver_wait(whole.receivers[1], 1, PATIENCE_MS));
	tell(&whole, "alertname=\"Down\",n=\"1\"", ALERT_INACTIVE);
	store_stop(whole.rig.store);
	close_whole(&whole);
	CHECK_INT(http_receiver_count(whole.receivers[0]), 2);
	CHECK_INT(http_receiver_count(whole.receivers[1]), 2);
	open_whole(&whole, "end");
	sleep_for(200);
	close_whole(&whole);
	CHECK_INT(http_receiver_count(whole.receivers[0]), 2);
	http_receiver_stop(whole.receivers[0]);
	http_receiver_stop(whole.receivers[1]);
}
