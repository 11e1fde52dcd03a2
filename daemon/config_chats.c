// SPDX-License-Identifier: Apache-2.0
// receivers that write into chats: slack_configs, discord_configs and their like. Source: Alertmanager config/notifiers.go, notify/*/config.go.
#include "daemon/config_integration.h"

// ---- Slack

#define SLACK struct slack_config
#define ACTION struct slack_action
#define CONFIRM struct slack_confirmation

static const struct yaml_key confirmation_keys[] = {
	TEXT_KEY(CONFIRM, "text", text, NULL, "What is asked."),
	TEXT_KEY(CONFIRM, "title", title, NULL, "Title of the question."),
	TEXT_KEY(CONFIRM, "ok_text", ok_text, NULL, "Its yes."),
	TEXT_KEY(CONFIRM, "dismiss_text", dismiss_text, NULL, "Its no."),
};
static const struct yaml_variant confirmation_variant = { .set = { "text" } };
const struct yaml_table confirmation_table = { .name = "confirm", .help = "A question before a button does what it says.", .keys = confirmation_keys, .count = YAML_KEY_COUNT(confirmation_keys), .variants = &confirmation_variant, .variant_count = 1 };

static bool read_confirmation(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	struct slack_confirmation *confirm = ARENA_NEW(reader->arena, struct slack_confirmation);
	(void)key;
	if (!yaml_table_read(reader, confirmation_keys, YAML_KEY_COUNT(confirmation_keys), value, confirm))
		return false;
	*(const struct slack_confirmation **)field = confirm;
	return (confirm->text != NULL && confirm->text[0] != '\0') || config_refuse((struct config_reader *)reader, value, NULL, "missing text in Slack confirmation configuration");
}

static const struct yaml_key action_keys[] = {
	TEXT_KEY(ACTION, "type", type, NULL, "\"button\"."),
	TEXT_KEY(ACTION, "text", text, NULL, "What stands on it."),
	TEXT_KEY(ACTION, "url", url, NULL, "Where it leads."),
	TEXT_KEY(ACTION, "style", style, NULL, "\"default\", \"primary\" or \"danger\"."),
	TEXT_KEY(ACTION, "name", name, NULL, "Name of the action, where it leads nowhere."),
	TEXT_KEY(ACTION, "value", value, NULL, "Sent with it."),
	{ "confirm", YAML_CUSTOM, .offset = offsetof(ACTION, confirm), .help = "Asked before.", .read = read_confirmation, .shape = "map, see confirm", .table = &confirmation_table },
};
static const struct yaml_variant action_variants[] = {
	{ "it leads to a page", .set = { "type", "text", "url" } },
	{ "it is told to an app", .set = { "type", "text", "name" } },
};
const struct yaml_table action_table = { .name = "actions", .help = "Buttons of a message.", .keys = action_keys, .count = YAML_KEY_COUNT(action_keys), .variants = action_variants, .variant_count = YAML_KEY_COUNT(action_variants) };

static bool check_action(struct yaml_reader *reader, const struct yaml_node *node, void *item) {
	struct slack_action *action = item;
	struct config_reader *whole = (struct config_reader *)reader;
	if (!has_text(action->type))
		return config_refuse(whole, node, NULL, "missing type in Slack action configuration");
	if (!has_text(action->text))
		return config_refuse(whole, node, NULL, "missing text in Slack action configuration");
	if (!has_text(action->url) && !has_text(action->name))
		return config_refuse(whole, node, NULL, "missing name or url in Slack action configuration");
	if (!has_text(action->url))
		return true;
	action->name = action->value = NULL; // those of an action that leads nowhere
	action->confirm = NULL;
	return true;
}

static bool read_actions(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	struct slack_config *slack = (struct slack_config *)((char *)field - offsetof(struct slack_config, actions));
	const void *items = NULL;
	(void)key;
	bool ok = read_maps(reader, &(struct map_kind){ &action_table, sizeof *slack->actions, check_action }, value, &items, &slack->action_count);
	slack->actions = items;
	return ok;
}

// slack_configs as written.
struct slack_keys {
	struct slack_config slack;
	struct secret_text app_token;
	const char *app_url;
	struct yaml_strings mrkdwn_in;
};

