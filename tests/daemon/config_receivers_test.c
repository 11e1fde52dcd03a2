// SPDX-License-Identifier: Apache-2.0
// What is said against receivers, in Alertmanager's words and at its place, and what is taken.
#include "base/buf.h"
#include "daemon/config.h"
#include "tests/harness/test.h"

// A file with a receiver of one integration, and what is said of it.
struct receiver_case {
	const char *kind, *item, *global, *message;
};

// clang-format off
static const struct receiver_case refused[] = {
	{ "slack", "{}", NULL, "no Slack API URL nor App token set either inline or in a file" },
	{ "slack", "null", NULL, "no Slack API URL nor App token set either inline or in a file" },
	{ "slack", "{api_url: 'https://x/y', api_url_file: /f}", NULL, "at most one of api_url & api_url_file must be configured" },
	{ "slack", "{app_token: t, app_token_file: /f}", NULL, "at most one of app_token & app_token_file must be configured" },
	{ "slack", "{api_url: 'https://x/y', app_token: t}", NULL, "at most one of api_url/api_url_file & app_token/app_token_file must be configured" },
	{ "slack", "{app_token: t, http_config: {bearer_token: x}}", NULL, "http authorization can't be set when using Slack App tokens" },
	{ "slack", "{app_token: t}", "http_config: {bearer_token: x}", "http authorization can't be set when using Slack App tokens" },
	{ "slack", "{app_token: t, http_config: {authorization: {credentials: x}}}", NULL, "http authorization can't be set when using Slack App tokens" },
	{ "slack", "{app_token: t}", "http_config: {authorization: {credentials: x}}", "http authorization can't be set when using Slack App tokens" },
	{ "slack", "{api_url: 'https://x/y', update_message: true}", NULL, "update_message can only be used with bot tokens. api_url must be set to https://slack.com/api/chat.postMessage" },
	{ "slack", "{api_url: 'https://x/y', actions: [{}]}", NULL, "missing type in Slack action configuration" },
	{ "slack", "{api_url: 'https://x/y', actions: [{type: button}]}", NULL, "missing text in Slack action configuration" },
	{ "slack", "{api_url: 'https://x/y', actions: [{type: button, text: x}]}", NULL, "missing name or url in Slack action configuration" },
	{ "slack", "{api_url: 'https://x/y', actions: [{type: button, text: x, name: n, confirm: {title: t}}]}", NULL, "missing text in Slack confirmation configuration" },
	{ "slack", "{api_url: 'https://x/y', fields: [{value: v}]}", NULL, "missing title in Slack field configuration" },
	{ "slack", "{api_url: 'https://x/y', fields: [{title: v}]}", NULL, "missing value in Slack field configuration" },
	{ "slack", "{api_url: 'https://x/y'}", "slack_api_url: 'https://x', slack_api_url_file: /f", "at most one of slack_api_url & slack_api_url_file must be configured" },
	{ "slack", "{api_url: 'https://x/y'}", "slack_app_token: x, slack_app_token_file: /f", "at most one of slack_app_token & slack_app_token_file must be configured" },
	{ "slack", "{api_url: 'https://x/y'}", "slack_app_token: x, slack_api_url: 'https://x'", "at most one of slack_app_token/slack_app_token_file & slack_api_url/slack_api_url_file must be configured" },
	{ "discord", "{}", NULL, "one of webhook_url or webhook_url_file must be configured" },
	{ "discord", "null", NULL, "missing discord config" },
	{ "discord", "{webhook_url: 'https://x/y', webhook_url_file: /f}", NULL, "at most one of webhook_url & webhook_url_file must be configured" },
	{ "msteams", "{}", NULL, "one of webhook_url or webhook_url_file must be configured" },
	{ "msteams", "{webhook_url: 'https://x/y', webhook_url_file: /f}", NULL, "at most one of webhook_url & webhook_url_file must be configured" },
	{ "msteams", "null", NULL, "missing msteams config" },
	{ "msteamsv2", "{}", NULL, "one of webhook_url or webhook_url_file must be configured" },
	{ "msteamsv2", "null", NULL, "missing msteamsv2 config" },
	{ "mattermost", "{}", NULL, "missing webhook_url or webhook_url_file on mattermost_config" },
	{ "mattermost", "null", NULL, "missing mattermost config" },
	{ "mattermost", "{webhook_url: 'https://x/y', webhook_url_file: /f}", NULL, "at most one of webhook_url & webhook_url_file must be configured" },
	{ "mattermost", "{webhook_url: 'https://x/y', fields: [{value: v}]}", NULL, "missing title in Mattermost field configuration" },
	{ "mattermost", "{webhook_url: 'https://x/y', attachments: [{fields: [{title: v}]}]}", NULL, "missing value in Mattermost field configuration" },
	{ "mattermost", "{webhook_url: 'https://x/y'}", "mattermost_webhook_url: 'https://x', mattermost_webhook_url_file: /f", "at most one of mattermost_webhook_url & mattermost_webhook_url_file must be configured" },
	{ "rocketchat", "{}", NULL, "no global Rocketchat TokenID set either inline or in a file" },
	{ "rocketchat", "null", NULL, "no global Rocketchat TokenID set either inline or in a file" },
	{ "rocketchat", "{token_id: x}", NULL, "no global Rocketchat Token set either inline or in a file" },
	{ "rocketchat", "{token: t, token_id: i, token_file: /f}", NULL, "at most one of token & token_file must be configured" },
	{ "rocketchat", "{token: t, token_id: i, token_id_file: /f}", NULL, "at most one of token_id & token_id_file must be configured" },
	{ "rocketchat", "{token: t, token_id: i}", "rocketchat_token: x, rocketchat_token_file: /f", "at most one of rocketchat_token & rocketchat_token_file must be configured" },
	{ "rocketchat", "{token: t, token_id: i}", "rocketchat_token_id: x, rocketchat_token_id_file: /f", "at most one of rocketchat_token_id & rocketchat_token_id_file must be configured" },
	{ "webex", "{}", NULL, "missing room_id on webex_config" },
	{ "webex", "null", NULL, "missing webex config" },
	{ "webex", "{room_id: r}", NULL, "missing webex_configs.http_config.authorization" },
	{ "webex", "{room_id: r, http_config: {}}", NULL, "missing webex_configs.http_config.authorization" },
	{ "telegram", "{}", NULL, "missing chat_id or chat_id_file on telegram_config" },
	{ "telegram", "null", NULL, "missing telegram config" },
	{ "telegram", "{chat_id: 1}", NULL, "missing bot_token or bot_token_file on telegram_config" },
	{ "telegram", "{bot_token: x, bot_token_file: /f, chat_id: 1}", NULL, "at most one of bot_token & bot_token_file must be configured" },
	{ "telegram", "{bot_token: x, chat_id_file: /f, chat_id: 1}", NULL, "at most one of chat_id & chat_id_file must be configured" },
	{ "telegram", "{bot_token: x, chat_id: 1, parse_mode: html}", NULL, "unknown parse_mode on telegram_config, must be Markdown, MarkdownV2, HTML or empty string" },
	{ "telegram", "{bot_token: x, chat_id: 1}", "telegram_bot_token: x, telegram_bot_token_file: /f", "at most one of telegram_bot_token & telegram_bot_token_file must be configured" },
	{ "pagerduty", "{}", NULL, "missing service or routing key in PagerDuty config" },
	{ "pagerduty", "null", NULL, "missing pagerduty config" },
	{ "pagerduty", "{routing_key: x, routing_key_file: /f}", NULL, "at most one of routing_key & routing_key_file must be configured" },
	{ "pagerduty", "{service_key: x, service_key_file: /f}", NULL, "at most one of service_key & service_key_file must be configured" },
	{ "victorops", "{}", NULL, "missing Routing key in VictorOps config" },
	{ "victorops", "null", NULL, "missing victorops config" },
	{ "victorops", "{routing_key: x}", NULL, "no global VictorOps API Key set" },
	{ "victorops", "{routing_key: x, api_key: a, api_key_file: /f}", NULL, "at most one of api_key & api_key_file must be configured" },
	{ "victorops", "{routing_key: x, api_key: a, custom_fields: {entity_state: x}}", NULL, "victorOps config contains custom field entity_state which cannot be used as it conflicts with the fixed/static fields" },
	{ "victorops", "{routing_key: x}", "victorops_api_key: x, victorops_api_key_file: /f", "at most one of victorops_api_key & victorops_api_key_file must be configured" },
	{ "incidentio", "{}", NULL, "one of url or url_file must be configured" },
	{ "incidentio", "null", NULL, "missing incidentio config" },
	{ "incidentio", "{url: 'https://x', url_file: /f}", NULL, "at most one of url & url_file must be configured" },
	{ "incidentio", "{url: 'https://x', alert_source_token: x, alert_source_token_file: /f}", NULL, "at most one of alert_source_token & alert_source_token_file must be configured" },
	{ "incidentio", "{url: 'https://x', alert_source_token: x, http_config: {authorization: {credentials: x}}}", NULL, "cannot specify alert_source_token or alert_source_token_file when using http_config.authorization" },
	{ "incidentio", "{url: 'https://x', http_config: {follow_redirects: true}}", NULL, "at least one of alert_source_token, alert_source_token_file or http_config.authorization must be configured" },
	{ "opsgenie", "{}", NULL, "no global OpsGenie API Key set either inline or in a file" },
	{ "opsgenie", "null", NULL, "no global OpsGenie API Key set either inline or in a file" },
	{ "opsgenie", "{api_key: x, api_key_file: /f}", NULL, "at most one of api_key & api_key_file must be configured" },
	{ "opsgenie", "{api_key: x, responders: [{type: team}]}", NULL, "opsGenieConfig responder {   team} has to have at least one of id, username or name specified" },
	{ "opsgenie", "{api_key: x, responders: [{id: a, name: b, username: c, type: wrong}]}", NULL, "opsGenieConfig responder {a b c wrong} type does not match valid options ^(team|teams|user|escalation|schedule)$" },
	{ "opsgenie", "{api_key: x, responders: [{id: a}]}", NULL, "opsGenieConfig responder {a   } type does not match valid options ^(team|teams|user|escalation|schedule)$" },
	{ "opsgenie", "{}", "opsgenie_api_key: x, opsgenie_api_key_file: /f", "at most one of opsgenie_api_key & opsgenie_api_key_file must be configured" },
	{ "pushover", "{}", NULL, "one of user_key or user_key_file must be configured" },
	{ "pushover", "null", NULL, "missing pushover config" },
	{ "pushover", "{user_key: x, user_key_file: /f}", NULL, "at most one of user_key & user_key_file must be configured" },
	{ "pushover", "{user_key: x}", NULL, "one of token or token_file must be configured" },
	{ "pushover", "{user_key: x, token: t, token_file: /f}", NULL, "at most one of token & token_file must be configured" },
	{ "pushover", "{user_key: x, token: t, html: true, monospace: true}", NULL, "at most one of monospace & html must be configured" },
	{ "email", "{to: a@x, headers: {references: x}, threading: {enabled: true, thread_by_date: none}}", "smtp_smarthost: 'm:25', smtp_from: a@x", "conflicting configuration: threading.enabled conflicts with custom References header" },
	{ "email", "{to: a@x, headers: {in-reply-to: x}, threading: {enabled: true, thread_by_date: none}}", "smtp_smarthost: 'm:25', smtp_from: a@x", "conflicting configuration: threading.enabled conflicts with custom In-Reply-To header" },
	{ "email", "{to: a@x, threading: {enabled: true}}", "smtp_smarthost: 'm:25', smtp_from: a@x", "threading.thread_by_date must be either 'none' or 'daily'" },
};

