// SPDX-License-Identifier: Apache-2.0
// What is sent is what Alertmanager sends: configurations and requests of tests/cases/notify, through the reader of configurations and the notifiers.
#include "base/buf.h"
#include "base/hash_map.h"
#include "daemon/config.h"
#include "model/limits.h"
#include "notifiers/dispatcher_state.h"
#include "template/value.h"
#include "tests/harness/test.h"

#include <stdlib.h>

struct cases {
	struct arena arena;
	struct value notifications, wanted;
	struct config *config;
	struct template_set *text, *html;
	size_t compared;
};

static struct value read_json(struct arena *arena, const char *name) {
	autobuf struct buf path = { 0 }, text = { 0 };
	struct value value;
	struct error err;
	buf_format(&path, "cases/notify/%s.json", name);
	CHECK(fs_read_file(test_source_path(buf_cstr(&path)), 16 << 20, &text, &err));
	CHECK(value_from_json(arena, arena_dup_str(arena, buf_str(&text)), &value, &err));
	return value;
}

static const struct value *member(const struct value *map, const char *name) {
	for (size_t i = 0; i < map->pair_count; i++)
		if (str_equal_cstr(map->pairs[i].key, name))
			return &map->pairs[i].value;
	return NULL;
}

static struct str text_of(const struct value *map, const char *name) {
	const struct value *value = member(map, name);
	return value == NULL ? STR_NONE : value->text;
}

static const struct labels *labels_of_map(const struct value *map) {
	struct label_builder builder = { 0 };
	for (size_t i = 0; i < map->pair_count; i++)
		label_builder_set(&builder, map->pairs[i].key, map->pairs[i].value.text);
	const struct labels *labels = label_builder_build(&builder);
	label_builder_finish(&builder);
	return labels;
}

static struct notification *notification_of(const struct value *case_value, const char *receiver) {
	struct notification *notification = notification_create();
	const struct value *alerts = member(case_value, "alerts");
	notification->receiver = str_of(receiver);
	notification->reason = text_of(case_value, "reason");
	notification->group_key = text_of(case_value, "group_key");
	notification->external_url = STR("http://tocsin.example:9093");
	notification->group_labels = labels_of_map(member(case_value, "group_labels"));
	notification->alerts = ARENA_NEW_ARRAY(&notification->arena, struct notified_alert, alerts->count);
	for (size_t i = 0; i < alerts->count; i++) {
		const struct value *alert = &alerts->items[i];
		notification->alerts[notification->alert_count++] = (struct notified_alert){
			.is_firing = member(alert, "firing")->boolean,
			.labels = labels_of_map(member(alert, "labels")),
			.annotations = labels_of_map(member(alert, "annotations")),
			.starts_at = member(alert, "starts_at")->integer,
			.ends_at = member(alert, "ends_at")->integer,
			.generator_url = arena_cstr(&notification->arena, text_of(alert, "generator_url")),
			.source = "",
		};
	}
	return notification;
}

static int compare_texts(const void *left, const void *right) {
	return str_compare(*(const struct str *)left, *(const struct str *)right);
}

// With the parameters of its query sorted: they may come in any order.
static void append_url(struct buf *out, struct str url) {
	struct str params[32], base = str_cut(&url, '?');
	size_t count = 0;
	while (url.len > 0 && count < 32)
		params[count++] = str_cut(&url, '&');
	qsort(params, count, sizeof *params, compare_texts);
	buf_append_str(out, base);
	for (size_t i = 0; i < count; i++)
		buf_format(out, "%c%.*s", i == 0 ? '?' : '&', STR_ARG(params[i]));
}

static const char *url_shown(struct arena *arena, struct str url) {
	autobuf struct buf out = { 0 };
	append_url(&out, url);
	return arena_cstr(arena, buf_str(&out));
}

static const char *canonical(struct arena *arena, struct str json) {
	autobuf struct buf out = { 0 };
	struct value value;
	struct error err;
	if (json.len == 0)
		return "\"\""; // as the cases have a request without a body
	if (!value_from_json(arena, json, &value, &err))
		FAIL_TEST("%s: %.*s", err.text, STR_ARG(json));
	value_to_json(&out, &value);
	return arena_cstr(arena, buf_str(&out));
}

// What the request says of `name`: in its own lines, or by the http_config it goes with.
static const char *header_of(struct arena *arena, const struct rendered_request *request, const struct http_config *http, const char *name) {
	size_t len = strlen(name);
	if (strcmp(name, "Content-Type") == 0)
		return request->content_type;
	for (const char *const *line = request->headers; line != NULL && *line != NULL; line++)
		if (strncmp(*line, name, len) == 0 && (*line)[len] == ':')
			return *line + len + 2;
	if (strcmp(name, "Authorization") == 0 && http->authorization_type != NULL)
		return arena_format(arena, "%s %s", http->authorization_type, http->authorization_credentials).data;
	return "(none)";
}

