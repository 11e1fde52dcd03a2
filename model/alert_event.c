// SPDX-License-Identifier: Apache-2.0
// What the event stream says about an alert's transition. See alert_event.h.
#include "model/alert_event.h"

#include "base/error.h"
#include "base/json_write.h"
#include "base/query_escape.h"

#include <inttypes.h>
#include <math.h>

enum { KEY_SEPARATOR = 0x1f }; // of a rule's key: file, group, name, … (rules/rules.h)

static struct str label_of(const struct labels *labels, const char *name) {
	return labels == NULL ? STR_NONE : labels_get(labels, str_of(name));
}

static uint64_t fingerprint_of(const struct alert_record *record) {
	return record->labels == NULL ? labels_hash(NULL, 0) : record->labels->fingerprint;
}

// The group's name out of the rule's key, which has control characters and '%' as %XX.
static void append_group(struct buf *out, const struct alert_record *record) {
	struct str rest = str_of(record->origin->source);
	str_cut(&rest, KEY_SEPARATOR); // the file
	struct str group = str_cut(&rest, KEY_SEPARATOR);
	for (size_t i = 0; i < group.len; i++) {
		int byte = url_escaped_byte(str_skip(group, i));
		buf_append_char(out, byte >= 0 ? (char)byte : group.data[i]);
		i += byte >= 0 ? 2 : 0;
	}
}

static void append_segment(struct buf *out, struct str text) {
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		if (c == '/' || c == '%' || c < 0x20 || c == 0x7f)
			buf_format(out, "%%%02X", c);
		else
			buf_append_char(out, (char)c);
	}
	buf_append_char(out, '/');
}

void alert_event_subject(struct buf *out, const struct alert_record *record) {
	autobuf struct buf group = { 0 };
	buf_append_cstr(out, alert_record_is_external(record) ? "external/" : "rules/");
	if (!alert_record_is_external(record)) {
		append_group(&group, record);
		append_segment(out, buf_str(&group));
	}
	append_segment(out, label_of(record->labels, "alertname"));
	buf_append_hex16(out, fingerprint_of(record));
}

static void write_time(struct json_writer *writer, const char *key, wall_ms at) {
	json_key(writer, key);
	if (at == 0)
		json_null(writer);
	else
		json_time(writer, at);
}

static void write_value(struct json_writer *writer, double value) {
	json_key(writer, "value");
	if (isfinite(value))
		json_double(writer, value);
	else
		json_cstr(writer, isnan(value) ? "NaN" : value > 0 ? "+Inf"
		                                                   : "-Inf");
}

static void write_text(struct json_writer *writer, const char *key, struct str text) {
	json_key(writer, key);
	json_string(writer, text);
}

static void write_alert(struct json_writer *writer, const struct alert_event *event) {
	const struct alert_record *record = event->record;
	labels_write(writer, "labels", record->labels);
	labels_write(writer, "annotations", event->annotations);
	write_value(writer, record->value);
	write_time(writer, "startsAt", record->state == ALERT_PENDING ? 0 : record->fired_at);
	write_time(writer, "endsAt", record->resolved_at != 0 ? record->resolved_at : record->ends_at);
	write_time(writer, "activeAt", record->active_at);
	write_text(writer, "generatorURL", str_of(record->origin->generator_url));
	json_key(writer, "fingerprint");
	json_hex16(writer, fingerprint_of(record));
	write_text(writer, "source", str_of(record->origin->source));
}

wall_ms alert_event_at(const struct alert_event *event) {
	return event->at != 0 ? event->at : event->record->updated_at;
}

void alert_event_data(struct buf *out, const struct alert_event *event) {
	struct json_writer writer = { .out = out };
	json_open_object(&writer);
	write_alert(&writer, event);
	json_close_object(&writer);
}

bool alert_is_security_relevant(const struct alert_record *record) {
	return str_equal(label_of(record->labels, "category"), STR("security")) || str_equal(label_of(record->labels, "policy"), STR("true"));
}

const char *alert_event_policy_name(const struct alert_record *record, enum alert_event_kind kind) {
	if (!alert_is_security_relevant(record) || record->fired_at == 0)
		return NULL; // what never fired opened nothing
	switch (kind) {
	case ALERT_EVENT_FIRING:
		return "policy.violation.opened";
	case ALERT_EVENT_PENDING: // a raised `for` ended its firing
	case ALERT_EVENT_RESOLVED:
		return "policy.violation.closed";
	case ALERT_EVENT_EXPIRED: // a rule's was pending: what fired before that is closed
		return alert_record_is_external(record) ? "policy.violation.closed" : NULL;
	case ALERT_EVENT_NONE:
	case ALERT_EVENT_UPDATED:
		return NULL;
	}
	unreachable("alert event kind");
}

