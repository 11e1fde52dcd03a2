// SPDX-License-Identifier: Apache-2.0
// Notifiers that POST templated texts: cuts, templates that fail, headers, what answers mean. Their bodies: tests/cases/notify.
#include "tests/harness/test.h"
#include "tests/notifiers/dispatch_rig.h"
#include "tests/notifiers/made_notification.h"

#include "base/problems.h"
#include "base/yaml_doc.h"
#include "notifiers/payload_template.h"
#include "notifiers/post.h"

struct sets {
	struct template_set *text, *html;
};

static struct sets load_sets(void) {
	struct made_setup *made = made_setup_create(1, 2, 3);
	struct sets sets;
	struct error err;
	if (!notify_templates_load(&made->config, &sets.text, &sets.html, &err))
		FAIL_TEST("%s", err.text);
	notify_setup_unref(&made->setup);
	return sets;
}

static void sets_finish(struct sets *sets) {
	template_set_destroy(sets->text);
	template_set_destroy(sets->html);
}

static bool render(struct arena *arena, const struct integration_config *config, struct rendered *rendered, struct error *err) {
	struct sets sets = load_sets();
	struct notification *notification = made_notification("chat", "first notification");
	struct notifier_context context = { .text_templates = sets.text, .html_templates = sets.html, .external_url = "http://tocsin.example:9093", .instance = "0" };
	made_notification_add(notification, "alertname=\"Down\",job=\"a\"", "summary=\"s\"", true, 1000, 0);
	made_notification_add(notification, "alertname=\"Down\",job=\"b\"", "summary=\"s\"", false, 1000, 2000);
	bool done = notifier_find(config->kind)->render(config, notification, &context, arena, rendered, err);
	notification_unref(notification);
	sets_finish(&sets);
	return done;
}

static const char *body_of(struct arena *arena, const struct integration_config *config) {
	struct rendered rendered;
	struct error err = { 0 };
	if (!render(arena, config, &rendered, &err))
		FAIL_TEST("%s", err.text);
	CHECK_INT(rendered.request_count, 1);
	return arena_cstr(arena, rendered.requests[0].body);
}

static void check_has(const char *text, const char *part) {
	if (strstr(text, part) == NULL)
		FAIL_TEST("no %s in %s", part, text);
}

TEST(texts_are_cut_at_code_points_and_say_so) {
	autoarena struct arena arena = { 0 };
	struct post post = { .arena = &arena };
	CHECK_STR(post_cut_runes(&post, STR("äöüß"), 4), "äöüß");
	CHECK_STR(post_cut_runes(&post, STR("äöüßx"), 4), "äöü…");
	CHECK_STR(post_cut_bytes(&post, STR("abcdef"), 6), "abcdef");
	CHECK_STR(post_cut_bytes(&post, STR("abcdefg"), 6), "abc…");
	CHECK_STR(post_cut_bytes(&post, STR("aäödefg"), 7), "aä…"); // 4 bytes of room, the third rune would need the fifth
	CHECK_INT(post_count_runes(STR("aä…")), 3);
}

TEST(urls_are_joined_by_one_slash) {
	autoarena struct arena arena = { 0 };
	struct post post = { .arena = &arena };
	CHECK_STR(post_join_url(&post, "http://x", "a/b"), "http://x/a/b");
	CHECK_STR(post_join_url(&post, "http://x/y//", "a"), "http://x/y/a");
}

TEST(a_template_that_fails_goes_out_as_the_default_one_with_the_error) {
	autoarena struct arena arena = { 0 };
	struct integration_config config = { .kind = INTEGRATION_SLACK };
	config.slack = (struct slack_config){ .post = { .send_resolved = true, .url.text = "http://x/" }, .title = "{{ template \"gone\" . }}", .text = "fine", .color = "{{ .Nothing }}", .fallback = "f" };
	const char *body = body_of(&arena, &config);
	check_has(body, "\"title\":\"[FIRING:1] Down");
	check_has(body, "\"text\":\"The template of title failed: ");
	check_has(body, "The template of color failed: ");
	check_has(body, "\\nfine\"");
	check_has(body, "\"color\":\"danger\"");
	struct rendered rendered;
	struct error err;
	CHECK(render(&arena, &config, &rendered, &err));
	check_has(rendered.template_failure, "title: ");
}

