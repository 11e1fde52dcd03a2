// SPDX-License-Identifier: Apache-2.0
// One alert of one rule. See alert_instance.h.
#include "evaluator/alert_instance.h"

#include "base/buf.h"
#include "base/mem.h"
#include "evaluator/alert_source.h"
#include "evaluator/rule_template.h"

#include <sched.h>

// Held for a copy of some hundred bytes; contended only by someone reading this very alert.
static void lock(struct alert_instance *instance) {
	while (atomic_flag_test_and_set_explicit(&instance->lock, memory_order_acquire))
		sched_yield();
}

static void unlock(struct alert_instance *instance) {
	atomic_flag_clear_explicit(&instance->lock, memory_order_release);
}

static struct alert_instance *instance_of(const struct alert_live *live) {
	return (struct alert_instance *)(uintptr_t)live;
}

// What rendering needs, so that it runs without the lock.
struct snapshot {
	struct rule_context *context;
	const struct labels *annotations;
	const struct label *labels;
	size_t label_count;
};

static struct snapshot take_snapshot(struct alert_instance *instance, struct arena *arena) {
	struct snapshot snapshot = { 0 };
	lock(instance);
	snapshot.context = rule_context_ref(instance->context);
	if (instance->annotations != NULL) {
		snapshot.annotations = labels_ref(instance->annotations);
	} else if (instance->raw != NULL && instance->context->annotations == NULL) {
		snapshot.labels = raw_labels_unpack(instance->raw, instance->identity, arena);
		snapshot.label_count = instance->raw->count;
	}
	unlock(instance);
	return snapshot;
}

static const struct label *render_noting(const struct alert_live *live, struct arena *arena, size_t *count, struct expansion_outcome *outcome) {
	struct snapshot snapshot = take_snapshot(instance_of(live), arena);
	const struct label *items;
	if (snapshot.annotations != NULL) {
		*count = snapshot.annotations->count;
		items = labels_unpack(labels_copy_to(arena, snapshot.annotations), arena);
		labels_unref(snapshot.annotations);
	} else {
		struct expansion expansion = { .context = snapshot.context, .labels = snapshot.labels, .label_count = snapshot.label_count, .arena = arena, .outcome = outcome };
		expansion.value = alert_live_get(live, &expansion.now);
		*count = snapshot.context->rule->annotation_count;
		items = expand_annotation_items(&expansion); // never NULL: without answers nothing is needed
	}
	rule_context_unref(snapshot.context);
	return items;
}

static const struct label *render_annotations(const struct alert_live *live, struct arena *arena, size_t *count) {
	return render_noting(live, arena, count, NULL);
}

// Prometheus: an alert it has not sent for this long is taken for resolved by whoever was told.
static dur_ms live_validity(const struct alert_live *live) {
	struct alert_instance *instance = instance_of(live);
	lock(instance);
	dur_ms interval = instance->context->rule->group->interval, resend = instance->context->setup->resend_delay;
	unlock(instance);
	return 4 * (interval > resend ? interval : resend);
}

static void destroy_live(struct alert_live *live) {
	struct alert_instance *instance = instance_of(live);
	rule_context_unref(instance->context);
	labels_unref(instance->annotations);
	labels_unref(instance->identity);
	alert_record_unref(instance->record);
	free(instance->raw);
	free(instance->series);
	free(instance);
}

static const struct alert_live_ops live_ops = { .annotations = render_annotations, .validity = live_validity, .destroy = destroy_live };

struct alert_instance *alert_instance_create(struct rule_context *context, const struct labels *identity, struct raw_labels *raw) {
	struct alert_instance *instance = MEM_NEW(struct alert_instance);
	alert_live_init(&instance->live, &live_ops);
	atomic_flag_clear(&instance->lock);
	instance->context = rule_context_ref(context);
	instance->identity = labels_ref(identity);
	instance->raw = raw;
	return instance;
}

// The instance and its record hold each other: whoever lets go of the instance breaks the circle.
void alert_instance_unref(struct alert_instance *instance) {
	struct alert_record *record = instance->record;
	instance->record = NULL;
	alert_record_unref(record);
	alert_live_unref(&instance->live);
}

bool alert_instance_was_evaluated(const struct alert_instance *instance) {
	wall_ms at;
	alert_live_get(&instance->live, &at);
	return instance->raw != NULL && at != 0;
}

void alert_instance_set_raw(struct alert_instance *instance, struct raw_labels *raw) {
	lock(instance);
	struct raw_labels *old = instance->raw;
	instance->raw = raw;
	unlock(instance);
	free(old);
}

void alert_instance_set_context(struct alert_instance *instance, struct rule_context *context) {
	lock(instance);
	struct rule_context *old = instance->context;
	instance->context = rule_context_ref(context);
	unlock(instance);
	rule_context_unref(old);
}

void alert_instance_set_annotations(struct alert_instance *instance, const struct labels *annotations) {
	lock(instance);
	const struct labels *old = instance->annotations;
	instance->annotations = annotations;
	unlock(instance);
	labels_unref(old);
}

