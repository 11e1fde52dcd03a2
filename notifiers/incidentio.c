// SPDX-License-Identifier: Apache-2.0
// incident.io's alert sources: the webhook's payload as version 1; the token is http_config's. Source: Alertmanager notify/incidentio/incidentio.go.
#include "base/json_read.h"
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

static void append_part(struct buf *out, struct str text, const char *separator) {
	if (text.len > 0)
		buf_format(out, "%s%.*s", out->len > 0 ? separator : "", STR_ARG(text));
}

// What it says is wrong: "MESSAGE: ERROR: ERRORS".
enum attempt_outcome incidentio_judge(const struct http_response *response, struct error *reason) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf details = { 0 }, errors = { 0 };
	struct json_reader reader;
	struct str message = STR_NONE, error = STR_NONE, text;
	json_read_init(&reader, &arena, response->body);
	json_read_object_begin(&reader);
	for (struct str name; json_read_object_next(&reader, &name);) {
		if (str_equal(name, STR("message"))) {
			json_read_string(&reader, &message);
		} else if (str_equal(name, STR("error"))) {
			json_read_string(&reader, &error);
		} else if (str_equal(name, STR("errors")) && json_read_array_begin(&reader)) {
			while (json_read_array_next(&reader) && json_read_string(&reader, &text))
				append_part(&errors, text, ", ");
		} else {
			json_read_skip(&reader);
		}
	}
	append_part(&details, message, ": ");
	append_part(&details, error, ": ");
	append_part(&details, buf_str(&errors), ": ");
	return notifier_judge_with(response, reader.failed ? STR_NONE : buf_str(&details), reason);
}