TEST(a_webhooks_own_payload_that_fails_is_alertmanagers) {
	autoarena struct arena arena = { 0 };
	struct yaml_doc doc;
	struct problems problems = { 0 };
	struct rendered rendered;
	struct error err;
	struct integration_config config = { .kind = INTEGRATION_WEBHOOK, .webhook = { .send_resolved = true, .url = "http://x/" } };
	config.webhook.payload = yaml_doc_load(&doc, "", STR("{a: '{{ .Status }}', b: '{{ .Nothing }}'}"), &problems);
	CHECK(render(&arena, &config, &rendered, &err));
	check_has(arena_cstr(&arena, rendered.requests[0].body), "{\"receiver\":\"chat\",\"status\":\"firing\"");
	check_has(rendered.template_failure, "payload: template: ");
	yaml_doc_finish(&doc);
	problems_finish(&problems);
}

static void check_rendered(const char *text, const char *wanted) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf out = { 0 };
	struct json_writer json = { .out = &out };
	struct error err;
	const struct template_env env = { 0 };
	const struct text_run run = { NULL, &env, &arena };
	CHECK(payload_template_write_text(text, &run, &json, &err));
	CHECK_CSTR(buf_cstr(&out), wanted);
}

TEST(what_a_template_gives_is_a_value_when_it_is_one_and_nothing_else) {
	check_rendered("[1, 'a', {b: ~}]", "[1,\"a\",{\"b\":null}]");
	check_rendered("[FIRING:1] Disk full", "\"[FIRING:1] Disk full\"");
	check_rendered("{a: b}x", "\"{a: b}x\"");
	check_rendered("a: 1\n---\nb", "\"a: 1\\n---\\nb\"");
	check_rendered("Disk: full", "{\"Disk\":\"full\"}"); // as Alertmanager has it
	check_rendered("!", "\"!\"");
	check_rendered("! 50", "\"! 50\"");
	check_rendered("yes", "true");
	check_rendered("", "null");
	check_rendered("# comment", "null");
	check_rendered("\"5\"", "\"\\\"5\\\"\"");
	check_rendered("0x1F", "31");
}

TEST(a_text_that_grows_by_aliases_stays_a_text) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf text = { 0 }, out = { 0 };
	struct json_writer json = { .out = &out };
	struct error err;
	buf_append_cstr(&text, "a: &x \"");
	for (int i = 0; i < 60000; i++)
		buf_append_char(&text, 'x');
	buf_append_cstr(&text, "\"\nb: [");
	for (int i = 0; i < 10000; i++)
		buf_append_cstr(&text, "*x,");
	buf_append_cstr(&text, "]\n");
	const struct template_env env = { 0 };
	const struct text_run run = { NULL, &env, &arena };
	json_open_object(&json);
	json_key(&json, "k");
	CHECK(payload_template_write_text(buf_cstr(&text), &run, &json, &err));
	json_close_object(&json);
	CHECK(out.len < 200000);
	CHECK(str_has_prefix(buf_str(&out), STR("{\"k\":\"a: \\u0026x ")));
	CHECK(str_has_suffix(buf_str(&out), STR("]\\n\"}")));
}

TEST(markup_around_the_error_is_escaped) {
	autoarena struct arena arena = { 0 };
	struct integration_config config = { .kind = INTEGRATION_TELEGRAM };
	config.telegram = (struct telegram_config){ .post = { .send_resolved = true, .url.text = "http://x/", .keys = { { .text = "t" }, { .text = "5" } } }, .message = "<b>{{ template \"<gone>\" . }}</b>", .parse_mode = "HTML" };
	const char *body = body_of(&arena, &config);
	check_has(body, "\"text\":\"The template of message failed: ");
	check_has(body, "\\u0026#60;gone\\u0026#62;");
	check_has(body, "Labels:");
}

