// SPDX-License-Identifier: Apache-2.0
// What the API reads: built on request, shared while nothing changed (LAW 18).
#include "evaluator/evaluator_role.h"

#include "base/mem.h"
#include "evaluator/write_back.h"

struct view_wish {
	bool alerts;
	struct str history_of; // GROUP/RULE; empty: of none
};

static int compare_alerts(const void *a, const void *b) {
	return labels_compare(((const struct alert_view *)a)->record->identity, ((const struct alert_view *)b)->record->identity);
}

static void fill_alerts(struct evaluation_view *view, struct rule_view *rule, const struct alert_table *table) {
	rule->alerts = ARENA_NEW_ARRAY(&view->arena, struct alert_view, table->count);
	for (size_t i = 0; i < table->count; i++)
		if (table->items[i]->record != NULL) // not a newcomer of an evaluation under way
			rule->alerts[rule->alert_count++].record = alert_record_ref(table->items[i]->record);
	if (rule->alert_count > 1)
		qsort(rule->alerts, rule->alert_count, sizeof *rule->alerts, compare_alerts);
}

static void fill_warnings(struct evaluation_view *view, struct rule_view *rule, const struct rule_state *state) {
	if (state->trouble == NULL)
		return;
	size_t count = state->trouble->warnings.count;
	const char **warnings = ARENA_NEW_ARRAY(&view->arena, const char *, count);
	for (size_t i = 0; i < count; i++)
		warnings[i] = arena_cstr(&view->arena, str_of(state->trouble->warnings.items[i]));
	rule->warnings = warnings;
	rule->warning_count = count;
}

static void fill_rule(struct evaluation_view *view, struct rule_view *rule, const struct rule_state *state, bool wants_alerts) {
	rule->rule = state->rule;
	rule->health = state->health;
	rule->last_error = state->trouble == NULL ? "" : arena_cstr(&view->arena, rule_state_error(state));
	rule->evaluation_seconds = (double)state->evaluation_ns / 1e9;
	rule->last_evaluation = state->last_evaluation;
	rule->was_evaluated = state->was_evaluated;
	fill_warnings(view, rule, state);
	if (wants_alerts && state->table != NULL)
		fill_alerts(view, rule, state->table);
}

static void fill_history(struct evaluation_view *view, struct rule_view *rule, const struct evaluation_history *history) {
	rule->has_history = true;
	rule->history_count = evaluation_history_count(history);
	rule->history = ARENA_NEW_ARRAY(&view->arena, struct evaluation_past, rule->history_count);
	for (size_t i = 0; i < rule->history_count; i++) {
		const char *error;
		struct evaluation_entry entry = evaluation_history_get(history, i, &error);
		rule->history[i] = (struct evaluation_past){ entry.at, entry.duration_us / 1e6, entry.samples, arena_cstr(&view->arena, str_of(error)) };
	}
}

// Compared as one text: a slash may be in either name, and all that could be meant are shown.
static bool is_named(const struct rule_group *group, const struct rule *rule, struct str joined) {
	if (joined.len != group->name.len + 1 + rule->name.len || !str_has_prefix(joined, group->name))
		return false;
	struct str rest = str_skip(joined, group->name.len);
	return str_has_prefix(rest, STR("/")) && str_equal(str_skip(rest, 1), rule->name);
}

static void fill_group(struct evaluation_view *view, struct group_view *out, const struct group_state *group, const struct view_wish *wish) {
	out->group = group->group;
	out->evaluation_seconds = (double)group->iteration_ns / 1e9;
	out->last_evaluation = group->slot.at;
	out->iterations = group->iterations;
	out->missed = group->missed;
	out->failures = group->failures;
	out->evaluations = group->evaluations;
	out->skipped_no_credit = group->skipped_no_credit;
	out->rules = ARENA_NEW_ARRAY(&view->arena, struct rule_view, group->group->rule_count);
	for (size_t i = 0; i < group->group->rule_count; i++) {
		fill_rule(view, &out->rules[i], group->rules[i], wish->alerts);
		if (is_named(group->group, group->rules[i]->rule, wish->history_of))
			fill_history(view, &out->rules[i], group->rules[i]->history);
		out->last_samples += (int64_t)group->rules[i]->last_samples;
	}
}

static int compare_groups(const void *a, const void *b) {
	const struct rule_group *left = ((const struct group_view *)a)->group, *right = ((const struct group_view *)b)->group;
	int order = str_compare(left->file, right->file);
	return order != 0 ? order : str_compare(left->name, right->name);
}

static void fill_remote_writes(struct evaluation_view *view, const struct evaluator *evaluator) {
	view->remote_write_count = evaluator->queue_count;
	view->remote_writes = ARENA_NEW_ARRAY(&view->arena, struct remote_write_counts, evaluator->queue_count);
	for (size_t i = 0; i < evaluator->queue_count; i++) {
		write_queue_count(evaluator->queues[i], &view->remote_writes[i]);
		view->remote_writes[i].shown_url = arena_cstr(&view->arena, str_of(view->remote_writes[i].shown_url));
	}
}

static struct evaluation_view *build(struct evaluator *evaluator, const struct view_wish *wish) {
	struct evaluation_view *view = MEM_NEW(struct evaluation_view);
	ref_init(&view->ref);
	view->setup = evaluation_setup_ref(evaluator->setup);
	view->group_count = evaluator->groups.count;
	view->groups = ARENA_NEW_ARRAY(&view->arena, struct group_view, view->group_count);
	for (size_t i = 0; i < view->group_count; i++)
		fill_group(view, &view->groups[i], evaluator->groups.items[i], wish);
	if (view->group_count > 1)
		qsort(view->groups, view->group_count, sizeof *view->groups, compare_groups);
	fill_remote_writes(view, evaluator);
	return view;
}

struct evaluation_view *evaluation_view_history(struct evaluator *evaluator, struct str history_of) {
	return build(evaluator, &(struct view_wish){ .history_of = history_of });
}

struct evaluation_view *evaluation_view_of(struct evaluator *evaluator, bool wants_alerts) {
	struct evaluation_view **kept = &evaluator->views[wants_alerts];
	if (*kept == NULL || evaluator->view_versions[wants_alerts] != evaluator->version) {
		evaluation_view_unref(*kept);
		*kept = build(evaluator, &(struct view_wish){ .alerts = wants_alerts });
		evaluator->view_versions[wants_alerts] = evaluator->version;
	}
	ref_take(&(*kept)->ref);
	return *kept;
}

static void release_rule(struct rule_view *rule) {
	for (size_t i = 0; i < rule->alert_count; i++)
		alert_record_unref(rule->alerts[i].record);
}

void evaluation_view_unref(struct evaluation_view *view) {
	if (view == NULL || !ref_drop(&view->ref))
		return;
	for (size_t i = 0; i < view->group_count; i++)
		for (size_t k = 0; k < view->groups[i].group->rule_count; k++)
			release_rule(&view->groups[i].rules[k]);
	evaluation_setup_unref(view->setup);
	arena_finish(&view->arena);
	free(view);
}
