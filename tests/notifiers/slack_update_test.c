// SPDX-License-Identifier: Apache-2.0
// Slack's update_message and what is read from files, through a dispatcher with a real store and a real receiver.
#include "tests/harness/test.h"
#include "tests/notifiers/dispatch_rig.h"
#include "tests/notifiers/http_receiver.h"

#include "base/fs.h"

#define JSON "Content-Type: application/json; charset=utf-8\r\n"
#define POSTED "{\"ok\":true,\"channel\":\"C0123\",\"ts\":\"1767323045.000100\",\"message\":{\"text\":\"\"}}"

static struct made_setup *slack_setup(const char *url) {
	struct made_setup *made = made_setup_create(50, 200, HOURS(4));
	struct integration_config *config = made_setup_webhook(made, 0, NULL);
	*config = (struct integration_config){ .kind = INTEGRATION_SLACK };
	config->slack = (struct slack_config){ .post = { .send_resolved = true, .http = HTTP_CONFIG_DEFAULT, .url.text = url }, .channel = "#ops", .text = "{{ len .Alerts.Firing }} firing", .update_message = true };
	return made;
}

static bool is_new_message(const struct received *received) {
	return strstr(received->head, "POST /hook/chat.postMessage ") != NULL && strstr(received->body, "\"channel\":\"#ops\"") != NULL && strstr(received->body, "\"ts\"") == NULL;
}

static bool is_edit(const struct received *received, const char *text) {
	return strstr(received->head, "POST /hook/chat.update ") != NULL && strstr(received->body, "\"channel\":\"C0123\",\"ts\":\"1767323045.000100\"") != NULL &&
	    strstr(received->body, text) != NULL;
}

