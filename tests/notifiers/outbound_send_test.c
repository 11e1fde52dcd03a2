// SPDX-License-Identifier: Apache-2.0
// What one Alertmanager is sent, batch by batch, and what its answers mean.
#include "tests/harness/test.h"
#include "tests/notifiers/http_receiver.h"
#include "tests/notifiers/outbound_rig.h"

static struct str address_of(const struct http_receiver *receiver) {
	struct str url = str_skip(str_of(http_receiver_url(receiver)), 7);
	return str_head(url, (size_t)str_find_char(url, '/'));
}

static struct outbound_target *open_one(struct outbound_rig *rig, struct http_receiver *receiver) {
	rig->addresses[0] = address_of(receiver);
	return outbound_rig_open(rig, 1)->targets.items[0];
}

static void close_one(struct outbound_rig *rig, struct http_receiver *receiver) {
	outbound_rig_close(rig);
	http_receiver_stop(receiver);
}

static void finish_request(struct outbound_target *target) {
	for (mono_ms until = clock_mono() + 5000; target->exchange != NULL;) {
		CHECK(clock_mono() < until);
		http_client_poll(target->outbound->client, NULL, 0, 50);
	}
}

// Whether there was something to send, and time to.
static bool send_one(struct outbound_target *target) {
	outbound_send(target);
	bool was_sent = target->exchange != NULL;
	finish_request(target);
	return was_sent;
}

static void fire(struct outbound_rig *rig, const char *labels, int64_t sequence) {
	outbound_rig_take(rig, labels, ALERT_FIRING, NULL, 0, sequence);
}

TEST(the_body_is_what_prometheus_posts) {
	struct outbound_rig rig = { 0 };
	struct http_receiver *receiver = http_receiver_start();
	struct outbound_target *target = open_one(&rig, receiver);
	struct alert_live *live = outbound_rig_live(500);
	outbound_rig_take(&rig, "alertname=\"A\",n=\"a\"", ALERT_FIRING, live, 0, 1);
	fire(&rig, "alertname=\"B\",n=\"b\"", 2);
	outbound_rig_take(&rig, "alertname=\"B\",n=\"b\"", ALERT_INACTIVE, NULL, 250, 3);
	CHECK(send_one(target));
	const struct received *got = http_receiver_get(receiver, 0);
	CHECK(strncmp(got->head, "POST /api/v2/alerts HTTP/1.1\r\n", 30) == 0);
	CHECK(strstr(got->head, "Content-Type: application/json\r\n") != NULL);
	CHECK_CSTR(got->body, "[{\"annotations\":{\"value\":\"7\"},\"endsAt\":\"2023-11-14T22:17:20.500Z\",\"startsAt\":\"2023-11-14T22:13:20.000Z\","
	                      "\"generatorURL\":\"http://prometheus.example/graph?g0.expr=up\",\"labels\":{\"alertname\":\"A\",\"n\":\"a\"}},"
	                      "{\"annotations\":{\"summary\":\"said\"},\"endsAt\":\"2023-11-14T22:13:20.250Z\",\"startsAt\":\"2023-11-14T22:13:20.250Z\","
	                      "\"generatorURL\":\"http://prometheus.example/graph?g0.expr=up\",\"labels\":{\"alertname\":\"B\",\"n\":\"b\"}}]");
	alert_live_unref(live);
	close_one(&rig, receiver);
}

TEST(batches_follow_each_other_and_the_event_is_reached_with_the_last) {
	struct outbound_rig rig = { 0 };
	struct http_receiver *receiver = http_receiver_start();
	struct outbound_target *target = open_one(&rig, receiver);
	fire(&rig, "n=a", 1);
	fire(&rig, "n=b", 2);
	fire(&rig, "n=c", 3);
	CHECK(send_one(target));
	CHECK_INT(target->reached, 0);
	CHECK_INT(outbound_pending(target), 1);
	CHECK(send_one(target));
	CHECK_INT(target->reached, 3);
	CHECK_INT(target->counts.sent, 3);
	CHECK_INT(target->counts.requests, 2);
	CHECK(!send_one(target));
	CHECK(strstr(http_receiver_get(receiver, 0)->body, "{\"n\":\"a\"}") != NULL && strstr(http_receiver_get(receiver, 0)->body, "{\"n\":\"b\"}") != NULL);
	CHECK(strstr(http_receiver_get(receiver, 1)->body, "{\"n\":\"c\"}") != NULL && strstr(http_receiver_get(receiver, 1)->body, "{\"n\":\"a\"}") == NULL);
	close_one(&rig, receiver);
}