struct alert_progress alert_instance_progress(const struct alert_instance *instance) {
	const struct alert_record *record = instance->record;
	if (record == NULL)
		return (struct alert_progress){ 0 };
	return (struct alert_progress){ record->state, record->active_at, record->fired_at, record->resolved_at, record->keep_firing_since };
}

static const struct labels *with_external_labels(const struct labels *identity, const struct labels *external) {
	if (external == NULL || external->count == 0)
		return labels_ref(identity);
	struct label_builder builder = { 0 };
	label_builder_add_all(&builder, external);
	label_builder_add_all(&builder, identity);
	const struct labels *labels = label_builder_build(&builder);
	label_builder_finish(&builder);
	return labels;
}

// The identity in dispatch (LAW 11). Empty: the alert is dropped. Where relabelling fails the labels stay: better told than lost.
static const struct labels *told_labels(const struct evaluation_setup *setup, const struct labels *identity) {
	const struct labels *labels = with_external_labels(identity, setup->external_labels), *relabelled = NULL;
	struct error ignored;
	if (setup->alert_relabel == NULL)
		return labels;
	enum relabel_result result = relabel_apply(setup->alert_relabel, labels, &relabelled, &ignored);
	if (result == RELABEL_FAILED)
		return labels;
	labels_unref(labels);
	return result == RELABEL_KEPT ? relabelled : labels_empty();
}

bool alert_instance_would_relabel(const struct alert_instance *instance) {
	const struct labels *labels = told_labels(instance->context->setup, instance->identity);
	bool would = !labels_equal(labels, instance->record->labels);
	labels_unref(labels);
	return would;
}

// A restored alert that was not evaluated since has nothing to render from: its stored annotations stand.
const struct labels *alert_instance_annotations(const struct alert_instance *instance, struct expansion_outcome *outcome) {
	if (!alert_instance_was_evaluated(instance) && instance->record != NULL)
		return alert_record_annotations(instance->record);
	autoarena struct arena arena = { 0 };
	size_t count;
	const struct label *items = render_noting(&instance->live, &arena, &count, outcome);
	return labels_from_sorted(items, count);
}

// The rule's, as long as its link is: with a template each alert may have one of its own. What the template failed for has the default one.
static struct alert_origin *origin_of(const struct alert_instance *instance, const struct alert_facts *facts, struct expansion_outcome *outcome) {
	const struct rule_context *context = instance->context;
	const struct alert_record *record = instance->record;
	autobuf struct buf link = { 0 };
	struct error err = { 0 };
	if (context->setup->alert_source == NULL)
		return alert_origin_ref(context->origin);
	bool is_expanded = alert_source_link(&link, context->setup, context->rule, facts, &err);
	if (!is_expanded)
		error_wrap(&err, "external_alert_source");
	expansion_note(outcome, is_expanded ? NULL : &err);
	if (str_equal_cstr(buf_str(&link), context->origin->generator_url))
		return alert_origin_ref(context->origin);
	bool is_same = record != NULL && str_equal_cstr(buf_str(&link), record->origin->generator_url) && str_equal_cstr(context->rule->key, record->origin->source);
	return is_same ? alert_origin_ref(record->origin) : alert_origin_create(context->rule->key, buf_str(&link));
}

bool alert_instance_would_relink(const struct alert_instance *instance) {
	const struct alert_record *record = instance->record;
	struct alert_facts facts = { .labels = instance->identity, .value = record->value, .active_at = record->active_at, .now = record->updated_at };
	struct alert_origin *origin = alert_instance_was_evaluated(instance) ? origin_of(instance, &facts, NULL) : NULL;
	bool would = origin != NULL && strcmp(origin->generator_url, record->origin->generator_url) != 0;
	alert_origin_unref(origin);
	return would;
}

struct alert_record *alert_instance_tell(struct alert_instance *instance, const struct alert_progress *now, wall_ms at, const struct labels *annotations, struct expansion_outcome *outcome) {
	const struct rule_context *context = instance->context;
	struct alert_record *record = alert_record_create();
	bool was_evaluated = alert_instance_was_evaluated(instance);
	record->value = was_evaluated || instance->record == NULL ? alert_live_get(&instance->live, NULL) : instance->record->value;
	record->origin = origin_of(instance, &(struct alert_facts){ .labels = instance->identity, .value = record->value, .active_at = now->active_at, .now = at }, outcome);
	record->identity = labels_ref(instance->identity);
	record->labels = told_labels(context->setup, instance->identity);
	record->state = now->state;
	record->active_at = now->active_at;
	record->fired_at = now->fired_at;
	record->resolved_at = now->resolved_at;
	record->keep_firing_since = now->keep_firing_since;
	record->updated_at = at;
	record->is_living = was_evaluated && now->state != ALERT_INACTIVE;
	if (record->is_living)
		record->live = alert_live_ref(&instance->live);
	else
		record->annotations = labels_ref(annotations);
	alert_record_unref(instance->record);
	instance->record = record;
	return record;
}
