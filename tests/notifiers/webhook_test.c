// SPDX-License-Identifier: Apache-2.0
// The webhook payload, byte for byte, and how answers are judged.
#include "tests/harness/test.h"
#include "tests/notifiers/dispatch_rig.h"
#include "tests/notifiers/made_notification.h"

#include "notifiers/notifier_text.h"

static const struct notifier_context context = { .external_url = "http://tocsin.example:9093", .instance = "0", .now = 1767323096789 };

// The body for `notification`; freed with the arena.
static const char *body(struct arena *arena, const struct webhook_config *webhook, const struct notification *notification) {
	struct integration_config config = { .kind = INTEGRATION_WEBHOOK, .webhook = *webhook };
	struct rendered rendered;
	struct error err;
	if (!webhook_notifier.render(&config, notification, &context, arena, &rendered, &err))
		FAIL_TEST("%s", err.text);
	CHECK_INT(rendered.request_count, 1);
	CHECK_CSTR(rendered.requests[0].content_type, "application/json");
	return arena_cstr(arena, rendered.requests[0].body);
}

TEST(the_payload_is_that_of_version_4) {
	autoarena struct arena arena = { 0 };
	struct notification *notification = made_notification("team.a", "first notification");
	made_notification_add(notification, "alertname=\"Down\",job=\"x<y\"", "summary=\"a & b\"", true, 1767323045678, 0);
	struct webhook_config webhook = { .send_resolved = true, .url = "http://x/" };
	CHECK_CSTR(body(&arena, &webhook, notification),
	    "{\"receiver\":\"team\\\\.a\",\"status\":\"firing\",\"alerts\":[{\"status\":\"firing\","
	    "\"labels\":{\"alertname\":\"Down\",\"job\":\"x\\u003cy\"},\"annotations\":{\"summary\":\"a \\u0026 b\"},"
	    "\"startsAt\":\"2026-01-02T03:04:05.678Z\",\"endsAt\":\"0001-01-01T00:00:00Z\",\"generatorURL\":\"http://prometheus.example/graph\","
	    "\"fingerprint\":\"530cdfb0751290d8\"}],\"notification_reason\":\"first notification\",\"groupLabels\":{\"alertname\":\"Down\"},"
	    "\"commonLabels\":{\"alertname\":\"Down\",\"job\":\"x\\u003cy\"},\"commonAnnotations\":{\"summary\":\"a \\u0026 b\"},\"routeLabels\":{},"
	    "\"externalURL\":\"http://tocsin.example:9093\",\"version\":\"4\",\"groupKey\":\"{}:{alertname=\\\"Down\\\"}\",\"truncatedAlerts\":0}\n");
	notification_unref(notification);
}

static struct notification *three(void) {
	struct notification *notification = made_notification("hook", "some alerts resolved");
	made_notification_add(notification, "alertname=\"Down\",job=\"a\",x=\"1\"", "s=\"1\",t=\"2\"", true, 1000, 0);
	made_notification_add(notification, "alertname=\"Down\",job=\"b\",x=\"1\"", "s=\"1\"", false, 1000, 2000);
	made_notification_add(notification, "alertname=\"Down\",job=\"c\"", "s=\"1\"", true, 1000, 0);
	return notification;
}

TEST(common_labels_are_those_all_kept_alerts_have) {
	autoarena struct arena arena = { 0 };
	struct notification *notification = three();
	struct webhook_config webhook = { .send_resolved = true, .url = "http://x/" };
	CHECK(strstr(body(&arena, &webhook, notification), "\"commonLabels\":{\"alertname\":\"Down\"},\"commonAnnotations\":{\"s\":\"1\"}") != NULL);
	webhook.max_alerts = 2;
	const char *text = body(&arena, &webhook, notification);
	CHECK(strstr(text, "\"commonLabels\":{\"alertname\":\"Down\",\"x\":\"1\"}") != NULL);
	CHECK(strstr(text, "\"truncatedAlerts\":1}") != NULL);
	CHECK(strstr(text, "\"job\":\"c\"") == NULL);
	notification_unref(notification);
}

static void check_common(const char *first, const char *second, const char *wanted) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf member = { 0 };
	struct notification *notification = made_notification("hook", "first notification");
	struct webhook_config webhook = { .send_resolved = true, .url = "http://x/" };
	made_notification_add(notification, first, "", true, 1000, 0);
	made_notification_add(notification, second, "", true, 1000, 0);
	buf_format(&member, "\"commonLabels\":{%s},", wanted);
	CHECK(strstr(body(&arena, &webhook, notification), buf_cstr(&member)) != NULL);
	notification_unref(notification);
}

TEST(common_labels_are_found_wherever_names_are_missing) {
	check_common("b=\"1\",d=\"2\"", "a=\"0\",b=\"1\",c=\"0\",d=\"2\",e=\"0\"", "\"b\":\"1\",\"d\":\"2\"");
	check_common("a=\"0\",b=\"1\",c=\"0\",d=\"2\",e=\"0\"", "b=\"1\",d=\"2\"", "\"b\":\"1\",\"d\":\"2\"");
	check_common("a=\"1\",b=\"1\"", "c=\"1\",d=\"1\"", "");
	check_common("c=\"1\",d=\"1\"", "a=\"1\",b=\"1\"", "");
	check_common("da=\"1\",db=\"2\",dc=\"3\"", "d=\"1\",db=\"2\",dca=\"3\"", "\"db\":\"2\"");
	check_common("a=\"1\",b=\"2\"", "a=\"2\",b=\"2\"", "\"b\":\"2\"");
}