static const struct receiver_case taken[] = {
	{ "slack", "{api_url: 'https://x/y'}", NULL, NULL },
	{ "slack", "{api_url_file: /f}", NULL, NULL },
	{ "slack", "{}", "slack_api_url: 'https://x'", NULL },
	{ "slack", "{}", "slack_app_token: x", NULL },
	{ "slack", "{app_token_file: /f}", NULL, NULL },
	{ "slack", "{}", "slack_app_token: x, slack_api_url: 'https://slack.com/api/chat.postMessage'", NULL },
	{ "slack", "{api_url: <secret>}", NULL, NULL },
	{ "slack", "{api_url: 'https://x/y'}", "slack_app_token: x", NULL },
	{ "slack", "{api_url: 'https://slack.com/api/chat.postMessage', update_message: true}", NULL, NULL },
	{ "slack", "{api_url: 'https://x/y', fields: [{title: a, value: b, short: true}], actions: [{type: button, text: a, url: u}], mrkdwn_in: [text], short_fields: true, link_names: true, timeout: 5s}", NULL, NULL },
	{ "discord", "{webhook_url_file: /f}", NULL, NULL },
	{ "msteamsv2", "{webhook_url: 'https://x/y'}", NULL, NULL },
	{ "mattermost", "{}", "mattermost_webhook_url_file: /f", NULL },
	{ "mattermost", "{webhook_url: 'https://x/y', priority: {priority: urgent}, props: {card: c}}", NULL, NULL },
	{ "rocketchat", "{}", "rocketchat_token: t, rocketchat_token_id_file: /f", NULL },
	{ "webex", "{room_id: r, http_config: {bearer_token: x}}", NULL, NULL },
	{ "telegram", "{chat_id: -5}", "telegram_bot_token_file: /f", NULL },
	{ "telegram", "{bot_token: x, chat_id_file: /f, parse_mode: ''}", NULL, NULL },
	{ "pagerduty", "{routing_key_file: /f, details: {a: [1, {b: c}]}, images: [{src: a}], links: [{href: b}], timeout: 5s}", NULL, NULL },
	{ "pagerduty", "{service_key: x, routing_key: y}", NULL, NULL },
	{ "pagerduty", "{service_key_file: '{{ f'}", NULL, NULL },
	{ "rocketchat", "{token: x, token_id: y, actions: [{msg: m, imageurl: '{{ i'}]}", NULL, NULL },
	{ "victorops", "{routing_key: x, custom_fields: {a: b}}", "victorops_api_key_file: /f", NULL },
	{ "incidentio", "{url: 'https://x'}", NULL, NULL },
	{ "incidentio", "{url_file: /f, alert_source_token_file: /f, max_alerts: 5}", NULL, NULL },
	{ "opsgenie", "{responders: [{id: a, type: '{{ .x }}'}, {name: b, type: TEAM}]}", "opsgenie_api_key: x", NULL },
	{ "opsgenie", "null", "opsgenie_api_key: x", NULL },
	{ "opsgenie", "{api_url: 'https://x', api_key_file: /f}", NULL, NULL },
	{ "pushover", "{token_file: /f, user_key_file: /f, retry: 90s, expire: 1h30m, ttl: 1m}", NULL, NULL },
	{ "webhook", "{url: 'https://x', payload: {a: 1}}", NULL, NULL },
	{ "webhook", "{url: <secret>}", NULL, NULL },
	{ "email", "{to: a@x, threading: {enabled: true, thread_by_date: daily}}", "smtp_smarthost: 'm:25', smtp_from: a@x", NULL },
	{ "email", "{to: a@x, threading: {thread_by_date: other}}", "smtp_smarthost: 'm:25', smtp_from: a@x", NULL },
};
// clang-format on

