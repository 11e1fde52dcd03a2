// SPDX-License-Identifier: Apache-2.0
// /api/v1/rules and /api/v1/alerts in Prometheus' JSON, a rule or an alert at a time.
#include "api/request.h"
#include "base/number.h"

#include <math.h>

static void write_time(struct json_writer *json, const char *key, wall_ms at) {
	json_key(json, key);
	if (at == 0)
		json_raw(json, STR("\"0001-01-01T00:00:00Z\""));
	else
		json_time(json, at);
}

static void write_texts(struct json_writer *json, const char *key, const struct rule_text *const *texts, size_t count) {
	json_key(json, key);
	json_open_object(json);
	for (size_t i = 0; i < count; i++) {
		autobuf struct buf name = { 0 };
		buf_append_str(&name, texts[i]->name);
		json_key(json, buf_cstr(&name));
		json_string(json, texts[i]->text);
	}
	json_close_object(json);
}

static void write_value(struct json_writer *json, double value) {
	autobuf struct buf text = { 0 };
	if (isfinite(value))
		number_append_exponent(&text, number_shortest(value), 2);
	else
		buf_append_cstr(&text, isnan(value) ? "NaN" : value > 0 ? "+Inf"
		                                                        : "-Inf");
	json_key(json, "value");
	json_string(json, buf_str(&text));
}

static void write_alert(struct json_writer *json, const struct alert_view *alert) {
	const struct alert_record *record = alert->record;
	const struct labels *annotations = alert_record_annotations(record);
	json_open_object(json);
	labels_write(json, "labels", record->identity);
	labels_write(json, "annotations", annotations);
	json_key(json, "state");
	json_cstr(json, alert_state_name(record->state));
	json_key(json, "activeAt");
	json_time(json, record->active_at);
	if (record->keep_firing_since != 0) {
		json_key(json, "keepFiringSince");
		json_time(json, record->keep_firing_since);
	}
	write_value(json, alert_record_value(record));
	json_close_object(json);
	labels_unref(annotations);
}

static const char *rule_state(const struct rule_view *view) {
	if (!view->was_evaluated)
		return "unknown";
	enum alert_state state = ALERT_INACTIVE;
	for (size_t i = 0; i < view->alert_count; i++)
		if (view->alerts[i].record->state > state)
			state = view->alerts[i].record->state;
	return alert_state_name(state);
}

static void write_alerting(struct json_writer *json, const struct rule_view *view, bool with_alerts) {
	const struct rule *rule = view->rule;
	json_key(json, "state");
	json_cstr(json, rule_state(view));
	json_key(json, "name");
	json_string(json, rule->name);
	json_key(json, "query");
	json_string(json, rule->expr);
	json_key(json, "duration");
	json_double(json, (double)rule->hold / 1000);
	json_key(json, "keepFiringFor");
	json_double(json, (double)rule->keep_firing_for / 1000);
	write_texts(json, "labels", rule->labels, rule->label_count);
	write_texts(json, "annotations", rule->annotations, rule->annotation_count);
	json_key(json, "alerts");
	if (!with_alerts) {
		json_null(json);
		return;
	}
	json_open_array(json);
	for (size_t i = 0; i < view->alert_count; i++)
		write_alert(json, &view->alerts[i]);
	json_close_array(json);
}

static void write_recording(struct json_writer *json, const struct rule_view *view) {
	json_key(json, "name");
	json_string(json, view->rule->name);
	json_key(json, "query");
	json_string(json, view->rule->expr);
	write_texts(json, "labels", view->rule->labels, view->rule->label_count);
}

static void write_warnings(struct json_writer *json, const struct rule_view *view) {
	if (view->warning_count == 0)
		return;
	json_key(json, "warnings");
	json_open_array(json);
	for (size_t i = 0; i < view->warning_count; i++)
		json_cstr(json, view->warnings[i]);
	json_close_array(json);
}

static void write_rule(struct json_writer *json, const struct rule_view *view, bool with_alerts) {
	static const char *const health[] = { [RULE_UNKNOWN] = "unknown", [RULE_OK] = "ok", [RULE_ERR] = "err" };
	bool is_alerting = view->rule->kind == RULE_ALERTING;
	json_open_object(json);
	if (is_alerting)
		write_alerting(json, view, with_alerts);
	else
		write_recording(json, view);
	json_key(json, "health");
	json_cstr(json, health[view->health]);
	if (view->last_error != NULL && view->last_error[0] != '\0') {
		json_key(json, "lastError");
		json_cstr(json, view->last_error);
	}
	write_warnings(json, view);
	json_key(json, "evaluationTime");
	json_double(json, view->evaluation_seconds);
	write_time(json, "lastEvaluation", view->last_evaluation);
	json_key(json, "type");
	json_cstr(json, is_alerting ? "alerting" : "recording");
	json_close_object(json);
}

// What /api/v1/rules was asked to show, and how far it is.
struct rules_cursor {
	const struct group_view **groups;
	size_t group_count, group, rule;
	struct json_writer json;
	bool alerting, recording, with_alerts;
	bool is_group_open;
};

static bool is_wanted(const struct rules_cursor *cursor, const struct rule_view *view) {
	return view->rule->kind == RULE_ALERTING ? cursor->alerting : cursor->recording;
}

// Groups without a wanted rule are left out when a type was asked for.
static bool has_wanted(const struct rules_cursor *cursor, const struct group_view *group) {
	if (cursor->alerting && cursor->recording)
		return true;
	for (size_t i = 0; i < group->group->rule_count; i++)
		if (is_wanted(cursor, &group->rules[i]))
			return true;
	return false;
}

