// SPDX-License-Identifier: Apache-2.0
// Mattermost's incoming webhooks. Source: Alertmanager notify/mattermost/mattermost.go.
#include "notifiers/post.h"

enum { TEXT_RUNES = 16383 };

static const struct post_row message_rows[] = {
	{ "username", offsetof(struct mattermost_config, username), "mattermost.default.username", 0, 0 },
	{ "icon_url", offsetof(struct mattermost_config, icon_url), NULL, 0, 0 },
	{ "icon_emoji", offsetof(struct mattermost_config, icon_emoji), NULL, 0, 0 },
	{ "type", offsetof(struct mattermost_config, type), NULL, 0, 0 },
};

#define AT(member) offsetof(struct mattermost_attachment, member)
// Of the one attachment there is where none is configured: its text is the message.
static const struct post_row own_rows[] = {
	{ "fallback", AT(fallback), "mattermost.default.fallback", 0, 0 },
	{ "color", AT(color), "mattermost.default.color", 0, 0 },
	{ "pretext", AT(pretext), NULL, 0, 0 },
	{ "text", AT(text), "mattermost.default.text", 0, POST_IS_MAIN },
	{ "author_name", AT(author_name), NULL, 0, 0 },
	{ "author_link", AT(author_link), NULL, 0, 0 },
	{ "author_icon", AT(author_icon), NULL, 0, 0 },
	{ "title", AT(title), "mattermost.default.title", 0, 0 },
	{ "title_link", AT(title_link), "mattermost.default.titlelink", 0, 0 },
	{ "thumb_url", AT(thumb_url), NULL, 0, 0 },
	{ "footer", AT(footer), NULL, 0, 0 },
	{ "footer_icon", AT(footer_icon), NULL, 0, 0 },
	{ "image_url", AT(image_url), NULL, 0, 0 },
};

static const struct post_row text_row = { "text", AT(text), "mattermost.default.text", TEXT_RUNES, POST_IS_MAIN };

// Those that are configured: an author's own text is no default's, and the message's text comes before them.
static const struct post_row attachment_rows[] = {
	{ "fallback", AT(fallback), NULL, 0, 0 },
	{ "color", AT(color), NULL, 0, 0 },
	{ "pretext", AT(pretext), NULL, 0, 0 },
	{ "text", AT(text), NULL, 0, 0 },
	{ "author_name", AT(author_name), NULL, 0, 0 },
	{ "author_link", AT(author_link), NULL, 0, 0 },
	{ "author_icon", AT(author_icon), NULL, 0, 0 },
	{ "title", AT(title), NULL, 0, 0 },
	{ "title_link", AT(title_link), NULL, 0, 0 },
	{ "thumb_url", AT(thumb_url), NULL, 0, 0 },
	{ "footer", AT(footer), NULL, 0, 0 },
	{ "footer_icon", AT(footer_icon), NULL, 0, 0 },
	{ "image_url", AT(image_url), NULL, 0, 0 },
};
#undef AT

static void write_attachment(struct post *post, struct json_writer *json, const struct post_row *rows, size_t count, const struct mattermost_attachment *attachment) {
	json_open_object(json);
	post_write_rows(post, json, rows, count, attachment);
	post_write_fields(post, json, &attachment->fields, NULL);
	json_close_object(json);
}

static void write_attachments(struct post *post, struct json_writer *json, const struct mattermost_config *mattermost) {
	json_key(json, "attachments");
	json_open_array(json);
	if (mattermost->attachment_count == 0)
		write_attachment(post, json, own_rows, POST_ROW_COUNT(own_rows), &mattermost->own);
	for (size_t i = 0; i < mattermost->attachment_count; i++)
		write_attachment(post, json, attachment_rows, POST_ROW_COUNT(attachment_rows), &mattermost->attachments[i]);
	json_close_array(json);
}

static bool is_set(const char *text) {
	return text != NULL && text[0] != '\0';
}

static void write_props(struct post *post, struct json_writer *json, const struct mattermost_config *mattermost) {
	if (!is_set(mattermost->card))
		return;
	json_key(json, "props");
	json_open_object(json);
	post_write_member(json, "card", post_text(post, "props.card", mattermost->card, NULL));
	json_close_object(json);
}

static void write_true(struct json_writer *json, const char *key, bool is_true) {
	if (!is_true)
		return;
	json_key(json, key);
	json_bool(json, true);
}

// What Mattermost knows; anything else is the standard priority, which asks for nothing.
static void write_priority(struct post *post, struct json_writer *json, const struct mattermost_config *mattermost) {
	if (!is_set(mattermost->priority))
		return;
	struct str text = post_text(post, "priority.priority", mattermost->priority, NULL);
	bool is_urgent = str_equal_nocase(text, STR("urgent")), is_important = str_equal_nocase(text, STR("important"));
	json_key(json, "priority");
	json_open_object(json);
	json_key(json, "priority");
	json_cstr(json, is_urgent ? "urgent" : is_important ? "important"
	                                                    : "standard");
	write_true(json, "requested_ack", mattermost->requested_ack && (is_urgent || is_important));
	write_true(json, "persistent_notifications", mattermost->persistent_notifications && is_urgent);
	json_close_object(json);
}

bool mattermost_write(struct post *post, struct error *err) {
	const struct mattermost_config *mattermost = &post->config->mattermost;
	struct str channel = post_text(post, "channel", mattermost->channel, NULL);
	autobuf struct buf body = { 0 };
	struct json_writer json = { .out = &body };
	(void)err;
	json_open_object(&json);
	if (mattermost->attachment_count > 0)
		post_write_rows(post, &json, &text_row, 1, &mattermost->own);
	post_write_member(&json, "channel", channel);
	post_write_rows(post, &json, message_rows, POST_ROW_COUNT(message_rows), mattermost);
	write_attachments(post, &json, mattermost);
	write_props(post, &json, mattermost);
	write_priority(post, &json, mattermost);
	json_close_object(&json);
	post_add_json(post, str_of(post_url(post)), &body);
	post_set_channel(post, channel);
	return true;
}
