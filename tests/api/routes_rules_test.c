// SPDX-License-Identifier: Apache-2.0
// The JSON of rules, alerts and evaluations over hand-built views, byte by byte.
#include "tests/api/api_rig.h"

#include <math.h>

static const char rules[] =
    "groups:\n"
    "- name: g\n"
    "  interval: 90s\n"
    "  limit: 5\n"
    "  rules:\n"
    "  - {alert: <Hot>, expr: 'temperature > 60', for: 90s, keep_firing_for: 1m, labels: {severity: page}, annotations: {text: 'a & b'}}\n"
    "  - {record: 'a:b', expr: 'vector(1)'}\n";

static struct alert_record *make_alert(enum alert_state state, double value) {
	struct alert_record *record = alert_record_create();
	record->identity = api_rig_labels("alertname=<Hot>|rack=r\b1");
	record->labels = labels_ref(record->identity);
	record->annotations = api_rig_labels("text=a & b");
	record->state = state;
	record->active_at = 1767323045678;
	record->value = value;
	return record;
}

static void check_reply(struct api_rig *rig, const char *target, const char *wanted) {
	struct request *request = api_rig_get(rig, target, 200);
	CHECK_CSTR(buf_cstr(&request->text), wanted);
	request_destroy(request);
}

TEST(a_rule_that_was_never_evaluated_is_unknown) {
	struct api_rig rig;
	api_rig_init(&rig, rules);
	check_reply(&rig, "/api/v1/rules?type=record",
	    "{\"status\":\"success\",\"data\":{\"groups\":[{\"name\":\"g\",\"file\":\"rules.yml\",\"rules\":["
	    "{\"name\":\"a:b\",\"query\":\"vector(1)\",\"labels\":{},\"health\":\"unknown\",\"evaluationTime\":0,\"lastEvaluation\":\"0001-01-01T00:00:00Z\",\"type\":\"recording\"}"
	    "],\"interval\":90,\"limit\":5,\"evaluationTime\":0,\"lastEvaluation\":\"0001-01-01T00:00:00Z\"}]}}");
	api_rig_finish(&rig);
}

#define ALERT(state, value)                                                                                  \
	"{\"labels\":{\"alertname\":\"<Hot>\",\"rack\":\"r\\u00081\"},\"annotations\":{\"text\":\"a & b\"}," \
	"\"state\":\"" state "\",\"activeAt\":\"2026-01-02T03:04:05.678Z\",\"value\":\"" value "\"}"

TEST(a_rule_is_what_its_worst_alert_is) {
	struct api_rig rig;
	api_rig_init(&rig, rules);
	struct rule_view *rule = api_rig_rule(&rig, 0, 0);
	const char *warnings[] = { "PromQL info: \"x\"" };
	rule->was_evaluated = true;
	rule->health = RULE_ERR;
	rule->last_error = "no <answer>";
	rule->warnings = warnings;
	rule->warning_count = 1;
	rule->evaluation_seconds = 0.0025;
	rule->last_evaluation = 1767323045000;
	api_rig_add_alert(&rig, rule, make_alert(ALERT_PENDING, 61));
	api_rig_add_alert(&rig, rule, make_alert(ALERT_FIRING, 1e100));
	check_reply(&rig, "/api/v1/rules?rule_name[]=<Hot>",
	    "{\"status\":\"success\",\"data\":{\"groups\":[{\"name\":\"g\",\"file\":\"rules.yml\",\"rules\":["
	    "{\"state\":\"firing\",\"name\":\"\\u003cHot\\u003e\",\"query\":\"temperature \\u003e 60\",\"duration\":90,\"keepFiringFor\":60,\"labels\":{\"severity\":\"page\"},"
	    "\"annotations\":{\"text\":\"a & b\"},\"alerts\":[" ALERT("pending", "6.1e+01") "," ALERT("firing", "1e+100") "],"
	                                                                                                                  "\"health\":\"err\",\"lastError\":\"no \\u003canswer\\u003e\",\"warnings\":[\"PromQL info: \\\"x\\\"\"],\"evaluationTime\":0.0025,"
	                                                                                                                  "\"lastEvaluation\":\"2026-01-02T03:04:05Z\",\"type\":\"alerting\"}"
	                                                                                                                  "],\"interval\":90,\"limit\":5,\"evaluationTime\":0,\"lastEvaluation\":\"0001-01-01T00:00:00Z\"}]}}");
	api_rig_finish(&rig);
}