TEST(an_event_is_not_lost_for_its_details) {
	autoarena struct arena arena = { 0 };
	struct yaml_doc doc;
	struct problems problems = { 0 };
	struct integration_config config = { .kind = INTEGRATION_PAGERDUTY };
	config.pagerduty = (struct pagerduty_config){ .post = { .send_resolved = true, .url.text = "http://x/", .keys[0].text = "k" }, .description = "d", .severity = "error" };
	config.pagerduty.details = yaml_doc_load(&doc, "", STR("a: '{{ .Nothing }}'"), &problems);
	check_has(body_of(&arena, &config), "\"custom_details\":{\"error\":\"failed to render details: ");
	yaml_doc_finish(&doc);
	config.pagerduty.details = yaml_doc_load(&doc, "", STR("a: '{{ range .Alerts }}{{ printf \"%300000d\" 1 }}{{ end }}'"), &problems);
	check_has(body_of(&arena, &config), "\"custom_details\":{\"error\":\"Custom details have been removed because the original event exceeds the maximum size of 512KB\"}");
	yaml_doc_finish(&doc);
	problems_finish(&problems);
}

TEST(what_cannot_be_sent_at_all_is_an_error_that_quotes_no_key) {
	autoarena struct arena arena = { 0 };
	struct rendered rendered;
	struct error err = { 0 };
	struct integration_config config = { .kind = INTEGRATION_ROCKETCHAT };
	config.rocketchat = (struct rocketchat_config){ .post = { .url.text = "http://x/", .keys = { { .text = "hunter2\nX: y" }, { .text = "i" } } } };
	CHECK(!render(&arena, &config, &rendered, &err));
	CHECK_CSTR(err.text, "the value of header X-Auth-Token holds a line break");
	config = (struct integration_config){ .kind = INTEGRATION_PAGERDUTY };
	config.pagerduty = (struct pagerduty_config){ .post = { .url.text = "http://x/", .keys[0].text = "{{ .CommonLabels.nothing }}" } };
	CHECK(!render(&arena, &config, &rendered, &err));
	CHECK_CSTR(err.text, "routing key cannot be empty");
	config.pagerduty.post.keys[0].text = "hunter2{{ hunter2 }}";
	CHECK(!render(&arena, &config, &rendered, &err));
	CHECK_CSTR(err.text, "the template of routing key fails");
	config = (struct integration_config){ .kind = INTEGRATION_TELEGRAM };
	config.telegram = (struct telegram_config){ .post = { .url.text = "http://x/", .keys = { { .text = "t" }, { .text = "@chat" } } }, .message = "m" };
	CHECK(!render(&arena, &config, &rendered, &err));
	CHECK_CSTR(err.text, "could not parse chat_id, expected a number");
}

TEST(only_resolved_alerts_that_are_not_wanted_are_no_request) {
	autoarena struct arena arena = { 0 };
	struct sets sets = load_sets();
	struct notification *notification = made_notification("chat", "all alerts resolved");
	struct notifier_context context = { .text_templates = sets.text, .html_templates = sets.html, .external_url = "" };
	struct integration_config config = { .kind = INTEGRATION_DISCORD };
	struct rendered rendered;
	struct error err;
	config.discord = (struct discord_config){ .post = { .send_resolved = false, .url.text = "http://x/" }, .title = "t" };
	made_notification_add(notification, "alertname=\"Down\"", "", false, 1000, 2000);
	CHECK(notifier_find(INTEGRATION_DISCORD)->render(&config, notification, &context, &arena, &rendered, &err));
	CHECK_INT(rendered.request_count, 0);
	notification_unref(notification);
	sets_finish(&sets);
}

// ---- answers

struct answer_case {
	enum integration_kind kind;
	int status;
	const char *type, *body;
	enum attempt_outcome outcome;
	const char *reason;
};

