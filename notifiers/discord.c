// SPDX-License-Identifier: Apache-2.0
// Discord's webhooks: one embed a message. Source: Alertmanager notify/discord/discord.go.
#include "notifiers/post.h"

enum {
	TITLE_RUNES = 256,
	DESCRIPTION_RUNES = 4096,
	CONTENT_RUNES = 2000,
	COLOR_FIRING = 0x992D22,
	COLOR_RESOLVED = 0x2ECC71,
};

static const struct post_row embed_rows[] = {
	{ "title", offsetof(struct discord_config, title), "discord.default.title", TITLE_RUNES, POST_KEEPS_EMPTY },
	{ "description", offsetof(struct discord_config, message), "discord.default.message", DESCRIPTION_RUNES, POST_KEEPS_EMPTY | POST_IS_MAIN },
};

static const struct post_row message_rows[] = {
	{ "content", offsetof(struct discord_config, content), "discord.default.content", CONTENT_RUNES, POST_KEEPS_EMPTY },
	{ "username", offsetof(struct discord_config, username), NULL, 0, POST_IS_PLAIN },
	{ "avatar_url", offsetof(struct discord_config, avatar_url), NULL, 0, POST_IS_PLAIN },
};

bool discord_write(struct post *post, struct error *err) {
	const struct discord_config *discord = &post->config->discord;
	autobuf struct buf body = { 0 };
	struct json_writer json = { .out = &body };
	(void)err;
	json_open_object(&json);
	post_write_rows(post, &json, message_rows, POST_ROW_COUNT(message_rows), discord);
	json_key(&json, "embeds");
	json_open_array(&json);
	json_open_object(&json);
	post_write_rows(post, &json, embed_rows, POST_ROW_COUNT(embed_rows), discord);
	json_key(&json, "color");
	json_int(&json, post->is_firing ? COLOR_FIRING : COLOR_RESOLVED);
	json_close_object(&json);
	json_close_array(&json);
	json_close_object(&json);
	post_add_json(post, str_of(post_url(post)), &body);
	return true;
}
