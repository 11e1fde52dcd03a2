// SPDX-License-Identifier: Apache-2.0
// The alerts of one rule. See alert_table.h.
#include "evaluator/alert_table.h"

struct raw_key {
	const struct label *labels;
	size_t count;
};

static bool is_raw(const void *value, const void *key) {
	const struct alert_instance *instance = value;
	const struct raw_key *raw = key;
	return raw_labels_equal(instance->raw, instance->identity, raw->labels, raw->count);
}

static bool is_identity(const void *value, const void *key) {
	return labels_equal(((const struct alert_instance *)value)->identity, key);
}

static bool is_instance(const void *value, const void *key) {
	return value == key;
}

static void drop_raw_changes(struct alert_table *table) {
	for (size_t i = 0; i < table->raw_changes.count; i++)
		free(table->raw_changes.items[i].raw);
	array_finish(&table->raw_changes);
}

void alert_table_finish(struct alert_table *table) {
	drop_raw_changes(table);
	for (size_t i = 0; i < table->count; i++)
		alert_instance_unref(table->items[i]);
	array_finish(table);
	hash_map_finish(&table->by_raw);
	hash_map_finish(&table->by_identity);
	*table = (struct alert_table){ 0 };
}

void alert_table_begin(struct alert_table *table) {
	if (++table->generation == 0)
		table->generation = 1; // 0 is "never seen"
	table->settled = table->count;
	table->present = 0;
}

static bool mark(struct alert_table *table, struct alert_instance *instance, double value) {
	if (alert_table_has_seen(table, instance))
		return false;
	instance->generation = table->generation;
	instance->next_value = value;
	table->present++;
	return true;
}

enum alert_offer alert_table_offer(struct alert_table *table, uint64_t hash, const struct label *labels, size_t count, double value) {
	struct alert_instance *instance = hash_map_find(&table->by_raw, hash, &(struct raw_key){ labels, count }, is_raw);
	if (instance == NULL)
		return ALERT_OFFER_STRANGER;
	return mark(table, instance, value) ? ALERT_OFFER_KNOWN : ALERT_OFFER_DUPLICATE;
}

static bool has_raw(const struct alert_instance *instance, const struct label *labels, size_t count) {
	return instance->raw != NULL && raw_labels_equal(instance->raw, instance->identity, labels, count);
}

static void know_identities(struct alert_table *table) {
	if (table->by_identity.count == table->count)
		return;
	hash_map_reserve(&table->by_identity, table->count);
	for (size_t i = 0; i < table->count; i++)
		hash_map_insert(&table->by_identity, table->items[i]->identity->fingerprint, table->items[i]);
}

static void add(struct alert_table *table, struct alert_instance *instance, uint64_t raw_hash) {
	array_append(table, instance);
	if (instance->raw != NULL)
		hash_map_insert(&table->by_raw, raw_hash, instance);
}

bool alert_table_admit(struct alert_table *table, struct rule_context *context, const struct labels *identity, const struct sample *stranger) {
	const struct label *labels = stranger->labels;
	size_t count = stranger->label_count;
	uint64_t hash = stranger->hash;
	know_identities(table);
	struct alert_instance *instance = hash_map_find(&table->by_identity, identity->fingerprint, identity, is_identity);
	if (instance == NULL) {
		instance = alert_instance_create(context, identity, raw_labels_create(identity, labels, count));
		add(table, instance, hash);
		hash_map_insert(&table->by_identity, identity->fingerprint, instance);
		return mark(table, instance, stranger->value);
	}
	if (!mark(table, instance, stranger->value))
		return false;
	if (!has_raw(instance, labels, count))
		array_append(&table->raw_changes, ((struct raw_change){ .instance = instance, .raw = raw_labels_create(instance->identity, labels, count), .hash = hash }));
	else if (hash_map_find(&table->by_raw, hash, instance, is_instance) == NULL)
		hash_map_insert(&table->by_raw, hash, instance); // forgotten by a reload
	return true;
}