TEST(answers_mean_what_each_receiver_means) {
	static const struct answer_case cases[] = {
		{ INTEGRATION_SLACK, 200, "text/html", "ok", ATTEMPT_OK, "" },
		{ INTEGRATION_SLACK, 200, "text/html", "no_text", ATTEMPT_GIVE_UP, "received an error response from Slack: no_text" },
		{ INTEGRATION_SLACK, 200, "application/json; charset=utf-8", "{\"ok\":true}", ATTEMPT_OK, "" },
		{ INTEGRATION_SLACK, 200, "application/json", "{\"ok\":false,\"error\":\"channel_not_found\"}", ATTEMPT_GIVE_UP, "error response from Slack: channel_not_found" },
		{ INTEGRATION_SLACK, 200, "application/json", "{\"ok\":false,\"error\":\"message_not_found\"}", ATTEMPT_RETRY, "error response from Slack: message_not_found" },
		{ INTEGRATION_SLACK, 200, "application/json", "{}", ATTEMPT_GIVE_UP, "error response from Slack: " },
		{ INTEGRATION_SLACK, 200, "application/json", "<html>", ATTEMPT_RETRY, "could not unmarshal JSON response \"<html>\"" },
		{ INTEGRATION_SLACK, 404, "text/plain", "no_service", ATTEMPT_GIVE_UP, "unexpected status code 404: no_service" },
		{ INTEGRATION_SLACK, 429, "text/plain", "", ATTEMPT_RETRY, "unexpected status code 429" },
		{ INTEGRATION_SLACK, 503, "text/plain", "", ATTEMPT_RETRY, "unexpected status code 503" },
		{ INTEGRATION_ROCKETCHAT, 200, "", "{\"success\":true}", ATTEMPT_OK, "" },
		{ INTEGRATION_ROCKETCHAT, 200, "", "{\"success\":false,\"error\":\"room-not-found\"}", ATTEMPT_GIVE_UP, "error response from Rocketchat: room-not-found" },
		{ INTEGRATION_ROCKETCHAT, 200, "", "no", ATTEMPT_RETRY, "could not unmarshal the JSON response" },
		{ INTEGRATION_PAGERDUTY, 202, "", "", ATTEMPT_OK, "" },
		{ INTEGRATION_PAGERDUTY, 400, "", "{\"status\":\"invalid event\",\"message\":\"Event object is invalid\",\"errors\":[\"a\",\"b\"]}", ATTEMPT_GIVE_UP, "unexpected status code 400: Event object is invalid: a,b" },
		{ INTEGRATION_PAGERDUTY, 403, "", "x", ATTEMPT_RETRY, "unexpected status code 403" },
		{ INTEGRATION_PAGERDUTY, 429, "", "x", ATTEMPT_RETRY, "unexpected status code 429" },
		{ INTEGRATION_INCIDENTIO, 422, "", "{\"message\":\"m\",\"error\":\"e\",\"errors\":[\"a\",\"b\"]}", ATTEMPT_GIVE_UP, "unexpected status code 422: m: e: a, b" },
		{ INTEGRATION_INCIDENTIO, 500, "", "oh", ATTEMPT_RETRY, "unexpected status code 500" },
		{ INTEGRATION_TELEGRAM, 400, "", "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: chat not found\"}", ATTEMPT_GIVE_UP, "unexpected status code 400: Bad Request: chat not found" },
		{ INTEGRATION_TELEGRAM, 200, "", "{\"ok\":true}", ATTEMPT_OK, "" },
		{ INTEGRATION_DISCORD, 204, "", "", ATTEMPT_OK, "" },
		{ INTEGRATION_OPSGENIE, 429, "", "", ATTEMPT_RETRY, "unexpected status code 429" },
		{ INTEGRATION_MSTEAMSV2, 413, "", "too large", ATTEMPT_GIVE_UP, "unexpected status code 413: too large" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct answer_case *row = &cases[i];
		struct http_response response = { .status = row->status, .content_type = str_of(row->type), .body = str_of(row->body), .retry_after = -1 };
		struct error reason = { 0 };
		CHECK_INT(notifier_find(row->kind)->judge(&response, &reason), row->outcome);
		CHECK_CSTR(reason.text, row->reason);
	}
}

TEST(no_answer_is_tried_again_whoever_gives_none) {
	for (int kind = 0; kind < INTEGRATION_KIND_COUNT; kind++) {
		const struct notifier_ops *ops = notifier_find((enum integration_kind)kind);
		struct http_response response = { .retry_after = -1, .error = { .code = ERR_TIMEOUT, .text = "x" } };
		struct error reason = { 0 };
		CHECK_INT(ops->kind, kind);
		if (ops->is_mail)
			continue;
		CHECK_INT(ops->judge(&response, &reason), ATTEMPT_RETRY);
		CHECK_CSTR(reason.text, "x");
	}
}

static const char *remembered(bool is_updating, const char *body, bool is_cut) {
	static char text[200];
	struct integration_config config = { .kind = INTEGRATION_SLACK, .slack.update_message = is_updating };
	struct http_response response = { .status = 200, .content_type = STR("application/json"), .body = str_of(body), .is_body_cut = is_cut };
	autobuf struct buf out = { 0 };
	if (!slack_remember(&config, &response, &out))
		return "(kept)";
	snprintf(text, sizeof text, "%s", buf_cstr(&out));
	return text;
}

TEST(where_a_message_is_is_remembered_until_it_is_gone) {
	CHECK_CSTR(remembered(true, "{\"ok\":true,\"channel\":\"C\",\"ts\":\"1.5\"}", false), "{\"channelId\":\"C\",\"threadTs\":\"1.5\"}");
	CHECK_CSTR(remembered(true, "{\"ok\":true,\"channel\":\"C\",\"ts\":\"1.5\",\"message\":{\"te", true), "{\"channelId\":\"C\",\"threadTs\":\"1.5\"}");
	CHECK_CSTR(remembered(false, "{\"ok\":true,\"channel\":\"C\",\"ts\":\"1.5\"}", false), "(kept)");
	CHECK_CSTR(remembered(true, "{\"ok\":true}", false), "(kept)");
	CHECK_CSTR(remembered(true, "{\"ok\":false,\"error\":\"fatal_error\"}", false), "(kept)");
	CHECK_CSTR(remembered(true, "{\"ok\":false,\"error\":\"message_not_found\"}", false), "");
}

// ---- default templates

// Every name that Alertmanager 0.34 defines.
static const char names[] =
    "__alertmanager __alertmanagerURL __subject __description "
    "slack.default.title slack.default.username slack.default.fallback slack.default.callbackid slack.default.pretext slack.default.titlelink slack.default.iconemoji "
    "slack.default.iconurl slack.default.text slack.default.footer slack.default.color "
    "pagerduty.default.description pagerduty.default.client pagerduty.default.clientURL "
    "opsgenie.default.message opsgenie.default.description opsgenie.default.source "
    "wechat.default.message wechat.default.to_user wechat.default.to_party wechat.default.to_tag wechat.default.agent_id "
    "victorops.default.state_message victorops.default.entity_display_name victorops.default.monitoring_tool "
    "pushover.default.title pushover.default.message pushover.default.url sns.default.subject sns.default.message telegram.default.message "
    "discord.default.content discord.default.title discord.default.message webex.default.message "
    "msteams.default.summary msteams.default.title msteams.default.text msteamsv2.default.title msteamsv2.default.text "
    "jira.default.summary jira.default.description jira.default.priority "
    "rocketchat.default.title rocketchat.default.alias rocketchat.default.titlelink rocketchat.default.emoji rocketchat.default.iconurl rocketchat.default.text "
    "mattermost.default.color mattermost.default.username mattermost.default.title mattermost.default.titlelink mattermost.default.fallback mattermost.default.text "
    "email.default.subject email.default.html";

static void run_template(const struct template_set *set, struct str name, const struct value *data) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf out = { 0 };
	struct error err;
	const struct template_env env = { .now = 1, .external_url = STR("http://tocsin.example:9093"), .data = data };
	if (!template_set_has(set, name))
		FAIL_TEST("no template %.*s", STR_ARG(name));
	if (template_set_execute(set, name, &env, &arena, &out, &err) != TEMPLATE_OK)
		FAIL_TEST("%.*s: %s", STR_ARG(name), err.text);
}

TEST(every_name_of_alertmanagers_templates_is_there_and_runs) {
	autoarena struct arena arena = { 0 };
	struct sets sets = load_sets();
	struct notification *notification = made_notification("chat", "first notification");
	made_notification_add(notification, "alertname=\"Down\",severity=\"warning\"", "summary=\"s\"", true, 1000, 0);
	made_notification_add(notification, "alertname=\"Down\",severity=\"critical\"", "", false, 1000, 2000);
	const struct value *data = notification_data(&arena, notification, true);
	for (struct str rest = STR(names); rest.len > 0;) {
		struct str name = str_cut(&rest, ' ');
		run_template(sets.text, name, data);
		run_template(sets.html, name, data);
	}
	CHECK(template_set_has(sets.text, STR("__text_alert_list")) && template_set_has(sets.text, STR("__text_alert_list_markdown")) && template_set_has(sets.text, STR("pagerduty.default.instances")));
	notification_unref(notification);
	sets_finish(&sets);
}
