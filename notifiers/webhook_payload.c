// SPDX-License-Identifier: Apache-2.0
// Alertmanager's JSON payload of a notification. See webhook_payload.h. Source: Alertmanager notify/webhook/webhook.go, template/template.go.
#include "notifiers/webhook_payload.h"

#include "base/json_write.h"
#include "notifiers/notifier_text.h"

enum { USUAL_BYTES = 4095 }; // of one alert; more grows

// Go's zero time is what a firing alert ends at.
static void write_end(struct json_writer *writer, const struct notified_alert *alert) {
	json_key(writer, "endsAt");
	if (alert->is_firing)
		json_cstr(writer, "0001-01-01T00:00:00Z");
	else
		json_time(writer, alert->ends_at);
}

// A set and where it stands in what was written: what a single alert has is what all have in common, the same object.
struct written {
	const struct labels *labels;
	size_t start, end;
};

static struct written write_labels(struct json_writer *writer, const char *key, const struct labels *labels) {
	size_t before = writer->out->len;
	labels_write(writer, key, labels);
	return (struct written){ labels, before + strcspn(writer->out->data + before, "{"), writer->out->len };
}

static void write_again(struct json_writer *writer, const char *key, const struct labels *labels, const struct written *known) {
	if (known->labels != labels) {
		labels_write(writer, key, labels);
		return;
	}
	json_key(writer, key);
	buf_reserve(writer->out, known->end - known->start + 1); // what is appended must stay where it is
	json_raw(writer, str_make(writer->out->data + known->start, known->end - known->start));
}

struct written_alert {
	struct written labels, annotations;
};

static struct written_alert write_alert(struct json_writer *writer, const struct notified_alert *alert) {
	struct written_alert written;
	json_open_object(writer);
	json_key(writer, "status");
	json_cstr(writer, alert->is_firing ? "firing" : "resolved");
	written.labels = write_labels(writer, "labels", alert->labels);
	written.annotations = write_labels(writer, "annotations", alert->annotations);
	json_key(writer, "startsAt");
	json_time(writer, alert->starts_at);
	write_end(writer, alert);
	json_key(writer, "generatorURL");
	json_cstr(writer, alert->generator_url);
	json_key(writer, "fingerprint");
	json_hex16(writer, alert->labels->fingerprint);
	json_close_object(writer);
	return written;
}

static void write_common(struct json_writer *writer, const struct notification *notification, const struct written_alert *last) {
	const struct labels *labels = notification_common_labels(notification), *annotations = notification_common_annotations(notification);
	json_key(writer, "notification_reason");
	json_string(writer, notification->reason);
	labels_write(writer, "groupLabels", notification->group_labels);
	write_again(writer, "commonLabels", labels, &last->labels);
	write_again(writer, "commonAnnotations", annotations, &last->annotations);
	labels_write(writer, "routeLabels", notification->route_labels);
	labels_unref(labels);
	labels_unref(annotations);
}

void webhook_payload_write(struct buf *out, const struct webhook_payload *payload) {
	const struct notification *notification = payload->notification;
	struct json_writer writer = { .out = out };
	autobuf struct buf receiver = { 0 };
	struct written_alert last = { 0 };
	buf_reserve(out, USUAL_BYTES);
	notifier_text_quote_regexp(&receiver, notification->receiver);
	json_open_object(&writer);
	json_key(&writer, "receiver");
	json_string(&writer, buf_str(&receiver));
	json_key(&writer, "status");
	json_cstr(&writer, notification_is_firing(notification) ? "firing" : "resolved");
	json_key(&writer, "alerts");
	json_open_array(&writer);
	for (size_t i = 0; i < payload->shown; i++)
		last = write_alert(&writer, &notification->alerts[i]);
	json_close_array(&writer);
	write_common(&writer, notification, &last);
	json_key(&writer, "externalURL");
	json_string(&writer, notification->external_url);
	json_key(&writer, "version");
	json_cstr(&writer, payload->version);
	json_key(&writer, "groupKey");
	json_string(&writer, notification->group_key);
	json_key(&writer, "truncatedAlerts");
	json_int(&writer, (int64_t)payload->truncated);
	json_close_object(&writer);
	buf_append_char(out, '\n');
}

size_t webhook_payload_truncate(struct notification *kept, unsigned max) {
	size_t truncated = max > 0 && kept->alert_count > max ? kept->alert_count - max : 0;
	kept->alert_count -= truncated;
	return truncated;
}
