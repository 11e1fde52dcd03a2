// SPDX-License-Identifier: Apache-2.0
// /api/v1/rules and /api/v1/alerts in Prometheus' JSON, a rule or an alert at a time.
#include "api/routes.h"
#include "api/rules_filter.h"
#include "base/number.h"

#include <math.h>

static void write_time(struct json_writer *json, const char *key, wall_ms at) {
	json_key(json, key);
	if (at == 0)
		json_raw(json, STR("\"0001-01-01T00:00:00Z\""));
	else
		json_time(json, at);
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

// `scratch` is emptied first: an alert's annotations are rendered there.
static void write_alert(struct json_writer *json, const struct alert_view *alert, struct arena *scratch) {
	const struct alert_record *record = alert->record;
	size_t count;
	arena_reset(scratch);
	const struct label *annotations = alert_record_annotation_items(record, scratch, &count);
	json_open_object(json);
	labels_write(json, "labels", record->identity);
	labels_write_items(json, "annotations", annotations, count);
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

static void write_alerts(struct json_writer *json, const struct rule_view *view) {
	autoarena struct arena scratch = { 0 };
	json_open_array(json);
	for (size_t i = 0; i < view->alert_count; i++)
		write_alert(json, &view->alerts[i], &scratch);
	json_close_array(json);
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
	json_texts(json, "labels", rule->labels, rule->label_count);
	json_texts(json, "annotations", rule->annotations, rule->annotation_count);
	json_key(json, "alerts");
	if (with_alerts)
		write_alerts(json, view);
	else
		json_null(json);
}

static void write_recording(struct json_writer *json, const struct rule_view *view) {
	json_key(json, "name");
	json_string(json, view->rule->name);
	json_key(json, "query");
	json_string(json, view->rule->expr);
	json_texts(json, "labels", view->rule->labels, view->rule->label_count);
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

// How far /api/v1/rules is. The page's groups are known before the first byte: a wrong token is an error.
struct rules_cursor {
	const struct group_view **groups;
	bool *is_shown; // of each rule of the page's groups in a row
	size_t group_count, group, rule;
	size_t shown; // rules passed in is_shown
	struct json_writer json;
	bool with_alerts;
	bool is_group_open;
	const char *next_token; // NULL: nothing comes after this page
};

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
	if (!cursor->is_group_open) {
		open_group(cursor, group);
		return;
	}
	if (cursor->rule == group->group->rule_count) {
		close_group(cursor, group);
		return;
	}
	if (cursor->is_shown[cursor->shown++])
		write_rule(&cursor->json, &group->rules[cursor->rule], cursor->with_alerts);
	cursor->rule++;
}

static void open_reply(struct json_writer *json, const char *list) {
	json_v1_begin(json);
	json_open_object(json);
	json_key(json, list);
	json_open_array(json);
}

static void close_reply(struct json_writer *json, const char *next_token) {
	json_close_array(json);
	if (next_token != NULL) {
		json_key(json, "groupNextToken");
		json_cstr(json, next_token);
	}
	json_close_object(json);
	json_v1_end(json);
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
	close_reply(&cursor->json, cursor->next_token);
	return false;
}

// Marks the group's rules that fit, from *shown on; false when none does.
static bool mark_rules(const struct rules_filter *filter, const struct group_view *view, bool *shown) {
	bool any = false;
	for (size_t i = 0; i < view->group->rule_count; i++)
		any |= shown[i] = rules_filter_fits_rule(filter, &view->group->rules[i]);
	return any;
}

// The first group of the page; *count when the token names none.
static size_t find_page(const struct rules_filter *filter, const struct group_view **groups, size_t count) {
	char token[PAGE_TOKEN_BYTES];
	size_t at = 0;
	for (; filter->next_token.len > 0 && at < count; at++) {
		rules_filter_token(groups[at]->group, token);
		if (str_equal_cstr(filter->next_token, token))
			break;
	}
	return at;
}

static void select_groups(struct request *request, const struct rules_filter *filter, struct rules_cursor *cursor, size_t first, size_t count) {
	size_t rules = 0, marked = 0;
	for (size_t i = first; i < count; i++)
		rules += cursor->groups[i]->group->rule_count;
	cursor->is_shown = ARENA_NEW_ARRAY(&request->arena, bool, rules);
	for (size_t i = first; i < count; i++) {
		const struct group_view *view = cursor->groups[i];
		if (!rules_filter_fits_group(filter, view->group) || !mark_rules(filter, view, cursor->is_shown + marked))
			continue;
		if (filter->group_limit > 0 && cursor->group_count == (size_t)filter->group_limit) {
			char *token = arena_alloc(&request->arena, PAGE_TOKEN_BYTES);
			rules_filter_token(view->group, token);
			cursor->next_token = token;
			return;
		}
		marked += view->group->rule_count;
		cursor->groups[cursor->group_count++] = view;
	}
}

static void begin_rules(struct request *request, const struct rules_filter *filter) {
	struct rules_cursor *cursor = ARENA_NEW(&request->arena, struct rules_cursor);
	size_t count = 0;
	cursor->groups = request_groups(request, &count);
	cursor->with_alerts = filter->with_alerts;
	size_t first = find_page(filter, cursor->groups, count);
	if (filter->next_token.len > 0 && first == count) {
		reply_v1_error(request, 400, "bad_data", "invalid parameter \"group_next_token\": invalid group_next_token '%.*s'. were rule groups changed?", STR_ARG(filter->next_token));
		return;
	}
	select_groups(request, filter, cursor, first, count);
	reply_stream(request, 200, "application/json", render_rules, cursor);
}

void serve_rules(struct request *request) {
	struct rules_filter filter;
	if (rules_filter_read(&filter, request))
		begin_rules(request, &filter);
	rules_filter_finish(&filter);
}

struct alerts_cursor {
	const struct group_view **groups;
	size_t group_count, group, rule, alert;
	struct json_writer json;
};

// In two steps: where its parts are is written in the record.
PREFETCHING look_ahead(const struct rule_view *rule, size_t at) {
	if (at + 2 * PREFETCHED < rule->alert_count)
		prefetch(rule->alerts[at + 2 * PREFETCHED].record, sizeof *rule->alerts->record);
	if (at + PREFETCHED < rule->alert_count)
		alert_record_prefetch(rule->alerts[at + PREFETCHED].record);
}

static void write_next_alert(struct alerts_cursor *cursor, struct arena *scratch) {
	const struct group_view *group = cursor->groups[cursor->group];
	if (cursor->rule == group->group->rule_count) {
		cursor->group++;
		cursor->rule = 0;
		return;
	}
	const struct rule_view *rule = &group->rules[cursor->rule];
	if (cursor->alert < rule->alert_count) {
		look_ahead(rule, cursor->alert);
		write_alert(&cursor->json, &rule->alerts[cursor->alert++], scratch);
		return;
	}
	cursor->rule++;
	cursor->alert = 0;
}

static bool render_alerts(struct request *request, struct buf *out) {
	struct alerts_cursor *cursor = request->cursor;
	autoarena struct arena scratch = { 0 };
	cursor->json.out = out;
	if (cursor->json.depth == 0)
		open_reply(&cursor->json, "alerts");
	while (cursor->group < cursor->group_count && out->len < PIECE_BYTES)
		write_next_alert(cursor, &scratch);
	if (cursor->group < cursor->group_count)
		return true;
	close_reply(&cursor->json, NULL);
	return false;
}

void serve_alerts_v1(struct request *request) {
	struct alerts_cursor *cursor = ARENA_NEW(&request->arena, struct alerts_cursor);
	cursor->groups = request_groups(request, &cursor->group_count);
	reply_stream(request, 200, "application/json", render_alerts, cursor);
}
