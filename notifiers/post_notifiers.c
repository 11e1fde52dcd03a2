// SPDX-License-Identifier: Apache-2.0
// The table of notifiers that POST templated texts. How each renders and what its answers mean stands in its file; the rest is the same for all.
#include "notifiers/post.h"

#define POSTS .send_resolved = post_send_resolved, .http = post_http, .timeout = post_timeout, .secrets = post_secrets, .identity = post_identity, .render = post_render

// clang-format off
static const struct notifier_ops table[] = {
	{ INTEGRATION_SLACK, "slack", "Posts a message with one attachment to Slack, or edits the one it posted.", POSTS, .write = slack_write, .judge = slack_judge, .remember = slack_remember },
	{ INTEGRATION_DISCORD, "discord", "Posts a message with one embed to Discord.", POSTS, .write = discord_write, .judge = notifier_judge_http },
	{ INTEGRATION_MSTEAMS, "msteams", "Posts a message card to a connector of Microsoft Teams.", POSTS, .write = msteams_write, .judge = notifier_judge_http },
	{ INTEGRATION_MSTEAMSV2, "msteamsv2", "Posts an adaptive card to a workflow of Microsoft Teams.", POSTS, .write = msteamsv2_write, .judge = notifier_judge_http },
	{ INTEGRATION_MATTERMOST, "mattermost", "Posts a message with attachments to Mattermost.", POSTS, .write = mattermost_write, .judge = notifier_judge_http },
	{ INTEGRATION_ROCKETCHAT, "rocketchat", "Posts a message with one attachment to Rocket.Chat.", POSTS, .write = rocketchat_write, .judge = rocketchat_judge },
	{ INTEGRATION_WEBEX, "webex", "Posts a message to a room of Webex.", POSTS, .write = webex_write, .judge = notifier_judge_http },
	{ INTEGRATION_TELEGRAM, "telegram", "Sends a message to a chat of Telegram.", POSTS, .write = telegram_write, .judge = telegram_judge },
	{ INTEGRATION_PAGERDUTY, "pagerduty", "Triggers and resolves an incident a group in PagerDuty.", POSTS, .write = pagerduty_write, .judge = pagerduty_judge },
	{ INTEGRATION_VICTOROPS, "victorops", "Opens and recovers an incident a group in VictorOps.", POSTS, .write = victorops_write, .judge = notifier_judge_http },
	{ INTEGRATION_INCIDENTIO, "incidentio", "Posts the webhook's payload to incident.io.", POSTS, .write = incidentio_write, .judge = incidentio_judge },
	{ INTEGRATION_OPSGENIE, "opsgenie", "Creates, updates and closes an alert a group in Opsgenie.", POSTS, .write = opsgenie_write, .judge = notifier_judge_http },
	{ INTEGRATION_PUSHOVER, "pushover", "Sends a message by Pushover.", POSTS, .write = pushover_write, .judge = notifier_judge_http },
};
// clang-format on

const struct notifier_ops *post_notifier_find(enum integration_kind kind) {
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i].kind == kind)
			return &table[i];
	return NULL;
}