static struct config *load_text(const char *text, struct buf *out) {
	struct error err;
	struct problems problems = { 0 };
	autobuf struct buf path = { 0 };
	buf_format(&path, "%s/c.yml", test_directory());
	CHECK(fs_write_file(buf_cstr(&path), str_of(text), &err));
	struct config *config = config_load(buf_cstr(&path), (struct config_features){ 0 }, &problems);
	for (size_t i = 0; i < problems.count; i++) {
		problems.items[i].at.file = "c.yml";
		problem_format(out, &problems.items[i], STR_NONE);
	}
	problems_finish(&problems);
	return config;
}

static struct config *load_case(const struct receiver_case *row, struct buf *out) {
	autobuf struct buf text = { 0 };
	buf_format(&text, "global: {%s}\nroute: {receiver: r}\nreceivers: [{name: r, %s_configs: [%s]}]\n", row->global == NULL ? "" : row->global, row->kind, row->item);
	return load_text(buf_cstr(&text), out);
}

TEST(receivers_are_refused_in_alertmanagers_words) {
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		autobuf struct buf problems = { 0 };
		struct config *config = load_case(&refused[i], &problems);
		if (config != NULL || strstr(buf_cstr(&problems), refused[i].message) == NULL)
			FAIL_TEST("%s %s: got \"%s\", not \"%s\"", refused[i].kind, refused[i].item, buf_cstr(&problems), refused[i].message);
	}
}

