// SPDX-License-Identifier: Apache-2.0
// Microsoft Teams: message cards for its old connectors, adaptive cards for workflows. Source: Alertmanager notify/msteams, notify/msteamsv2.
#include "notifiers/post.h"

static const struct post_row card_rows[] = {
	{ "title", offsetof(struct msteams_config, title), "msteams.default.title", 0, POST_KEEPS_EMPTY },
	{ "summary", offsetof(struct msteams_config, summary), "msteams.default.summary", 0, POST_KEEPS_EMPTY },
	{ "text", offsetof(struct msteams_config, text), "msteams.default.text", 0, POST_KEEPS_EMPTY | POST_IS_MAIN },
};

static const struct post_row title_row = { "text", offsetof(struct msteams_config, title), "msteamsv2.default.title", 0, POST_KEEPS_EMPTY };
static const struct post_row text_row = { "text", offsetof(struct msteams_config, text), "msteamsv2.default.text", 0, POST_KEEPS_EMPTY | POST_IS_MAIN };

bool msteams_write(struct post *post, struct error *err) {
	autobuf struct buf body = { 0 };
	struct json_writer json = { .out = &body };
	(void)err;
	json_open_object(&json);
	post_write_constant(&json, "@context", "http://schema.org/extensions");
	post_write_constant(&json, "type", "MessageCard");
	post_write_rows(post, &json, card_rows, POST_ROW_COUNT(card_rows), &post->config->msteams);
	post_write_constant(&json, "themeColor", post->is_firing ? "8C1A1A" : "2DC72D");
	json_close_object(&json);
	post_add_json(post, str_of(post_url(post)), &body);
	return true;
}

// Opens a block of text; its further members and its end are the caller's.
static void open_block(struct post *post, struct json_writer *json, const struct post_row *row) {
	json_open_object(json);
	post_write_constant(json, "type", "TextBlock");
	post_write_rows(post, json, row, 1, &post->config->msteams);
	json_key(json, "wrap");
	json_bool(json, true);
}

static void write_card(struct post *post, struct json_writer *json) {
	json_open_object(json);
	post_write_constant(json, "$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
	post_write_constant(json, "type", "AdaptiveCard");
	post_write_constant(json, "version", "1.2");
	json_key(json, "body");
	json_open_array(json);
	open_block(post, json, &title_row);
	post_write_constant(json, "weight", "Bolder");
	post_write_constant(json, "size", "Medium");
	post_write_constant(json, "style", "heading");
	post_write_constant(json, "color", post->is_firing ? "Attention" : "Good");
	json_close_object(json);
	open_block(post, json, &text_row);
	json_close_object(json);
	json_close_array(json);
	json_key(json, "msteams");
	json_open_object(json);
	post_write_constant(json, "width", "full");
	json_close_object(json);
	json_close_object(json);
}

bool msteamsv2_write(struct post *post, struct error *err) {
	autobuf struct buf body = { 0 };
	struct json_writer json = { .out = &body };
	(void)err;
	json_open_object(&json);
	post_write_constant(&json, "type", "message");
	json_key(&json, "attachments");
	json_open_array(&json);
	json_open_object(&json);
	post_write_constant(&json, "contentType", "application/vnd.microsoft.card.adaptive");
	post_write_constant(&json, "contentUrl", NULL);
	json_key(&json, "content");
	write_card(post, &json);
	json_close_object(&json);
	json_close_array(&json);
	json_close_object(&json);
	post_add_json(post, str_of(post_url(post)), &body);
	return true;
}
