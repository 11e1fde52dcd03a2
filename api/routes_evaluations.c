// SPDX-License-Identifier: Apache-2.0
// /api/v1/rules/{group}/{rule}/evaluations: what a rule's last evaluations took and gave. Ours; no peer has it in this form.
#include "api/routes.h"

static void write_evaluation(struct json_writer *json, const struct evaluation_past *past) {
	json_open_object(json);
	json_key(json, "time");
	json_time(json, past->at);
	json_key(json, "duration");
	json_double(json, past->seconds);
	json_key(json, "samples");
	json_int(json, past->samples);
	if (past->error[0] != '\0') {
		json_key(json, "error");
		json_cstr(json, past->error);
	}
	json_close_object(json);
}

static void write_rule(struct json_writer *json, const struct rule_view *view) {
	const struct rule *rule = view->rule;
	json_open_object(json);
	json_key(json, "file");
	json_string(json, rule->group->file);
	json_key(json, "group");
	json_string(json, rule->group->name);
	json_key(json, "name");
	json_string(json, rule->name);
	json_key(json, "type");
	json_cstr(json, rule->kind == RULE_ALERTING ? "alerting" : "recording");
	json_texts(json, "labels", rule->labels, rule->label_count);
	json_key(json, "evaluations");
	json_open_array(json);
	for (size_t i = 0; i < view->history_count; i++)
		write_evaluation(json, &view->history[i]);
	json_close_array(json);
	json_close_object(json);
}

struct evaluations_cursor {
	const struct rule_view **rules;
	size_t count, next;
	struct json_writer json;
};

static bool render(struct request *request, struct buf *out) {
	struct evaluations_cursor *cursor = request->cursor;
	cursor->json.out = out;
	if (cursor->json.depth == 0) {
		json_v1_begin(&cursor->json);
		json_open_object(&cursor->json);
		json_key(&cursor->json, "rules");
		json_open_array(&cursor->json);
	}
	while (cursor->next < cursor->count && out->len < PIECE_BYTES)
		write_rule(&cursor->json, cursor->rules[cursor->next++]);
	if (cursor->next < cursor->count)
		return true;
	json_close_array(&cursor->json);
	json_close_object(&cursor->json);
	json_v1_end(&cursor->json);
	return false;
}

static void select_rules(struct evaluations_cursor *cursor, const struct group_view *group) {
	for (size_t i = 0; i < group->group->rule_count; i++)
		if (group->rules[i].has_history)
			cursor->rules[cursor->count++] = &group->rules[i];
}

void serve_evaluations(struct request *request) {
	struct evaluations_cursor *cursor = ARENA_NEW(&request->arena, struct evaluations_cursor);
	size_t group_count = 0, rules = 0;
	const struct group_view **groups = request_groups(request, &group_count);
	for (size_t i = 0; i < group_count; i++)
		rules += groups[i]->group->rule_count;
	cursor->rules = ARENA_NEW_ARRAY(&request->arena, const struct rule_view *, rules);
	for (size_t i = 0; i < group_count; i++)
		select_rules(cursor, groups[i]);
	if (cursor->count == 0)
		reply_v1_error(request, 404, "not_found", "no rule \"%.*s\", expected GROUP/RULE", STR_ARG(request->named));
	else
		reply_stream(request, 200, "application/json", render, cursor);
}