TEST(receivers_that_alertmanager_takes_are_taken) {
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
		autobuf struct buf problems = { 0 };
		struct config *config = load_case(&taken[i], &problems);
		if (config == NULL)
			FAIL_TEST("%s %s: %s", taken[i].kind, taken[i].item, buf_cstr(&problems));
		config_unref(config);
	}
}

TEST(what_is_wrong_with_a_receiver_is_told_where_it_stands) {
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "  slack_configs:\n  - channel: c\n", "c.yml:4:5: error: no Slack API URL nor App token set either inline or in a file\n" },
		{ "  slack_configs:\n  - api_url: ftp://x\n", "c.yml:4:14: error: \"api_url\": unsupported scheme for URL, expected http or https\n" },
		{ "  slack_configs:\n  - api_url: https://x\n    fields:\n    - title: t\n", "c.yml:6:7: error: missing value in Slack field configuration\n" },
		{ "  slack_configs:\n  - api_url: https://x\n    title: '{{ .Status '\n", "c.yml:5:12: error: title: template: title:1: unclosed action\n" },
		{ "  discord_configs:\n  - webhook_url: https://x\n    titel: x\n", "c.yml:5:5: error: unknown key \"titel\"" },
		{ "  pagerduty_configs:\n  - routing_key: 'hunter2 {{ x'\n", "c.yml:4:18: error: routing_key: bad template, not quoted because it is secret\n" },
		{ "  pagerduty_configs:\n  - routing_key: k\n    details: {a: {b: ['{{ nothing }}']}}\n", "c.yml:5:23: error: b: template: b:1: function \"nothing\" not defined\n" },
		{ "  webhook_configs:\n  - url: https://x\n    payload:\n      a: '{{ if }}'\n", "c.yml:6:10: error: a: template: a:1: missing value for if\n" },
		{ "  wechat_configs:\n  - api_secret: x\n", "c.yml:3:3: error: \"wechat_configs\" is not supported: receiver type wechat is not built\n" },
		{ "  labels: {name: q}\n", "c.yml:3:3: error: receiver label \"name\" must match receiver name \"r\", got \"q\"\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		autobuf struct buf text = { 0 }, problems = { 0 };
		buf_format(&text, "route: {receiver: r}\nreceivers:\n-%s  name: r\n", cases[i].text + 1);
		CHECK(load_text(buf_cstr(&text), &problems) == NULL);
		if (strncmp(buf_cstr(&problems), cases[i].message, strlen(cases[i].message)) != 0)
			FAIL_TEST("got \"%s\", not \"%s\"", buf_cstr(&problems), cases[i].message);
	}
}

