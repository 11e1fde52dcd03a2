// SPDX-License-Identifier: Apache-2.0
// The Security Agent notifier: one CloudEvent (1.0, structured JSON) a POST, one alert an event, in the notification's order.
// Data is an OCSF Detection Finding (class 2004); what has no place there is under unmapped.tocsin.
// Source: CloudEvents 1.0 HTTP binding and its `sequence` extension, OCSF 1.x, Standard Webhooks.
#include "base/json_write.h"
#include "net/signature.h"
#include "notifiers/notifier.h"
#include "notifiers/notifier_text.h"

#include <inttypes.h>

enum { DEFAULT_TIMEOUT_MS = 10 * 1000, OCSF_DETECTION_FINDING = 2004 };

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

struct severity {
	const char *label;
	int ocsf;          // severity_id
	int number;        // OpenTelemetry's severity number
	const char *text;
};

// What a `severity` label means; one we do not know is a warning.
static const struct severity *severity_of(const struct labels *labels) {
	static const struct severity table[] = {
		{ "warning", 3, 13, "WARN" },
		{ "info", 1, 9, "INFO" },
		{ "none", 1, 9, "INFO" },
		{ "critical", 5, 17, "ERROR" },
		{ "emergency", 6, 21, "FATAL" },
	};
	struct str value = labels_get(labels, STR("severity"));
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (str_equal_cstr(value, table[i].label))
			return &table[i];
	return &table[0];
}

static bool is_security_relevant(const struct labels *labels) {
	return str_equal(labels_get(labels, STR("category")), STR("security")) || str_equal(labels_get(labels, STR("policy")), STR("true"));
}

static const char *event_type(const struct notified_alert *alert) {
	if (is_security_relevant(alert->labels))
		return alert->is_firing ? "eu.fluidos.tocsin.policy.violation.opened.v1" : "eu.fluidos.tocsin.policy.violation.closed.v1";
	return alert->is_firing ? "eu.fluidos.tocsin.alert.firing.v1" : "eu.fluidos.tocsin.alert.resolved.v1";
}

// The policy event is the row right after the alert's own.
static int64_t event_sequence(const struct notified_alert *alert) {
	return alert->event_sequence + (is_security_relevant(alert->labels) ? 1 : 0);
}

static void write_text(struct json_writer *writer, const char *key, struct str text) {
	json_key(writer, key);
	json_string(writer, text);
}

static void write_int(struct json_writer *writer, const char *key, int64_t number) {
	json_key(writer, key);
	json_int(writer, number);
}

static void write_labels(struct json_writer *writer, const char *key, const struct labels *labels) {
	autobuf struct buf text = { 0 };
	labels_to_json(&text, labels);
	json_key(writer, key);
	json_raw(writer, buf_str(&text));
}

static wall_ms changed_at(const struct notified_alert *alert) {
	return alert->is_firing ? alert->starts_at : alert->ends_at;
}

// One name for an alert from its start to its end.
static void append_episode(struct buf *out, const struct notified_alert *alert) {
	buf_format(out, "%016" PRIx64 "-%" PRId64, alert->labels->fingerprint, alert->starts_at);
}

static void write_finding_info(struct json_writer *writer, const struct notified_alert *alert) {
	autobuf struct buf uid = { 0 };
	struct str summary = labels_get(alert->annotations, STR("summary")), description = labels_get(alert->annotations, STR("description"));
	append_episode(&uid, alert);
	json_key(writer, "finding_info");
	json_open_object(writer);
	write_text(writer, "uid", buf_str(&uid));
	write_text(writer, "title", summary.len > 0 ? summary : labels_get(alert->labels, STR("alertname")));
	if (description.len > 0)
		write_text(writer, "desc", description);
	write_int(writer, "created_time", alert->starts_at);
	write_int(writer, "modified_time", changed_at(alert));
	json_close_object(writer);
}

// Which labels name a thing that is concerned, and what kind of thing.
static void write_resources(struct json_writer *writer, const struct labels *labels) {
	static const struct { const char *label, *type; } table[] = {
		{ "node_name", "node" }, { "node", "node" }, { "instance", "instance" }, { "ip_address", "address" },
		{ "namespace", "namespace" }, { "pod", "pod" }, { "container", "container" }, { "cluster", "cluster" }, { "domain", "domain" },
	};
	json_key(writer, "resources");
	json_open_array(writer);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct str name = labels_get(labels, str_of(table[i].label));
		if (name.len == 0)
			continue;
		json_open_object(writer);
		write_text(writer, "name", name);
		write_text(writer, "type", str_of(table[i].type));
		json_close_object(writer);
	}
	json_close_array(writer);
}

static void write_value(struct json_writer *writer, double value) {
	json_key(writer, "value");
	json_double(writer, value);
}

