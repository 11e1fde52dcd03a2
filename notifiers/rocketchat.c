// SPDX-License-Identifier: Apache-2.0
// Rocket.Chat's chat.postMessage. Source: Alertmanager notify/rocketchat/rocketchat.go.
#include "notifiers/post.h"

enum { TITLE_RUNES = 1024,
	SHOWN_BYTES = 160 };
enum { KEY_TOKEN,
	KEY_TOKEN_ID };

static const struct post_row attachment_rows[] = {
	{ "title", offsetof(struct rocketchat_config, title), "rocketchat.default.title", TITLE_RUNES, 0 },
	{ "title_link", offsetof(struct rocketchat_config, title_link), "rocketchat.default.titlelink", 0, 0 },
	{ "text", offsetof(struct rocketchat_config, text), "rocketchat.default.text", 0, POST_IS_MAIN },
	{ "image_url", offsetof(struct rocketchat_config, image_url), NULL, 0, 0 },
	{ "thumb_url", offsetof(struct rocketchat_config, thumb_url), NULL, 0, 0 },
	{ "color", offsetof(struct rocketchat_config, color), NULL, 0, 0 },
};

static const struct post_row message_rows[] = {
	{ "emoji", offsetof(struct rocketchat_config, emoji), "rocketchat.default.emoji", 0, 0 },
	{ "avatar", offsetof(struct rocketchat_config, icon_url), "rocketchat.default.iconurl", 0, 0 },
};

static const struct post_row action_rows[] = {
	{ "text", offsetof(struct rocketchat_action, text), NULL, 0, 0 },
	{ "url", offsetof(struct rocketchat_action, url), NULL, 0, 0 },
	{ "msg", offsetof(struct rocketchat_action, msg), NULL, 0, 0 },
};

static void write_actions(struct post *post, struct json_writer *json, const struct rocketchat_config *rocketchat) {
	if (rocketchat->action_count == 0)
		return;
	json_key(json, "actions");
	json_open_array(json);
	for (size_t i = 0; i < rocketchat->action_count; i++) {
		json_open_object(json);
		json_key(json, "type");
		json_cstr(json, "button"); // there are no others
		post_write_rows(post, json, action_rows, POST_ROW_COUNT(action_rows), &rocketchat->actions[i]);
		json_key(json, "is_webview");
		json_bool(json, false);
		json_key(json, "msg_in_chat_window");
		json_bool(json, false);
		json_close_object(json);
	}
	json_close_array(json);
}

bool rocketchat_write(struct post *post, struct error *err) {
	const struct rocketchat_config *rocketchat = &post->config->rocketchat;
	const struct named_text headers[2] = { { "X-Auth-Token", post_key(post, KEY_TOKEN) }, { "X-User-Id", post_key(post, KEY_TOKEN_ID) } };
	struct str channel = post_text(post, "channel", rocketchat->channel, NULL);
	autobuf struct buf body = { 0 };
	struct json_writer json = { .out = &body };
	json_open_object(&json);
	post_write_member(&json, "channel", channel);
	post_write_rows(post, &json, message_rows, POST_ROW_COUNT(message_rows), rocketchat);
	json_key(&json, "attachments");
	json_open_array(&json);
	json_open_object(&json);
	post_write_rows(post, &json, attachment_rows, POST_ROW_COUNT(attachment_rows), rocketchat);
	post_write_fields(post, &json, &rocketchat->fields, &rocketchat->short_fields);
	write_actions(post, &json, rocketchat);
	json_close_object(&json);
	json_close_array(&json);
	json_close_object(&json);
	post_set_channel(post, channel);
	struct str url = post_join_url(post, post_url(post), "api/v1/chat.postMessage");
	return post_set_headers(post, post_add_json(post, url, &body), headers, err);
}

// Refusals may come with status 200.
enum attempt_outcome rocketchat_judge(const struct http_response *response, struct error *reason) {
	autoarena struct arena arena = { 0 };
	struct str text = STR_NONE;
	bool is_taken = false;
	const struct post_member members[] = { { "success", .truth = &is_taken }, { "error", .text = &text } };
	enum attempt_outcome outcome = notifier_judge_http(response, reason);
	if (outcome != ATTEMPT_OK)
		return outcome;
	bool is_whole = post_read_members(&arena, response->body, members, sizeof members / sizeof *members);
	if (is_taken)
		return ATTEMPT_OK;
	if (!is_whole) {
		error_set(reason, ERR_UNAVAILABLE, "could not unmarshal the JSON response");
		return ATTEMPT_RETRY;
	}
	error_set(reason, ERR_UNAVAILABLE, "error response from Rocketchat: %.*s", STR_ARG(str_head(text, SHOWN_BYTES)));
	return ATTEMPT_GIVE_UP;
}