// OCSF severity_id for the severity label; an unknown word is a warning.
static int severity_of(const struct alert_record *record) {
	static const struct {
		const char *word;
		int id;
	} severities[] = { { "info", 1 }, { "none", 1 }, { "warning", 3 }, { "critical", 5 }, { "emergency", 6 } };
	struct str word = label_of(record->labels, "severity");
	for (size_t i = 0; i < sizeof severities / sizeof severities[0]; i++)
		if (str_equal_cstr(word, severities[i].word))
			return severities[i].id;
	return 3;
}

static void write_int(struct json_writer *writer, const char *key, int64_t number) {
	json_key(writer, key);
	json_int(writer, number);
}

static void write_attacks(struct json_writer *writer, struct str techniques) {
	if (str_is_empty(techniques))
		return;
	json_key(writer, "attacks");
	json_open_array(writer);
	while (!str_is_empty(techniques)) {
		json_open_object(writer);
		json_key(writer, "technique");
		json_open_object(writer);
		write_text(writer, "uid", str_trim(str_cut(&techniques, ',')));
		json_close_object(writer);
		json_close_object(writer);
	}
	json_close_array(writer);
}

static void write_finding(struct json_writer *writer, const struct alert_event *event) {
	const struct alert_record *record = event->record;
	autobuf struct buf uid = { 0 };
	buf_append_hex16(&uid, fingerprint_of(record));
	buf_format(&uid, "-%" PRId64, record->fired_at);
	json_key(writer, "finding_info");
	json_open_object(writer);
	write_text(writer, "uid", buf_str(&uid));
	write_text(writer, "title", label_of(record->labels, "alertname"));
	struct str description = label_of(event->annotations, "description");
	write_text(writer, "desc", str_is_empty(description) ? label_of(event->annotations, "summary") : description);
	write_attacks(writer, label_of(event->annotations, "mitre_attack"));
	json_close_object(writer);
}

static void write_resources(struct json_writer *writer, const struct alert_record *record) {
	static const char *const kinds[] = { "domain", "cluster", "node_name", "node", "instance", "ip_address", "namespace", "pod", "container" };
	json_key(writer, "resources");
	json_open_array(writer);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct str name = label_of(record->labels, kinds[i]);
		if (str_is_empty(name))
			continue;
		json_open_object(writer);
		write_text(writer, "type", str_of(kinds[i]));
		write_text(writer, "name", name);
		json_close_object(writer);
	}
	json_close_array(writer);
}

static void write_product(struct json_writer *writer) {
	json_key(writer, "metadata");
	json_open_object(writer);
	write_text(writer, "version", STR("1.3.0")); // of the schema
	json_key(writer, "product");
	json_open_object(writer);
	write_text(writer, "name", STR("tocsin"));
	write_text(writer, "vendor_name", STR("FLUIDOS"));
	json_close_object(writer);
	json_close_object(writer);
}

static void write_unmapped(struct json_writer *writer, const struct alert_event *event, int64_t alert_sequence) {
	autobuf struct buf group = { 0 };
	if (!alert_record_is_external(event->record))
		append_group(&group, event->record);
	json_key(writer, "unmapped");
	json_open_object(writer);
	json_key(writer, "tocsin");
	json_open_object(writer);
	write_int(writer, "alert_sequence", alert_sequence);
	write_text(writer, "group", buf_str(&group));
	write_text(writer, "recommended_action", label_of(event->annotations, "recommended_action"));
	write_text(writer, "mspl_capability", label_of(event->annotations, "mspl_capability"));
	write_alert(writer, event);
	json_close_object(writer);
	json_close_object(writer);
}

void alert_event_policy_data(struct buf *out, const struct alert_event *event, int64_t alert_sequence) {
	const struct alert_record *record = event->record;
	bool is_open = event->kind == ALERT_EVENT_FIRING;
	int activity = is_open ? 1 : 3; // Create, Close
	struct json_writer writer = { .out = out };
	json_open_object(&writer);
	write_int(&writer, "category_uid", 2);
	write_int(&writer, "class_uid", 2004);
	write_int(&writer, "type_uid", 200400 + activity);
	write_int(&writer, "activity_id", activity);
	write_int(&writer, "severity_id", severity_of(record));
	write_int(&writer, "status_id", is_open ? 1 : 4); // New, Resolved
	write_int(&writer, "time", record->updated_at);
	json_key(&writer, "is_alert");
	json_bool(&writer, true);
	write_product(&writer);
	write_finding(&writer, event);
	write_resources(&writer, record);
	write_unmapped(&writer, event, alert_sequence);
	json_close_object(&writer);
}