static void write_unmapped(struct json_writer *writer, const struct notified_alert *alert, const struct notification *notification) {
	struct str action = labels_get(alert->annotations, STR("recommended_action"));
	json_key(writer, "unmapped");
	json_open_object(writer);
	json_key(writer, "tocsin");
	json_open_object(writer);
	write_text(writer, "rule", str_of(alert->source));
	write_text(writer, "group", notification->group_key);
	write_labels(writer, "labels", alert->labels);
	write_labels(writer, "annotations", alert->annotations);
	write_value(writer, alert->value);
	write_text(writer, "generator_url", str_of(alert->generator_url));
	json_key(writer, "starts_at");
	json_time(writer, alert->starts_at);
	if (!alert->is_firing) {
		json_key(writer, "ends_at");
		json_time(writer, alert->ends_at);
	}
	if (action.len > 0)
		write_text(writer, "recommended_action", action);
	json_close_object(writer);
	json_close_object(writer);
}

// OCSF: activity 1 = Create, 3 = Close; status 1 = New, 4 = Resolved.
static void write_finding(struct json_writer *writer, const struct notified_alert *alert, const struct notification *notification) {
	int activity = alert->is_firing ? 1 : 3;
	json_key(writer, "data");
	json_open_object(writer);
	write_int(writer, "activity_id", activity);
	write_int(writer, "category_uid", 2);
	write_int(writer, "class_uid", OCSF_DETECTION_FINDING);
	write_int(writer, "type_uid", OCSF_DETECTION_FINDING * 100 + activity);
	write_int(writer, "severity_id", severity_of(alert->labels)->ocsf);
	write_int(writer, "status_id", alert->is_firing ? 1 : 4);
	write_int(writer, "time", changed_at(alert));
	json_key(writer, "is_alert");
	json_bool(writer, true);
	json_key(writer, "metadata");
	json_raw(writer, STR("{\"version\":\"1.4.0\",\"product\":{\"name\":\"tocsin\",\"vendor_name\":\"FLUIDOS\"}}"));
	write_finding_info(writer, alert);
	write_resources(writer, alert->labels);
	write_unmapped(writer, alert, notification);
	json_close_object(writer);
}

// Extension attributes that are labels.
static void write_extensions(struct json_writer *writer, const struct labels *labels) {
	static const char *const names[] = { "domain", "cluster", "category" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct str value = labels_get(labels, str_of(names[i]));
		if (value.len > 0)
			write_text(writer, names[i], value);
	}
}

static void write_subject(struct json_writer *writer, const struct notified_alert *alert) {
	autobuf struct buf subject = { 0 };
	buf_format(&subject, "rules/%s/%.*s/%016" PRIx64, alert->source, STR_ARG(labels_get(alert->labels, STR("alertname"))), alert->labels->fingerprint);
	write_text(writer, "subject", buf_str(&subject));
}

static void write_event(struct buf *out, const struct notified_alert *alert, const struct notification *notification, const char *instance) {
	struct json_writer writer = { .out = out };
	const struct severity *severity = severity_of(alert->labels);
	char source[96], id[24], sequence[24];
	snprintf(source, sizeof source, "urn:fluidos:tocsin:%s", instance);
	snprintf(id, sizeof id, "%" PRId64, event_sequence(alert));
	snprintf(sequence, sizeof sequence, "%020" PRId64, event_sequence(alert));
	json_open_object(&writer);
	write_text(&writer, "specversion", STR("1.0"));
	write_text(&writer, "id", str_of(id));
	write_text(&writer, "source", str_of(source));
	write_text(&writer, "type", str_of(event_type(alert)));
	write_subject(&writer, alert);
	json_key(&writer, "time");
	json_time(&writer, changed_at(alert));
	write_text(&writer, "datacontenttype", STR("application/json"));
	write_text(&writer, "sequence", str_of(sequence));
	write_int(&writer, "severitynumber", severity->number);
	write_text(&writer, "severitytext", str_of(severity->text));
	write_extensions(&writer, alert->labels);
	write_finding(&writer, alert, notification);
	json_close_object(&writer);
}

static const char *const *signed_headers(struct arena *arena, const char *secret, const struct notified_alert *alert, struct str body, wall_ms now) {
	autobuf struct buf signature = { 0 };
	const char **headers = ARENA_NEW_ARRAY(arena, const char *, 4);
	struct str id = arena_format(arena, "%" PRId64, event_sequence(alert));
	signature_standard_webhook(&signature, secret, id, now / 1000, body);
	headers[0] = arena_format(arena, "webhook-id: %s", id.data).data;
	headers[1] = arena_format(arena, "webhook-timestamp: %lld", (long long)(now / 1000)).data;
	headers[2] = arena_format(arena, "webhook-signature: %s", buf_cstr(&signature)).data;
	return headers;
}

static struct rendered_request request_of(const struct security_agent_config *agent, const struct notified_alert *alert, const struct notification *notification, const struct notifier_context *context, struct arena *arena) {
	autobuf struct buf body = { 0 };
	write_event(&body, alert, notification, context->instance);
	struct rendered_request request = {
		.url = agent->url,
		.content_type = "application/cloudevents+json; charset=utf-8",
		.body = arena_dup_str(arena, buf_str(&body)),
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
			requests[count++] = request_of(agent, &notification->alerts[i], notification, context, arena);
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