static const struct yaml_key slack_rows[] = {
	POST_KEYS_OF(SLACK, "false"),
	SECRET_URL_KEY(SLACK, "api_url", "Incoming webhook, or chat.postMessage with a token in http_config; global.slack_api_url by default."),
	FILE_KEY(SLACK, "api_url_file", post.url.file),
	SECRET_KEY(struct slack_keys, "app_token", app_token.text, "Token of an app, instead of a webhook; global.slack_app_token by default."),
	FILE_KEY(struct slack_keys, "app_token_file", app_token.file),
	{ "app_url", YAML_CSTRING, .offset = offsetof(struct slack_keys, app_url), .help = "Where apps post; global.slack_app_url by default.", .pattern = URL_PATTERN },
	TEXT_KEY(SLACK, "channel", channel, NULL, "Channel or user; a template, as the texts below."),
	TEXT_KEY(SLACK, "username", username, DEFAULT_OF("slack.default.username"), "Who it seems to be from."),
	TEXT_KEY(SLACK, "color", color, DEFAULT_OF("slack.default.color"), "Colour of the bar: good, warning, danger, or #rrggbb."),
	TEXT_KEY(SLACK, "title", title, DEFAULT_OF("slack.default.title"), "Title of the attachment."),
	TEXT_KEY(SLACK, "title_link", title_link, DEFAULT_OF("slack.default.titlelink"), "Where the title leads."),
	TEXT_KEY(SLACK, "pretext", pretext, DEFAULT_OF("slack.default.pretext"), "What stands above the attachment."),
	TEXT_KEY(SLACK, "text", text, DEFAULT_OF("slack.default.text"), "Text of the attachment."),
	TEXT_KEY(SLACK, "message_text", message_text, NULL, "Text of the message itself."),
	{ "fields", YAML_CUSTOM, .offset = offsetof(SLACK, fields), .help = "Fields of the attachment.", MAPS(read_chat_fields, chat_field_table, "Slack fields, a list") },
	{ "short_fields", YAML_BOOL, .offset = offsetof(SLACK, short_fields), .preset = "false", .help = "Fields that say nothing else are short." },
	TEXT_KEY(SLACK, "footer", footer, DEFAULT_OF("slack.default.footer"), "What stands below."),
	TEXT_KEY(SLACK, "fallback", fallback, DEFAULT_OF("slack.default.fallback"), "For those who see no attachments."),
	TEXT_KEY(SLACK, "callback_id", callback_id, DEFAULT_OF("slack.default.callbackid"), "What apps know the message by."),
	TEXT_KEY(SLACK, "icon_emoji", icon_emoji, DEFAULT_OF("slack.default.iconemoji"), "Icon, as an emoji."),
	TEXT_KEY(SLACK, "icon_url", icon_url, DEFAULT_OF("slack.default.iconurl"), "Icon, as an image."),
	TEXT_KEY(SLACK, "image_url", image_url, NULL, "An image in the attachment."),
	TEXT_KEY(SLACK, "thumb_url", thumb_url, NULL, "A small image beside the text."),
	{ "link_names", YAML_BOOL, .offset = offsetof(SLACK, link_names), .preset = "false", .help = "Names of channels and users become links." },
	{ "mrkdwn_in", YAML_STRING_LIST, .is_harmless = true, .offset = offsetof(struct slack_keys, mrkdwn_in), .help = "Members of the attachment that hold markup; fallback, pretext and text by default." },
	{ "actions", YAML_CUSTOM, .offset = offsetof(SLACK, actions), .help = "Buttons.", MAPS(read_actions, action_table, "list of actions") },
	{ "update_message", YAML_BOOL, .offset = offsetof(SLACK, update_message), .preset = "false", .help = "Edit the group's message instead of posting another; needs an app's token." },
	TIMEOUT_KEY(SLACK, post.timeout),
};
const struct yaml_table slack_table = { .name = "slack_configs", .help = "Slack.", .keys = slack_rows, .count = YAML_KEY_COUNT(slack_rows) };

static bool check_slack(struct config_reader *reader, const struct yaml_node *node, struct slack_keys *keys) {
	struct post_config *post = &keys->slack.post;
	if (!check_secret(reader, node, "api_url", &post->url) || !check_secret(reader, node, "app_token", &keys->app_token))
		return false;
	if (has_secret(&post->url) && has_secret(&keys->app_token))
		return config_refuse(reader, node, NULL, "at most one of api_url/api_url_file & app_token/app_token_file must be configured");
	return check_own_url(reader, node, "api_url", post->url.text, true) && check_own_url(reader, node, "app_url", keys->app_url, false);
}

// Where messages can be edited: a token is needed, and the API that takes it.
static bool check_update(struct config_reader *reader, const struct yaml_node *node, const struct slack_keys *keys) {
	const char *url = keys->slack.post.url.text;
	bool is_api = url != NULL && str_has_suffix(str_of(url), STR("/chat.postMessage"));
	if (!keys->slack.update_message || (is_api && (has_secret(&keys->app_token) || strcmp(url, "https://slack.com/api/chat.postMessage") == 0)))
		return true;
	return config_refuse(reader, node, "update_message", "update_message can only be used with bot tokens. api_url must be set to https://slack.com/api/chat.postMessage");
}

