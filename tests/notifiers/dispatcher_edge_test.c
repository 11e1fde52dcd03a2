// SPDX-License-Identifier: Apache-2.0
// The dispatcher as a whole where things go wrong: doubt, refusal, superseding, edited configurations, many groups.
#include "tests/harness/log_capture.h"
#include "tests/harness/test.h"
#include "tests/notifiers/dispatch_rig.h"
#include "tests/notifiers/http_receiver.h"

#include "base/fs.h"

static bool has(const struct received *received, const char *text) {
	return strstr(received->body, text) != NULL;
}

// One webhook, told at once.
static struct made_setup *hook_to(struct http_receiver *receiver, dur_ms group_interval) {
	struct made_setup *made = made_setup_create(0, group_interval, HOURS(4));
	made_setup_webhook(made, 0, http_receiver_url(receiver));
	return made;
}

// A dispatcher that has heard of one alert.
static void start_down(struct rig *rig, const char *directory, struct made_setup *made) {
	rig_start(rig, directory, made);
	rig_tell(rig, "alertname=\"Down\"", ALERT_FIRING, "down");
}

TEST(without_send_resolved_an_end_is_not_told_and_a_new_start_is) {
	struct http_receiver *receiver = http_receiver_start();
	struct made_setup *made = made_setup_create(0, 100, HOURS(4));
	struct rig rig;
	made_setup_webhook(made, 0, http_receiver_url(receiver))->webhook.send_resolved = false;
	rig_start(&rig, "unresolved", made);
	rig_tell(&rig, "alertname=\"Down\",n=\"1\"", ALERT_FIRING, "one");
	rig_tell(&rig, "alertname=\"Down\",n=\"2\"", ALERT_FIRING, "two");
	CHECK(http_receiver_wait(receiver, 1, 3000));
	for (int i = 0; i < 150 && !has(http_receiver_get(receiver, http_receiver_count(receiver) - 1), "two"); i++)
		sleep_for(20); // with the first one, or at the next tick
	size_t before = http_receiver_count(receiver);
	rig_tell(&rig, "alertname=\"Down\",n=\"2\"", ALERT_INACTIVE, "two");
	sleep_for(300);
	CHECK_INT(http_receiver_count(receiver), before);
	rig_tell(&rig, "alertname=\"Down\",n=\"2\"", ALERT_FIRING, "two again");
	CHECK(http_receiver_wait(receiver, before + 1, 3000));
	CHECK(has(http_receiver_get(receiver, before), "new alerts added"));
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

TEST(an_end_is_owed_after_a_doubtful_attempt_even_when_a_later_one_was_refused) {
	static const struct http_answer answers[] = { { 0, 0, NULL }, { 400, 0, NULL } };
	struct http_receiver *receiver = http_receiver_start();
	struct rig rig;
	http_receiver_plan(receiver, answers, 2);
	start_down(&rig, "parked", hook_to(receiver, 1200));
	CHECK(http_receiver_wait(receiver, 2, 3000));
	sleep_for(50);
	CHECK_INT(rig_delivery_rows(&rig), 1); // kept for the sake of the doubt
	rig_tell(&rig, "alertname=\"Down\"", ALERT_INACTIVE, "ended");
	sleep_for(50);
	rig_stop(&rig);
	rig_start(&rig, "parked", hook_to(receiver, 1200)); // the doubt survives a restart
	CHECK(http_receiver_wait(receiver, 3, 4000));
	CHECK(has(http_receiver_get(receiver, 2), "\"status\":\"resolved\"") && has(http_receiver_get(receiver, 2), "ended"));
	sleep_for(100);
	CHECK_INT(rig_delivery_rows(&rig), 0);
	CHECK_INT(rig_log_rows(&rig), 0);
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

TEST(an_end_is_not_told_when_every_attempt_was_refused) {
	struct http_receiver *receiver = http_receiver_start();
	struct rig rig;
	http_receiver_always(receiver, (struct http_answer){ .status = 503 });
	start_down(&rig, "refused", hook_to(receiver, 300));
	CHECK(http_receiver_wait(receiver, 1, 3000));
	sleep_for(20);
	rig_tell(&rig, "alertname=\"Down\"", ALERT_INACTIVE, "ended");
	sleep_for(400);
	size_t before = http_receiver_count(receiver);
	http_receiver_always(receiver, (struct http_answer){ .status = 200 });
	sleep_for(1500);
	CHECK_INT(http_receiver_count(receiver), before);
	CHECK_INT(rig_delivery_rows(&rig), 0);
	CHECK_INT(dispatcher_metrics(rig.dispatcher)->groups, 0);
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

TEST(a_newer_flush_replaces_what_waits_and_keeps_its_back_off) {
	static const struct http_answer answers[] = { { 429, 0, "Retry-After: 2\r\n" } };
	struct http_receiver *receiver = http_receiver_start();
	struct rig rig;
	http_receiver_plan(receiver, answers, 1);
	rig_start(&rig, "superseded", hook_to(receiver, 300));
	rig_tell(&rig, "alertname=\"Down\",n=\"1\"", ALERT_FIRING, "one");
	CHECK(http_receiver_wait(receiver, 1, 3000));
	rig_tell(&rig, "alertname=\"Down\",n=\"2\"", ALERT_FIRING, "two");
	CHECK(http_receiver_wait(receiver, 2, 4000));
	mono_ms between = http_receiver_get(receiver, 1)->at - http_receiver_get(receiver, 0)->at;
	CHECK(between >= 1990 && between < 2500);
	CHECK(has(http_receiver_get(receiver, 1), "one") && has(http_receiver_get(receiver, 1), "two"));
	sleep_for(500);
	CHECK_INT(http_receiver_count(receiver), 2);
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

TEST(a_flush_during_an_attempt_is_made_up_for_after_it_and_never_runs_beside_it) {
	static const struct http_answer answers[] = { { 200, 600, NULL } };
	struct http_receiver *receiver = http_receiver_start();
	struct rig rig;
	http_receiver_plan(receiver, answers, 1);
	rig_start(&rig, "beside", hook_to(receiver, 200));
	rig_tell(&rig, "alertname=\"Down\",n=\"1\"", ALERT_FIRING, "one");
	CHECK(http_receiver_wait(receiver, 1, 3000));
	rig_tell(&rig, "alertname=\"Down\",n=\"2\"", ALERT_FIRING, "two");
	CHECK(http_receiver_wait(receiver, 2, 3000));
	mono_ms between = http_receiver_get(receiver, 1)->at - http_receiver_get(receiver, 0)->at;
	CHECK(between >= 590 && between < 890); // not at the tick after
	CHECK_INT(http_receiver_max_parallel(receiver), 1);
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

static const struct integration_metrics *webhook_metrics(const struct rig *rig) {
	return &dispatcher_metrics(rig->dispatcher)->integrations[INTEGRATION_WEBHOOK];
}

// Outcomes wait for others of their kind while attempts are under way, but not for the attempts.
TEST(what_one_receiver_took_is_stored_while_another_takes_its_time) {
	struct http_receiver *slow = http_receiver_start(), *quick = http_receiver_start();
	struct made_setup *made = made_setup_create(0, HOURS(1), HOURS(4));
	struct rig rig;
	http_receiver_always(slow, (struct http_answer){ .status = 200, .delay = 5000 });
	made_setup_webhook(made, 0, http_receiver_url(slow));
	made_setup_webhook(made, 0, http_receiver_url(quick));
	start_down(&rig, "held", made);
	CHECK(http_receiver_wait(slow, 1, 3000) && http_receiver_wait(quick, 1, 3000));
	for (int i = 0; i < 200 && rig_log_rows(&rig) == 0; i++)
		sleep_for(20);
	CHECK_INT(rig_log_rows(&rig), 1);
	CHECK_INT(webhook_metrics(&rig)->notifications, 1); // the other one has not answered
	rig_stop(&rig);
	http_receiver_stop(slow);
	http_receiver_stop(quick);
}

// Tells one alert to a receiver that always answers so, waits, and gives how many notifications failed until then.
static uint64_t failed_after(const char *directory, struct http_answer answer, dur_ms group_interval, dur_ms wait) {
	struct http_receiver *receiver = http_receiver_start();
	struct rig rig;
	http_receiver_always(receiver, answer);
	start_down(&rig, directory, hook_to(receiver, group_interval));
	CHECK(http_receiver_wait(receiver, 1, 3000));
	sleep_for(wait);
	uint64_t failed = 0;
	for (int reason = 0; reason < FAILURE_REASON_COUNT; reason++)
		failed += webhook_metrics(&rig)->failed_notifications[reason];
	CHECK_INT(webhook_metrics(&rig)->failed_notifications[answer.status / 100 == 4 ? FAILURE_CLIENT : FAILURE_SERVER], failed);
	CHECK(webhook_metrics(&rig)->notifications >= failed);
	rig_stop(&rig);
	http_receiver_stop(receiver);
	return failed;
}

TEST(a_notification_counts_as_failed_at_each_tick_that_finds_it_untold) {
	uint64_t failed = failed_after("down", (struct http_answer){ .status = 503 }, 300, 1100);
	CHECK(failed >= 2 && failed <= 8);
	CHECK_INT(failed_after("hangs", (struct http_answer){ .status = 200, .delay = 1500 }, 300, 900), 0); // it only takes its time
}

TEST(a_notification_counts_as_failed_only_when_its_time_is_over) {
	CHECK_INT(failed_after("retried", (struct http_answer){ .status = 503 }, 60000, 800), 0);
	CHECK_INT(failed_after("refused_once", (struct http_answer){ .status = 400 }, 60000, 300), 1);
	CHECK_INT(failed_after("taken", (struct http_answer){ .status = 200 }, 100, 600), 0);
}

TEST(a_receiver_that_is_back_is_logged_once) {
	static const struct http_answer answers[] = { { 503, 0, NULL }, { 503, 0, NULL } };
	struct http_receiver *receiver = http_receiver_start();
	struct rig rig;
	struct log_capture capture;
	autobuf struct buf log = { 0 };
	log_capture_begin(&capture);
	http_receiver_plan(receiver, answers, 2);
	start_down(&rig, "back", hook_to(receiver, 60000));
	CHECK(http_receiver_wait(receiver, 3, 5000));
	rig_tell(&rig, "alertname=\"Other\"", ALERT_FIRING, "down too");
	CHECK(http_receiver_wait(receiver, 4, 3000));
	sleep_for(100);
	rig_stop(&rig);
	http_receiver_stop(receiver);
	log_capture_end(&capture, &log);
	CHECK_INT(log_lines_with(&log, "level=warn", "msg=\"notification failed, it will be tried again\" receiver=hook integration=webhook"), 1);
	CHECK_INT(log_lines_with(&log, "level=info", "msg=\"notifications work again\" receiver=hook integration=webhook"), 1);
}

TEST(a_receiver_that_stays_away_is_logged_at_each_flush_and_when_a_reload_mends_it) {
	struct http_receiver *away = http_receiver_start(), *back = http_receiver_start();
	struct rig rig;
	struct log_capture capture;
	autobuf struct buf log = { 0 };
	log_capture_begin(&capture);
	http_receiver_always(away, (struct http_answer){ .status = 503 });
	start_down(&rig, "away", hook_to(away, 300));
	for (int i = 0; i < 100 && webhook_metrics(&rig)->failed_notifications[FAILURE_SERVER] < 3; i++)
		sleep_for(100);
	size_t flushes = webhook_metrics(&rig)->failed_notifications[FAILURE_SERVER];
	CHECK(flushes >= 3);
	rig_reload(&rig, hook_to(back, 300));
	CHECK(http_receiver_wait(back, 1, 10000));
	sleep_for(100);
	rig_stop(&rig);
	http_receiver_stop(away);
	http_receiver_stop(back);
	log_capture_end(&capture, &log);
	CHECK_INT(log_lines_with(&log, "level=warn", "msg=\"notification failed, it will be tried again\""), 1);
	CHECK(log_lines_with(&log, "level=error", "msg=\"notification not told before the next flush\" receiver=hook integration=webhook") >= flushes);
	CHECK(log_lines_with(&log, " failing_since=20", "msg=\"notification not told before the next flush\"") >= flushes);
	CHECK_INT(log_lines_with(&log, "level=info", "msg=\"notifications work again\" receiver=hook integration=webhook"), 1);
}

TEST(what_the_last_attempt_met_with_is_logged_while_the_next_one_is_under_way) {
	static const struct http_answer answers[] = { { 503, 0, NULL } };
	struct http_receiver *receiver = http_receiver_start();
	struct made_setup *made = made_setup_create(0, 1000, HOURS(4));
	struct rig rig;
	struct log_capture capture;
	autobuf struct buf log = { 0 };
	log_capture_begin(&capture);
	http_receiver_plan(receiver, answers, 1);
	http_receiver_always(receiver, (struct http_answer){ .status = 200, .delay = 4000 });
	made_setup_webhook(made, 0, http_receiver_url(receiver));
	rig_start(&rig, "under_way", made);
	rig_tell(&rig, "alertname=\"Down\"", ALERT_FIRING, "down");
	CHECK(http_receiver_wait(receiver, 2, 5000));
	for (int i = 0; i < 100 && webhook_metrics(&rig)->failed_notifications[FAILURE_SERVER] < 1; i++)
		sleep_for(100);
	rig_stop(&rig);
	http_receiver_stop(receiver);
	log_capture_end(&capture, &log);
	CHECK_INT(log_lines_with(&log, "msg=\"notification not told before the next flush\"", "err=\"unexpected status code 503"), 1);
}

TEST(a_restart_that_mends_a_receiver_is_logged) {
	struct http_receiver *receiver = http_receiver_start();
	struct rig rig;
	struct log_capture capture;
	autobuf struct buf log = { 0 };
	http_receiver_always(receiver, (struct http_answer){ .status = 503 });
	start_down(&rig, "restarted", hook_to(receiver, 60000));
	CHECK(http_receiver_wait(receiver, 2, 10000)); // so that the first refusal is a row
	rig_stop(&rig);
	size_t before = http_receiver_count(receiver);
	http_receiver_always(receiver, (struct http_answer){ .status = 200 });
	log_capture_begin(&capture);
	rig_start(&rig, "restarted", hook_to(receiver, 60000));
	CHECK(http_receiver_wait(receiver, before + 1, 10000));
	sleep_for(100);
	rig_stop(&rig);
	http_receiver_stop(receiver);
	log_capture_end(&capture, &log);
	CHECK_INT(log_lines_with(&log, "level=info", "msg=\"notifications work again\" receiver=hook integration=webhook"), 1);
}

TEST(a_notification_template_that_fails_is_logged_once_not_at_each_attempt) {
	struct made_setup *made = made_setup_create(0, 60000, HOURS(4));
	struct integration_config *config = &made->receivers[0].items[made->receivers[0].count++];
	struct rig rig;
	struct log_capture capture;
	autobuf struct buf log = { 0 };
	*config = (struct integration_config){ .kind = INTEGRATION_EMAIL };
	config->email = (struct email_config){ .to = "a@test", .from = "b@test", .smarthost = "127.0.0.1:1", .hello = "test", .html = "{{ .Alerts.Nonsense }}", .text = "", .auth_password = "hidden" };
	log_capture_begin(&capture);
	start_down(&rig, "mail_template", made);
	for (int i = 0; i < 40 && dispatcher_metrics(rig.dispatcher)->integrations[INTEGRATION_EMAIL].requests < 2; i++)
		sleep_for(100);
	CHECK(dispatcher_metrics(rig.dispatcher)->integrations[INTEGRATION_EMAIL].requests >= 2);
	rig_stop(&rig);
	log_capture_end(&capture, &log);
	CHECK_INT(log_lines_with(&log, "level=warn", "msg=\"a template failed, the default one goes out\" receiver=hook integration=email err=\"the HTML part: "), 1);
	CHECK_INT(log_lines_with(&log, "hidden", ""), 0);
}

TEST(an_edited_url_and_another_order_re_notify_nobody_after_a_restart) {
	struct http_receiver *a = http_receiver_start(), *b = http_receiver_start(), *c = http_receiver_start();
	struct made_setup *made = made_setup_create(0, 200, HOURS(4));
	struct rig rig;
	made_setup_webhook(made, 0, http_receiver_url(a));
	made_setup_webhook(made, 0, http_receiver_url(b));
	start_down(&rig, "edited", made);
	CHECK(http_receiver_wait(a, 1, 3000) && http_receiver_wait(b, 1, 3000));
	sleep_for(50);
	rig_stop(&rig);
	made = made_setup_create(0, 200, HOURS(4)); // b moved to the front, a's URL changed
	made_setup_webhook(made, 0, http_receiver_url(b));
	made_setup_webhook(made, 0, http_receiver_url(c));
	rig_start(&rig, "edited", made);
	sleep_for(600);
	CHECK_INT(http_receiver_count(b), 1);
	CHECK(rig_log_rows(&rig) >= 1);
	rig_tell(&rig, "alertname=\"Down\"", ALERT_INACTIVE, "ended");
	CHECK(http_receiver_wait(b, 2, 3000));
	rig_stop(&rig);
	start_down(&rig, "edited-url", hook_to(a, 200));
	CHECK(http_receiver_wait(a, 2, 3000));
	sleep_for(50);
	size_t before = http_receiver_count(c);
	rig_reload(&rig, hook_to(c, 200));
	sleep_for(500);
	CHECK_INT(http_receiver_count(c), before);
	rig_tell(&rig, "alertname=\"Down\"", ALERT_INACTIVE, "ended");
	CHECK(http_receiver_wait(c, before + 1, 3000));
	rig_stop(&rig);
	http_receiver_stop(a);
	http_receiver_stop(b);
	http_receiver_stop(c);
}

TEST(a_refused_event_is_sent_again_without_those_before_it) {
	static const struct http_answer answers[] = { { 200, 0, NULL }, { 500, 0, NULL } };
	struct http_receiver *receiver = http_receiver_start();
	struct made_setup *made = made_setup_create(200, HOURS(1), HOURS(4));
	struct rig rig;
	http_receiver_plan(receiver, answers, 2);
	struct integration_config *config = made_setup_webhook(made, 0, "");
	config->kind = INTEGRATION_SECURITY_AGENT;
	config->security_agent = (struct security_agent_config){ .send_resolved = true, .url = http_receiver_url(receiver), .http = HTTP_CONFIG_DEFAULT, .timeout = SECONDS(5) };
	rig_start(&rig, "agent", made);
	rig_tell(&rig, "alertname=\"Scan\",job=\"1\",policy=\"true\"", ALERT_FIRING, "first");
	rig_tell(&rig, "alertname=\"Scan\",job=\"2\",policy=\"true\"", ALERT_FIRING, "second");
	CHECK(http_receiver_wait(receiver, 3, 4000));
	sleep_for(100);
	CHECK_INT(http_receiver_count(receiver), 3);
	CHECK(has(http_receiver_get(receiver, 0), "first"));
	CHECK(has(http_receiver_get(receiver, 1), "second") && has(http_receiver_get(receiver, 2), "second"));
	CHECK(has(http_receiver_get(receiver, 0), "\"id\":\"2\"") && has(http_receiver_get(receiver, 2), "\"id\":\"4\"")); // each after its alert's own
	CHECK(strstr(http_receiver_get(receiver, 0)->head, "Content-Type: application/cloudevents+json; charset=utf-8\r\n") != NULL);
	CHECK_INT(rig_delivery_rows(&rig), 0);
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

TEST(a_url_file_is_read_at_each_attempt) {
	struct http_receiver *receiver = http_receiver_start();
	struct made_setup *made = made_setup_create(0, 300, HOURS(4));
	struct rig rig;
	struct error err;
	autobuf struct buf path = { 0 };
	buf_format(&path, "%s/url", test_directory());
	struct integration_config *config = made_setup_webhook(made, 0, NULL);
	config->webhook.url_file = buf_cstr(&path);
	start_down(&rig, "url_file", made);
	sleep_for(150); // no such file: final for this flush
	autobuf struct buf url = { 0 };
	buf_format(&url, "%s/{{ .Status }}\n", http_receiver_url(receiver)); // a template, too
	CHECK(fs_write_file(buf_cstr(&path), buf_str(&url), &err));
	CHECK(http_receiver_wait(receiver, 1, 3000));
	CHECK(strstr(http_receiver_get(receiver, 0)->head, "POST /hook/firing ") != NULL);
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

static mono_ms view_takes(struct rig *rig, struct inbox *answers) {
	struct dispatcher_view_request request = { .message.kind = DISPATCHER_VIEW, .reply_to = answers };
	mono_ms began = clock_mono();
	CHECK(inbox_post(dispatcher_inbox(rig->dispatcher), &request.message));
	inbox_wait(answers, 5000);
	CHECK(inbox_take(answers) == &request.message);
	dispatch_view_unref(request.view);
	return clock_mono() - began;
}

TEST(many_groups_are_told_once_each_while_questions_are_answered) {
	enum { GROUPS = 2000 };
	struct http_receiver *receiver = http_receiver_start();
	struct rig rig;
	struct inbox answers;
	mono_ms slowest = 0;
	rig_start(&rig, "many", hook_to(receiver, 500));
	inbox_init(&answers, 0);
	for (int i = 0; i < GROUPS; i++) {
		char labels[40];
		snprintf(labels, sizeof labels, "alertname=\"Down%d\"", i);
		rig_tell(&rig, labels, ALERT_FIRING, "down");
	}
	while (http_receiver_count(receiver) < GROUPS) {
		mono_ms took = view_takes(&rig, &answers);
		slowest = took > slowest ? took : slowest;
		sleep_for(20);
	}
	sleep_for(1200); // two more ticks each: nothing is owed
	CHECK_INT(http_receiver_count(receiver), GROUPS);
	CHECK(slowest < 4000); // flushing must not stall questions: alone it takes some milliseconds
	CHECK_INT(rig_log_rows(&rig), GROUPS);
	CHECK_INT(dispatcher_metrics(rig.dispatcher)->integrations[INTEGRATION_WEBHOOK].notifications, GROUPS);
	inbox_finish(&answers);
	rig_stop(&rig);
	http_receiver_stop(receiver);
}
