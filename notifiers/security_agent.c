// SPDX-License-Identifier: Apache-2.0
// The Security Agent notifier: one CloudEvent (1.0, structured JSON) a POST, one alert an event, in the notification's order.
// Data is what the event stream holds under the same id: for security-relevant alerts an OCSF Detection Finding.
// Source: CloudEvents 1.0 HTTP binding and its `sequence` extension, Standard Webhooks.
#include "base/json_write.h"
#include "model/alert_event.h"
#include "net/signature.h"
#include "notifiers/notifier.h"
#include "notifiers/notifier_text.h"

#include <inttypes.h>
#include <stdarg.h>

enum { DEFAULT_TIMEOUT_MS = 10 * 1000 };

static bool send_resolved(const struct integration_config *config) {
	return config->security_agent.send_resolved;
}

static const struct http_config *http(const struct integration_config *config) {
	return &config->security_agent.http;
}

static dur_ms timeout(const struct integration_config *config) {
	return config->security_agent.timeout > 0 ? config->security_agent.timeout : DEFAULT_TIMEOUT_MS;
}

static void identity(const struct integration_config *config, struct buf *out) {
	const struct security_agent_config *agent = &config->security_agent;
	buf_format(out, "%d %" PRId64 " ", agent->send_resolved, agent->timeout);
	notifier_text_secret(out, agent->url);
	notifier_text_secret(out, agent->secret);
	notifier_text_http(out, &agent->http);
}

// The alert as the event stream sees it, so that what is pushed and what is read there under one id say the same. Borrows everything.
static struct alert_record record_of(const struct notified_alert *alert, struct alert_origin *origin) {
	origin->source = alert->source;
	origin->generator_url = alert->generator_url;
	return (struct alert_record){
		.origin = origin,
		.identity = alert->labels,
		.labels = alert->labels,
		.annotations = alert->annotations,
		.state = alert->is_firing ? ALERT_FIRING : ALERT_INACTIVE,
		.active_at = alert->starts_at,
		.fired_at = alert->starts_at,
		.resolved_at = alert->ends_at,
		.updated_at = alert->is_firing ? alert->starts_at : alert->ends_at,
		.value = alert->value,
		.event_sequence = alert->event_sequence,
	};
}

static enum alert_event_kind kind_of(const struct alert_record *record) {
	return record->state == ALERT_FIRING ? ALERT_EVENT_FIRING : ALERT_EVENT_RESOLVED;
}

static const char *type_of(const struct alert_record *record) {
	const char *policy = alert_event_policy_name(record, kind_of(record));
	return policy != NULL ? policy : alert_event_name(kind_of(record));
}

// The policy event is the row right after the alert's own.
static int64_t sequence_of(const struct alert_record *record) {
	return record->event_sequence + (alert_is_security_relevant(record) ? 1 : 0);
}

// What was told while the disk refused has no sequence: then the transition itself is the id, or all such events would have one.
static void append_id(struct buf *out, const struct alert_record *record) {
	if (record->event_sequence != 0) {
		buf_format(out, "%" PRId64, sequence_of(record));
		return;
	}
	buf_append_hex16(out, record->labels->fingerprint);
	buf_format(out, "-%" PRId64, record->updated_at);
}

static void write_data(struct buf *out, const struct alert_record *record) {
	struct alert_event event = { record, record->annotations, kind_of(record) };
	if (alert_is_security_relevant(record))
		alert_event_policy_data(out, &event, record->event_sequence);
	else
		alert_event_data(out, &event);
}

// OpenTelemetry's severities, as the extension attributes; a word we do not know is a warning.
static void write_severity(struct json_writer *writer, const struct labels *labels) {
	static const struct {
		const char *label;
		int number;
		const char *text;
	} table[] = {
		{ "warning", 13, "WARN" },
		{ "info", 9, "INFO" },
		{ "none", 9, "INFO" },
		{ "critical", 17, "ERROR" },
		{ "emergency", 21, "FATAL" },
	};
	struct str word = labels_get(labels, STR("severity"));
	size_t at = 0;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (str_equal_cstr(word, table[i].label))
			at = i;
	json_key(writer, "severitynumber");
	json_int(writer, table[at].number);
	json_key(writer, "severitytext");
	json_cstr(writer, table[at].text);
}