// Source: Alertmanager config/config.go. The app's token is global's only where the receiver has neither a URL nor an authorization of its own.
static bool inherit_slack(struct config_reader *reader, const struct yaml_node *node, struct slack_keys *keys) {
	const struct global_keys *global = &reader->global;
	struct post_config *post = &keys->slack.post;
	bool has_own_authorization = !yaml_is_null(yaml_find(node, "http_config")) && has_authorization(&post->http);
	if (!has_own_authorization && post->url.text == NULL)
		inherit_secret(&keys->app_token, &global->slack_app_token);
	inherit_secret(&post->url, &global->slack_api_url);
	if (!has_secret(&post->url) && !has_secret(&keys->app_token))
		return config_refuse(reader, node, NULL, "no Slack API URL nor App token set either inline or in a file");
	if (!has_secret(&keys->app_token))
		return true;
	if (has_authorization(&post->http))
		return config_refuse(reader, node, NULL, "http authorization can't be set when using Slack App tokens");
	post->http.authorization_type = "Bearer";
	post->http.authorization_credentials = keys->app_token.text;
	post->http.authorization_credentials_file = keys->app_token.file;
	post->url = (struct secret_text){ .text = keys->app_url != NULL ? keys->app_url : global->slack_app_url };
	return true;
}

static bool read_slack(struct config_reader *reader, const struct yaml_node *node, struct integration_config *out) {
	struct slack_keys keys = { 0 };
	if (!post_read(reader, &slack_table, node, &keys.slack.post) || !check_slack(reader, node, &keys) || !inherit_slack(reader, node, &keys) || !check_update(reader, node, &keys))
		return false;
	keys.slack.mrkdwn_in = keys.mrkdwn_in.items;
	keys.slack.mrkdwn_count = keys.mrkdwn_in.count;
	out->slack = keys.slack;
	return true;
}

static const char *const slack_plain[] = { "mrkdwn_in", "app_token", NULL };
const struct integration_list slack_list = { "slack_configs", "slack", INTEGRATION_SLACK, &slack_table, read_slack, .takes_null = true, .plain = slack_plain };

// ---- receivers with a webhook_url

static bool check_webhook_url(struct config_reader *reader, const struct yaml_node *node, struct post_config *post) {
	if (!check_secret(reader, node, "webhook_url", &post->url))
		return false;
	if (!has_secret(&post->url))
		return config_refuse(reader, node, NULL, "one of webhook_url or webhook_url_file must be configured");
	return check_own_url(reader, node, "webhook_url", post->url.text, true);
}

#define DISCORD struct discord_config
static const struct yaml_key discord_rows[] = {
	POST_KEYS_OF(DISCORD, "true"),
	SECRET_URL_KEY(DISCORD, "webhook_url", "Discord's webhook."),
	FILE_KEY(DISCORD, "webhook_url_file", post.url.file),
	TEXT_KEY(DISCORD, "content", content, NULL, "Text of the message; a template, as the next two."),
	TEXT_KEY(DISCORD, "title", title, DEFAULT_OF("discord.default.title"), "Title of the embed."),
	TEXT_KEY(DISCORD, "message", message, DEFAULT_OF("discord.default.message"), "Text of the embed."),
	TEXT_KEY(DISCORD, "username", username, NULL, "Who it seems to be from."),
	TEXT_KEY(DISCORD, "avatar_url", avatar_url, NULL, "Icon, as an image."),
};
const struct yaml_table discord_table = { .name = "discord_configs", .help = "Discord.", .keys = discord_rows, .count = YAML_KEY_COUNT(discord_rows) };

static bool read_discord(struct config_reader *reader, const struct yaml_node *node, struct integration_config *out) {
	return post_read(reader, &discord_table, node, &out->post) && check_webhook_url(reader, node, &out->post);
}

static const char *const discord_plain[] = { "username", "avatar_url", NULL };
const struct integration_list discord_list = { "discord_configs", "discord", INTEGRATION_DISCORD, &discord_table, read_discord, .plain = discord_plain };

#define TEAMS struct msteams_config
static const struct yaml_key msteams_rows[] = {
	POST_KEYS_OF(TEAMS, "true"),
	SECRET_URL_KEY(TEAMS, "webhook_url", "Webhook of the connector."),
	FILE_KEY(TEAMS, "webhook_url_file", post.url.file),
	TEXT_KEY(TEAMS, "title", title, DEFAULT_OF("msteams.default.title"), "Title of the card; a template, as the next two."),
	TEXT_KEY(TEAMS, "summary", summary, DEFAULT_OF("msteams.default.summary"), "What notices show of it."),
	TEXT_KEY(TEAMS, "text", text, DEFAULT_OF("msteams.default.text"), "Text of the card."),
};
const struct yaml_table msteams_table = { .name = "msteams_configs", .help = "Microsoft Teams, by its old connectors.", .keys = msteams_rows, .count = YAML_KEY_COUNT(msteams_rows) };