TEST(a_groups_message_is_edited_over_a_restart_and_a_new_incident_has_a_new_one) {
	struct http_receiver *receiver = http_receiver_start();
	struct rig rig;
	autobuf struct buf url = { 0 };
	buf_format(&url, "%s/chat.postMessage", http_receiver_url(receiver));
	http_receiver_always(receiver, (struct http_answer){ .status = 200, .headers = JSON, .body = POSTED });
	rig_start(&rig, "slack", slack_setup(buf_cstr(&url)));
	rig_tell(&rig, "alertname=\"Down\",job=\"a\"", ALERT_FIRING, "a");
	CHECK(http_receiver_wait(receiver, 1, 3000));
	CHECK(is_new_message(http_receiver_get(receiver, 0)));
	sleep_for(100); // its outcome is stored
	rig_stop(&rig);
	rig_start(&rig, "slack", slack_setup(buf_cstr(&url)));
	rig_tell(&rig, "alertname=\"Down\",job=\"b\"", ALERT_FIRING, "b");
	CHECK(http_receiver_wait(receiver, 2, 3000));
	CHECK(is_edit(http_receiver_get(receiver, 1), "\"2 firing\""));
	rig_reload(&rig, slack_setup(buf_cstr(&url)));
	rig_tell(&rig, "alertname=\"Down\",job=\"a\"", ALERT_INACTIVE, "a");
	rig_tell(&rig, "alertname=\"Down\",job=\"b\"", ALERT_INACTIVE, "b");
	CHECK(http_receiver_wait(receiver, 3, 3000));
	CHECK(is_edit(http_receiver_get(receiver, http_receiver_count(receiver) - 1), "firing\""));
	sleep_for(700); // the group ends
	size_t before = http_receiver_count(receiver);
	rig_tell(&rig, "alertname=\"Down\",job=\"a\"", ALERT_FIRING, "again");
	CHECK(http_receiver_wait(receiver, before + 1, 3000));
	CHECK(is_new_message(http_receiver_get(receiver, before)));
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

TEST(a_message_that_is_gone_is_posted_anew) {
	static const struct http_answer answers[] = {
		{ .status = 200, .headers = JSON, .body = POSTED },
		{ .status = 200, .headers = JSON, .body = "{\"ok\":false,\"error\":\"message_not_found\"}" },
	};
	struct http_receiver *receiver = http_receiver_start();
	struct rig rig;
	autobuf struct buf url = { 0 };
	buf_format(&url, "%s/chat.postMessage", http_receiver_url(receiver));
	http_receiver_plan(receiver, answers, 2);
	http_receiver_always(receiver, (struct http_answer){ .status = 200, .headers = JSON, .body = POSTED });
	rig_start(&rig, "gone", slack_setup(buf_cstr(&url)));
	rig_tell(&rig, "alertname=\"Down\",job=\"a\"", ALERT_FIRING, "a");
	CHECK(http_receiver_wait(receiver, 1, 3000));
	rig_tell(&rig, "alertname=\"Down\",job=\"b\"", ALERT_FIRING, "b");
	CHECK(http_receiver_wait(receiver, 3, 5000));
	CHECK(is_edit(http_receiver_get(receiver, 1), "\"2 firing\""));
	CHECK(is_new_message(http_receiver_get(receiver, 2)));
	CHECK(strstr(http_receiver_get(receiver, 2)->body, "\"2 firing\"") != NULL);
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

// Once a flush, for the reason there was when the next one came.
static uint64_t count_failed(const struct rig *rig) {
	const struct integration_metrics *metrics = &dispatcher_metrics(rig->dispatcher)->integrations[INTEGRATION_SLACK];
	return metrics->failed_notifications[FAILURE_CLIENT] + metrics->failed_notifications[FAILURE_RATE_LIMITED];
}

TEST(an_answer_that_is_not_ok_is_a_failure_and_a_limit_is_waited_for) {
	static const struct http_answer answers[] = {
		{ .status = 429, .headers = "Retry-After: 1\r\n" },
		{ .status = 200, .headers = JSON, .body = "{\"ok\":false,\"error\":\"channel_not_found\"}" },
	};
	struct http_receiver *receiver = http_receiver_start();
	struct rig rig;
	autobuf struct buf url = { 0 };
	buf_format(&url, "%s/chat.postMessage", http_receiver_url(receiver));
	http_receiver_plan(receiver, answers, 2);
	http_receiver_always(receiver, (struct http_answer){ .status = 200, .headers = JSON, .body = POSTED });
	rig_start(&rig, "refused", slack_setup(buf_cstr(&url)));
	rig_tell(&rig, "alertname=\"Down\"", ALERT_FIRING, "a");
	CHECK(http_receiver_wait(receiver, 3, 5000)); // the third with the next flush
	CHECK(http_receiver_get(receiver, 1)->at - http_receiver_get(receiver, 0)->at >= 950);
	sleep_for(400);
	CHECK_INT(http_receiver_count(receiver), 3);
	CHECK(count_failed(&rig) > 0);
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

TEST(keys_are_read_from_their_files_at_each_attempt) {
	struct http_receiver *receiver = http_receiver_start();
	struct made_setup *made = made_setup_create(0, 300, HOURS(4));
	struct rig rig;
	struct error err;
	autobuf struct buf path = { 0 };
	buf_format(&path, "%s/api_key", test_directory());
	struct integration_config *config = made_setup_webhook(made, 0, NULL);
	*config = (struct integration_config){ .kind = INTEGRATION_OPSGENIE };
	config->opsgenie = (struct opsgenie_config){ .post = { .send_resolved = true, .http = HTTP_CONFIG_DEFAULT, .url.text = http_receiver_url(receiver), .keys[0].file = buf_cstr(&path) }, .message = "m", .update_alerts = true };
	rig_start(&rig, "keys", made);
	rig_tell(&rig, "alertname=\"Down\"", ALERT_FIRING, "down");
	sleep_for(150); // no such file: final for this flush
	CHECK(fs_write_file(buf_cstr(&path), STR(" secret\n"), &err));
	CHECK(http_receiver_wait(receiver, 3, 3000));
	CHECK(strstr(http_receiver_get(receiver, 0)->head, "POST /hook/v2/alerts ") != NULL);
	CHECK(strstr(http_receiver_get(receiver, 1)->head, "PUT /hook/v2/alerts/") != NULL && strstr(http_receiver_get(receiver, 1)->head, "/message?identifierType=alias ") != NULL);
	CHECK(strstr(http_receiver_get(receiver, 2)->head, "/description?identifierType=alias ") != NULL);
	for (size_t i = 0; i < 3; i++)
		CHECK(strstr(http_receiver_get(receiver, i)->head, "Authorization: GenieKey secret\r\n") != NULL);
	rig_stop(&rig);
	http_receiver_stop(receiver);
}
