// SPDX-License-Identifier: Apache-2.0
// The webhook notifier: Alertmanager's payload, version 4, byte for byte, or one of the user's. Source: Alertmanager notify/webhook/webhook.go, template/template.go.
#include "base/buf.h"
#include "notifiers/notifier.h"
#include "notifiers/notifier_text.h"
#include "notifiers/payload_template.h"
#include "notifiers/webhook_payload.h"

#include <inttypes.h>

enum { DEFAULT_TIMEOUT_MS = 60 * 1000 };

static bool send_resolved(const struct integration_config *config) {
	return config->webhook.send_resolved;
}

static const struct http_config *http(const struct integration_config *config) {
	return &config->webhook.http;
}

static dur_ms timeout(const struct integration_config *config) {
	return config->webhook.timeout > 0 ? config->webhook.timeout : DEFAULT_TIMEOUT_MS;
}

static void secrets(const struct integration_config *config, struct secret_text out[NOTIFIER_SECRETS]) {
	out[0] = (struct secret_text){ config->webhook.url, config->webhook.url_file };
}

static void identity(const struct integration_config *config, struct buf *out) {
	const struct webhook_config *webhook = &config->webhook;
	buf_format(out, "%d %u %" PRId64 " ", webhook->send_resolved, webhook->max_alerts, webhook->timeout);
	notifier_text_secret(out, webhook->url);
	notifier_text_secret(out, webhook->url_file);
	buf_append_hex16(out, webhook->payload == NULL ? 0 : config->content);
	buf_append_char(out, ' ');
	notifier_text_http(out, &webhook->http);
}

// The user's own payload where there is one; where it fails Alertmanager's, so that somebody hears of it. Says why it failed.
static const char *write_body(const struct integration_config *config, const struct webhook_payload *payload, const struct text_run *run, struct buf *out) {
	struct json_writer json = { .out = out };
	struct error err = { 0 };
	if (config->webhook.payload != NULL && payload_template_write(config->webhook.payload, run, &json, &err)) {
		buf_append_char(out, '\n');
		return NULL;
	}
	buf_reset(out);
	webhook_payload_write(out, payload);
	return config->webhook.payload == NULL ? NULL : arena_format(run->arena, "payload: %s", err.text).data;
}

static bool render(const struct integration_config *config, const struct notification *notification, const struct notifier_context *context, struct arena *arena, struct rendered *out, struct error *err) {
	struct rendered_request *request = ARENA_NEW(arena, struct rendered_request);
	autobuf struct buf body = { 0 };
	struct notification kept = notification_kept(arena, notification, config->webhook.send_resolved);
	struct webhook_payload payload = { .version = "4", .notification = &kept, .truncated = webhook_payload_truncate(&kept, config->webhook.max_alerts) };
	payload.shown = kept.alert_count;
	const char *url = context->secrets[0] != NULL ? context->secrets[0] : config->webhook.url;
	struct template_env env = { .now = context->now, .external_url = str_of(context->external_url) };
	if (config->webhook.payload != NULL || (url != NULL && strstr(url, "{{") != NULL)) // most webhooks need no document
		env.data = notification_data(arena, &kept, true);
	const struct text_run run = { context->text_templates, &env, arena };
	if (url != NULL && !notifier_text_url(&run, url, &request->url, err))
		return false;
	const char *failure = write_body(config, &payload, &run, &body);
	request->content_type = "application/json";
	request->body = arena_take_buf(arena, &body);
	*out = (struct rendered){ .requests = request, .request_count = 1, .template_failure = failure };
	return true;
}

const struct notifier_ops webhook_notifier = {
	.kind = INTEGRATION_WEBHOOK,
	.name = "webhook",
	.help = "POSTs Alertmanager's JSON payload, version 4.",
	.send_resolved = send_resolved,
	.http = http,
	.timeout = timeout,
	.secrets = secrets,
	.identity = identity,
	.render = render,
	.judge = notifier_judge_http,
};
