// SPDX-License-Identifier: Apache-2.0
// The configuration as Alertmanager's clients get it.
#include "tests/daemon/loaded_config.h"
#include "tests/harness/test.h"

static void check_original(const char *text, const char *wanted) {
	struct config *config = good_config(text);
	CHECK_CSTR(config->original, wanted);
	config_unref(config);
}

TEST(keys_that_alertmanager_does_not_know_are_left_out) {
	check_original("global: {external_labels: {a: b}, evaluation_interval: 1m, rule_query_offset: 1s, evaluation_history: 3, metric_name_validation_scheme: utf8, resolve_timeout: 1m}\n" BASE
	               "rule_files: []\ndatasource: {url: 'http://p'}\ndatasources: [{name: q, url: 'http://q'}]\nevaluation: {for_grace_period: 5m}\n"
	               "storage: {ballast_size: 0}\nweb: {external_url: 'http://w'}\nlint: {}\nremote_write: [{url: 'http://p'}]\nalerting: {}\n",
	    "global:\n  resolve_timeout: 1m\nroute:\n  receiver: r\nreceivers:\n  - name: r\n");
}

TEST(tracing_and_the_event_recorder_are_shown_without_their_secrets) {
	autobuf struct buf warnings = { 0 };
	struct config *config = config_of(BASE "tracing: {endpoint: o, headers: {X-A: {secrets: [hunter2]}}}\nevent_recorder: {webhook_outputs: [{url: 'http://hunter2'}], file_outputs: [{path: p}]}\n", (struct config_features){ 0 }, &warnings);
	CHECK_CSTR(config->original, "route:\n  receiver: r\nreceivers:\n  - name: r\ntracing:\n  endpoint: o\n  headers:\n    X-A:\n      secrets:\n        - <secret>\n"
	                             "event_recorder:\n  webhook_outputs:\n    - url: <secret>\n  file_outputs:\n    - path: p\n");
	config_unref(config);
}

TEST(intervals_and_inhibit_rules_read_again_as_they_were) {
	static const char text[] =
	    "route:\n  receiver: r\n  routes:\n    - matchers:\n        - \"a=\\\"b\\\"\"\n      mute_time_intervals:\n        - n\nreceivers:\n  - name: r\n"
	    "inhibit_rules:\n  - source_match_re:\n      a: \"b|c\"\n    equal:\n      - e\n  - {}\n"
	    "time_intervals:\n  - name: n\n    time_intervals:\n      - times:\n          - start_time: \"09:00\"\n            end_time: \"17:00\"\n        days_of_month:\n          - 1\n";
	check_original(text, text);
}

TEST(numbers_keep_their_signs_and_stay_numbers) {
	static const char text[] = "route:\n  receiver: r\nreceivers:\n  - name: r\n    telegram_configs:\n      - bot_token_file: f\n        chat_id: -1001234567890\n        message_thread_id: +5\n"
	                           "    webhook_configs:\n      - url: <secret>\n        payload:\n          a: -.5\n          b: 1.5e+3\n          c: \"-1\"\n          d: \"-\"\n";
	check_original(text, text);
}

TEST(an_empty_secret_is_shown_as_empty) {
	static const char text[] = "global:\n  smtp_auth_password: \"\"\n  opsgenie_api_key: \"\"\n  opsgenie_api_key_file: f\nroute:\n  receiver: r\nreceivers:\n  - name: r\n"
	                           "    webhook_configs:\n      - url: <secret>\n        http_config:\n          bearer_token: \"\"\n          bearer_token_file: g\n";
	check_original(text, text);
}