// Extension attributes that are labels.
static void write_label_attributes(struct json_writer *writer, const struct labels *labels) {
	static const char *const names[] = { "domain", "cluster", "category" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct str value = labels_get(labels, str_of(names[i]));
		if (value.len == 0)
			continue;
		json_key(writer, names[i]);
		json_string(writer, value);
	}
}

PRINTF_LIKE(3, 4)
static void write_text(struct json_writer *writer, const char *key, const char *format, ...) {
	autobuf struct buf text = { 0 };
	va_list args;
	va_start(args, format);
	buf_vformat(&text, format, args);
	va_end(args);
	json_key(writer, key);
	json_string(writer, buf_str(&text));
}

static void write_event(struct buf *out, const struct notified_alert *alert, const char *instance) {
	struct json_writer writer = { .out = out };
	struct alert_origin origin;
	struct alert_record record = record_of(alert, &origin);
	autobuf struct buf id = { 0 }, subject = { 0 }, data = { 0 };
	append_id(&id, &record);
	alert_event_subject(&subject, &record);
	write_data(&data, &record);
	json_open_object(&writer);
	write_text(&writer, "specversion", "1.0");
	write_text(&writer, "id", "%s", buf_cstr(&id));
	write_text(&writer, "source", "urn:fluidos:tocsin:%s", instance);
	write_text(&writer, "type", "eu.fluidos.tocsin.%s.v1", type_of(&record));
	write_text(&writer, "subject", "%s", buf_cstr(&subject));
	json_key(&writer, "time");
	json_time(&writer, record.updated_at);
	write_text(&writer, "datacontenttype", "application/json");
	if (record.event_sequence != 0)
		write_text(&writer, "sequence", "%020" PRId64, sequence_of(&record));
	write_severity(&writer, alert->labels);
	write_label_attributes(&writer, alert->labels);
	json_key(&writer, "data");
	json_raw(&writer, buf_str(&data));
	json_close_object(&writer);
}

static const char *const *signed_headers(struct arena *arena, const char *secret, const struct notified_alert *alert, struct str body, wall_ms now) {
	autobuf struct buf signature = { 0 }, id = { 0 };
	const char **headers = ARENA_NEW_ARRAY(arena, const char *, 4);
	struct alert_origin origin;
	struct alert_record record = record_of(alert, &origin);
	append_id(&id, &record);
	signature_standard_webhook(&signature, secret, buf_str(&id), now / 1000, body);
	headers[0] = arena_format(arena, "webhook-id: %s", buf_cstr(&id)).data;
	headers[1] = arena_format(arena, "webhook-timestamp: %lld", (long long)(now / 1000)).data;
	headers[2] = arena_format(arena, "webhook-signature: %s", buf_cstr(&signature)).data;
	return headers;
}

static struct rendered_request request_of(const struct security_agent_config *agent, const struct notified_alert *alert, const struct notifier_context *context, struct arena *arena) {
	autobuf struct buf body = { 0 };
	write_event(&body, alert, context->instance);
	struct rendered_request request = {
		.url = agent->url,
		.content_type = "application/cloudevents+json; charset=utf-8",
		.body = arena_take_buf(arena, &body),
	};
	if (agent->secret != NULL)
		request.headers = signed_headers(arena, agent->secret, alert, request.body, context->now);
	return request;
}

static bool render(const struct integration_config *config, const struct notification *notification, const struct notifier_context *context, struct arena *arena, struct rendered *out, struct error *err) {
	const struct security_agent_config *agent = &config->security_agent;
	struct rendered_request *requests = ARENA_NEW_ARRAY(arena, struct rendered_request, notification->alert_count);
	size_t count = 0;
	(void)err;
	for (size_t i = 0; i < notification->alert_count; i++)
		if (notification->alerts[i].is_firing || agent->send_resolved)
			requests[count++] = request_of(agent, &notification->alerts[i], context, arena);
	*out = (struct rendered){ .requests = requests, .request_count = count };
	return true;
}

const struct notifier_ops security_agent_notifier = {
	.kind = INTEGRATION_SECURITY_AGENT,
	.name = "security_agent",
	.help = "POSTs one CloudEvent an alert, policy violations among them, to a Security Agent.",
	.send_resolved = send_resolved,
	.http = http,
	.timeout = timeout,
	.identity = identity,
	.render = render,
	.judge = notifier_judge_http,
};