TEST(excluded_alerts_are_null) {
	struct api_rig rig;
	api_rig_init(&rig, rules);
	api_rig_add_alert(&rig, api_rig_rule(&rig, 0, 0), make_alert(ALERT_FIRING, 1));
	struct request *request = api_rig_get(&rig, "/api/v1/rules?exclude_alerts=true", 200);
	CHECK(str_find(buf_str(&request->text), STR("\"alerts\":null,")) > 0);
	request_destroy(request);
	api_rig_finish(&rig);
}

TEST(values_that_are_no_numbers_have_names) {
	static const struct {
		double value;
		const char *text;
	} cases[] = { { NAN, "NaN" }, { INFINITY, "+Inf" }, { -INFINITY, "-Inf" }, { -0.0, "-0e+00" }, { 61, "6.1e+01" } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct api_rig rig;
		autobuf struct buf wanted = { 0 };
		api_rig_init(&rig, rules);
		api_rig_add_alert(&rig, api_rig_rule(&rig, 0, 0), make_alert(ALERT_FIRING, cases[i].value));
		buf_format(&wanted, "{\"status\":\"success\",\"data\":{\"alerts\":[" ALERT("firing", "%s") "]}}", cases[i].text);
		check_reply(&rig, "/api/v1/alerts", buf_cstr(&wanted));
		api_rig_finish(&rig);
	}
}

TEST(an_alert_that_is_held_up_says_since_when) {
	struct api_rig rig;
	api_rig_init(&rig, rules);
	struct alert_record *record = make_alert(ALERT_FIRING, 1);
	record->keep_firing_since = 1767323046000;
	api_rig_add_alert(&rig, api_rig_rule(&rig, 0, 0), record);
	struct request *request = api_rig_get(&rig, "/api/v1/alerts", 200);
	CHECK(str_find(buf_str(&request->text), STR("\"activeAt\":\"2026-01-02T03:04:05.678Z\",\"keepFiringSince\":\"2026-01-02T03:04:06Z\",\"value\"")) > 0);
	request_destroy(request);
	api_rig_finish(&rig);
}

TEST(evaluations_are_shown_newest_first_with_their_errors) {
	struct api_rig rig;
	struct evaluation_past history[] = { { 1767323045000, 0.5, 3, "" }, { 1767322955000, 2, 0, "timed out" } };
	api_rig_init(&rig, rules);
	struct rule_view *rule = api_rig_rule(&rig, 0, 1);
	rule->has_history = true;
	rule->history = history;
	rule->history_count = 2;
	check_reply(&rig, "/api/v1/rules/g/a:b/evaluations",
	    "{\"status\":\"success\",\"data\":{\"rules\":[{\"file\":\"rules.yml\",\"group\":\"g\",\"name\":\"a:b\",\"type\":\"recording\",\"labels\":{},\"evaluations\":["
	    "{\"time\":\"2026-01-02T03:04:05Z\",\"duration\":0.5,\"samples\":3},"
	    "{\"time\":\"2026-01-02T03:02:35Z\",\"duration\":2,\"samples\":0,\"error\":\"timed out\"}]}]}}");
	request_destroy(api_rig_get(&rig, "/api/v1/rules/g/a:b/evaluations", 200));
	rule->has_history = false;
	struct request *request = api_rig_get(&rig, "/api/v1/rules/g/none/evaluations", 404);
	CHECK_CSTR(buf_cstr(&request->text), "{\"status\":\"error\",\"errorType\":\"not_found\",\"error\":\"no rule \\\"g/none\\\", expected GROUP/RULE\"}");
	request_destroy(request);
	api_rig_finish(&rig);
}
