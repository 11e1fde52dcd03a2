// SPDX-License-Identifier: Apache-2.0
// A new setup reaches the evaluators in two steps: each gives up the rules of groups that changed, main pairs them with the new rules,
// each takes what came to it. Groups that did not change never stop (LAW 20).
#include "base/mem.h"
#include "evaluator/alert_restore.h"
#include "evaluator/write_back.h"

// ---- first step ----

static bool is_named_so(const void *value, const void *key) {
	const struct rule_group *a = value, *b = key;
	return str_equal(a->file, b->file) && str_equal(a->name, b->name);
}

static void map_groups(struct hash_map *map, const struct rule_set *rules) {
	hash_map_reserve(map, rules->group_count);
	for (size_t i = 0; i < rules->group_count; i++)
		hash_map_insert(map, rules->groups[i].hash, &rules->groups[i]);
}

static bool is_same_world(const struct evaluation_setup *a, const struct evaluation_setup *b) {
	return labels_equal(a->external_labels, b->external_labels) && strcmp(a->external_url, b->external_url) == 0 && alert_source_equal(a->alert_source, b->alert_source) &&
	    relabel_configs_equal(&a->alert_relabel_configs, &b->alert_relabel_configs);
}

static bool is_untouched(const struct rule_group *old, const struct rule_group *new) {
	return new != NULL && old->content_hash == new->content_hash && old->rule_count == new->rule_count;
}

static void release(struct group_state *group, struct handover *handover) {
	group_run_cancel(group);
	for (size_t i = 0; i < group->group->rule_count; i++) {
		write_back_mark_leaving(group->rules[i]);
		array_append(&handover->released, group->rules[i]);
		group->rules[i] = NULL;
	}
	group_state_destroy(group);
}

static void keep(struct evaluator *evaluator, struct group_state *group, struct handover *handover) {
	array_append(&evaluator->groups, group);
	for (size_t i = 0; i < group->group->rule_count; i++)
		array_append(&handover->kept, group->rules[i]);
}

void handover_first(struct evaluator *evaluator, struct handover *handover) {
	struct hash_map groups = { 0 };
	map_groups(&groups, handover->setup->rules);
	bool is_same = is_same_world(evaluator->setup, handover->setup);
	size_t count = evaluator->groups.count;
	evaluator->groups.count = 0;
	for (size_t i = 0; i < count; i++) {
		struct group_state *group = evaluator->groups.items[i];
		const struct rule_group *new = hash_map_find(&groups, group->group->hash, group->group, is_named_so);
		if (is_same && is_untouched(group->group, new))
			keep(evaluator, group, handover);
		else
			release(group, handover);
	}
	if (handover->released.count > 0)
		write_back_release(evaluator);
	evaluator->version++;
	hash_map_finish(&groups);
	transitions_finish(evaluator); // before keys change
}

// ---- main: who goes where ----

struct pairing {
	struct {
		ARRAY_OF(struct str);
	} keys;
	struct {
		ARRAY_OF(struct rule_state *);
	} states; // NULL for kept ones: their keys only claim their rules
	struct {
		ARRAY_OF(size_t);
	} homes; // the evaluator it came from
};

static void add_state(struct pairing *pairing, const struct rule_state *state, struct rule_state *released, size_t home) {
	array_append(&pairing->keys, str_of(rule_state_key(state)));
	array_append(&pairing->states, released);
	array_append(&pairing->homes, home);
}

static bool is_of_kind(const struct rule_state *state, const struct rule *rule) {
	enum rule_kind kind = state->rule == NULL ? RULE_ALERTING : state->rule->kind; // rows are alerts
	return rule->kind == kind;
}

void handover_pair(struct evaluator_pool *pool, struct handover *handovers) {
	struct pairing pairing = { 0 };
	for (size_t i = 0; i < pool->count; i++) {
		for (size_t k = 0; k < handovers[i].kept.count; k++)
			add_state(&pairing, handovers[i].kept.items[k], NULL, i);
		for (size_t k = 0; k < handovers[i].released.count; k++)
			add_state(&pairing, handovers[i].released.items[k], handovers[i].released.items[k], i);
	}
	const struct rule **rules = mem_zalloc(pairing.keys.count * sizeof *rules);
	rule_set_pair(handovers[0].setup->rules, pairing.keys.items, pairing.keys.count, rules);
	for (size_t i = 0; i < pairing.keys.count; i++) {
		struct rule_state *state = pairing.states.items[i];
		if (state == NULL)
			continue;
		const struct rule *rule = rules[i] != NULL && is_of_kind(state, rules[i]) ? rules[i] : NULL;
		size_t to = rule != NULL ? rule->group->hash % pool->count : pairing.homes.items[i];
		array_append(&handovers[to].arrivals, ((struct arrival){ .state = state, .rule = rule }));
	}
	free(rules);
	array_finish(&pairing.keys);
	array_finish(&pairing.states);
	array_finish(&pairing.homes);
}

