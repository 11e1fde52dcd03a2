// SPDX-License-Identifier: Apache-2.0
// One rule's living side: made, bound to a rule, destroyed. See evaluator_role.h.
#include "base/mem.h"
#include "evaluator/evaluator_role.h"

struct rule_state *rule_state_create(struct str key) {
	struct rule_state *state = MEM_NEW(struct rule_state);
	state->key = mem_zalloc(key.len + 1);
	memcpy(state->key, key.data, key.len);
	return state;
}

static void drop_warnings(struct rule_state *state) {
	for (size_t i = 0; i < state->warnings.count; i++)
		free(state->warnings.items[i]);
	array_finish(&state->warnings);
}

void rule_state_destroy(struct rule_state *state) {
	alert_table_finish(&state->table);
	rule_context_unref(state->context);
	for (size_t i = 0; i < state->restored.count; i++)
		alert_record_unref(state->restored.items[i]);
	array_finish(&state->restored);
	drop_warnings(state);
	buf_finish(&state->last_error);
	buf_finish(&state->form);
	free(state->key);
	free(state);
}

// What label templates can see besides the element is the same.
static bool is_same_world(const struct evaluation_setup *a, const struct evaluation_setup *b) {
	return labels_equal(a->external_labels, b->external_labels) && strcmp(a->external_url, b->external_url) == 0;
}

void rule_state_bind(struct rule_state *state, struct evaluation_setup *setup, const struct rule *rule) {
	struct rule_context *context = rule_context_create(setup, rule);
	bool are_labels_same = state->context != NULL && is_same_world(state->context->setup, setup);
	alert_table_set_context(&state->table, context, are_labels_same);
	rule_context_unref(state->context);
	state->context = context;
	state->rule = rule;
	buf_reset(&state->form);
	prometheus_form_begin(&state->form, rule->expr, datasource_timeout(&setup->datasource));
	if (str_equal_cstr(rule->key, state->key))
		return;
	free(state->key);
	state->key = mem_zalloc(rule->key.len + 1);
	memcpy(state->key, rule->key.data, rule->key.len);
}

void rule_state_set_health(struct rule_state *state, enum rule_health health, struct str error) {
	state->health = health;
	buf_reset(&state->last_error);
	if (error.len > 0)
		buf_append_str(&state->last_error, error);
}
