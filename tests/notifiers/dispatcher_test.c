// SPDX-License-Identifier: Apache-2.0
// The dispatcher as a whole: real store, real HTTP receivers, real time in small doses.
#include "tests/harness/test.h"
#include "tests/notifiers/dispatch_rig.h"
#include "tests/notifiers/http_receiver.h"

#include <signal.h>
#include <sys/wait.h>

static bool has(const struct received *received, const char *text) {
	return strstr(received->body, text) != NULL;
}

TEST(alerts_of_one_group_arrive_in_one_notification_and_its_outcome_is_stored) {
	struct http_receiver *receiver = http_receiver_start();
	struct made_setup *made = made_setup_create(200, 300, HOURS(4));
	struct rig rig;
	made_setup_webhook(made, 0, http_receiver_url(receiver));
	rig_start(&rig, "grouping", made);
	rig_tell(&rig, "alertname=\"Down\",job=\"a\"", ALERT_FIRING, "a is down");
	rig_tell(&rig, "alertname=\"Down\",job=\"b\"", ALERT_FIRING, "b is down");
	rig_tell(&rig, "alertname=\"Slow\",job=\"a\"", ALERT_FIRING, "a is slow");
	CHECK(http_receiver_wait(receiver, 2, 3000));
	sleep_for(400); // one more tick: nothing is owed
	CHECK_INT(http_receiver_count(receiver), 2);
	size_t down = has(http_receiver_get(receiver, 0), "a is down") ? 0 : 1;
	CHECK(has(http_receiver_get(receiver, down), "b is down"));
	CHECK(has(http_receiver_get(receiver, down), "\"groupKey\":\"{}:{alertname=\\\"Down\\\"}\""));
	CHECK(has(http_receiver_get(receiver, 1 - down), "a is slow"));
	CHECK_INT(rig_delivery_rows(&rig), 0);
	CHECK_INT(rig_log_rows(&rig), 2);
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

TEST(a_resolve_is_told_once_and_the_group_ends) {
	struct http_receiver *receiver = http_receiver_start();
	struct made_setup *made = made_setup_create(50, 200, HOURS(4));
	struct rig rig;
	made_setup_webhook(made, 0, http_receiver_url(receiver));
	rig_start(&rig, "resolve", made);
	rig_tell(&rig, "alertname=\"Down\"", ALERT_FIRING, "down");
	CHECK(http_receiver_wait(receiver, 1, 3000));
	rig_tell(&rig, "alertname=\"Down\"", ALERT_INACTIVE, "was down");
	CHECK(http_receiver_wait(receiver, 2, 3000));
	sleep_for(500);
	CHECK_INT(http_receiver_count(receiver), 2);
	CHECK(has(http_receiver_get(receiver, 1), "\"status\":\"resolved\""));
	CHECK(has(http_receiver_get(receiver, 1), "\"notification_reason\":\"all alerts resolved\""));
	CHECK(has(http_receiver_get(receiver, 1), "was down"));
	CHECK_INT(rig_log_rows(&rig), 0);
	CHECK_INT(dispatcher_metrics(rig.dispatcher)->groups, 0);
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

TEST(a_firing_alert_is_repeated_at_the_first_tick_that_is_due) {
	struct http_receiver *receiver = http_receiver_start();
	struct made_setup *made = made_setup_create(0, 100, 300);
	struct rig rig;
	made_setup_webhook(made, 0, http_receiver_url(receiver));
	rig_start(&rig, "repeat", made);
	rig_tell(&rig, "alertname=\"Down\"", ALERT_FIRING, "down");
	CHECK(http_receiver_wait(receiver, 3, 5000));
	for (size_t i = 1; i < 3; i++) {
		mono_ms between = http_receiver_get(receiver, i)->at - http_receiver_get(receiver, i - 1)->at;
		CHECK(between > 220 && between < 590);
		CHECK(has(http_receiver_get(receiver, i), "repeat interval elapsed"));
	}
	CHECK(dispatcher_metrics(rig.dispatcher)->repeats >= 2);
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

TEST(an_answer_of_500_is_tried_again_and_one_of_429_after_what_it_asks) {
	static const struct http_answer answers[] = { { 500, 0, NULL }, { 429, 0, "Retry-After: 2\r\n" } };
	struct http_receiver *receiver = http_receiver_start();
	struct made_setup *made = made_setup_create(0, HOURS(1), HOURS(4));
	struct rig rig;
	made_setup_webhook(made, 0, http_receiver_url(receiver));
	http_receiver_plan(receiver, answers, 2);
	rig_start(&rig, "retry", made);
	rig_tell(&rig, "alertname=\"Down\"", ALERT_FIRING, "down");
	CHECK(http_receiver_wait(receiver, 3, 8000));
	mono_ms first = http_receiver_get(receiver, 1)->at - http_receiver_get(receiver, 0)->at;
	mono_ms second = http_receiver_get(receiver, 2)->at - http_receiver_get(receiver, 1)->at;
	CHECK(first >= 240 && first < 1900); // 500 ms ± half, on a busy machine
	CHECK(second >= 1990);
	sleep_for(200);
	CHECK_INT(http_receiver_count(receiver), 3);
	CHECK_INT(rig_delivery_rows(&rig), 0);
	CHECK_INT(dispatcher_metrics(rig.dispatcher)->integrations[INTEGRATION_WEBHOOK].failed_requests, 2);
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

TEST(a_final_answer_ends_the_flush_and_the_next_tick_tries_again) {
	static const struct http_answer answers[] = { { 400, 0, NULL } };
	struct http_receiver *receiver = http_receiver_start();
	struct made_setup *made = made_setup_create(0, 500, HOURS(4));
	struct rig rig;
	made_setup_webhook(made, 0, http_receiver_url(receiver));
	http_receiver_plan(receiver, answers, 1);
	rig_start(&rig, "final", made);
	rig_tell(&rig, "alertname=\"Down\"", ALERT_FIRING, "down");
	CHECK(http_receiver_wait(receiver, 2, 3000));
	mono_ms between = http_receiver_get(receiver, 1)->at - http_receiver_get(receiver, 0)->at;
	CHECK(between > 400); // at the tick; a back-off could be shorter
	CHECK(has(http_receiver_get(receiver, 1), "first notification"));
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

TEST(a_slow_receiver_gets_eight_at_a_time_and_stalls_nobody_else) {
	struct http_receiver *slow = http_receiver_start(), *quick = http_receiver_start();
	struct made_setup *made = made_setup_create(0, HOURS(1), HOURS(4));
	struct rig rig;
	http_receiver_always(slow, (struct http_answer){ .status = 200, .delay = 700 });
	made_setup_webhook(made, 0, http_receiver_url(slow));
	made_setup_webhook(made, 0, http_receiver_url(quick));
	rig_start(&rig, "slow", made);
	mono_ms began = clock_mono();
	for (int i = 0; i < 40; i++) {
		char labels[40];
		snprintf(labels, sizeof labels, "alertname=\"Down%d\"", i);
		rig_tell(&rig, labels, ALERT_FIRING, "down");
	}
	CHECK(http_receiver_wait(quick, 40, 3000));
	CHECK(clock_mono() - began < 2000);
	CHECK(http_receiver_wait(slow, 40, 10000));
	CHECK_INT(http_receiver_max_parallel(slow), 8);
	rig_stop(&rig);
	http_receiver_stop(slow);
	http_receiver_stop(quick);
}

TEST(a_receiver_without_integrations_pins_nothing) {
	struct made_setup *made = made_setup_create(0, 100, HOURS(4));
	struct rig rig;
	rig_start(&rig, "blackhole", made);
	rig_tell_record(&rig, rig_record("rule", "alertname=\"Down\"", ALERT_FIRING, "down", clock_wall() - HOURS(2)));
	sleep_for(100);
	CHECK_INT(dispatcher_metrics(rig.dispatcher)->groups, 1);
	rig_tell_record(&rig, rig_record("rule", "alertname=\"Down\"", ALERT_INACTIVE, "down", clock_wall() - HOURS(1)));
	sleep_for(400);
	CHECK_INT(dispatcher_metrics(rig.dispatcher)->groups, 0);
	CHECK_INT(rig_alert_rows(&rig), 0);
	rig_stop(&rig);
}

TEST(a_resolved_alert_stays_in_the_store_while_its_end_is_owed) {
	struct http_receiver *receiver = http_receiver_start();
	struct made_setup *made = made_setup_create(0, 100, HOURS(4));
	struct rig rig;
	made_setup_webhook(made, 0, http_receiver_url(receiver));
	rig_start(&rig, "pinned", made);
	rig_tell_record(&rig, rig_record("rule", "alertname=\"Down\"", ALERT_FIRING, "down", clock_wall() - HOURS(2)));
	CHECK(http_receiver_wait(receiver, 1, 3000));
	sleep_for(50);
	http_receiver_always(receiver, (struct http_answer){ .status = 503 });
	rig_tell_record(&rig, rig_record("rule", "alertname=\"Down\"", ALERT_INACTIVE, "down", clock_wall() - HOURS(1)));
	CHECK(http_receiver_wait(receiver, 2, 3000));
	sleep_for(300);
	CHECK_INT(rig_alert_rows(&rig), 1);
	http_receiver_always(receiver, (struct http_answer){ .status = 200 });
	sleep_for(3000);
	CHECK_INT(rig_alert_rows(&rig), 0);
	CHECK_INT(rig_log_rows(&rig), 0);
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

// Runs a dispatcher in a process of its own until it is killed. Alerts "Down" and "Slow" fire there.
static void child_main(int from_parent, const char *directory) {
	char url[64] = { 0 };
	struct rig rig;
	struct made_setup *made = made_setup_create(0, 400, HOURS(4));
	if (read(from_parent, url, sizeof url - 1) <= 0)
		_exit(1);
	made_setup_webhook(made, 0, url);
	rig_start(&rig, directory, made);
	rig_tell(&rig, "alertname=\"Slow\"", ALERT_FIRING, "slow");
	sleep_for(300);
	rig_tell(&rig, "alertname=\"Down\"", ALERT_FIRING, "down");
	for (;;)
		sleep_for(1000);
}

TEST(after_a_kill_only_what_was_in_flight_is_repeated_and_nothing_is_lost) {
	int pipe_fds[2];
	test_directory(); // made here, not in the child
	CHECK(pipe(pipe_fds) == 0);
	pid_t child = fork();
	if (child == 0)
		child_main(pipe_fds[0], "kill");
	static const struct http_answer answers[] = { { 200, 0, NULL }, { 200, 5000, NULL } };
	struct http_receiver *receiver = http_receiver_start();
	const char *url = http_receiver_url(receiver);
	http_receiver_plan(receiver, answers, 2);
	CHECK(write(pipe_fds[1], url, strlen(url)) > 0);
	CHECK(http_receiver_wait(receiver, 2, 5000));
	CHECK(has(http_receiver_get(receiver, 0), "Slow") && has(http_receiver_get(receiver, 1), "Down"));
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	struct made_setup *made = made_setup_create(0, 400, HOURS(4));
	struct rig rig;
	made_setup_webhook(made, 0, url);
	rig_start(&rig, "kill", made);
	CHECK(http_receiver_wait(receiver, 3, 3000));
	sleep_for(900);
	CHECK_INT(http_receiver_count(receiver), 3); // Slow was told; it is not told again
	CHECK_CSTR(http_receiver_get(receiver, 2)->body, http_receiver_get(receiver, 1)->body);
	rig_tell(&rig, "alertname=\"Slow\"", ALERT_INACTIVE, "no longer slow");
	CHECK(http_receiver_wait(receiver, 4, 3000));
	CHECK(has(http_receiver_get(receiver, 3), "no longer slow"));
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

TEST(an_alert_that_resolves_while_nobody_runs_is_told_so_when_its_start_was_maybe_told) {
	struct http_receiver *receiver = http_receiver_start();
	struct made_setup *made = made_setup_create(0, 200, HOURS(4));
	struct rig rig;
	http_receiver_always(receiver, (struct http_answer){ .status = 0 }); // takes the request, never answers
	made_setup_webhook(made, 0, http_receiver_url(receiver));
	rig_start(&rig, "maybe", made);
	rig_tell(&rig, "alertname=\"Down\"", ALERT_FIRING, "down");
	CHECK(http_receiver_wait(receiver, 1, 3000));
	sleep_for(50);
	rig_tell(&rig, "alertname=\"Down\"", ALERT_INACTIVE, "down");
	sleep_for(20);
	rig_stop(&rig);
	size_t before = http_receiver_count(receiver);
	http_receiver_always(receiver, (struct http_answer){ .status = 200 });
	made = made_setup_create(0, 200, HOURS(4));
	made_setup_webhook(made, 0, http_receiver_url(receiver));
	rig_start(&rig, "maybe", made);
	CHECK(http_receiver_wait(receiver, before + 1, 5000));
	sleep_for(800);
	CHECK(has(http_receiver_get(receiver, http_receiver_count(receiver) - 1), "\"status\":\"resolved\""));
	CHECK_INT(rig_log_rows(&rig), 0);
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

TEST(a_reload_keeps_timers_and_what_was_told_and_tells_a_new_integration) {
	struct http_receiver *receiver = http_receiver_start(), *other = http_receiver_start();
	struct made_setup *made = made_setup_create(0, 600, HOURS(4));
	struct rig rig;
	made_setup_webhook(made, 0, http_receiver_url(receiver));
	rig_start(&rig, "reload", made);
	rig_tell(&rig, "alertname=\"Down\"", ALERT_FIRING, "down");
	CHECK(http_receiver_wait(receiver, 1, 3000));
	mono_ms began = http_receiver_get(receiver, 0)->at;
	sleep_for(200);
	made = made_setup_create(0, 600, HOURS(4));
	made_setup_webhook(made, 0, http_receiver_url(other)); // before the old one: paired by content all the same
	made_setup_webhook(made, 0, http_receiver_url(receiver));
	rig_reload(&rig, made);
	CHECK(http_receiver_wait(other, 1, 3000));
	mono_ms after = http_receiver_get(other, 0)->at - began;
	CHECK(after > 500 && after < 900); // at the group's next tick, not at once
	sleep_for(800);
	CHECK_INT(http_receiver_count(receiver), 1);
	CHECK_INT(http_receiver_count(other), 1);
	CHECK_INT(rig_log_rows(&rig), 2);
	rig_stop(&rig);
	http_receiver_stop(receiver);
	http_receiver_stop(other);
}

static bool note_cancelled(void *context, const struct store_event *event) {
	if (strstr(event->type, "delivery.cancelled") != NULL)
		++*(size_t *)context;
	return true;
}

TEST(an_integration_that_is_gone_cancels_its_delivery_with_an_event) {
	struct http_receiver *receiver = http_receiver_start(), *other = http_receiver_start();
	struct made_setup *made = made_setup_create(0, HOURS(1), HOURS(4));
	struct rig rig;
	struct error err;
	size_t cancelled = 0;
	http_receiver_always(receiver, (struct http_answer){ .status = 503 });
	made_setup_webhook(made, 0, http_receiver_url(other));
	made_setup_webhook(made, 0, http_receiver_url(receiver));
	rig_start(&rig, "gone", made);
	rig_tell(&rig, "alertname=\"Down\"", ALERT_FIRING, "down");
	CHECK(http_receiver_wait(receiver, 1, 3000));
	sleep_for(50);
	CHECK_INT(rig_delivery_rows(&rig), 1);
	made = made_setup_create(0, HOURS(1), HOURS(4));
	made_setup_webhook(made, 0, http_receiver_url(other));
	rig_reload(&rig, made);
	sleep_for(1500);
	CHECK_INT(rig_delivery_rows(&rig), 0);
	CHECK(http_receiver_count(receiver) <= 2);
	CHECK(store_each_event(rig.store, 0, 100, note_cancelled, &cancelled, &err));
	CHECK_INT(cancelled, 1);
	CHECK_INT(http_receiver_count(other), 1);
	rig_stop(&rig);
	http_receiver_stop(receiver);
	http_receiver_stop(other);
}

TEST(a_view_shows_firing_alerts_with_their_receivers) {
	struct made_setup *made = made_setup_create(0, HOURS(1), HOURS(4));
	struct rig rig;
	struct inbox answers;
	made_setup_receiver(made, "team");
	made_setup_child(made, "team=\"a\"", 1)->continues = true;
	made_setup_child(made, "team=~\".+\"", 0);
	rig_start(&rig, "view", made);
	inbox_init(&answers, 0);
	rig_tell(&rig, "alertname=\"Down\",team=\"a\"", ALERT_FIRING, "down");
	rig_tell(&rig, "alertname=\"Slow\"", ALERT_PENDING, "slow");
	sleep_for(200);
	struct dispatcher_view_request request = { .message.kind = DISPATCHER_VIEW, .reply_to = &answers, .reply_kind = 77 };
	CHECK(inbox_post(dispatcher_inbox(rig.dispatcher), &request.message));
	inbox_wait(&answers, 2000);
	CHECK(inbox_take(&answers) == &request.message && request.message.kind == 77);
	CHECK_INT(request.view->alert_count, 1);
	CHECK_INT(request.view->alerts[0]->receiver_count, 2);
	CHECK_CSTR(request.view->alerts[0]->receivers[0], "team");
	CHECK_CSTR(request.view->alerts[0]->receivers[1], "hook");
	dispatch_view_unref(request.view);
	inbox_finish(&answers);
	rig_stop(&rig);
}

TEST(an_alert_whose_for_was_raised_is_told_as_ended_even_when_it_never_fires_again) {
	struct http_receiver *receiver = http_receiver_start();
	struct made_setup *made = made_setup_create(0, 100, HOURS(4));
	struct rig rig;
	made_setup_webhook(made, 0, http_receiver_url(receiver));
	rig_start(&rig, "raised", made);
	rig_tell(&rig, "alertname=\"Down\"", ALERT_FIRING, "down");
	CHECK(http_receiver_wait(receiver, 1, 3000));
	rig_tell(&rig, "alertname=\"Down\"", ALERT_PENDING, "held longer");
	CHECK(http_receiver_wait(receiver, 2, 3000));
	CHECK(strstr(http_receiver_get(receiver, 1)->body, "\"status\":\"resolved\"") != NULL);
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

static struct alert_record *expired(const char *labels) {
	struct alert_record *record = rig_record("rules.yml;group;rule", labels, ALERT_INACTIVE, "came and went", clock_wall());
	record->fired_at = 0;
	return record;
}

TEST(an_end_is_told_after_a_restart_when_the_alert_was_pending_meanwhile_and_expired) {
	struct http_receiver *receiver = http_receiver_start();
	struct made_setup *made = made_setup_create(0, 1500, HOURS(4));
	struct rig rig;
	made_setup_webhook(made, 0, http_receiver_url(receiver));
	rig_start(&rig, "expired", made);
	rig_tell(&rig, "alertname=\"Down\"", ALERT_FIRING, "down");
	CHECK(http_receiver_wait(receiver, 1, 3000));
	rig_tell(&rig, "alertname=\"Down\"", ALERT_INACTIVE, "ended");
	rig_tell(&rig, "alertname=\"Down\"", ALERT_PENDING, "came");
	rig_tell_record(&rig, expired("alertname=\"Down\""));
	sleep_for(100);
	rig_stop(&rig);
	made = made_setup_create(0, 1500, HOURS(4));
	made_setup_webhook(made, 0, http_receiver_url(receiver));
	rig_start(&rig, "expired", made);
	CHECK(http_receiver_wait(receiver, 2, 4000));
	CHECK(strstr(http_receiver_get(receiver, 1)->body, "\"status\":\"resolved\"") != NULL);
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

TEST(an_alert_that_never_fired_leaves_no_row_once_it_expired) {
	struct made_setup *made = made_setup_create(0, 1000, HOURS(4));
	struct rig rig;
	rig_start(&rig, "never", made);
	rig_tell(&rig, "alertname=\"Down\"", ALERT_PENDING, "came");
	sleep_for(100);
	CHECK_INT(rig_alert_rows(&rig), 1);
	rig_tell_record(&rig, expired("alertname=\"Down\""));
	sleep_for(200);
	CHECK_INT(rig_alert_rows(&rig), 0);
	rig_stop(&rig);
}

// ---- silences

enum { SILENCE_ANSWER = 1,
	SILENCES_ANSWER };

static struct message *next_answer(struct inbox *inbox) {
	for (struct message *message;;) {
		if ((message = inbox_take(inbox)) != NULL)
			return message;
		struct pollfd wake = { .fd = inbox_fd(inbox), .events = POLLIN };
		CHECK(poll(&wake, 1, 5000) > 0);
	}
}

// Ends the silence `id` when there are no matchers. Its answer, freed by the caller.
static struct dispatcher_silence_request *change_silence(struct rig *rig, const char *matchers, const char *id) {
	struct inbox inbox;
	struct error err;
	struct dispatcher_silence_request *request = MEM_NEW(struct dispatcher_silence_request);
	inbox_init(&inbox, 0);
	request->message.kind = DISPATCHER_SILENCE;
	request->reply_to = &inbox;
	request->reply_kind = SILENCE_ANSWER;
	snprintf(request->id, sizeof request->id, "%s", id);
	if (matchers != NULL) {
		request->wanted = silence_create();
		memcpy(request->wanted->id, request->id, sizeof request->id);
		CHECK(matchers_parse(&request->wanted->matchers, str_of(matchers), MATCHER_FALLBACK, &err));
		request->wanted->ends_at = clock_wall() + HOURS(1);
	}
	CHECK(inbox_post(dispatcher_inbox(rig->dispatcher), &request->message));
	CHECK(next_answer(&inbox) == &request->message);
	inbox_finish(&inbox);
	return request;
}

static struct silence_view *silences(struct rig *rig) {
	struct inbox inbox;
	inbox_init(&inbox, 0);
	struct dispatcher_silences_request request = { .message.kind = DISPATCHER_SILENCES, .reply_to = &inbox, .reply_kind = SILENCES_ANSWER };
	CHECK(inbox_post(dispatcher_inbox(rig->dispatcher), &request.message));
	CHECK(next_answer(&inbox) == &request.message);
	inbox_finish(&inbox);
	return request.view;
}

static void check_silences(struct rig *rig, size_t count, enum silence_state state) {
	struct silence_view *view = silences(rig);
	CHECK_INT(view->count, count);
	for (size_t i = 0; i < count; i++)
		CHECK(silence_state_at(view->silences[i], clock_wall()) == state);
	silence_view_unref(view);
}

TEST(a_silence_is_stored_when_it_is_answered_and_ends_when_it_is_told_to) {
	struct made_setup *made = made_setup_create(50, 200, HOURS(4));
	struct rig rig;
	made->config.data_retention = HOURS(120);
	ref_take(&made->setup.ref);
	rig_start(&rig, "silences", made);
	struct dispatcher_silence_request *made_one = change_silence(&rig, "alertname=\"Down\"", "");
	CHECK(made_one->ok && strlen(made_one->id) == SILENCE_ID_LEN);
	check_silences(&rig, 1, SILENCE_ACTIVE);
	rig_stop(&rig);
	rig_start(&rig, "silences", made);
	check_silences(&rig, 1, SILENCE_ACTIVE);
	struct dispatcher_silence_request *refused = change_silence(&rig, "a=\"\"", "");
	CHECK(!refused->ok && refused->err.code == ERR_INVALID);
	struct dispatcher_silence_request *unknown = change_silence(&rig, NULL, "nobody");
	CHECK(!unknown->ok && unknown->err.code == ERR_NOT_FOUND);
	struct dispatcher_silence_request *ended = change_silence(&rig, NULL, made_one->id);
	CHECK(ended->ok);
	check_silences(&rig, 1, SILENCE_EXPIRED);
	free(made_one);
	free(refused);
	free(unknown);
	free(ended);
	rig_stop(&rig);
}

TEST(a_silence_is_forgotten_when_its_retention_has_passed) {
	struct made_setup *made = made_setup_create(50, 200, HOURS(4));
	struct rig rig;
	made->config.data_retention = 100;
	rig_start(&rig, "forgotten_silences", made);
	struct dispatcher_silence_request *made_one = change_silence(&rig, "alertname=\"Down\"", "");
	free(change_silence(&rig, NULL, made_one->id));
	check_silences(&rig, 1, SILENCE_EXPIRED);
	sleep_for(300);
	check_silences(&rig, 0, SILENCE_EXPIRED);
	free(made_one);
	rig_stop(&rig);
}