TEST(a_receiver_has_what_global_says) {
	autobuf struct buf problems = { 0 };
	struct config *config = load_text("global:\n  slack_app_token_file: /token\n  opsgenie_api_key: k\n  opsgenie_api_url: https://opsgenie.example\n  telegram_bot_token: t\n"
	                                  "  http_config: {proxy_url: 'http://p:1', tls_config: {server_name: s}}\n"
	                                  "route: {receiver: r}\nreceivers:\n- name: r\n  labels: {team: a}\n  slack_configs: [{}]\n  opsgenie_configs: [{}, {api_key_file: /own}]\n"
	                                  "  telegram_configs: [{chat_id: -5}]\n  msteamsv2_configs: [{webhook_url: 'http://x', http_config: {}}]\n",
	    &problems);
	if (config == NULL)
		FAIL_TEST("%s", buf_cstr(&problems));
	const struct receiver_config *receiver = &config->notify.receivers[0];
	const struct slack_config *slack = &receiver->items[0].slack;
	CHECK_CSTR(slack->post.http.authorization_type, "Bearer");
	CHECK_CSTR(slack->post.http.authorization_credentials_file, "/token");
	CHECK_CSTR(slack->post.url.text, "https://slack.com/api/chat.postMessage");
	CHECK_CSTR(slack->post.http.tls.server_name, "s");
	CHECK_CSTR(receiver->items[1].opsgenie.post.keys[0].text, "k");
	CHECK(receiver->items[2].opsgenie.post.keys[0].text == NULL); // its own file is not hidden by global's key
	CHECK_CSTR(receiver->items[2].opsgenie.post.url.text, "https://opsgenie.example");
	CHECK_CSTR(receiver->items[3].telegram.post.keys[0].text, "t");
	CHECK_CSTR(receiver->items[3].telegram.post.keys[1].text, "-5");
	CHECK_CSTR(receiver->items[4].msteams.post.http.proxy.url, "http://p:1");
	CHECK(receiver->items[4].msteams.post.http.tls.server_name == NULL);
	CHECK_INT(receiver->label_count, 1);
	CHECK_CSTR(receiver->labels[0].value, "a");
	config_unref(config);
}

static uint64_t content_of(const char *item) {
	autobuf struct buf problems = { 0 };
	const struct receiver_case row = { "discord", item, NULL, NULL };
	struct config *config = load_case(&row, &problems);
	CHECK(config != NULL);
	uint64_t content = config->notify.receivers[0].items[0].content;
	config_unref(config);
	return content;
}

TEST(an_integration_is_known_by_what_stands_there_not_by_how) {
	uint64_t content = content_of("{webhook_url: 'https://x', title: a}");
	CHECK(content == content_of("{webhook_url: \"https://x\", title: 'a', http_config: {follow_redirects: false}}"));
	CHECK(content != content_of("{webhook_url: 'https://x', title: b}"));
	CHECK(content != content_of("{webhook_url: 'https://y', title: a}"));
}
