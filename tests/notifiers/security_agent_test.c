// SPDX-License-Identifier: Apache-2.0
// CloudEvents to the Security Agent.
#include "tests/harness/test.h"
#include "tests/notifiers/dispatch_rig.h"
#include "tests/notifiers/made_notification.h"

#include "net/signature.h"

static const struct notifier_context context = { .external_url = "", .instance = "6b1c", .now = 1767323096789 };

static struct rendered render(struct arena *arena, const char *secret, bool send_resolved, const struct notification *notification) {
	struct integration_config config = { .kind = INTEGRATION_SECURITY_AGENT };
	struct rendered rendered;
	struct error err;
	config.security_agent = (struct security_agent_config){ .send_resolved = send_resolved, .url = "http://agent/events", .secret = secret };
	CHECK(security_agent_notifier.render(&config, notification, &context, arena, &rendered, &err));
	return rendered;
}

static bool says(const struct rendered_request *request, const char *text) {
	return str_find(request->body, str_of(text)) >= 0;
}

static struct notification *mixed(void) {
	struct notification *notification = made_notification("agent", "some alerts resolved");
	made_notification_add(notification, "alertname=\"Scan\",category=\"security\",severity=\"critical\",domain=\"umu\",pod=\"p1\"", "summary=\"port scan\",recommended_action=\"contain\"", true, 1000, 0);
	made_notification_add(notification, "alertname=\"Login\",policy=\"true\"", "", false, 1000, 2500);
	made_notification_add(notification, "alertname=\"Down\",severity=\"slack\"", "", true, 1000, 0);
	made_notification_add(notification, "alertname=\"Slow\",policy=\"yes\"", "", false, 1000, 2500);
	return notification;
}

TEST(each_alert_is_one_event_in_order_with_the_type_it_deserves) {
	static const char *const types[] = {
		"\"type\":\"eu.fluidos.tocsin.policy.violation.opened.v1\"",
		"\"type\":\"eu.fluidos.tocsin.policy.violation.closed.v1\"",
		"\"type\":\"eu.fluidos.tocsin.alert.firing.v1\"",
		"\"type\":\"eu.fluidos.tocsin.alert.resolved.v1\"",
	};
	static const char *const ids[] = {
		// a policy event is the row after its alert's
		"\"id\":\"11\"",
		"\"id\":\"21\"",
		"\"id\":\"30\"",
		"\"id\":\"40\"",
	};
	autoarena struct arena arena = { 0 };
	struct notification *notification = mixed();
	struct rendered rendered = render(&arena, NULL, true, notification);
	CHECK_INT(rendered.request_count, 4);
	for (size_t i = 0; i < 4; i++) {
		CHECK(says(&rendered.requests[i], types[i]));
		CHECK(says(&rendered.requests[i], ids[i]));
		CHECK(says(&rendered.requests[i], "\"specversion\":\"1.0\""));
		CHECK(says(&rendered.requests[i], "\"source\":\"urn:fluidos:tocsin:6b1c\""));
		CHECK_CSTR(rendered.requests[i].content_type, "application/cloudevents+json; charset=utf-8");
		CHECK(rendered.requests[i].headers == NULL);
	}
	CHECK(says(&rendered.requests[0], "\"sequence\":\"00000000000000000011\""));
	notification_unref(notification);
}

TEST(data_is_a_detection_finding_that_opens_and_closes_one_episode) {
	autoarena struct arena arena = { 0 };
	struct notification *notification = mixed();
	struct rendered rendered = render(&arena, NULL, true, notification);
	const struct rendered_request *opened = &rendered.requests[0], *closed = &rendered.requests[1];
	CHECK(says(opened, "\"class_uid\":2004") && says(opened, "\"type_uid\":200401") && says(opened, "\"status_id\":1") && says(opened, "\"severity_id\":5"));
	CHECK(says(opened, "\"severitynumber\":17,\"severitytext\":\"ERROR\"") && says(opened, "\"domain\":\"umu\"") && says(opened, "\"category\":\"security\""));
	CHECK(says(opened, "\"resources\":[{\"type\":\"domain\",\"name\":\"umu\"},{\"type\":\"pod\",\"name\":\"p1\"}]"));
	CHECK(says(opened, "\"recommended_action\":\"contain\"") && says(opened, "\"desc\":\"port scan\""));
	CHECK(says(opened, "\"unmapped\":{\"tocsin\":{\"alert_sequence\":10,"));
	CHECK(says(closed, "\"type_uid\":200403") && says(closed, "\"status_id\":4") && says(closed, "\"time\":2500") && says(closed, "\"endsAt\":\"1970-01-01T00:00:02.5Z\""));
	CHECK(says(&rendered.requests[2], "\"severitynumber\":13")); // "slack" is a warning
	CHECK(says(&rendered.requests[2], "\"data\":{\"labels\":{\"alertname\":\"Down\""));
	notification_unref(notification);
}

TEST(without_send_resolved_only_firing_alerts_are_events) {
	autoarena struct arena arena = { 0 };
	struct notification *notification = mixed();
	CHECK_INT(render(&arena, NULL, false, notification).request_count, 2);
	notification_unref(notification);
}

TEST(with_a_secret_each_request_is_signed) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf wanted = { 0 };
	struct notification *notification = mixed();
	const char *secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
	struct rendered rendered = render(&arena, secret, true, notification);
	buf_append_cstr(&wanted, "webhook-signature: ");
	signature_standard_webhook(&wanted, secret, STR("11"), 1767323096, rendered.requests[0].body);
	CHECK_CSTR(rendered.requests[0].headers[0], "webhook-id: 11");
	CHECK_CSTR(rendered.requests[0].headers[1], "webhook-timestamp: 1767323096");
	CHECK_CSTR(rendered.requests[0].headers[2], buf_cstr(&wanted));
	CHECK(rendered.requests[0].headers[3] == NULL);
	notification_unref(notification);
}

TEST(events_told_while_the_disk_refused_have_ids_of_their_own_and_no_sequence) {
	static const char *const ids[] = { "-1000\"", "-2500\"", "-1000\"", "-2500\"" };
	autoarena struct arena arena = { 0 };
	struct notification *notification = mixed();
	for (size_t i = 0; i < notification->alert_count; i++)
		notification->alerts[i].event_sequence = 0;
	struct rendered rendered = render(&arena, NULL, true, notification);
	CHECK_INT(rendered.request_count, 4);
	for (size_t i = 0; i < 4; i++) {
		char id[64];
		snprintf(id, sizeof id, "\"id\":\"%016llx%s", (unsigned long long)notification->alerts[i].labels->fingerprint, ids[i]);
		CHECK(says(&rendered.requests[i], id));
		CHECK(!says(&rendered.requests[i], "\"sequence\":"));
	}
	notification_unref(notification);
}
