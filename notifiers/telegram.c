// SPDX-License-Identifier: Apache-2.0
// Telegram's sendMessage. Source: Alertmanager notify/telegram/telegram.go.
#include "notifiers/post.h"

enum { MESSAGE_RUNES = 4096 };
enum { KEY_BOT_TOKEN,
	KEY_CHAT_ID };

static bool is_html(const struct telegram_config *telegram) {
	return telegram->parse_mode != NULL && strcmp(telegram->parse_mode, "HTML") == 0;
}

// Markup cannot be cut anywhere: what is too long is not sent, but that there is something is.
static struct str html_message(struct post *post, const struct telegram_config *telegram) {
	struct str whole = post_main_html(post, "message", telegram->message, "telegram.default.message");
	if (post_count_runes(whole) <= MESSAGE_RUNES)
		return whole;
	return arena_format(post->arena, "[%s] A notification is longer than Telegram allows, its template has to say less.", post->is_firing ? "FIRING" : "RESOLVED");
}

static struct str message(struct post *post, const struct telegram_config *telegram) {
	if (is_html(telegram))
		return html_message(post, telegram);
	return post_cut_runes(post, post_main_text(post, "message", telegram->message, "telegram.default.message"), MESSAGE_RUNES);
}

static bool is_number(const char *text) {
	size_t digits = strspn(text + (text[0] == '-'), "0123456789");
	return digits > 0 && text[digits + (text[0] == '-')] == '\0';
}

bool telegram_write(struct post *post, struct error *err) {
	const struct telegram_config *telegram = &post->config->telegram;
	const char *chat = post_key(post, KEY_CHAT_ID);
	autobuf struct buf body = { 0 };
	struct json_writer json = { .out = &body };
	if (!is_number(chat))
		return error_set(err, ERR_INVALID, "could not parse chat_id, expected a number");
	json_open_object(&json);
	post_write_constant(&json, "chat_id", chat);
	json_key(&json, "text");
	json_string(&json, message(post, telegram));
	post_write_constant(&json, "disable_web_page_preview", "true");
	if (telegram->disable_notifications)
		post_write_constant(&json, "disable_notification", "true");
	if (telegram->parse_mode != NULL && telegram->parse_mode[0] != '\0')
		post_write_constant(&json, "parse_mode", telegram->parse_mode);
	if (telegram->message_thread_id != 0)
		post_write_constant(&json, "message_thread_id", arena_format(post->arena, "%lld", (long long)telegram->message_thread_id).data);
	json_close_object(&json);
	struct str path = arena_format(post->arena, "bot%s/sendMessage", post_key(post, KEY_BOT_TOKEN));
	post_add_json(post, post_join_url(post, post_url(post), path.data), &body);
	return true;
}

enum attempt_outcome telegram_judge(const struct http_response *response, struct error *reason) {
	autoarena struct arena arena = { 0 };
	struct str description = STR_NONE;
	post_read_members(&arena, response->body, &(struct post_member){ "description", .text = &description }, 1);
	return notifier_judge_with(response, description, reason);
}
