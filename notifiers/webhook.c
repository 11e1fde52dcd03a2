// SPDX-License-Identifier: Apache-2.0
// The webhook notifier: Alertmanager's payload, version 4, byte for byte. Source: Alertmanager notify/webhook/webhook.go, template/template.go.
#include "base/json_write.h"
#include "notifiers/notifier.h"
#include "notifiers/notifier_text.h"

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

static const char *url_file(const struct integration_config *config) {
	return config->webhook.url == NULL ? config->webhook.url_file : NULL;
}

static void identity(const struct integration_config *config, struct buf *out) {
	const struct webhook_config *webhook = &config->webhook;
	buf_format(out, "%d %u %" PRId64 " ", webhook->send_resolved, webhook->max_alerts, webhook->timeout);
	notifier_text_secret(out, webhook->url);
	notifier_text_secret(out, webhook->url_file);
	notifier_text_http(out, &webhook->http);
}

// Go's zero time is what a firing alert ends at.
static void write_end(struct json_writer *writer, const struct notified_alert *alert) {
	json_key(writer, "endsAt");
	if (alert->is_firing)
		json_cstr(writer, "0001-01-01T00:00:00Z");
	else
		json_time(writer, alert->ends_at);
}

static void write_alert(struct json_writer *writer, const struct notified_alert *alert) {
	char fingerprint[17];
	snprintf(fingerprint, sizeof fingerprint, "%016" PRIx64, alert->labels->fingerprint);
	json_open_object(writer);
	json_key(writer, "status");
	json_cstr(writer, alert->is_firing ? "firing" : "resolved");
	labels_write(writer, "labels", alert->labels);
	labels_write(writer, "annotations", alert->annotations);
	json_key(writer, "startsAt");
	json_time(writer, alert->starts_at);
	write_end(writer, alert);
	json_key(writer, "generatorURL");
	json_cstr(writer, alert->generator_url);
	json_key(writer, "fingerprint");
	json_cstr(writer, fingerprint);
	json_close_object(writer);
}

// Members around the alerts are computed from those that are kept.
static void write_common(struct json_writer *writer, const struct notification *notification, const struct notification *kept) {
	const struct labels *labels = notification_common_labels(kept), *annotations = notification_common_annotations(kept);
	json_key(writer, "notification_reason");
	json_string(writer, notification->reason);
	labels_write(writer, "groupLabels", notification->group_labels);
	labels_write(writer, "commonLabels", labels);
	labels_write(writer, "commonAnnotations", annotations);
	labels_write(writer, "routeLabels", notification->route_labels);
	labels_unref(labels);
	labels_unref(annotations);
}

static void write_payload(struct buf *out, const struct notification *notification, const struct notification *kept, size_t truncated) {
	struct json_writer writer = { .out = out };
	autobuf struct buf receiver = { 0 };
	notifier_text_quote_regexp(&receiver, notification->receiver);
	json_open_object(&writer);
	json_key(&writer, "receiver");
	json_string(&writer, buf_str(&receiver));
	json_key(&writer, "status");
	json_cstr(&writer, notification_is_firing(kept) ? "firing" : "resolved");
	json_key(&writer, "alerts");
	json_open_array(&writer);
	for (size_t i = 0; i < kept->alert_count; i++)
		write_alert(&writer, &kept->alerts[i]);
	json_close_array(&writer);
	write_common(&writer, notification, kept);
	json_key(&writer, "externalURL");
	json_string(&writer, notification->external_url);
	json_key(&writer, "version");
	json_cstr(&writer, "4");
	json_key(&writer, "groupKey");
	json_string(&writer, notification->group_key);
	json_key(&writer, "truncatedAlerts");
	json_int(&writer, (int64_t)truncated);
	json_close_object(&writer);
	buf_append_char(out, '\n');
}

// The alerts to send: without resolved ones where those are not wanted, then the first max_alerts. Borrows the notification's.
static struct notification kept_alerts(const struct notification *notification, const struct webhook_config *webhook, struct arena *arena, size_t *truncated) {
	struct notification kept = { .alerts = ARENA_NEW_ARRAY(arena, struct notified_alert, notification->alert_count) };
	for (size_t i = 0; i < notification->alert_count; i++)
		if (notification->alerts[i].is_firing || webhook->send_resolved)
			kept.alerts[kept.alert_count++] = notification->alerts[i];
	*truncated = webhook->max_alerts > 0 && kept.alert_count > webhook->max_alerts ? kept.alert_count - webhook->max_alerts : 0;
	kept.alert_count -= *truncated;
	return kept;
}

static bool render(const struct integration_config *config, const struct notification *notification, const struct notifier_context *context, struct arena *arena, struct rendered *out, struct error *err) {
	struct rendered_request *request = ARENA_NEW(arena, struct rendered_request);
	autobuf struct buf body = { 0 };
	size_t truncated;
	struct notification kept = kept_alerts(notification, &config->webhook, arena, &truncated);
	const struct url_template url = { config->webhook.url, notification, config->webhook.send_resolved, context };
	if (url.text != NULL && !notifier_text_url(&url, arena, &request->url, err))
		return false;
	write_payload(&body, notification, &kept, truncated);
	request->content_type = "application/json";
	request->body = arena_dup_str(arena, buf_str(&body));
	*out = (struct rendered){ .requests = request, .request_count = 1 };
	return true;
}

const struct notifier_ops webhook_notifier = {
	.kind = INTEGRATION_WEBHOOK,
	.name = "webhook",
	.help = "POSTs Alertmanager's JSON payload, version 4.",
	.send_resolved = send_resolved,
	.http = http,
	.timeout = timeout,
	.url_file = url_file,
	.identity = identity,
	.render = render,
	.judge = notifier_judge_http,
};
