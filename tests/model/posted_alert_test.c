// SPDX-License-Identifier: Apache-2.0
// Bodies of POST /api/v2/alerts. Status, code and text are what Alertmanager 0.34 answered.
#include "base/buf.h"
#include "model/posted_alert.h"
#include "tests/harness/test.h"

static struct posted_alerts alerts;
static struct posted_problem problem;

static bool read_body(const char *body) {
	posted_alerts_finish(&alerts);
	return posted_alerts_read(&alerts, str_of(body), &problem);
}

static void check_refused(const char *body, int status, int code, const char *text) {
	CHECK(!read_body(body));
	CHECK_INT(problem.status, status);
	CHECK_INT(problem.code, code);
	CHECK_CSTR(problem.err.text, text);
	posted_alerts_finish(&alerts);
}

static void check_labels(const struct label *items, uint32_t count, const char *wanted) {
	autobuf struct buf text = { 0 };
	for (uint32_t i = 0; i < count; i++)
		buf_format(&text, "%.*s=%.*s;", STR_ARG(items[i].name), STR_ARG(items[i].value));
	CHECK_CSTR(buf_cstr(&text), wanted);
}

TEST(an_alert_as_prometheus_posts_it_is_read) {
	CHECK(read_body("[{\"annotations\":{\"summary\":\"it \\\"is\\\" down\",\"empty\":\"\"},\"endsAt\":\"2026-01-02T03:08:05.678Z\",\"startsAt\":\"2026-01-02T03:04:05.123456789Z\","
	                "\"generatorURL\":\"http://p:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1\",\"labels\":{\"job\":\"node\",\"alertname\":\"Down\",\"instance\":\"a:1\",\"none\":\"\"}}]"));
	CHECK_INT(alerts.count, 1);
	struct posted_alert *alert = &alerts.items[0];
	check_labels(alert->labels, alert->label_count, "alertname=Down;instance=a:1;job=node;");
	check_labels(alert->annotations, alert->annotation_count, "empty=;summary=it \"is\" down;");
	CHECK_STR(alert->generator_url, "http://p:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1");
	CHECK_INT(alert->starts_at, 1767323045123);
	CHECK_INT(alert->ends_at, 1767323285678);
	const struct labels *labels = labels_from_sorted(alert->labels, alert->label_count);
	CHECK(labels->fingerprint == alert->fingerprint);
	labels_unref(labels);
	posted_alerts_finish(&alerts);
}

TEST(times_that_nobody_gave_are_made_up) {
	struct posted_alert bare = { 0 }, ended = { .ends_at = 500 }, started = { .starts_at = 400 };
	posted_alert_complete(&bare, 100, 1000);
	CHECK(bare.starts_at == 1000 && bare.ends_at == 1100 && bare.is_timeout);
	posted_alert_complete(&ended, 100, 1000);
	CHECK(ended.starts_at == 500 && ended.ends_at == 500 && !ended.is_timeout);
	posted_alert_complete(&started, 100, 1000);
	CHECK(started.starts_at == 400 && started.ends_at == 1100 && started.is_timeout);
}

TEST(go_s_zero_time_and_null_are_no_time) {
	CHECK(read_body("[{\"labels\":{\"a\":\"b\"},\"startsAt\":\"0001-01-01T00:00:00.000Z\",\"endsAt\":null}]"));
	CHECK(alerts.items[0].starts_at == 0 && alerts.items[0].ends_at == 0);
	posted_alerts_finish(&alerts);
}

TEST(of_a_label_given_twice_the_last_one_stands) {
	CHECK(read_body("[{\"labels\":{\"b\":\"1\",\"a\":\"b\",\"c\":\"2\",\"a\":\"c\"},\"Labels\":{\"d\":\"4\"},\"x\":{\"y\":[1]}}]"));
	check_labels(alerts.items[0].labels, alerts.items[0].label_count, "a=c;b=1;c=2;d=4;");
	posted_alerts_finish(&alerts);
}

TEST(a_list_of_none_is_a_list) {
	CHECK(read_body("[]") && alerts.count == 0);
	CHECK(read_body(" null") && alerts.count == 0);
}