TEST(what_changes_while_a_request_is_under_way_is_sent_after_it) {
	struct outbound_rig rig = { 0 };
	struct http_receiver *receiver = http_receiver_start();
	struct outbound_target *target = open_one(&rig, receiver);
	fire(&rig, "n=a", 1);
	outbound_send(target);
	outbound_rig_take(&rig, "n=a", ALERT_INACTIVE, NULL, 10, 2);
	outbound_send(target); // one at a time
	finish_request(target);
	CHECK_INT(http_receiver_count(receiver), 1);
	CHECK_INT(target->reached, 1);
	CHECK(send_one(target));
	CHECK_INT(target->reached, 2);
	CHECK(strstr(http_receiver_get(receiver, 1)->body, "\"endsAt\":\"2023-11-14T22:13:20.010Z\"") != NULL);
	close_one(&rig, receiver);
}

TEST(a_failure_is_tried_again_after_a_pause_with_what_is_true_by_then) {
	static const struct http_answer answers[] = { { 0, 0, NULL }, { 500, 0, NULL }, { 429, 0, "Retry-After: 100\r\n" } };
	struct outbound_rig rig = { 0 };
	struct http_receiver *receiver = http_receiver_start();
	struct outbound_target *target = open_one(&rig, receiver);
	http_receiver_plan(receiver, answers, 3);
	fire(&rig, "n=a", 1);
	for (int64_t failures = 1; failures <= 3; failures++) {
		CHECK(send_one(target));
		CHECK_INT(target->failures, failures);
		CHECK_INT(target->counts.errors, (uint64_t)failures);
		CHECK_INT(target->taken, 0);
		CHECK(!send_one(target)); // from now on it waits
		CHECK(target->retry_at > target->outbound->mono);
		if (failures == 3)
			CHECK_INT(target->retry_at - target->outbound->mono, SECONDS(100));
		target->outbound->mono = target->retry_at;
	}
	outbound_rig_take(&rig, "n=a", ALERT_INACTIVE, NULL, 10, 2);
	CHECK(send_one(target));
	CHECK_INT(target->failures, 0);
	CHECK_INT(target->reached, 2);
	CHECK(strstr(http_receiver_get(receiver, 3)->body, "\"endsAt\":\"2023-11-14T22:13:20.010Z\"") != NULL);
	close_one(&rig, receiver);
}

TEST(what_it_calls_bad_is_dropped_and_the_rest_goes_on) {
	static const int statuses[] = { 400, 422 };
	for (size_t i = 0; i < 2; i++) {
		struct outbound_rig rig = { 0 };
		struct http_receiver *receiver = http_receiver_start();
		struct outbound_target *target = open_one(&rig, receiver);
		http_receiver_plan(receiver, &(struct http_answer){ statuses[i], 0, NULL }, 1);
		fire(&rig, "n=a", 1);
		fire(&rig, "n=b", 2);
		fire(&rig, "n=c", 3);
		CHECK(send_one(target) && send_one(target));
		CHECK_INT(target->counts.dropped, 2);
		CHECK_INT(target->counts.errors, 2);
		CHECK_INT(target->counts.sent, 1);
		CHECK_INT(target->reached, 3);
		close_one(&rig, receiver);
	}
}

TEST(alerts_that_relabelling_drops_for_an_alertmanager_are_taken_without_a_request) {
	static const struct str sources[] = { { "n", 1 } };
	struct relabel_config drop = RELABEL_CONFIG_DEFAULT;
	struct outbound_rig rig = { 0 };
	struct http_receiver *receiver = http_receiver_start();
	drop.source_labels = sources, drop.source_label_count = 1, drop.has_source_labels = true;
	drop.regex = STR("a|b"), drop.has_regex = true, drop.action = RELABEL_DROP;
	rig.sets[0].alert_relabel_configs = (struct relabel_configs){ &drop, 1 };
	struct outbound_target *target = open_one(&rig, receiver);
	fire(&rig, "n=a", 1);
	fire(&rig, "n=b", 2);
	CHECK(!send_one(target));
	CHECK_INT(target->reached, 2);
	fire(&rig, "n=a", 3);
	fire(&rig, "n=c", 4);
	CHECK(send_one(target));
	CHECK_INT(target->counts.sent, 1);
	CHECK(strstr(http_receiver_get(receiver, 0)->body, "{\"n\":\"a\"}") == NULL);
	close_one(&rig, receiver);
}

TEST(a_dead_one_does_not_keep_another_waiting) {
	struct outbound_rig rig = { 0 };
	struct http_receiver *receiver = http_receiver_start();
	rig.addresses[1] = address_of(receiver);
	rig.addresses[0] = STR("127.0.0.1:1");
	struct outbound *o = outbound_rig_open(&rig, 2);
	fire(&rig, "n=a", 1);
	CHECK(send_one(o->targets.items[0]) && send_one(o->targets.items[1]));
	CHECK_INT(o->targets.items[0]->failures, 1);
	CHECK_INT(o->targets.items[1]->reached, 1);
	close_one(&rig, receiver);
}
