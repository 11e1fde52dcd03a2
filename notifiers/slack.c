// SPDX-License-Identifier: Apache-2.0
// Slack, by an incoming webhook or by chat.postMessage; with update_message a group's message is edited by chat.update, whose channel and
// timestamp are kept with the group. Source: Alertmanager notify/slack/slack.go.
#include "notifiers/alert_group.h"
#include "notifiers/post.h"

enum { TITLE_RUNES = 1024 };

static const struct post_row attachment_rows[] = {
	{ "title", offsetof(struct slack_config, title), "slack.default.title", TITLE_RUNES, 0 },
	{ "title_link", offsetof(struct slack_config, title_link), "slack.default.titlelink", 0, 0 },
	{ "pretext", offsetof(struct slack_config, pretext), "slack.default.pretext", 0, 0 },
	{ "text", offsetof(struct slack_config, text), "slack.default.text", 0, POST_KEEPS_EMPTY | POST_IS_MAIN },
	{ "fallback", offsetof(struct slack_config, fallback), "slack.default.fallback", 0, POST_KEEPS_EMPTY },
	{ "callback_id", offsetof(struct slack_config, callback_id), "slack.default.callbackid", 0, POST_KEEPS_EMPTY },
};

static const struct post_row attachment_end_rows[] = {
	{ "image_url", offsetof(struct slack_config, image_url), NULL, 0, 0 },
	{ "thumb_url", offsetof(struct slack_config, thumb_url), NULL, 0, 0 },
	{ "footer", offsetof(struct slack_config, footer), "slack.default.footer", 0, POST_KEEPS_EMPTY },
	{ "color", offsetof(struct slack_config, color), "slack.default.color", 0, 0 },
};

static const struct post_row message_rows[] = {
	{ "username", offsetof(struct slack_config, username), "slack.default.username", 0, 0 },
	{ "icon_emoji", offsetof(struct slack_config, icon_emoji), "slack.default.iconemoji", 0, 0 },
	{ "icon_url", offsetof(struct slack_config, icon_url), "slack.default.iconurl", 0, 0 },
};

static const struct post_row action_rows[] = {
	{ "type", offsetof(struct slack_action, type), NULL, 0, 0 },
	{ "text", offsetof(struct slack_action, text), NULL, 0, 0 },
	{ "url", offsetof(struct slack_action, url), NULL, 0, 0 },
	{ "style", offsetof(struct slack_action, style), NULL, 0, 0 },
	{ "name", offsetof(struct slack_action, name), NULL, 0, 0 },
	{ "value", offsetof(struct slack_action, value), NULL, 0, 0 },
};

static const struct post_row confirmation_rows[] = {
	{ "text", offsetof(struct slack_confirmation, text), NULL, 0, 0 },
	{ "title", offsetof(struct slack_confirmation, title), NULL, 0, 0 },
	{ "ok_text", offsetof(struct slack_confirmation, ok_text), NULL, 0, 0 },
	{ "dismiss_text", offsetof(struct slack_confirmation, dismiss_text), NULL, 0, 0 },
};

// The message a group has in Slack.
struct message {
	struct str channel, timestamp;
};

static void write_actions(struct post *post, struct json_writer *json, const struct slack_config *slack) {
	if (slack->action_count == 0)
		return;
	json_key(json, "actions");
	json_open_array(json);
	for (size_t i = 0; i < slack->action_count; i++) {
		const struct slack_action *action = &slack->actions[i];
		json_open_object(json);
		post_write_rows(post, json, action_rows, POST_ROW_COUNT(action_rows), action);
		if (action->confirm != NULL) {
			json_key(json, "confirm");
			json_open_object(json);
			post_write_rows(post, json, confirmation_rows, POST_ROW_COUNT(confirmation_rows), action->confirm);
			json_close_object(json);
		}
		json_close_object(json);
	}
	json_close_array(json);
}

static void write_mrkdwn_in(struct json_writer *json, const struct slack_config *slack) {
	static const struct str all[] = { { "fallback", 8 }, { "pretext", 7 }, { "text", 4 } };
	const struct str *items = slack->mrkdwn_count == 0 ? all : slack->mrkdwn_in;
	size_t count = slack->mrkdwn_count == 0 ? sizeof all / sizeof *all : slack->mrkdwn_count;
	json_key(json, "mrkdwn_in");
	json_open_array(json);
	for (size_t i = 0; i < count; i++)
		json_string(json, items[i]);
	json_close_array(json);
}

static void write_attachment(struct post *post, struct json_writer *json, const struct slack_config *slack) {
	json_open_object(json);
	post_write_rows(post, json, attachment_rows, POST_ROW_COUNT(attachment_rows), slack);
	post_write_fields(post, json, &slack->fields, &slack->short_fields);
	write_actions(post, json, slack);
	post_write_rows(post, json, attachment_end_rows, POST_ROW_COUNT(attachment_end_rows), slack);
	write_mrkdwn_in(json, slack);
	json_close_object(json);
}

