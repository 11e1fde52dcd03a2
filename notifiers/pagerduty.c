// SPDX-License-Identifier: Apache-2.0
// PagerDuty's events, of both versions of its API. Source: Alertmanager notify/pagerduty/pagerduty.go.
#include "notifiers/notifier_text.h"
#include "notifiers/payload_template.h"
#include "notifiers/post.h"

enum { SUMMARY_RUNES = 1024,
	EVENT_BYTES = 512000 };
enum { KEY_ROUTING,
	KEY_SERVICE };

#define V1_URL "https://events.pagerduty.com/generic/2010-04-15/create_event.json"

static const struct post_row payload_rows[] = {
	{ "summary", offsetof(struct pagerduty_config, description), "pagerduty.default.description", SUMMARY_RUNES, POST_KEEPS_EMPTY | POST_IS_MAIN },
	{ "source", offsetof(struct pagerduty_config, source), "pagerduty.default.client", 0, POST_KEEPS_EMPTY },
	{ "severity", offsetof(struct pagerduty_config, severity), NULL, 0, POST_KEEPS_EMPTY },
	{ "class", offsetof(struct pagerduty_config, class), NULL, 0, 0 },
	{ "component", offsetof(struct pagerduty_config, component), NULL, 0, 0 },
	{ "group", offsetof(struct pagerduty_config, group), NULL, 0, 0 },
};

static const struct post_row description_row = { "description", offsetof(struct pagerduty_config, description), "pagerduty.default.description", SUMMARY_RUNES, POST_IS_MAIN };

static const struct post_row client_rows[] = {
	{ "client", offsetof(struct pagerduty_config, client), "pagerduty.default.client", 0, 0 },
	{ "client_url", offsetof(struct pagerduty_config, client_url), "pagerduty.default.clientURL", 0, 0 },
};

static const struct post_row image_rows[] = {
	{ "src", offsetof(struct pagerduty_image, src), NULL, 0, POST_KEEPS_EMPTY },
	{ "alt", offsetof(struct pagerduty_image, alt), NULL, 0, POST_KEEPS_EMPTY },
	{ "href", offsetof(struct pagerduty_image, href), NULL, 0, POST_KEEPS_EMPTY },
};

static const struct post_row link_rows[] = {
	{ "href", offsetof(struct pagerduty_link, href), NULL, 0, POST_KEEPS_EMPTY },
	{ "text", offsetof(struct pagerduty_link, text), NULL, 0, POST_KEEPS_EMPTY },
};

static const struct {
	const char *key, *text;
} default_details[] = {
	{ "firing", "{{ .Alerts.Firing | toJson }}" },
	{ "num_firing", "{{ .Alerts.Firing | len }}" },
	{ "num_resolved", "{{ .Alerts.Resolved | len }}" },
	{ "resolved", "{{ .Alerts.Resolved | toJson }}" },
};

static bool is_v1(const struct pagerduty_config *pagerduty) {
	const struct secret_text *key = &pagerduty->post.keys[KEY_SERVICE];
	return key->text != NULL || key->file != NULL;
}

// Written in its own buffer, so that what fails leaves nothing behind.
static bool details_of(const struct post *post, struct buf *out, struct error *err) {
	const struct yaml_node *details = post->config->pagerduty.details;
	const struct text_run run = { post->context->text_templates, &post->env, post->arena };
	struct json_writer json = { .out = out };
	json_open_object(&json);
	for (uint32_t i = 0; details != NULL && i < details->count; i++) {
		json_key(&json, details->entries[i].key->text.data);
		if (!payload_template_write(details->entries[i].value, &run, &json, err))
			return error_wrap(err, "failed to render details");
	}
	for (size_t i = 0; i < sizeof default_details / sizeof *default_details; i++) {
		if (details != NULL && yaml_find(details, default_details[i].key) != NULL)
			continue;
		json_key(&json, default_details[i].key);
		if (!payload_template_write_text(default_details[i].text, &run, &json, err))
			return error_wrap(err, "failed to render details");
	}
	json_close_object(&json);
	return true;
}

// The event must not be lost for its details.
static void write_details(struct post *post, struct json_writer *json, const char *key, const char *instead) {
	autobuf struct buf details = { 0 };
	struct error err = { 0 };
	json_key(json, key);
	if (instead == NULL && details_of(post, &details, &err)) {
		json_raw(json, buf_str(&details));
		return;
	}
	json_open_object(json);
	json_key(json, "error");
	json_cstr(json, instead != NULL ? instead : err.text);
	json_close_object(json);
}

static bool is_wanted(struct post *post, const char *what, const char *text) {
	return post_text(post, what, text, NULL).len > 0;
}