static bool read_msteams(struct config_reader *reader, const struct yaml_node *node, struct integration_config *out) {
	return post_read(reader, &msteams_table, node, &out->post) && check_webhook_url(reader, node, &out->post);
}

const struct integration_list msteams_list = { "msteams_configs", "msteams", INTEGRATION_MSTEAMS, &msteams_table, read_msteams };

static const struct yaml_key msteamsv2_rows[] = {
	POST_KEYS_OF(TEAMS, "true"),
	SECRET_URL_KEY(TEAMS, "webhook_url", "Webhook of the workflow."),
	FILE_KEY(TEAMS, "webhook_url_file", post.url.file),
	TEXT_KEY(TEAMS, "title", title, DEFAULT_OF("msteamsv2.default.title"), "Title of the card; a template, as the next."),
	TEXT_KEY(TEAMS, "text", text, DEFAULT_OF("msteamsv2.default.text"), "Text of the card."),
};
const struct yaml_table msteamsv2_table = { .name = "msteamsv2_configs", .help = "Microsoft Teams, by its workflows.", .keys = msteamsv2_rows, .count = YAML_KEY_COUNT(msteamsv2_rows) };

// Alone of all, it takes global's proxy where its own http_config names none.
static bool read_msteamsv2(struct config_reader *reader, const struct yaml_node *node, struct integration_config *out) {
	if (!post_read(reader, &msteamsv2_table, node, &out->post) || !check_webhook_url(reader, node, &out->post))
		return false;
	struct proxy_config *proxy = &out->post.http.proxy;
	if (!has_text(proxy->url) && !proxy->from_environment)
		proxy->url = reader->global.http.proxy.url;
	return true;
}

const struct integration_list msteamsv2_list = { "msteamsv2_configs", "msteamsv2", INTEGRATION_MSTEAMSV2, &msteamsv2_table, read_msteamsv2 };

// ---- Mattermost

#define MATTERMOST struct mattermost_config
#define ATTACHMENT struct mattermost_attachment

static const struct yaml_key attachment_keys[] = {
	TEXT_KEY(ATTACHMENT, "fallback", fallback, NULL, "For those who see no attachments."),
	TEXT_KEY(ATTACHMENT, "color", color, NULL, "Colour of the bar."),
	TEXT_KEY(ATTACHMENT, "pretext", pretext, NULL, "What stands above."),
	TEXT_KEY(ATTACHMENT, "text", text, NULL, "Text of the attachment."),
	TEXT_KEY(ATTACHMENT, "author_name", author_name, NULL, "Name of its author."),
	TEXT_KEY(ATTACHMENT, "author_link", author_link, NULL, "Where the name leads."),
	TEXT_KEY(ATTACHMENT, "author_icon", author_icon, NULL, "An image beside the name."),
	TEXT_KEY(ATTACHMENT, "title", title, NULL, "Title."),
	TEXT_KEY(ATTACHMENT, "title_link", title_link, NULL, "Where the title leads."),
	{ "fields", YAML_CUSTOM, .offset = offsetof(ATTACHMENT, fields), .help = "Fields.", MAPS(read_chat_fields, chat_field_table, "Mattermost fields, a list") },
	TEXT_KEY(ATTACHMENT, "thumb_url", thumb_url, NULL, "A small image beside the text."),
	TEXT_KEY(ATTACHMENT, "footer", footer, NULL, "What stands below."),
	TEXT_KEY(ATTACHMENT, "footer_icon", footer_icon, NULL, "An image beside the footer."),
	TEXT_KEY(ATTACHMENT, "image_url", image_url, NULL, "An image."),
};
const struct yaml_table attachment_table = { .name = "attachments", .help = "Attachments of a message of Mattermost; all texts are templates.", .keys = attachment_keys, .count = YAML_KEY_COUNT(attachment_keys) };

static bool read_attachments(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	struct mattermost_config *mattermost = (struct mattermost_config *)((char *)field - offsetof(struct mattermost_config, attachments));
	const void *items = NULL;
	(void)key;
	bool ok = read_maps(reader, &(struct map_kind){ &attachment_table, sizeof *mattermost->attachments }, value, &items, &mattermost->attachment_count);
	mattermost->attachments = items;
	return ok;
}

static const struct yaml_key props_keys[] = {
	TEXT_KEY(MATTERMOST, "card", card, NULL, "Markdown shown in the side bar; a template."),
};

