// SPDX-License-Identifier: Apache-2.0
// Alerts as others post them. See posted_alert.h.
#include "model/posted_alert.h"

#include "base/json_read.h"
#include "model/label_list.h"

#include <ctype.h>

void posted_alerts_finish(struct posted_alerts *alerts) {
	array_finish(alerts);
	arena_finish(&alerts->arena);
}

static const struct label *keep(struct posted_alerts *alerts, const struct label_list *list) {
	return list->count == 0 ? NULL : arena_dup(&alerts->arena, list->items, list->count * sizeof *list->items);
}

// ---- alerts

static void read_time(struct json_reader *json, wall_ms *out) {
	struct str text;
	if (!json_read_string(json, &text))
		return;
	if (text.len > 0 && !clock_parse_rfc3339(text, out))
		json_read_fail(json, "expected a time like 2026-01-02T15:04:05Z, found \"%.*s\"", STR_ARG(text));
	if (*out == CLOCK_GO_ZERO)
		*out = 0;
}

enum member { MEMBER_LABELS,
	MEMBER_ANNOTATIONS,
	MEMBER_STARTS_AT,
	MEMBER_ENDS_AT,
	MEMBER_GENERATOR_URL,
	MEMBER_OTHER };

static enum member member_of(struct str name) {
	static const struct str names[] = {
		[MEMBER_LABELS] = { "labels", 6 },
		[MEMBER_ANNOTATIONS] = { "annotations", 11 },
		[MEMBER_STARTS_AT] = { "startsAt", 8 },
		[MEMBER_ENDS_AT] = { "endsAt", 6 },
		[MEMBER_GENERATOR_URL] = { "generatorURL", 12 },
	};
	for (size_t i = 0; i < MEMBER_OTHER; i++)
		if (str_equal_nocase(name, names[i])) // as Go reads JSON
			return (enum member)i;
	return MEMBER_OTHER;
}

struct alert_reading {
	struct posted_alerts *alerts;
	struct posted_alert alert;
	struct label_list labels, annotations;
	bool has_labels;
};

static void read_member(struct json_reader *json, struct alert_reading *reading, struct str name) {
	enum member member = json_read_peek(json) == JSON_NULL ? MEMBER_OTHER : member_of(name);
	switch (member) {
	case MEMBER_LABELS:
		reading->has_labels = true;
		reading->alert.is_too_large |= !label_list_read(&reading->labels, json);
		return;
	case MEMBER_ANNOTATIONS:
		reading->alert.is_too_large |= !label_list_read(&reading->annotations, json);
		return;
	case MEMBER_STARTS_AT:
		read_time(json, &reading->alert.starts_at);
		return;
	case MEMBER_ENDS_AT:
		read_time(json, &reading->alert.ends_at);
		return;
	case MEMBER_GENERATOR_URL:
		json_read_string(json, &reading->alert.generator_url);
		return;
	case MEMBER_OTHER:
		json_read_skip(json);
		return;
	}
	unreachable("member of an alert");
}

static bool is_in_scheme(unsigned char c) {
	return isalnum(c) || c == '+' || c == '-' || c == '.';
}

static bool ends_authority(char c) {
	return c == '/' || c == '?' || c == '#';
}

static bool breaks_authority(char c) {
	switch (c) {
	case ' ':
	case '"':
	case '<':
	case '>':
	case '\\':
	case '^':
	case '`':
	case '{':
	case '|':
	case '}': return true;
	}
	return false;
}

// Go: url.ParseRequestURI, by which go-openapi judges: an absolute URI or an absolute path.
static bool is_uri(struct str text) {
	size_t scheme = 0;
	while (scheme < text.len && is_in_scheme((unsigned char)text.data[scheme]))
		scheme++;
	bool is_path = text.len > 0 && text.data[0] == '/', has_scheme = scheme > 0 && isalpha((unsigned char)text.data[0]) && scheme < text.len && text.data[scheme] == ':';
	struct str rest = str_skip(text, scheme + 3);
	bool has_authority = has_scheme && str_has_prefix(str_skip(text, scheme), STR("://"));
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.data[i] < ' ' || text.data[i] == 0x7f)
			return false;
	for (size_t i = 0; has_authority && i < rest.len && !ends_authority(rest.data[i]); i++)
		if (breaks_authority(rest.data[i]))
			return false;
	return is_path || has_scheme;
}