static void compare(struct cases *cases, const char *what, const struct integration_config *config, const struct rendered_request *request, const struct value *wanted) {
	struct arena *arena = &cases->arena;
	autobuf struct buf body = { 0 };
	const struct value *headers = member(wanted, "headers");
	const char *url = url_shown(arena, str_of(request->url)), *wanted_url = url_shown(arena, text_of(wanted, "url"));
	const char *method = request->method == NULL ? "POST" : request->method;
	if (strcmp(url, wanted_url) != 0 || !str_equal_cstr(text_of(wanted, "method"), method))
		FAIL_TEST("%s: %s %s, not %.*s %s", what, method, url, STR_ARG(text_of(wanted, "method")), wanted_url);
	for (size_t i = 0; i < headers->pair_count; i++) {
		const char *got = header_of(arena, request, notifier_find(config->kind)->http(config), arena_cstr(arena, headers->pairs[i].key));
		if (!str_equal_cstr(headers->pairs[i].value.text, got))
			FAIL_TEST("%s: header %.*s: %s", what, STR_ARG(headers->pairs[i].key), got);
	}
	value_to_json(&body, member(wanted, "body"));
	const char *got = canonical(arena, request->body);
	if (strcmp(got, buf_cstr(&body)) != 0)
		FAIL_TEST("%s:\ngot    %s\nwanted %s", what, got, buf_cstr(&body));
	cases->compared++;
}

static size_t run_integration(struct cases *cases, const char *what, const struct integration_config *config, const struct notification *notification, const struct value *wanted, size_t at) {
	const struct notifier_ops *ops = notifier_find(config->kind);
	struct notifier_context context = { .text_templates = cases->text, .html_templates = cases->html, .external_url = "http://tocsin.example:9093", .instance = "0", .now = 1767323096789 };
	struct secret_text secrets[NOTIFIER_SECRETS] = { 0 };
	struct rendered rendered;
	struct error err = { 0 };
	ops->secrets(config, secrets);
	for (size_t i = 0; i < NOTIFIER_SECRETS; i++)
		context.secrets[i] = secrets[i].text;
	if (!ops->render(config, notification, &context, &cases->arena, &rendered, &err))
		FAIL_TEST("%s: %s", what, err.text);
	if (rendered.template_failure != NULL)
		FAIL_TEST("%s: %s", what, rendered.template_failure);
	for (size_t i = 0; i < rendered.request_count; i++, at++) {
		if (at >= wanted->count)
			FAIL_TEST("%s: more requests than %zu", what, wanted->count);
		compare(cases, what, config, &rendered.requests[i], &wanted->items[at]);
	}
	return at;
}

static void run_receiver(struct cases *cases, const struct receiver_config *receiver) {
	const struct value *wanted = member(&cases->wanted, receiver->name);
	CHECK(wanted != NULL);
	for (size_t i = 0; i < cases->notifications.pair_count; i++) {
		const char *name = arena_cstr(&cases->arena, cases->notifications.pairs[i].key);
		const char *what = arena_format(&cases->arena, "%s, %s", receiver->name, name).data;
		struct notification *notification = notification_of(&cases->notifications.pairs[i].value, receiver->name);
		const struct value *requests = member(wanted, name);
		size_t at = 0;
		for (size_t j = 0; j < receiver->count; j++)
			at = run_integration(cases, what, &receiver->items[j], notification, requests, at);
		if (at != requests->count)
			FAIL_TEST("%s: %zu requests, not %zu", what, at, requests->count);
		notification_unref(notification);
	}
}

static void run_cases(const char *kind, size_t least) {
	struct cases cases = { 0 };
	struct problems problems = { 0 };
	struct error err;
	autobuf struct buf path = { 0 };
	buf_format(&path, "cases/notify/%s.yml", kind);
	cases.notifications = read_json(&cases.arena, "notifications");
	cases.wanted = read_json(&cases.arena, kind);
	cases.config = config_load(test_source_path(buf_cstr(&path)), (struct config_features){ 0 }, &problems);
	if (cases.config == NULL)
		FAIL_TEST("%.*s", STR_ARG(problems.items[0].text));
	CHECK(notify_templates_load(&cases.config->notify, &cases.text, &cases.html, &err));
	for (size_t i = 0; i < cases.config->notify.receiver_count; i++)
		if (strcmp(cases.config->notify.receivers[i].name, "none") != 0)
			run_receiver(&cases, &cases.config->notify.receivers[i]);
	CHECK(cases.compared >= least);
	template_set_destroy(cases.text);
	template_set_destroy(cases.html);
	config_unref(cases.config);
	problems_finish(&problems);
	arena_finish(&cases.arena);
}

#define CASES(kind, least)                          \
	TEST(kind##_gets_what_alertmanager_sends) { \
		run_cases(#kind, least);            \
	}

CASES(webhook, 18)
CASES(slack, 18)
CASES(discord, 11)
CASES(msteams, 12)
CASES(mattermost, 21)
CASES(rocketchat, 7)
CASES(webex, 6)
CASES(telegram, 12)
CASES(pagerduty, 15)
CASES(victorops, 9)
CASES(incidentio, 9)
CASES(opsgenie, 15)
CASES(pushover, 15)