static const struct yaml_key priority_keys[] = {
	TEXT_KEY(MATTERMOST, "priority", priority, NULL, "\"urgent\", \"important\" or \"standard\"; a template."),
	{ "requested_ack", YAML_BOOL, .offset = offsetof(MATTERMOST, requested_ack), .preset = "false", .help = "Ask for an acknowledgement; of urgent and important ones." },
	{ "persistent_notifications", YAML_BOOL, .offset = offsetof(MATTERMOST, persistent_notifications), .preset = "false", .help = "Remind until it is acknowledged; of urgent ones." },
};

static const struct yaml_key mattermost_rows[] = {
	POST_KEYS_OF(MATTERMOST, "true"),
	SECRET_URL_KEY(MATTERMOST, "webhook_url", "Incoming webhook; global.mattermost_webhook_url by default."),
	FILE_KEY(MATTERMOST, "webhook_url_file", post.url.file),
	TEXT_KEY(MATTERMOST, "channel", channel, NULL, "Channel; a template, as the texts below."),
	TEXT_KEY(MATTERMOST, "username", username, DEFAULT_OF("mattermost.default.username"), "Who it seems to be from."),
	TEXT_KEY(MATTERMOST, "text", own.text, DEFAULT_OF("mattermost.default.text"), "Text of the attachment; with attachments, of the message."),
	TEXT_KEY(MATTERMOST, "fallback", own.fallback, DEFAULT_OF("mattermost.default.fallback"), "For those who see no attachments."),
	TEXT_KEY(MATTERMOST, "color", own.color, DEFAULT_OF("mattermost.default.color"), "Colour of the bar."),
	TEXT_KEY(MATTERMOST, "pretext", own.pretext, NULL, "What stands above the attachment."),
	TEXT_KEY(MATTERMOST, "author_name", own.author_name, NULL, "Name of its author."),
	TEXT_KEY(MATTERMOST, "author_link", own.author_link, NULL, "Where the name leads."),
	TEXT_KEY(MATTERMOST, "author_icon", own.author_icon, NULL, "An image beside the name."),
	TEXT_KEY(MATTERMOST, "title", own.title, DEFAULT_OF("mattermost.default.title"), "Title of the attachment."),
	TEXT_KEY(MATTERMOST, "title_link", own.title_link, DEFAULT_OF("mattermost.default.titlelink"), "Where the title leads."),
	{ "fields", YAML_CUSTOM, .offset = offsetof(MATTERMOST, own.fields), .help = "Fields of the attachment.", MAPS(read_chat_fields, chat_field_table, "Mattermost fields, a list") },
	TEXT_KEY(MATTERMOST, "thumb_url", own.thumb_url, NULL, "A small image beside the text."),
	TEXT_KEY(MATTERMOST, "footer", own.footer, NULL, "What stands below."),
	TEXT_KEY(MATTERMOST, "footer_icon", own.footer_icon, NULL, "An image beside the footer."),
	TEXT_KEY(MATTERMOST, "image_url", own.image_url, NULL, "An image in the attachment."),
	TEXT_KEY(MATTERMOST, "icon_url", icon_url, NULL, "Icon, as an image."),
	TEXT_KEY(MATTERMOST, "icon_emoji", icon_emoji, NULL, "Icon, as an emoji."),
	{ "attachments", YAML_CUSTOM, .offset = offsetof(MATTERMOST, attachments), .help = "Attachments instead of the one.", MAPS(read_attachments, attachment_table, "list of attachments") },
	TEXT_KEY(MATTERMOST, "type", type, NULL, "Type of the post, for plugins."),
	{ "props", YAML_STRUCT, .help = "Further properties.", .nested = props_keys, .nested_count = YAML_KEY_COUNT(props_keys) },
	{ "priority", YAML_STRUCT, .help = "Priority of the message.", .nested = priority_keys, .nested_count = YAML_KEY_COUNT(priority_keys) },
};
const struct yaml_table mattermost_table = { .name = "mattermost_configs", .help = "Mattermost.", .keys = mattermost_rows, .count = YAML_KEY_COUNT(mattermost_rows) };

static bool read_mattermost(struct config_reader *reader, const struct yaml_node *node, struct integration_config *out) {
	struct secret_text *url = &out->post.url;
	if (!post_read(reader, &mattermost_table, node, &out->post) || !check_secret(reader, node, "webhook_url", url) || !check_own_url(reader, node, "webhook_url", url->text, true))
		return false;
	inherit_secret(url, &reader->global.mattermost_webhook_url);
	return has_secret(url) || config_refuse(reader, node, NULL, "missing webhook_url or webhook_url_file on mattermost_config");
}