TEST(what_cannot_be_taken_is_refused_as_a_whole) {
	check_refused("", 422, 602, "alerts in body is required");
	check_refused("[{}]", 422, 602, "0.labels in body is required");
	check_refused("[{\"labels\":{\"a\":\"b\"}},{\"labels\":null}]", 422, 602, "1.labels in body is required");
	check_refused("[{\"labels\":{\"a\":\"b\"},\"generatorURL\":\"x\"}]", 422, 601, "0.generatorURL in body must be of type uri: \"x\"");
	check_refused("[{\"labels\":{\"a\":\"b\"},\"generatorURL\":\"http://x y\"}]", 422, 601, "0.generatorURL in body must be of type uri: \"http://x y\"");
	check_refused("{}", 400, 400, "parsing alerts body from \"\" failed, because 1:1: unexpected \"{\", expected an array");
	CHECK(!read_body("[{\"labels\":{\"a\":1}}]") && problem.status == 400);
	CHECK(!read_body("[{\"labels\":{\"a\":\"b\"},\"startsAt\":\"x\"}]") && problem.status == 400);
	CHECK(!read_body("[{\"labels\":{\"a\":\"b\"}}") && problem.status == 400);
	CHECK(read_body("[{\"labels\":{\"a\":\"b\"},\"generatorURL\":\"/x y\"},{\"labels\":{}}]"));
	posted_alerts_finish(&alerts);
}

static bool is_taken_from(const char *generator_url) {
	autobuf struct buf body = { 0 };
	buf_format(&body, "[{\"labels\":{\"a\":\"b\"},\"generatorURL\":\"%s\"}]", generator_url);
	bool is_taken = read_body(buf_cstr(&body));
	posted_alerts_finish(&alerts);
	return is_taken;
}

TEST(a_generator_url_is_absolute_and_its_authority_holds_no_other_characters) {
	static const char *const taken[] = { "", "/", "http://x", "a+b-c.9:x", "http://x/{y}|z", "http://x?{y}", "http://x#{y}", "urn:x y" };
	static const char *const refused[] = { "x", "9a:x", ":x", "a_b:x", "http://x{y}", "http://x|y/", "http://<x>", "http://x`y", "http://x\\\\y", "http://x^y", "http://x\\\"y", "/x\x7f", "http://x/\\u0001" };
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (!is_taken_from(taken[i]))
			FAIL_TEST("refused: %s", taken[i]);
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (is_taken_from(refused[i]))
			FAIL_TEST("taken: %s", refused[i]);
}

static void check_invalid(const char *body, const char *text) {
	struct error err = { 0 };
	CHECK(read_body(body));
	posted_alert_complete(&alerts.items[0], 1000, 1700000000000);
	CHECK(!posted_alert_check(&alerts.items[0], &err));
	CHECK_CSTR(err.text, text);
	posted_alerts_finish(&alerts);
}

TEST(an_alert_that_makes_no_sense_is_judged_alone) {
	check_invalid("[{\"labels\":{\"\":\"b\"}}]", "invalid label set: invalid name \"\"");
	check_invalid("[{\"labels\":{\"a\":\"\"}}]", "at least one label pair required");
	check_invalid("[{\"labels\":{\"a\":\"b\"},\"annotations\":{\"\":\"x\"}}]", "invalid annotations: invalid name \"\"");
	check_invalid("[{\"labels\":{\"a\":\"b\"},\"startsAt\":\"2024-01-02T00:00:00Z\",\"endsAt\":\"2024-01-01T00:00:00Z\"}]", "start time must be before end time");
}

TEST(one_that_is_too_large_is_refused_alone) {
	autobuf struct buf body = { 0 };
	struct error err = { 0 };
	buf_append_cstr(&body, "[{\"labels\":{\"z\":\"\"");
	for (int i = 0; i < 200; i++)
		buf_format(&body, ",\"l%d\":\"x\"", i);
	buf_append_cstr(&body, "}},{\"labels\":{\"a\":\"b\"}}]");
	CHECK(read_body(buf_cstr(&body)) && alerts.count == 2);
	for (size_t i = 0; i < 2; i++)
		posted_alert_complete(&alerts.items[i], 1000, 1700000000000);
	CHECK(!posted_alert_check(&alerts.items[0], &err));
	CHECK_CSTR(err.text, "more than 128 labels or annotations, or more than 65536 bytes of them");
	CHECK(posted_alert_check(&alerts.items[1], &err));
	posted_alerts_finish(&alerts);
}