static void add_rename(struct store_batch *batch, const struct arrival *arrival) {
	const struct rule_state *state = arrival->state;
	if (arrival->rule == NULL || rule_state_alerts(state) == 0 || str_equal_cstr(arrival->rule->key, rule_state_key(state)))
		return;
	struct store_op *op = store_batch_add(batch, STORE_RENAME_SOURCE);
	op->rename.old_source = arena_dup_str(&batch->arena, str_of(rule_state_key(state)));
	op->rename.new_source = arena_dup_str(&batch->arena, arrival->rule->key);
}

void handover_rename(struct evaluator_pool *pool, const struct handover *handovers) {
	struct store_batch *batch = store_batch_create();
	for (size_t i = 0; i < pool->count; i++)
		for (size_t k = 0; k < handovers[i].arrivals.count; k++)
			add_rename(batch, &handovers[i].arrivals.items[k]);
	if (batch->count == 0) {
		store_batch_destroy(batch);
		return;
	}
	batch->message.kind = pool->told_kind;
	batch->reply_to = pool->told;
	batch->home = &pool->evaluators[0].home;
	batch->context = pool; // none of the evaluator's credits
	store_post(pool->store, batch);
}

// ---- second step ----

static void resolve_all(struct evaluator *evaluator, struct rule_state *state, wall_ms now) {
	for (size_t i = 0; state->table != NULL && i < state->table->count; i++)
		transitions_resolve(evaluator, rule_state_key(state), state->table->items[i]->record, now);
	for (size_t i = 0; state->past != NULL && i < state->past->count; i++)
		transitions_resolve(evaluator, rule_state_key(state), state->past->items[i], now);
}

// External labels or alert_relabel_configs changed: what was told under the old labels ends, the same alert begins under the new ones (LAW 11).
// One that this process has not evaluated yet is not said to have been.
static void relabel(struct evaluator *evaluator, struct alert_instance *instance, wall_ms now) {
	struct alert_record *old = alert_record_ref(instance->record);
	struct alert_progress progress = alert_instance_progress(instance);
	if (progress.state == ALERT_PENDING)
		progress.fired_at = 0; // under the old labels
	enum alert_event_kind event = old->state == ALERT_FIRING ? ALERT_EVENT_FIRING : ALERT_EVENT_PENDING;
	const struct labels *annotations = alert_instance_annotations(instance, NULL);
	struct alert_record *new = alert_instance_tell(instance, &progress, alert_instance_was_evaluated(instance) ? now : old->updated_at, annotations, NULL);
	transitions_resolve(evaluator, new->origin->source, old, now);
	transitions_put_at(evaluator, new, annotations, event, now);
	labels_unref(annotations);
	alert_record_unref(old);
}

// The expression, the URL or the template changed: the same alert with another link.
static void relink(struct evaluator *evaluator, struct alert_instance *instance) {
	struct alert_progress progress = alert_instance_progress(instance);
	const struct labels *annotations = alert_instance_annotations(instance, NULL);
	transitions_put(evaluator, alert_instance_tell(instance, &progress, instance->record->updated_at, annotations, NULL), annotations, ALERT_EVENT_NONE);
	labels_unref(annotations);
}

static void adopt(struct group_state *group, struct rule_state *state, const struct rule *rule, wall_ms now) {
	struct evaluator *evaluator = group->evaluator;
	rule_state_bind(state, evaluator->setup, rule);
	rule_state_set_health(state, RULE_UNKNOWN, STR_NONE);
	state->was_evaluated = false;
	if (state->past != NULL)
		rule_state_take_past(state, evaluator->setup, marks_last_look(evaluator->pool, state->past, &group->schedule));
	for (size_t i = 0; state->table != NULL && i < state->table->count; i++) {
		struct alert_instance *instance = state->table->items[i];
		if (alert_instance_would_relabel(instance))
			relabel(evaluator, instance, now);
		else if (alert_instance_would_relink(instance))
			relink(evaluator, instance);
	}
}