const struct integration_list mattermost_list = { "mattermost_configs", "mattermost", INTEGRATION_MATTERMOST, &mattermost_table, read_mattermost };

// ---- Rocket.Chat

#define ROCKETCHAT struct rocketchat_config
#define ROCKETCHAT_ACTION struct rocketchat_action
enum { ROCKETCHAT_TOKEN,
	ROCKETCHAT_TOKEN_ID };

// Upstream has no yaml names here: they are the members' in small letters. Those without an effect are read all the same.
struct rocketchat_action_keys {
	struct rocketchat_action action;
	const char *ignored;
	bool is_ignored;
};

static const struct yaml_key rocketchat_action_keys[] = {
	TEXT_KEY(struct rocketchat_action_keys, "type", ignored, NULL, "Always \"button\"."),
	TEXT_KEY(struct rocketchat_action_keys, "text", action.text, NULL, "What stands on it; a template, as the next two."),
	TEXT_KEY(struct rocketchat_action_keys, "url", action.url, NULL, "Where it leads."),
	TEXT_KEY(struct rocketchat_action_keys, "msg", action.msg, NULL, "What is said in the chat."),
	TEXT_KEY(struct rocketchat_action_keys, "imageurl", ignored, NULL, "Without effect."),
	{ "iswebview", YAML_BOOL, .offset = offsetof(struct rocketchat_action_keys, is_ignored), .help = "Without effect." },
	TEXT_KEY(struct rocketchat_action_keys, "webviewheightratio", ignored, NULL, "Without effect."),
	{ "msginchatwindow", YAML_BOOL, .offset = offsetof(struct rocketchat_action_keys, is_ignored), .help = "Without effect." },
	TEXT_KEY(struct rocketchat_action_keys, "msgprocessingtype", ignored, NULL, "Without effect."),
};
const struct yaml_table rocketchat_action_table = { .name = "rocketchat_actions", .help = "Buttons of a message of Rocket.Chat.", .keys = rocketchat_action_keys, .count = YAML_KEY_COUNT(rocketchat_action_keys) };

static bool read_rocketchat_actions(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	struct rocketchat_config *rocketchat = (struct rocketchat_config *)((char *)field - offsetof(struct rocketchat_config, actions));
	const void *items = NULL;
	(void)key;
	bool ok = read_maps(reader, &(struct map_kind){ &rocketchat_action_table, sizeof(struct rocketchat_action_keys) }, value, &items, &rocketchat->action_count);
	struct rocketchat_action *actions = ARENA_NEW_ARRAY(reader->arena, struct rocketchat_action, rocketchat->action_count + 1);
	for (size_t i = 0; i < rocketchat->action_count; i++)
		actions[i] = ((const struct rocketchat_action_keys *)items)[i].action;
	rocketchat->actions = actions;
	return ok;
}

struct rocketchat_keys {
	struct rocketchat_config rocketchat;
	bool link_names; // nothing comes of it, upstream neither
};

static const struct yaml_key rocketchat_rows[] = {
	POST_KEYS_OF(ROCKETCHAT, "false"),
	URL_KEY(ROCKETCHAT, "api_url", "The server; global.rocketchat_api_url by default."),
	SECRET_KEY(ROCKETCHAT, "token_id", post.keys[ROCKETCHAT_TOKEN_ID].text, "Id of the user; global.rocketchat_token_id by default."),
	FILE_KEY(ROCKETCHAT, "token_id_file", post.keys[ROCKETCHAT_TOKEN_ID].file),
	SECRET_KEY(ROCKETCHAT, "token", post.keys[ROCKETCHAT_TOKEN].text, "Token of the user; global.rocketchat_token by default."),
	FILE_KEY(ROCKETCHAT, "token_file", post.keys[ROCKETCHAT_TOKEN].file),
	TEXT_KEY(ROCKETCHAT, "channel", channel, NULL, "Channel or user; a template, as the texts below."),
	TEXT_KEY(ROCKETCHAT, "color", color, "{{ if eq .Status \"firing\" }}red{{ else }}green{{ end }}", "Colour of the bar."),
	TEXT_KEY(ROCKETCHAT, "title", title, DEFAULT_OF("rocketchat.default.title"), "Title of the attachment."),
	TEXT_KEY(ROCKETCHAT, "title_link", title_link, DEFAULT_OF("rocketchat.default.titlelink"), "Where the title leads."),
	TEXT_KEY(ROCKETCHAT, "text", text, DEFAULT_OF("rocketchat.default.text"), "Text of the attachment."),
	{ "fields", YAML_CUSTOM, .offset = offsetof(ROCKETCHAT, fields), .help = "Fields of the attachment.", MAPS(read_chat_fields, chat_field_table, "Rocket.Chat fields, a list") },
	{ "short_fields", YAML_BOOL, .offset = offsetof(ROCKETCHAT, short_fields), .preset = "false", .help = "Fields that say nothing else are short." },
	TEXT_KEY(ROCKETCHAT, "emoji", emoji, DEFAULT_OF("rocketchat.default.emoji"), "Icon, as an emoji."),
	TEXT_KEY(ROCKETCHAT, "icon_url", icon_url, DEFAULT_OF("rocketchat.default.iconurl"), "Icon, as an image."),
	TEXT_KEY(ROCKETCHAT, "image_url", image_url, NULL, "An image in the attachment."),
	TEXT_KEY(ROCKETCHAT, "thumb_url", thumb_url, NULL, "A small image beside the text."),
	{ "link_names", YAML_BOOL, .offset = offsetof(struct rocketchat_keys, link_names), .preset = "false", .help = "Without effect." },
	{ "actions", YAML_CUSTOM, .offset = offsetof(ROCKETCHAT, actions), .help = "Buttons.", MAPS(read_rocketchat_actions, rocketchat_action_table, "list of actions") },
};
const struct yaml_table rocketchat_table = { .name = "rocketchat_configs", .help = "Rocket.Chat.", .keys = rocketchat_rows, .count = YAML_KEY_COUNT(rocketchat_rows) };