static void open_group(struct rules_cursor *cursor, const struct group_view *group) {
	struct json_writer *json = &cursor->json;
	json_open_object(json);
	json_key(json, "name");
	json_string(json, group->group->name);
	json_key(json, "file");
	json_string(json, group->group->file);
	json_key(json, "rules");
	json_open_array(json);
	cursor->is_group_open = true;
	cursor->rule = 0;
}

static void close_group(struct rules_cursor *cursor, const struct group_view *group) {
	struct json_writer *json = &cursor->json;
	json_close_array(json);
	json_key(json, "interval");
	json_double(json, (double)group->group->interval / 1000);
	json_key(json, "limit");
	json_int(json, group->group->limit);
	json_key(json, "evaluationTime");
	json_double(json, group->evaluation_seconds);
	write_time(json, "lastEvaluation", group->last_evaluation);
	json_close_object(json);
	cursor->is_group_open = false;
	cursor->group++;
}

static void write_step(struct rules_cursor *cursor) {
	const struct group_view *group = cursor->groups[cursor->group];
	if (!cursor->is_group_open && !has_wanted(cursor, group)) {
		cursor->group++;
		return;
	}
	if (!cursor->is_group_open)
		open_group(cursor, group);
	else if (cursor->rule == group->group->rule_count)
		close_group(cursor, group);
	else if (is_wanted(cursor, &group->rules[cursor->rule++]))
		write_rule(&cursor->json, &group->rules[cursor->rule - 1], cursor->with_alerts);
}

static void open_reply(struct json_writer *json, const char *list) {
	json_open_object(json);
	json_key(json, "status");
	json_cstr(json, "success");
	json_key(json, "data");
	json_open_object(json);
	json_key(json, list);
	json_open_array(json);
}

static void close_reply(struct json_writer *json) {
	json_close_array(json);
	json_close_object(json);
	json_close_object(json);
}

static bool render_rules(struct request *request, struct buf *out) {
	struct rules_cursor *cursor = request->cursor;
	cursor->json.out = out;
	if (cursor->json.depth == 0)
		open_reply(&cursor->json, "groups");
	while (cursor->group < cursor->group_count && out->len < PIECE_BYTES)
		write_step(cursor);
	if (cursor->group < cursor->group_count)
		return true;
	close_reply(&cursor->json);
	return false;
}

// strconv.ParseBool. False when it is none of its words.
static bool parse_bool(struct str text, bool *out) {
	static const char *const yes[] = { "1", "t", "T", "true", "TRUE", "True" }, *const no[] = { "0", "f", "F", "false", "FALSE", "False" };
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
		if (str_equal_cstr(text, yes[i]) || str_equal_cstr(text, no[i])) {
			*out = str_equal_cstr(text, yes[i]);
			return true;
		}
	}
	return false;
}

static bool read_type(struct request *request, struct rules_cursor *cursor) {
	struct str type = request_parameter(request, "type");
	cursor->alerting = type.len == 0 || str_equal_nocase(type, STR("alert"));
	cursor->recording = type.len == 0 || str_equal_nocase(type, STR("record"));
	if (cursor->alerting || cursor->recording)
		return true;
	reply_v1_error(request, 400, "bad_data", "invalid parameter \"type\": not supported value \"%.*s\"", STR_ARG(type));
	return false;
}

void serve_rules(struct request *request) {
	struct rules_cursor *cursor = ARENA_NEW(&request->arena, struct rules_cursor);
	bool exclude_alerts = false;
	struct str exclude = request_parameter(request, "exclude_alerts");
	if (!read_type(request, cursor))
		return;
	if (exclude.len > 0 && !parse_bool(exclude, &exclude_alerts)) {
		reply_v1_error(request, 400, "bad_data", "invalid parameter \"exclude_alerts\": error converting exclude_alerts: strconv.ParseBool: parsing \"%.*s\": invalid syntax", STR_ARG(exclude));
		return;
	}
	cursor->with_alerts = !exclude_alerts;
	cursor->groups = request_groups(request, &cursor->group_count);
	reply_stream(request, 200, "application/json", render_rules, cursor);
}

struct alerts_cursor {
	const struct group_view **groups;
	size_t group_count, group, rule, alert;
	struct json_writer json;
};

static void write_next_alert(struct alerts_cursor *cursor) {
	const struct group_view *group = cursor->groups[cursor->group];
	if (cursor->rule == group->group->rule_count) {
		cursor->group++;
		cursor->rule = 0;
		return;
	}
	const struct rule_view *rule = &group->rules[cursor->rule];
	if (cursor->alert < rule->alert_count) {
		write_alert(&cursor->json, &rule->alerts[cursor->alert++]);
		return;
	}
	cursor->rule++;
	cursor->alert = 0;
}

static bool render_alerts(struct request *request, struct buf *out) {
	struct alerts_cursor *cursor = request->cursor;
	cursor->json.out = out;
	if (cursor->json.depth == 0)
		open_reply(&cursor->json, "alerts");
	while (cursor->group < cursor->group_count && out->len < PIECE_BYTES)
		write_next_alert(cursor);
	if (cursor->group < cursor->group_count)
		return true;
	close_reply(&cursor->json);
	return false;
}

void serve_alerts_v1(struct request *request) {
	struct alerts_cursor *cursor = ARENA_NEW(&request->arena, struct alerts_cursor);
	cursor->groups = request_groups(request, &cursor->group_count);
	reply_stream(request, 200, "application/json", render_alerts, cursor);
}
