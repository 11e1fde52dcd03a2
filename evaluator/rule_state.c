// SPDX-License-Identifier: Apache-2.0
// One rule's living side: made, bound to a rule, destroyed. See evaluator_role.h.
#include "base/mem.h"
#include "evaluator/alert_restore.h"
#include "evaluator/write_back.h"

struct rule_state *rule_state_create(void) {
	return MEM_NEW(struct rule_state);
}

struct rule_state *rule_state_create_past(struct str key) {
	struct rule_state *state = rule_state_create();
	state->past = MEM_NEW(struct rule_past);
	state->past->key = mem_zalloc(key.len + 1);
	memcpy(state->past->key, key.data, key.len);
	return state;
}

static void past_destroy(struct rule_past *past) {
	for (size_t i = 0; i < past->count; i++)
		alert_record_unref(past->items[i]);
	array_finish(past);
	free(past->key);
	free(past);
}

static void drop_warnings(struct rule_trouble *trouble) {
	for (size_t i = 0; i < trouble->warnings.count; i++)
		free(trouble->warnings.items[i]);
	array_finish(&trouble->warnings);
}

static void drop_trouble(struct rule_state *state) {
	if (state->trouble == NULL)
		return;
	drop_warnings(state->trouble);
	buf_finish(&state->trouble->error);
	free(state->trouble);
	state->trouble = NULL;
}

static void drop_table(struct rule_state *state) {
	if (state->table == NULL)
		return;
	alert_table_finish(state->table);
	free(state->table);
	rule_context_unref(state->context);
	state->table = NULL;
	state->context = NULL;
}

static void drop_series(struct rule_state *state) {
	if (state->series == NULL)
		return;
	series_set_finish(state->series);
	free(state->series);
	state->series = NULL;
}

static void drop_bounds(struct rule_state *state) {
	if (state->bounds == NULL)
		return;
	array_finish(state->bounds);
	free(state->bounds);
	state->bounds = NULL;
}

void rule_state_destroy(struct rule_state *state) {
	write_back_forget(state);
	alert_restore_drop(state);
	drop_series(state);
	drop_bounds(state);
	drop_table(state);
	drop_trouble(state);
	evaluation_history_destroy(state->history);
	if (state->past != NULL)
		past_destroy(state->past);
	free(state);
}

const char *rule_state_key(const struct rule_state *state) {
	return state->rule != NULL ? state->rule->key.data : state->past->key;
}

size_t rule_state_alerts(const struct rule_state *state) {
	return (state->table == NULL ? 0 : state->table->count) + (state->past == NULL ? 0 : state->past->count);
}

struct alert_table *rule_state_open(struct rule_state *state, struct evaluation_setup *setup) {
	if (state->table != NULL)
		return state->table;
	state->context = rule_context_create(setup, state->rule);
	state->table = MEM_NEW(struct alert_table);
	alert_table_begin(state->table);
	return state->table;
}

struct series_set *rule_state_series(struct rule_state *state) {
	if (state->series == NULL)
		state->series = MEM_NEW(struct series_set);
	return state->series;
}

struct histogram_bounds *rule_state_bounds(struct rule_state *state) {
	if (state->bounds == NULL)
		state->bounds = MEM_NEW(struct histogram_bounds);
	return state->bounds;
}

void rule_state_rest(struct rule_state *state) {
	if (state->table != NULL && state->table->count == 0)
		drop_table(state);
	if (state->series != NULL && state->series->written.count == 0)
		drop_series(state);
	if (state->bounds != NULL && state->bounds->count == 0)
		drop_bounds(state);
}

void rule_state_take_past(struct rule_state *state, struct evaluation_setup *setup, wall_ms down_at) {
	struct rule_past *past = state->past;
	for (size_t i = 0; i < past->count; i++) {
		struct alert_table *table = rule_state_open(state, setup);
		struct alert_instance *instance = alert_instance_create(state->context, past->items[i]->identity, NULL);
		instance->record = alert_record_ref(past->items[i]);
		instance->written = past->items[i]->state; // by the process before
		alert_table_add(table, instance);
		table->down_at = down_at;
	}
	past_destroy(past);
	state->past = NULL;
}

// What label templates can see besides the element is the same.
static bool is_same_world(const struct evaluation_setup *a, const struct evaluation_setup *b) {
	return labels_equal(a->external_labels, b->external_labels) && strcmp(a->external_url, b->external_url) == 0;
}

void rule_state_bind(struct rule_state *state, struct evaluation_setup *setup, const struct rule *rule) {
	state->rule = rule;
	if (state->table == NULL)
		return;
	struct rule_context *context = rule_context_create(setup, rule);
	alert_table_set_context(state->table, context, is_same_world(state->context->setup, setup));
	rule_context_unref(state->context);
	state->context = context;
}

static struct rule_trouble *trouble_of(struct rule_state *state) {
	if (state->trouble == NULL)
		state->trouble = MEM_NEW(struct rule_trouble);
	return state->trouble;
}

static void forget_trouble(struct rule_state *state) {
	if (state->trouble != NULL && state->trouble->error.len == 0 && state->trouble->warnings.count == 0)
		drop_trouble(state);
}

void rule_state_set_health(struct rule_state *state, enum rule_health health, struct str error) {
	state->health = health;
	if (state->trouble != NULL)
		buf_reset(&state->trouble->error);
	if (error.len > 0)
		buf_append_str(&trouble_of(state)->error, error);
	forget_trouble(state);
}

struct str rule_state_error(const struct rule_state *state) {
	return state->trouble == NULL ? STR_NONE : buf_str(&state->trouble->error);
}

void rule_state_set_warnings(struct rule_state *state, const struct str *warnings, size_t count) {
	if (state->trouble != NULL)
		drop_warnings(state->trouble);
	for (size_t i = 0; i < count; i++) {
		struct buf text = { 0 };
		buf_append_str(&text, warnings[i]);
		array_append(&trouble_of(state)->warnings, buf_take(&text));
	}
	forget_trouble(state);
}
