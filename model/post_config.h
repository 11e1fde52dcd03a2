// SPDX-License-Identifier: Apache-2.0
// Receivers that are told by HTTP posts made of templates, as data: chats, pagers, incident managers. Owned as receiver_config.h says; texts
// are templates unless said otherwise, NULL where nothing is configured. Secrets inside: never log them. Source: Alertmanager config/notifiers.go.
#pragma once
#include "base/clock.h"
#include "base/str.h"
#include "model/http_config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct yaml_node;

// A text as configured, or in a file that is read at each attempt. Both NULL: neither is there.
struct secret_text {
	const char *text, *file;
};

struct named_text {
	const char *name, *value;
};

enum { POST_KEYS = 2 };

// What all of them have: the first member of each.
struct post_config {
	bool send_resolved;
	struct http_config http;
	dur_ms timeout;                     // of one request; 0 = the notifier's default
	struct secret_text url;             // where to, or what the paths are added to
	struct secret_text keys[POST_KEYS]; // what the receiver is asked with; which is which is said below
};

// A line of a table in an attachment: Slack's, Mattermost's, Rocket.Chat's.
struct chat_field {
	const char *title, *value;
	bool has_short, is_short; // it may stand beside another; not said: as short_fields has it
};

struct chat_fields {
	const struct chat_field *items;
	size_t count;
};

struct slack_confirmation {
	const char *text, *title, *ok_text, *dismiss_text;
};

struct slack_action {
	const char *type, *text, *url, *style, *name, *value;
	const struct slack_confirmation *confirm; // NULL: none
};

struct slack_config {
	struct post_config post;
	const char *channel, *username, *color, *title, *title_link, *pretext, *text, *message_text, *footer, *fallback, *callback_id;
	const char *icon_emoji, *icon_url, *image_url, *thumb_url;
	bool short_fields, link_names;
	bool update_message; // the message of a group is written anew instead of another one sent
	struct chat_fields fields;
	const struct slack_action *actions;
	size_t action_count;
	const struct str *mrkdwn_in; // no templates; none: fallback, pretext, text
	size_t mrkdwn_count;
};

struct discord_config {
	struct post_config post;
	const char *content, *title, *message;
	const char *username, *avatar_url; // no templates
};

struct msteams_config { // of both kinds; summary is the old one's
	struct post_config post;
	const char *title, *summary, *text;
};

struct mattermost_attachment {
	const char *fallback, *color, *pretext, *text, *author_name, *author_link, *author_icon, *title, *title_link, *thumb_url, *footer, *footer_icon, *image_url;
	struct chat_fields fields;
};

struct mattermost_config {
	struct post_config post;
	const char *channel, *username, *icon_url, *icon_emoji, *type;
	const char *card;     // of props
	const char *priority; // with what belongs to it; empty: none
	bool requested_ack, persistent_notifications;
	struct mattermost_attachment own;                // what stands beside these keys: its text is the message's where there are attachments
	const struct mattermost_attachment *attachments; // instead of one made of `own`
	size_t attachment_count;
};

struct rocketchat_action {
	const char *text, *url, *msg;
};

struct rocketchat_config {
	struct post_config post; // keys: token, token_id
	const char *channel, *color, *title, *title_link, *text, *emoji, *icon_url, *image_url, *thumb_url;
	bool short_fields;
	struct chat_fields fields;
	const struct rocketchat_action *actions;
	size_t action_count;
};

struct webex_config {
	struct post_config post;
	const char *message, *room_id;
};

struct telegram_config {
	struct post_config post; // keys: bot_token, chat_id (a decimal number)
	int64_t message_thread_id;
	const char *message;
	const char *parse_mode; // "Markdown", "MarkdownV2", "HTML", "": no template
	bool disable_notifications;
};

struct pagerduty_image {
	const char *src, *alt, *href;
};

struct pagerduty_link {
	const char *href, *text;
};

struct pagerduty_config {
	struct post_config post; // keys: routing_key; service_key, with which it is the first version's API
	const char *client, *client_url, *description, *source, *severity, *class, *component, *group;
	const struct yaml_node *details; // a map, every text in it a template; what it does not name has a default. NULL: nothing
	const struct pagerduty_image *images;
	size_t image_count;
	const struct pagerduty_link *links;
	size_t link_count;
};

struct victorops_config {
	struct post_config post; // keys: api_key
	const char *routing_key, *message_type, *state_message, *entity_display_name, *monitoring_tool;
	const struct named_text *custom_fields; // names as they are, values templates
	size_t custom_field_count;
};

struct incidentio_config {
	struct post_config post;
	unsigned max_alerts; // 0 = all
};

struct opsgenie_responder {
	const char *id, *name, *username, *type;
};

struct opsgenie_config {
	struct post_config post; // keys: api_key
	const char *message, *description, *source, *entity, *actions, *tags, *note, *priority;
	const struct named_text *details;
	size_t detail_count;
	const struct opsgenie_responder *responders;
	size_t responder_count;
	bool update_alerts;
};

struct pushover_config {
	struct post_config post; // keys: token, user_key
	const char *title, *message, *url, *url_title, *device, *sound, *priority;
	dur_ms retry, expire, ttl;
	bool html, monospace;
};