// The message to edit. None for what begins an incident: that is a new message.
static bool find_message(struct post *post, struct message *out) {
	const struct post_member members[] = { { "channelId", .text = &out->channel }, { "threadTs", .text = &out->timestamp } };
	*out = (struct message){ 0 };
	if (!post->config->slack.update_message || post->context->receiver_data == NULL || str_equal_cstr(post->notification->reason, flush_reason_text(FLUSH_FIRST)))
		return false;
	return post_read_members(post->arena, str_of(post->context->receiver_data), members, 2) && out->channel.len > 0 && out->timestamp.len > 0;
}

// …/api/chat.postMessage is edited by …/api/chat.update.
static struct str update_url(struct post *post, struct str url) {
	static const char posting[] = "chat.postMessage";
	if (str_has_suffix(url, str_of(posting)))
		url.len -= sizeof posting - 1;
	return arena_format(post->arena, "%.*schat.update", STR_ARG(url));
}

bool slack_write(struct post *post, struct error *err) {
	const struct slack_config *slack = &post->config->slack;
	struct str url = str_of(post_url(post)), channel = post_text(post, "channel", slack->channel, NULL);
	struct message message;
	autobuf struct buf body = { 0 };
	struct json_writer json = { .out = &body };
	(void)err;
	if (find_message(post, &message)) {
		url = update_url(post, url);
		channel = message.channel;
	}
	json_open_object(&json);
	post_write_member(&json, "channel", channel);
	post_write_member(&json, "ts", message.timestamp);
	post_write_rows(post, &json, message_rows, POST_ROW_COUNT(message_rows), slack);
	if (slack->link_names) {
		json_key(&json, "link_names");
		json_bool(&json, true);
	}
	post_write_member(&json, "text", post_text(post, "message_text", slack->message_text, NULL));
	json_key(&json, "attachments");
	json_open_array(&json);
	write_attachment(post, &json, slack);
	json_close_array(&json);
	json_close_object(&json);
	post_add_json(post, url, &body);
	post_set_channel(post, channel);
	return true;
}

// ---- answers

struct answer {
	bool is_json, is_broken, is_ok;
	struct str error;
	struct message message;
};

static struct answer read_answer(struct arena *arena, const struct http_response *response) {
	struct answer answer = { .is_json = str_has_prefix(response->content_type, STR("application/json")) };
	const struct post_member members[] = { { "ok", .truth = &answer.is_ok }, { "error", .text = &answer.error }, { "channel", .text = &answer.message.channel }, { "ts", .text = &answer.message.timestamp } };
	if (!answer.is_json)
		answer.is_ok = str_equal(response->body, STR("ok"));
	else if (!post_read_members(arena, response->body, members, sizeof members / sizeof *members)) // of a long answer only the beginning is kept: what we ask for is there
		answer.is_broken = !response->is_body_cut || !answer.is_ok;
	answer.is_ok &= !answer.is_broken;
	return answer;
}

// The message to edit is there no more: another one has to be sent.
static bool is_message_gone(const struct answer *answer) {
	static const char *const errors[] = { "message_not_found", "cant_update_message", "edit_window_closed" };
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (str_equal_cstr(answer->error, errors[i]))
			return true;
	return false;
}

enum { SHOWN_BYTES = 160 };

static struct str shown(struct str text) {
	struct str head = str_head(text, SHOWN_BYTES);
	return str_is_utf8(head) ? head : STR("(no text)");
}

enum attempt_outcome slack_judge(const struct http_response *response, struct error *reason) {
	autoarena struct arena arena = { 0 };
	enum attempt_outcome outcome = notifier_judge_http(response, reason);
	if (outcome != ATTEMPT_OK)
		return outcome;
	struct answer answer = read_answer(&arena, response);
	if (answer.is_ok)
		return ATTEMPT_OK;
	if (answer.is_broken) {
		error_set(reason, ERR_UNAVAILABLE, "could not unmarshal JSON response \"%.*s\"", STR_ARG(shown(response->body)));
		return ATTEMPT_RETRY;
	}
	if (answer.is_json)
		error_set(reason, ERR_UNAVAILABLE, "error response from Slack: %.*s", STR_ARG(shown(answer.error)));
	else
		error_set(reason, ERR_UNAVAILABLE, "received an error response from Slack: %.*s", STR_ARG(shown(response->body)));
	return is_message_gone(&answer) ? ATTEMPT_RETRY : ATTEMPT_GIVE_UP;
}

bool slack_remember(const struct integration_config *config, const struct http_response *response, struct buf *out) {
	autoarena struct arena arena = { 0 };
	if (!config->slack.update_message || response->error.code != ERR_NONE || response->status / 100 != 2)
		return false;
	struct answer answer = read_answer(&arena, response);
	if (!answer.is_ok)
		return is_message_gone(&answer);
	if (answer.message.channel.len == 0 || answer.message.timestamp.len == 0)
		return false;
	struct json_writer json = { .out = out };
	json_open_object(&json);
	json_key(&json, "channelId");
	json_string(&json, answer.message.channel);
	json_key(&json, "threadTs");
	json_string(&json, answer.message.timestamp);
	json_close_object(&json);
	return true;
}
