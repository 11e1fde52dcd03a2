// SPDX-License-Identifier: Apache-2.0
// incident.io's alert sources: the webhook's payload as version 1; the token is http_config's. Source: Alertmanager notify/incidentio/incidentio.go.
#include "notifiers/post.h"
#include "notifiers/webhook_payload.h"

enum { PAYLOAD_BYTES = 512 * 1024 };

bool incidentio_write(struct post *post, struct error *err) {
	struct notification kept = *post->notification;
	struct webhook_payload payload = { .version = "1", .notification = &kept, .truncated = webhook_payload_truncate(&kept, post->config->incidentio.max_alerts) };
	autobuf struct buf body = { 0 };
	(void)err;
	payload.shown = kept.alert_count;
	webhook_payload_write(&body, &payload);
	if (body.len > PAYLOAD_BYTES) { // one alert is enough for there to be an incident
		buf_reset(&body);
		payload.shown = 1;
		webhook_payload_write(&body, &payload);
	}
	buf_truncate(&body, body.len - 1); // the line break is added with the request
	post_add_json(post, str_of(post_url(post)), &body);
	return true;
}

static void append_part(struct buf *out, struct str text) {
	if (text.len > 0)
		buf_format(out, "%s%.*s", out->len > 0 ? ": " : "", STR_ARG(text));
}

// What it says is wrong: "MESSAGE: ERROR: ERRORS".
enum attempt_outcome incidentio_judge(const struct http_response *response, struct error *reason) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf details = { 0 }, errors = { 0 };
	struct str message = STR_NONE, error = STR_NONE;
	const struct post_member members[] = { { "message", .text = &message }, { "error", .text = &error }, { "errors", .list = &errors, .between = ", " } };
	if (post_read_members(&arena, response->body, members, sizeof members / sizeof *members)) {
		append_part(&details, message);
		append_part(&details, error);
		append_part(&details, buf_str(&errors));
	}
	return notifier_judge_with(response, buf_str(&details), reason);
}
