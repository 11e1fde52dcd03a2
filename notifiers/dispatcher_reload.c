// SPDX-License-Identifier: Apache-2.0
// Another configuration for the running dispatcher (LAW 20): receivers are made anew, alerts are routed anew, and what was known of each
// group and each integration is carried over. Deliveries under way go on.
#include "notifiers/dispatcher_state.h"

#include "base/buf.h"
#include "base/fs.h"
#include "model/limits.h"

static void receivers_free(struct receiver_runtime *receivers, size_t count) {
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < receivers[i].count; j++)
			integration_release(receivers[i].integrations[j]);
		free(receivers[i].integrations);
	}
	free(receivers);
}

static struct receiver_runtime *receivers_create(struct notify_setup *setup) {
	const struct notify_config *config = setup->config;
	struct receiver_runtime *receivers = mem_zalloc(config->receiver_count * sizeof *receivers);
	for (size_t i = 0; i < config->receiver_count; i++) {
		const struct receiver_config *receiver = &config->receivers[i];
		receivers[i].count = receiver->count;
		receivers[i].integrations = mem_zalloc(receiver->count * sizeof *receivers[i].integrations);
		for (size_t j = 0; j < receiver->count; j++)
			receivers[i].integrations[j] = integration_create(setup, receiver, &receiver->items[j]);
	}
	return receivers;
}

bool dispatcher_apply_setup(struct dispatcher *d, struct notify_setup *setup, struct error *err) {
	struct template_set *text = NULL, *html = NULL;
	if (!notify_templates_load(setup->config, &text, &html, err))
		return false;
	d->setup = notify_setup_ref(setup);
	d->receivers = receivers_create(setup);
	d->inhibitor = inhibitor_create(setup->config->inhibit_rules, setup->config->inhibit_rule_count);
	atomic_store_explicit(&d->metrics.inhibit_rules, setup->config->inhibit_rule_count, memory_order_relaxed);
	d->text_templates = text;
	d->html_templates = html;
	d->silences.retention = setup->config->data_retention;
	d->silences.limits = setup->config->silence_limits;
	d->name_limit.max = setup->config->alerts_per_name; // a flag: the same each time
	atomic_store_explicit(&d->metrics.posted_per_name_max, d->name_limit.max, memory_order_relaxed);
	return true;
}

void dispatcher_drop_setup(struct dispatcher *d) {
	if (d->setup == NULL)
		return;
	receivers_free(d->receivers, d->setup->config->receiver_count);
	inhibitor_destroy(d->inhibitor);
	template_set_destroy(d->text_templates);
	template_set_destroy(d->html_templates);
	notify_setup_unref(d->setup);
	d->setup = NULL;
}

static void save_target(struct saved_group *saved, struct group_target *target) {
	struct saved_target *to = saved_group_target(saved, str_of(target->integration->identity));
	to->told = target->told;
	to->has_log_row = target->has_log_row;
	to->delivery = target->delivery;
	to->missed_tick = target->missed_tick;
	to->failing_since = target->integration->failing_since;
	target->told = (struct told){ 0 };
	target->delivery = NULL;
	if (to->delivery == NULL)
		return;
	to->delivery->target = NULL; // until it is carried over
	to->delivery->group = NULL;
	heap_remove(&to->delivery->dispatcher->deliveries_due, &to->delivery->due);
}

static void save_group(struct saved_state *state, struct dispatch_group *group) {
	struct saved_group *saved = saved_state_get(state, str_of(group->key));
	saved->has_row = group->has_row;
	saved->next_flush = group->next_flush;
	saved->group_wait = group->route->group_wait;
	saved->group_interval = group->route->group_interval;
	for (size_t i = 0; i < group->target_count; i++)
		save_target(saved, &group->targets[i]);
	for (size_t i = 0; i < group->members.count; i++)
		few_clear(&group->members.items[i]->groups);
}

static void save_all(struct dispatcher *d, struct saved_state *state) {
	size_t at = 0;
	for (struct dispatch_group *group; (group = hash_map_next(&d->groups, &at)) != NULL;)
		save_group(state, group);
	dispatcher_free_groups(d);
}

// Needs an open batch. Templates that do not load keep the old configuration running, with a line in the log.
void dispatcher_reload(struct dispatcher *d, struct notify_setup *setup, wall_ms now) {
	struct saved_state state = { .is_reload = true };
	struct dispatcher old = *d;
	struct error err;
	if (!dispatcher_apply_setup(d, setup, &err)) {
		dispatcher_log_reload_failed(&err);
		return;
	}
	struct notify_setup *applied = d->setup;
	struct receiver_runtime *receivers = d->receivers;
	d->setup = old.setup; // groups refer to their routes until they are saved
	save_all(d, &state);
	d->setup = applied;
	d->receivers = receivers;
	dispatcher_restore(d, &state, now);
	receivers_free(old.receivers, old.setup->config->receiver_count);
	inhibitor_destroy(old.inhibitor);
	template_set_destroy(old.text_templates);
	template_set_destroy(old.html_templates);
	notify_setup_unref(old.setup);
	dispatcher_forget_view(d);
}