static void forget_raw(struct alert_table *table, struct alert_instance *instance) {
	if (instance->raw != NULL)
		hash_map_remove(&table->by_raw, raw_labels_hash(instance->raw, instance->identity), instance, is_instance);
}

static void forget(struct alert_table *table, struct alert_instance *instance) {
	forget_raw(table, instance);
	alert_instance_unref(instance);
}

void alert_table_abort(struct alert_table *table) {
	drop_raw_changes(table);
	hash_map_finish(&table->by_identity);
	while (table->count > table->settled)
		forget(table, table->items[--table->count]);
}

size_t alert_table_count_after(const struct alert_table *table, struct alert_timing timing, wall_ms slot) {
	size_t active = 0;
	for (size_t i = 0; i < table->count; i++) {
		struct alert_progress was = alert_instance_progress(table->items[i]);
		active += !alert_step(was, timing, alert_table_has_seen(table, table->items[i]), slot).is_gone;
	}
	return active;
}

void alert_table_settle(struct alert_table *table) {
	for (size_t i = 0; i < table->raw_changes.count; i++) {
		struct raw_change *change = &table->raw_changes.items[i];
		forget_raw(table, change->instance);
		alert_instance_set_raw(change->instance, change->raw);
		hash_map_insert(&table->by_raw, change->hash, change->instance);
	}
	array_finish(&table->raw_changes);
	hash_map_finish(&table->by_identity);
}

// A restored alert is told again once it lives again, so that its readers see its values.
static bool is_revived(const struct alert_instance *instance) {
	return instance->raw != NULL && instance->record != NULL && !instance->record->is_living;
}

// Prometheus' rules for time in which nobody looked.
static struct alert_progress resume(const struct alert_table *table, const struct alert_instance *instance, struct alert_timing timing, wall_ms slot) {
	struct alert_progress was = alert_instance_progress(instance);
	if (!is_revived(instance))
		return was;
	const struct evaluation_setup *setup = instance->context->setup;
	struct alert_outage outage = {
		.down_at = table->down_at,
		.interval = instance->context->rule->group->interval,
		.tolerance = setup->for_outage_tolerance,
		.grace = setup->for_grace_period,
	};
	return alert_resume(was, timing, &outage, slot);
}

void alert_table_apply(struct alert_table *table, struct alert_timing timing, wall_ms slot, alert_changed *changed, void *context) {
	alert_table_settle(table);
	table->pending = 0;
	for (size_t i = table->count; i-- > 0;) {
		struct alert_instance *instance = table->items[i];
		bool present = alert_table_has_seen(table, instance);
		if (present)
			alert_live_set(&instance->live, instance->next_value, slot);
		struct alert_step step = alert_step(resume(table, instance, timing, slot), timing, present, slot);
		table->pending += step.now.state == ALERT_PENDING;
		if (!present && !step.is_gone && alert_instance_was_evaluated(instance)) // keep_firing_for: evaluated, with the value it had
			alert_live_set(&instance->live, alert_live_get(&instance->live, NULL), slot);
		if (step.is_changed || is_revived(instance))
			changed(context, instance, &step);
		if (!step.is_gone)
			continue;
		array_swap_remove(table, i);
		forget(table, instance);
	}
	table->settled = table->count;
}

struct alert_instance *alert_table_find(struct alert_table *table, const struct labels *identity) {
	know_identities(table);
	return hash_map_find(&table->by_identity, identity->fingerprint, identity, is_identity);
}

void alert_table_end_finding(struct alert_table *table) {
	if (table != NULL)
		hash_map_finish(&table->by_identity);
}

void alert_table_add(struct alert_table *table, struct alert_instance *instance) {
	add(table, instance, instance->raw == NULL ? 0 : raw_labels_hash(instance->raw, instance->identity));
}

void alert_table_set_context(struct alert_table *table, struct rule_context *context, bool are_labels_same) {
	for (size_t i = 0; i < table->count; i++)
		alert_instance_set_context(table->items[i], context);
	if (!are_labels_same)
		hash_map_clear(&table->by_raw);
}