static void write_images(struct post *post, struct json_writer *json, const struct pagerduty_config *pagerduty) {
	bool has_any = false;
	for (size_t i = 0; i < pagerduty->image_count; i++) {
		if (!is_wanted(post, "an image's src", pagerduty->images[i].src))
			continue;
		if (!has_any) {
			json_key(json, "images");
			json_open_array(json);
		}
		has_any = true;
		json_open_object(json);
		post_write_rows(post, json, image_rows, POST_ROW_COUNT(image_rows), &pagerduty->images[i]);
		json_close_object(json);
	}
	if (has_any)
		json_close_array(json);
}

static void write_links(struct post *post, struct json_writer *json, const struct pagerduty_config *pagerduty) {
	bool has_any = false;
	for (size_t i = 0; i < pagerduty->link_count; i++) {
		if (!is_wanted(post, "a link's href", pagerduty->links[i].href))
			continue;
		if (!has_any) {
			json_key(json, "links");
			json_open_array(json);
		}
		has_any = true;
		json_open_object(json);
		post_write_rows(post, json, link_rows, POST_ROW_COUNT(link_rows), &pagerduty->links[i]);
		json_close_object(json);
	}
	if (has_any)
		json_close_array(json);
}

static void text_member(struct json_writer *json, const char *key, struct str text) {
	json_key(json, key);
	json_string(json, text);
}

static void write_v1(struct post *post, struct json_writer *json, struct str key, const char *instead) {
	const struct pagerduty_config *pagerduty = &post->config->pagerduty;
	text_member(json, "service_key", key);
	text_member(json, "incident_key", post_group_hash(post));
	text_member(json, "event_type", post->is_firing ? STR("trigger") : STR("resolve"));
	post_write_rows(post, json, &description_row, 1, pagerduty);
	text_member(json, "event_action", STR_NONE); // the other version's members are said too, as Alertmanager does
	json_key(json, "payload");
	json_null(json);
	if (post->is_firing)
		post_write_rows(post, json, client_rows, POST_ROW_COUNT(client_rows), pagerduty);
	write_details(post, json, "details", instead);
}

static void write_v2(struct post *post, struct json_writer *json, struct str key, const char *instead) {
	const struct pagerduty_config *pagerduty = &post->config->pagerduty;
	text_member(json, "routing_key", key);
	text_member(json, "dedup_key", post_group_hash(post));
	text_member(json, "event_action", post->is_firing ? STR("trigger") : STR("resolve"));
	json_key(json, "payload");
	json_open_object(json);
	post_write_rows(post, json, payload_rows, POST_ROW_COUNT(payload_rows), pagerduty);
	write_details(post, json, "custom_details", instead);
	json_close_object(json);
	post_write_rows(post, json, client_rows, POST_ROW_COUNT(client_rows), pagerduty);
	write_images(post, json, pagerduty);
	write_links(post, json, pagerduty);
}

static void write_event(struct post *post, struct buf *out, struct str key, const char *instead) {
	struct json_writer json = { .out = out };
	json_open_object(&json);
	if (is_v1(&post->config->pagerduty))
		write_v1(post, &json, key, instead);
	else
		write_v2(post, &json, key, instead);
	json_close_object(&json);
}

bool pagerduty_write(struct post *post, struct error *err) {
	bool is_first = is_v1(&post->config->pagerduty);
	autobuf struct buf body = { 0 };
	struct str key;
	if (!post_needed(post, is_first ? "service key" : "routing key", post_key(post, is_first ? KEY_SERVICE : KEY_ROUTING), &key, err))
		return false;
	write_event(post, &body, key, NULL);
	if (body.len + 1 > EVENT_BYTES) {
		buf_reset(&body);
		write_event(post, &body, key, "Custom details have been removed because the original event exceeds the maximum size of 512KB");
	}
	post_add_json(post, is_first ? STR(V1_URL) : str_of(post_url(post)), &body);
	return true;
}

// "MESSAGE: ERROR,ERROR" of an answer to a bad request.
static void append_details(struct buf *out, struct str body) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf errors = { 0 };
	struct str message = STR_NONE;
	const struct post_member members[] = { { "message", .text = &message }, { "errors", .list = &errors, .between = "," } };
	if (post_read_members(&arena, body, members, sizeof members / sizeof *members))
		buf_format(out, "%.*s: %s", STR_ARG(message), buf_cstr(&errors));
}

// The first version limits rates with 403, the second with 429.
enum attempt_outcome pagerduty_judge(const struct http_response *response, struct error *reason) {
	autobuf struct buf details = { 0 };
	if (response->status == 400)
		append_details(&details, response->body);
	enum attempt_outcome outcome = notifier_judge_with(response, buf_str(&details), reason);
	return response->status == 403 ? ATTEMPT_RETRY : outcome;
}