// Longer than what is reserved for a usual one: what is copied moves while it is copied.
TEST(what_a_single_long_alert_has_is_common) {
	enum { LONG = 3000 };
	char text[LONG + 1], labels[LONG + 10], wanted[2 * LONG + 100];
	memset(text, 'x', LONG);
	text[LONG] = '\0';
	snprintf(labels, sizeof labels, "s=\"%s\"", text);
	autoarena struct arena arena = { 0 };
	struct notification *notification = made_notification("hook", "first notification");
	made_notification_add(notification, labels, labels, true, 1000, 0);
	struct webhook_config webhook = { .send_resolved = true, .url = "http://x/" };
	snprintf(wanted, sizeof wanted, "\"commonLabels\":{\"s\":\"%s\"},\"commonAnnotations\":{\"s\":\"%s\"},\"routeLabels\"", text, text);
	CHECK(strstr(body(&arena, &webhook, notification), wanted) != NULL);
	notification_unref(notification);
}

TEST(resolved_alerts_are_left_out_where_they_are_not_wanted) {
	autoarena struct arena arena = { 0 };
	struct notification *notification = three();
	struct webhook_config webhook = { .send_resolved = false, .url = "http://x/" };
	const char *text = body(&arena, &webhook, notification);
	CHECK(strstr(text, "\"job\":\"b\"") == NULL);
	webhook.send_resolved = true;
	text = body(&arena, &webhook, notification);
	CHECK(strstr(text, "\"status\":\"resolved\",\"labels\":{\"alertname\":\"Down\",\"job\":\"b\"") != NULL);
	CHECK(strstr(text, "\"endsAt\":\"1970-01-01T00:00:02Z\"") != NULL);
	notification_unref(notification);
}

TEST(alerts_are_sorted_by_job_instance_and_label_set) {
	static const char *const wanted[] = { "j=1", "j=1i=1", "j=1i=2", "none" };
	struct notification *notification = made_notification("hook", "x");
	made_notification_add(notification, "alertname=\"A\",n=\"none\"", "", true, 1, 0);
	made_notification_add(notification, "job=\"1\",instance=\"2\",n=\"j=1i=2\"", "", true, 1, 0);
	made_notification_add(notification, "job=\"1\",instance=\"1\",n=\"j=1i=1\"", "", true, 1, 0);
	made_notification_add(notification, "job=\"0\",n=\"j=1\"", "", true, 1, 0);
	notification_sort(notification);
	for (size_t i = 0; i < 4; i++)
		CHECK_STR(labels_get(notification->alerts[i].labels, STR("n")), wanted[i]);
	notification_unref(notification);
}

TEST(a_notification_comes_back_from_its_row_as_it_was) {
	autoarena struct arena arena = { 0 };
	struct notification *notification = three();
	struct webhook_config webhook = { .send_resolved = true, .url = "http://x/" };
	autobuf struct buf json = { 0 }, again = { 0 };
	struct error err;
	notification->alerts[0].value = 0.0 / 0.0;
	notification->alerts[0].event_sequence = 77;
	labels_unref(notification->alerts[1].annotations);
	notification->alerts[1].annotations = labels_from_sorted((struct label[]){ { STR("runbook"), STR("") }, { STR("summary"), STR("s") } }, 2);
	notification_to_json(&json, notification);
	struct notification *back = notification_from_json(buf_str(&json), &err);
	CHECK(back != NULL);
	notification_to_json(&again, back);
	CHECK_STR(buf_str(&again), buf_cstr(&json));
	CHECK_CSTR(body(&arena, &webhook, back), body(&arena, &webhook, notification));
	CHECK_INT(back->alerts[1].annotations->count, 2); // the empty one is there
	CHECK_INT(back->alerts[0].event_sequence, 77);
	CHECK(back->alerts[0].value != back->alerts[0].value);
	notification_unref(back);
	notification_unref(notification);
}

TEST(a_broken_row_is_an_error_at_every_cut) {
	struct notification *notification = three();
	autobuf struct buf json = { 0 };
	notification_to_json(&json, notification);
	for (size_t len = 0; len < json.len; len++) {
		struct error err;
		CHECK(notification_from_json(str_head(buf_str(&json), len), &err) == NULL);
		CHECK_INT(err.code, ERR_CORRUPT);
	}
	notification_unref(notification);
}

static enum attempt_outcome judge(int status, enum error_code code) {
	struct http_response response = { .status = status, .error = { .code = code, .text = "x" } };
	struct error reason = { 0 };
	return webhook_notifier.judge(&response, &reason);
}

TEST(answers_are_taken_tried_again_or_final) {
	CHECK_INT(judge(200, ERR_NONE), ATTEMPT_OK);
	CHECK_INT(judge(299, ERR_NONE), ATTEMPT_OK);
	CHECK_INT(judge(300, ERR_NONE), ATTEMPT_GIVE_UP);
	CHECK_INT(judge(400, ERR_NONE), ATTEMPT_GIVE_UP);
	CHECK_INT(judge(429, ERR_NONE), ATTEMPT_RETRY);
	CHECK_INT(judge(499, ERR_NONE), ATTEMPT_GIVE_UP);
	CHECK_INT(judge(500, ERR_NONE), ATTEMPT_RETRY);
	CHECK_INT(judge(599, ERR_NONE), ATTEMPT_RETRY);
	CHECK_INT(judge(0, ERR_TIMEOUT), ATTEMPT_RETRY);
	CHECK_INT(judge(0, ERR_IO), ATTEMPT_RETRY);
}

TEST(names_are_quoted_as_go_quotes_regular_expressions) {
	autobuf struct buf out = { 0 };
	notifier_text_quote_regexp(&out, STR("a.b+c (d|e)[f]{g}^h$i*j?k\\l-m/n"));
	CHECK_STR(buf_str(&out), "a\\.b\\+c \\(d\\|e\\)\\[f\\]\\{g\\}\\^h\\$i\\*j\\?k\\\\l-m/n");
}