// A group without an offset of its own has one made from its hash.
static uint64_t offset_seed(const struct rule_group *group) {
	return group->eval_offset >= 0 ? (uint64_t)group->eval_offset : group->hash;
}

static void fill_group(struct group_state *group, const struct hash_map *arrivals, wall_ms now) {
	group_schedule_start(&group->schedule, group->group->interval, offset_seed(group->group), now);
	for (size_t i = 0; i < group->group->rule_count; i++) {
		const struct rule *rule = &group->group->rules[i];
		const struct arrival *arrival = hash_map_find(arrivals, (uintptr_t)rule, NULL, NULL);
		group->rules[i] = arrival != NULL ? arrival->state : rule_state_create();
		adopt(group, group->rules[i], rule, now);
	}
	heap_push(&group->evaluator->due, &group->due, group_schedule_next(&group->schedule));
}

static void rebind(struct group_state *group, const struct rule_group *new) {
	group->group = new;
	group_run_learn_order(group);
	group_run_find_source(group);
	for (size_t i = 0; i < new->rule_count; i++)
		rule_state_bind(group->rules[i], group->evaluator->setup, &new->rules[i]);
}

static bool is_group_state(const void *value, const void *key) {
	return is_named_so(((const struct group_state *)value)->group, key);
}

// All groups in the order of the rule set: those kept are bound to it, the others made.
static void take_groups(struct evaluator *evaluator, const struct hash_map *arrivals, wall_ms now) {
	struct hash_map kept = { 0 };
	for (size_t i = 0; i < evaluator->groups.count; i++)
		hash_map_insert(&kept, evaluator->groups.items[i]->group->hash, evaluator->groups.items[i]);
	array_clear(&evaluator->groups);
	const struct rule_set *rules = evaluator->setup->rules;
	for (size_t i = 0; i < rules->group_count; i++) {
		const struct rule_group *new = &rules->groups[i];
		if (new->hash % evaluator->pool->count != evaluator->index)
			continue;
		struct group_state *group = hash_map_find(&kept, new->hash, new, is_group_state);
		if (group != NULL) {
			rebind(group, new);
		} else {
			group = group_state_create(evaluator, new);
			fill_group(group, arrivals, now);
		}
		array_append(&evaluator->groups, group);
	}
	hash_map_finish(&kept);
}

static void bury(struct evaluator *evaluator, struct rule_state *state, wall_ms now) {
	write_back_depart(evaluator, state, now);
	rule_state_destroy(state);
}

// Views of the old rules would keep them in memory until somebody asks again.
static void drop_views(struct evaluator *evaluator) {
	for (size_t i = 0; i < 2; i++) {
		evaluation_view_unref(evaluator->views[i]);
		evaluator->views[i] = NULL;
	}
}

void handover_second(struct evaluator *evaluator, struct handover *handover, wall_ms now) {
	struct evaluation_setup *old = evaluator->setup;
	drop_views(evaluator);
	evaluator->setup = evaluation_setup_ref(handover->setup);
	evaluator_take_sources(evaluator);
	struct hash_map arrivals = { 0 };
	for (size_t i = 0; i < handover->arrivals.count; i++) {
		struct arrival *arrival = &handover->arrivals.items[i];
		if (arrival->rule == NULL)
			resolve_all(evaluator, arrival->state, now);
		else
			hash_map_insert(&arrivals, (uintptr_t)arrival->rule, arrival);
	}
	for (size_t i = 0; i < handover->arrivals.count; i++)
		write_back_arrive(evaluator, handover->arrivals.items[i].state);
	take_groups(evaluator, &arrivals, now);
	if (old == NULL)
		alert_restore_begin(evaluator);
	hash_map_finish(&arrivals);
	write_back_reload(evaluator);
	for (size_t i = 0; i < handover->arrivals.count; i++)
		if (handover->arrivals.items[i].rule == NULL)
			bury(evaluator, handover->arrivals.items[i].state, now);
	evaluation_setup_unref(old); // after the kept groups let go of its rules
	evaluator->version++;
}