static bool read_rocketchat(struct config_reader *reader, const struct yaml_node *node, struct integration_config *out) {
	struct rocketchat_keys keys = { 0 };
	struct secret_text *secrets = keys.rocketchat.post.keys;
	const char **url = &keys.rocketchat.post.url.text;
	if (!post_read(reader, &rocketchat_table, node, &keys.rocketchat.post) || !check_secret(reader, node, "token", &secrets[ROCKETCHAT_TOKEN]) ||
	    !check_secret(reader, node, "token_id", &secrets[ROCKETCHAT_TOKEN_ID]) || !check_own_url(reader, node, "api_url", *url, false))
		return false;
	inherit_secret(&secrets[ROCKETCHAT_TOKEN], &reader->global.rocketchat_token);
	inherit_secret(&secrets[ROCKETCHAT_TOKEN_ID], &reader->global.rocketchat_token_id);
	if (!has_secret(&secrets[ROCKETCHAT_TOKEN_ID]))
		return config_refuse(reader, node, NULL, "no global Rocketchat TokenID set either inline or in a file");
	if (!has_secret(&secrets[ROCKETCHAT_TOKEN]))
		return config_refuse(reader, node, NULL, "no global Rocketchat Token set either inline or in a file");
	if (*url == NULL)
		*url = reader->global.rocketchat_api_url;
	out->rocketchat = keys.rocketchat;
	return true;
}

static const char *const rocketchat_plain[] = { "token", "token_id", "type", "imageurl", "webviewheightratio", "msgprocessingtype", NULL };
const struct integration_list rocketchat_list = { "rocketchat_configs", "rocketchat", INTEGRATION_ROCKETCHAT, &rocketchat_table, read_rocketchat, .takes_null = true, .plain = rocketchat_plain };

// ---- Webex, Telegram

#define WEBEX struct webex_config
static const struct yaml_key webex_rows[] = {
	POST_KEYS_OF(WEBEX, "true"),
	URL_KEY(WEBEX, "api_url", "Where messages are posted; global.webex_api_url by default."),
	TEXT_KEY(WEBEX, "message", message, DEFAULT_OF("webex.default.message"), "Markdown; a template, as the next."),
	TEXT_KEY(WEBEX, "room_id", room_id, NULL, "The room."),
};
static const struct yaml_variant webex_variant = { .set = { "room_id", "http_config" } };
const struct yaml_table webex_table = { .name = "webex_configs", .help = "Webex.", .keys = webex_rows, .count = YAML_KEY_COUNT(webex_rows), .variants = &webex_variant, .variant_count = 1 };

static bool read_webex(struct config_reader *reader, const struct yaml_node *node, struct integration_config *out) {
	const char **url = &out->post.url.text;
	if (!post_read(reader, &webex_table, node, &out->post) || !check_own_url(reader, node, "api_url", *url, false))
		return false;
	if (!has_text(out->webex.room_id))
		return config_refuse(reader, node, NULL, "missing room_id on webex_config");
	if (yaml_is_null(yaml_find(node, "http_config")) || !has_authorization(&out->post.http))
		return config_refuse(reader, node, NULL, "missing webex_configs.http_config.authorization");
	if (*url == NULL)
		*url = reader->global.webex_api_url;
	return true;
}

const struct integration_list webex_list = { "webex_configs", "webex", INTEGRATION_WEBEX, &webex_table, read_webex };

