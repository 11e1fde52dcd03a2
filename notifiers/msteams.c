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

static void member(struct json_writer *json, const char *key, const char *text) {
	json_key(json, key);
	json_cstr(json, text);
}

bool msteams_write(struct post *post, struct error *err) {
	autobuf struct buf body = { 0 };
	struct json_writer json = { .out = &body };
	(void)err;
	json_open_object(&json);
	member(&json, "@context", "http://schema.org/extensions");
	member(&json, "type", "MessageCard");
	post_write_rows(post, &json, card_rows, POST_ROW_COUNT(card_rows), &post->config->msteams);
	member(&json, "themeColor", post->is_firing ? "8C1A1A" : "2DC72D");
	json_close_object(&json);
	post_add_json(post, str_of(post_url(post)), &body);
	return true;
}

// Opens a block of text; its further members and its end are the caller's.
static void open_block(struct post *post, struct json_writer *json, const struct post_row *row) {
	json_open_object(json);
	member(json, "type", "TextBlock");
	post_write_rows(post, json, row, 1, &post->config->msteams);
	json_key(json, "wrap");
	json_bool(json, true);
}

static void write_card(struct post *post, struct json_writer *json) {
	json_open_object(json);
	member(json, "$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
	member(json, "type", "AdaptiveCard");
	member(json, "version", "1.2");
	json_key(json, "body");
	json_open_array(json);
	open_block(post, json, &title_row);
	member(json, "weight", "Bolder");
	member(json, "size", "Medium");
	member(json, "style", "heading");
	member(json, "color", post->is_firing ? "Attention" : "Good");
	json_close_object(json);
	open_block(post, json, &text_row);
	json_close_object(json);
	json_close_array(json);
	json_key(json, "msteams");
	json_open_object(json);
	member(json, "width", "full");
	json_close_object(json);
	json_close_object(json);
}

bool msteamsv2_write(struct post *post, struct error *err) {
	autobuf struct buf body = { 0 };
	struct json_writer json = { .out = &body };
	(void)err;
	json_open_object(&json);
	member(&json, "type", "message");
	json_key(&json, "attachments");
	json_open_array(&json);
	json_open_object(&json);
	member(&json, "contentType", "application/vnd.microsoft.card.adaptive");
	member(&json, "contentUrl", NULL);
	json_key(&json, "content");
	write_card(post, &json);
	json_close_object(&json);
	json_close_array(&json);
	json_close_object(&json);
	post_add_json(post, str_of(post_url(post)), &body);
	return true;
}