static void refuse(struct posted_problem *problem, int code, const char *format, size_t at, struct str text) {
	problem->status = 422;
	problem->code = code;
	error_set(&problem->err, ERR_INVALID, format, at, STR_ARG(text)); // NOLINT: the formats below
}

static void take(struct alert_reading *reading, struct posted_problem *problem) {
	struct posted_alert *alert = &reading->alert;
	size_t at = reading->alerts->count;
	if (problem->status == 0 && !reading->has_labels)
		refuse(problem, 602, "%zu.labels in body is required%.*s", at, STR_NONE);
	if (problem->status == 0 && alert->generator_url.len > 0 && !is_uri(alert->generator_url))
		refuse(problem, 601, "%zu.generatorURL in body must be of type uri: \"%.*s\"", at, alert->generator_url);
	label_list_drop_empty(&reading->labels);
	alert->label_count = reading->labels.count;
	alert->annotation_count = reading->annotations.count;
	alert->labels = keep(reading->alerts, &reading->labels);
	alert->annotations = keep(reading->alerts, &reading->annotations);
	alert->fingerprint = labels_hash(alert->labels, alert->label_count);
	array_append(reading->alerts, *alert);
}

static void read_alert(struct json_reader *json, struct posted_alerts *out, struct posted_problem *problem) {
	struct alert_reading reading;
	struct str name;
	reading.alerts = out;
	reading.alert = (struct posted_alert){ 0 };
	reading.labels.count = reading.annotations.count = 0; // the items are not worth clearing
	reading.has_labels = false;
	if (json_read_peek(json) == JSON_NULL) {
		json_read_skip(json);
	} else {
		json_read_object_begin(json);
		while (json_read_object_next(json, &name))
			read_member(json, &reading, name);
	}
	if (!json->failed)
		take(&reading, problem);
}

bool posted_alerts_read(struct posted_alerts *out, struct str body, struct posted_problem *problem) {
	struct json_reader json;
	*problem = (struct posted_problem){ 0 };
	json_read_init(&json, &out->arena, body);
	json.mends = true; // one broken text must not cost the alerts beside it
	if (str_trim(body).len == 0) {
		*problem = (struct posted_problem){ .status = 422, .code = 602 };
		return error_set(&problem->err, ERR_INVALID, "alerts in body is required");
	}
	if (json_read_peek(&json) == JSON_NULL)
		return json_read_skip(&json); // a list of none for Go
	json_read_array_begin(&json);
	while (json_read_array_next(&json))
		read_alert(&json, out, problem);
	if (json_read_end(&json))
		return problem->status == 0;
	*problem = (struct posted_problem){ .status = 400, .code = 400 };
	return error_set(&problem->err, ERR_INVALID, "parsing alerts body from \"\" failed, because %d:%d: %s", json.error.at.line, json.error.at.column, json.error.text);
}

// ---- judging

void posted_alert_complete(struct posted_alert *alert, dur_ms resolve_timeout, wall_ms now) {
	if (alert->starts_at == 0)
		alert->starts_at = alert->ends_at == 0 ? now : alert->ends_at;
	if (alert->ends_at != 0)
		return;
	alert->is_timeout = true;
	alert->ends_at = now + resolve_timeout;
}

static bool check_names(const struct label *items, uint32_t count, const char *what, struct error *err) {
	for (uint32_t i = 0; i < count; i++)
		if (items[i].name.len == 0)
			return error_set(err, ERR_INVALID, "invalid %s: invalid name \"\"", what);
	return true;
}

bool posted_alert_check(const struct posted_alert *alert, struct error *err) {
	if (alert->is_too_large)
		return error_set(err, ERR_LIMIT, "more than %d labels or annotations, or more than %d bytes of them", LIMIT_LABELS, LIMIT_LABEL_BYTES);
	if (alert->generator_url.len > LIMIT_ALERT_SOURCE_BYTES)
		return error_set(err, ERR_LIMIT, "a generatorURL of more than %d bytes", LIMIT_ALERT_SOURCE_BYTES);
	if (alert->ends_at < alert->starts_at)
		return error_set(err, ERR_INVALID, "start time must be before end time");
	if (alert->label_count == 0)
		return error_set(err, ERR_INVALID, "at least one label pair required");
	return check_names(alert->labels, alert->label_count, "label set", err) && check_names(alert->annotations, alert->annotation_count, "annotations", err);
}