#define TELEGRAM struct telegram_config
enum { TELEGRAM_BOT_TOKEN,
	TELEGRAM_CHAT_ID };

struct telegram_keys {
	struct telegram_config telegram;
	int64_t chat_id;
};

static const char *parse_mode(size_t number) {
	static const char *const modes[] = { "", "Markdown", "MarkdownV2", "HTML" };
	return number < sizeof modes / sizeof *modes ? modes[number] : NULL;
}

static const struct yaml_key telegram_rows[] = {
	POST_KEYS_OF(TELEGRAM, "true"),
	URL_KEY(TELEGRAM, "api_url", "Telegram's API; global.telegram_api_url by default."),
	SECRET_KEY(TELEGRAM, "bot_token", post.keys[TELEGRAM_BOT_TOKEN].text, "Token of the bot; global.telegram_bot_token by default."),
	FILE_KEY(TELEGRAM, "bot_token_file", post.keys[TELEGRAM_BOT_TOKEN].file),
	{ "chat_id", YAML_INT, .offset = offsetof(struct telegram_keys, chat_id), .help = "The chat." },
	FILE_KEY(TELEGRAM, "chat_id_file", post.keys[TELEGRAM_CHAT_ID].file),
	{ "message_thread_id", YAML_INT, .offset = offsetof(TELEGRAM, message_thread_id), .help = "A thread in it." },
	TEXT_KEY(TELEGRAM, "message", message, DEFAULT_OF("telegram.default.message"), "What is said; a template."),
	{ "disable_notifications", YAML_BOOL, .offset = offsetof(TELEGRAM, disable_notifications), .preset = "false", .help = "Without a sound." },
	{ "parse_mode", YAML_CSTRING, .offset = offsetof(TELEGRAM, parse_mode), .preset = "HTML", .help = "Markup of the message.", .pattern = "^(|Markdown|MarkdownV2|HTML)$" },
};
static const struct yaml_variant telegram_variants[] = {
	{ "chat in the file", .set = { "chat_id" }, .unset = { "chat_id_file" } },
	{ "chat in a file of its own", .set = { "chat_id_file" }, .unset = { "chat_id" } },
};
const struct yaml_table telegram_table = { .name = "telegram_configs", .help = "Telegram.", .keys = telegram_rows, .count = YAML_KEY_COUNT(telegram_rows), .variants = telegram_variants, .variant_count = YAML_KEY_COUNT(telegram_variants) };

static bool check_telegram(struct config_reader *reader, const struct yaml_node *node, struct telegram_keys *keys) {
	struct secret_text *secrets = keys->telegram.post.keys;
	if (keys->chat_id != 0)
		secrets[TELEGRAM_CHAT_ID].text = arena_format(reader->yaml.arena, "%lld", (long long)keys->chat_id).data;
	if (!check_secret(reader, node, "bot_token", &secrets[TELEGRAM_BOT_TOKEN]))
		return false;
	if (!has_text(secrets[TELEGRAM_CHAT_ID].file) && keys->chat_id == 0)
		return config_refuse(reader, node, NULL, "missing chat_id or chat_id_file on telegram_config");
	if (!check_secret(reader, node, "chat_id", &secrets[TELEGRAM_CHAT_ID]) || !check_own_url(reader, node, "api_url", keys->telegram.post.url.text, false))
		return false;
	for (size_t i = 0; parse_mode(i) != NULL; i++)
		if (strcmp(parse_mode(i), keys->telegram.parse_mode) == 0)
			return true;
	return config_refuse(reader, node, "parse_mode", "unknown parse_mode on telegram_config, must be Markdown, MarkdownV2, HTML or empty string");
}

static bool read_telegram(struct config_reader *reader, const struct yaml_node *node, struct integration_config *out) {
	struct telegram_keys keys = { 0 };
	struct post_config *post = &keys.telegram.post;
	if (!post_read(reader, &telegram_table, node, post) || !check_telegram(reader, node, &keys))
		return false;
	inherit_secret(&post->keys[TELEGRAM_BOT_TOKEN], &reader->global.telegram_bot_token);
	if (!has_secret(&post->keys[TELEGRAM_BOT_TOKEN]))
		return config_refuse(reader, node, NULL, "missing bot_token or bot_token_file on telegram_config");
	if (post->url.text == NULL)
		post->url.text = reader->global.telegram_api_url;
	out->telegram = keys.telegram;
	return true;
}

static const char *const telegram_plain[] = { "bot_token", "parse_mode", NULL };
const struct integration_list telegram_list = { "telegram_configs", "telegram", INTEGRATION_TELEGRAM, &telegram_table, read_telegram, .plain = telegram_plain };
