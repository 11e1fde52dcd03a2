// SPDX-License-Identifier: Apache-2.0
// Since when alerts are active that another program knew. See alert_restore.h.
#include "evaluator/alert_restore.h"

#include "base/go_text.h"
#include "base/log.h"
#include "base/mem.h"
#include "model/duration.h"

#include <math.h>

enum {
	RESTORE_EVALUATIONS = 2, // of each rule: in the first one the datasource may just have been started itself
	RESTORE_ATTEMPTS = 3,
};

enum restore_stage {
	RESTORE_RESTS, // until the rule was evaluated again
	RESTORE_WAITS, // in line
	RESTORE_ASKS,
};

struct known_alert { // what the other program wrote last
	const struct labels *identity;
	wall_ms active_at;
	bool has_ended; // since
};

struct alert_restore {
	struct alert_restore *next; // in the evaluator's line
	struct group_state *group;  // NULL while it rests
	struct rule_state *rule;
	struct datasource *source; // a reference, while it asks
	enum restore_stage stage;
	unsigned failures;
	wall_ms since;   // the evaluation that found the first of its alerts
	wall_ms down_at; // the other program's last evaluation
	struct {
		ARRAY_OF(struct known_alert);
	} known;
	struct prometheus_query query;
};

void alert_restore_begin(struct evaluator *evaluator) {
	const struct evaluation_setup *setup = evaluator->setup;
	if (!setup->restore_for_state || setup->for_outage_tolerance <= 0)
		return;
	for (size_t i = 0; i < evaluator->groups.count; i++) {
		struct group_state *group = evaluator->groups.items[i];
		for (size_t k = 0; k < group->group->rule_count; k++)
			if (group->rules[k]->table == NULL && group->rules[k]->rule->hold > 0)
				group->rules[k]->restore_evaluations = RESTORE_EVALUATIONS;
	}
}

// ---- the line ----

static void enqueue(struct alert_restore *restore) {
	struct evaluator *evaluator = restore->group->evaluator;
	restore->stage = RESTORE_WAITS;
	restore->next = NULL;
	struct alert_restore **link = &evaluator->restores;
	if (evaluator->last_restore != NULL)
		link = &evaluator->last_restore->next;
	*link = evaluator->last_restore = restore;
}

static void leave_line(struct alert_restore *leaving) {
	struct evaluator *evaluator = leaving->group->evaluator;
	struct alert_restore *before = NULL;
	for (struct alert_restore *restore = evaluator->restores; restore != leaving; restore = restore->next)
		before = restore;
	*(before == NULL ? &evaluator->restores : &before->next) = leaving->next;
	if (evaluator->last_restore == leaving)
		evaluator->last_restore = before;
}

static void forget_known(struct alert_restore *restore) {
	for (size_t i = 0; i < restore->known.count; i++)
		labels_unref(restore->known.items[i].identity);
	array_clear(&restore->known);
}

static void rest(struct alert_restore *restore) {
	if (restore->source != NULL) {
		restore->source->is_restoring = false;
		datasource_leave(restore->source);
		restore->group->evaluator->restoring--;
		datasource_unref(restore->source);
	}
	forget_known(restore);
	sample_vector_finish(&restore->query.vector);
	restore->source = NULL;
	restore->group = NULL;
	restore->stage = RESTORE_RESTS;
}

void alert_restore_leave(struct rule_state *rule) {
	struct alert_restore *restore = rule->restore;
	if (restore == NULL)
		return;
	if (restore->stage == RESTORE_WAITS)
		leave_line(restore);
	prometheus_query_cancel(&restore->query);
	rest(restore);
}

void alert_restore_drop(struct rule_state *rule) {
	struct alert_restore *restore = rule->restore;
	if (restore == NULL)
		return;
	array_finish(&restore->known);
	prometheus_query_finish(&restore->query);
	free(restore);
	rule->restore = NULL;
}

// ---- which alerts ----

static bool may_be_restored(const struct alert_instance *instance, wall_ms since) {
	const struct alert_record *record = instance->record;
	return record != NULL && record->state == ALERT_PENDING && record->active_at >= since;
}

static bool has_candidates(const struct rule_state *rule, wall_ms since) {
	const struct alert_table *table = rule->table;
	for (size_t i = 0; table != NULL && i < table->count; i++)
		if (may_be_restored(table->items[i], since))
			return true;
	return false;
}

static struct alert_instance *candidate(const struct alert_restore *restore, const struct labels *identity) {
	struct alert_table *table = restore->rule->table;
	struct alert_instance *instance = table == NULL ? NULL : alert_table_find(table, identity);
	return instance != NULL && may_be_restored(instance, restore->since) ? instance : NULL;
}

bool alert_restore_consider(struct group_state *group, struct rule_state *rule) {
	if (rule->restore_evaluations == 0 && rule->restore == NULL)
		return false;
	bool is_first = rule->restore_evaluations == RESTORE_EVALUATIONS;
	bool may_begin = rule->restore_evaluations > 0 && has_candidates(rule, group->slot.at);
	rule->restore_evaluations -= rule->restore_evaluations > 0;
	if (rule->restore == NULL && may_begin) {
		rule->restore = MEM_NEW(struct alert_restore);
		rule->restore->rule = rule;
		rule->restore->since = group->slot.at;
	}
	if (rule->restore != NULL && rule->restore->stage == RESTORE_RESTS) {
		rule->restore->group = group;
		enqueue(rule->restore);
	}
	return is_first && rule->restore != NULL;
}

// ---- the end ----

static void log_restored(const struct alert_restore *restore, size_t count) {
	autoarena struct arena arena = { 0 };
	char alerts[24];
	snprintf(alerts, sizeof alerts, "%zu", count);
	const char *group = arena_cstr(&arena, restore->group->group->name), *rule = arena_cstr(&arena, restore->rule->rule->name);
	log_line(LOG_INFO, "evaluator", "alerts go on where ALERTS_FOR_STATE has them", "group", group, "rule", rule, "alerts", alerts, NULL);
}

// Its state becomes that of the other program, over the time in which nobody looked. The first evaluation here ended that.
static bool restore_alert(const struct alert_restore *restore, const struct known_alert *known) {
	struct evaluator *evaluator = restore->group->evaluator;
	struct alert_instance *instance = candidate(restore, known->identity);
	if (instance == NULL || known->has_ended)
		return false;
	const struct rule *rule = restore->rule->rule;
	struct alert_progress now = alert_instance_progress(instance);
	struct alert_progress then = { .state = ALERT_PENDING, .active_at = known->active_at };
	struct alert_outage outage = {
		.down_at = restore->down_at,
		.interval = restore->group->group->interval,
		.tolerance = evaluator->setup->for_outage_tolerance,
		.grace = evaluator->setup->for_grace_period,
	};
	wall_ms active_at = alert_resume(then, (struct alert_timing){ .hold = rule->hold, .keep_firing_for = rule->keep_firing_for }, &outage, now.active_at).active_at;
	if (active_at >= now.active_at)
		return false;
	now.active_at = active_at;
	const struct labels *annotations = alert_instance_annotations(instance, NULL);
	struct alert_record *record = alert_instance_tell(instance, &now, instance->record->updated_at, annotations, NULL);
	transitions_put(evaluator, record, annotations, ALERT_EVENT_NONE);
	labels_unref(annotations);
	return true;
}

static void finish(struct alert_restore *restore) {
	struct rule_state *rule = restore->rule;
	size_t count = 0;
	for (size_t i = 0; i < restore->known.count; i++)
		count += restore_alert(restore, &restore->known.items[i]);
	alert_table_end_finding(rule->table);
	restore->group->evaluator->version += count > 0;
	if (count > 0)
		log_restored(restore, count);
	rest(restore);
	alert_restore_drop(rule);
}

// A datasource that cannot be asked fails for every rule: one line says it.
static void log_failed(const struct alert_restore *restore, struct str error) {
	struct buf *said = &restore->group->evaluator->restore_error;
	if (str_equal(buf_str(said), error))
		return;
	autoarena struct arena arena = { 0 };
	const char *group = arena_cstr(&arena, restore->group->group->name), *rule = arena_cstr(&arena, restore->rule->rule->name);
	buf_reset(said);
	buf_append_str(said, error);
	log_line(LOG_WARN, "evaluator", "ALERTS_FOR_STATE could not be asked, alerts begin anew", "group", group, "rule", rule, "err", buf_cstr(said), NULL);
}

static void fail(struct alert_restore *restore, struct str error) {
	struct rule_state *rule = restore->rule;
	bool is_last = ++restore->failures == RESTORE_ATTEMPTS;
	if (is_last)
		log_failed(restore, error);
	rest(restore);
	if (is_last)
		alert_restore_drop(rule);
}

// ---- what is asked ----

static bool is_plain_name(struct str name) {
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		if (!is_letter && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return true;
}

static void append_matcher(struct buf *out, struct str name, struct str value) {
	buf_append_str(out, name);
	buf_append_char(out, '=');
	go_quote(out, value);
}

void alert_restore_selector(struct buf *out, const struct rule *rule) {
	buf_append_cstr(out, "ALERTS_FOR_STATE{");
	append_matcher(out, STR("alertname"), rule->name);
	for (uint32_t i = 0; i < rule->label_count; i++) {
		const struct rule_text *label = rule->labels[i];
		// Not every server reads quoted names; what is left out only lets more series in.
		bool is_ours = str_equal(label->name, STR("alertname")) || str_equal(label->name, STR("__name__"));
		if (is_ours || label->class != TEMPLATE_CONSTANT || !is_plain_name(label->name))
			continue;
		buf_append_char(out, ',');
		append_matcher(out, label->name, label->text);
	}
	buf_append_char(out, '}');
}

static struct prometheus_question question_of(struct alert_restore *restore, const struct buf *expr, wall_ms at) {
	const struct rule_group *group = restore->group->group;
	return (struct prometheus_question){ .expr = buf_str(expr), .at = at, .headers = group->headers, .params = &group->params, .context = restore };
}

static void on_ended(void *context, const struct prometheus_answer *answer);

// Those that ended have a staleness marker at the first slot without them, exactly one interval after their last sample. The series of a rule that
// was taken away were ended in between, those of a program that died never.
static void ask_ended(struct alert_restore *restore, wall_ms next) {
	autobuf struct buf expr = { 0 }, selector = { 0 };
	alert_restore_selector(&selector, restore->rule->rule);
	buf_format(&expr, "%s offset 1ms unless %s", buf_cstr(&selector), buf_cstr(&selector));
	struct prometheus_question question = question_of(restore, &expr, next);
	question.on_done = on_ended;
	prometheus_query_start(&restore->query, restore->group->evaluator->client, restore->source, &question);
}

// ---- what is answered ----

// The alert whose series this is. A new reference.
static const struct labels *identity_of(const struct sample *series) {
	struct label labels[LIMIT_LABELS];
	size_t count = 0;
	for (size_t i = 0; i < series->label_count; i++)
		if (!str_equal(series->labels[i].name, STR("__name__")))
			labels[count++] = series->labels[i];
	return labels_from_sorted(labels, count);
}

static bool is_identity(const void *value, const void *key) {
	return labels_equal(((const struct known_alert *)value)->identity, key);
}

static void drop_ended(struct alert_restore *restore, const struct sample_vector *ended) {
	struct hash_map known = { 0 };
	for (size_t i = 0; i < restore->known.count; i++)
		hash_map_insert(&known, restore->known.items[i].identity->fingerprint, &restore->known.items[i]);
	for (size_t i = 0; i < ended->count; i++) {
		const struct labels *identity = identity_of(&ended->items[i]);
		struct known_alert *alert = hash_map_find(&known, identity->fingerprint, identity, is_identity);
		if (alert != NULL)
			alert->has_ended = true;
		labels_unref(identity);
	}
	hash_map_finish(&known);
}

static void on_ended(void *context, const struct prometheus_answer *answer) {
	struct alert_restore *restore = context;
	if (!answer->is_good) {
		fail(restore, answer->error);
		return;
	}
	drop_ended(restore, answer->vector);
	finish(restore);
}

static bool is_sound(const struct sample *series) {
	return isfinite(series->value) && series->value > 0 && series->value * 1000 <= (double)series->at;
}

// What its last evaluation wrote: all that was active then. What was written before and not then had ended.
static void take_known(struct alert_restore *restore, const struct sample_vector *series) {
	wall_ms last = 0;
	for (size_t i = 0; i < series->count; i++)
		if (is_sound(&series->items[i]) && series->items[i].at > last)
			last = series->items[i].at;
	for (size_t i = 0; i < series->count; i++) {
		if (series->items[i].at != last || !is_sound(&series->items[i]))
			continue;
		struct known_alert known = { .identity = identity_of(&series->items[i]), .active_at = (wall_ms)(series->items[i].value * 1000) };
		if (candidate(restore, known.identity) != NULL)
			array_append(&restore->known, known);
		else
			labels_unref(known.identity);
	}
	alert_table_end_finding(restore->rule->table);
	restore->down_at = last + restore->group->group->query_offset;
}

static void on_series(void *context, const struct prometheus_answer *answer) {
	struct alert_restore *restore = context;
	if (!answer->is_good) {
		fail(restore, answer->error);
		return;
	}
	if (answer->vector->kind == RESULT_MATRIX)
		take_known(restore, answer->vector);
	const struct rule_group *group = restore->group->group;
	wall_ms next = restore->down_at + group->interval;
	if (restore->known.count > 0 && next < restore->since)
		ask_ended(restore, next - group->query_offset);
	else
		finish(restore);
}

// What was written before the alerts were found here: what this program writes itself does not count.
static void ask_series(struct alert_restore *restore) {
	struct evaluator *evaluator = restore->group->evaluator;
	autobuf struct buf expr = { 0 };
	alert_restore_selector(&expr, restore->rule->rule);
	buf_append_char(&expr, '[');
	duration_format(&expr, evaluator->setup->for_outage_tolerance);
	buf_append_char(&expr, ']');
	struct prometheus_question question = question_of(restore, &expr, restore->since - 1 - restore->group->group->query_offset);
	question.takes_series = true;
	question.on_done = on_series;
	prometheus_query_start(&restore->query, evaluator->client, restore->source, &question);
}

static void start(struct alert_restore *restore) {
	leave_line(restore);
	restore->stage = RESTORE_ASKS;
	restore->source = datasource_ref(restore->group->source);
	restore->source->is_restoring = true;
	restore->group->evaluator->restoring++;
	ask_series(restore);
}

// Rules go first.
static bool may_start(const struct alert_restore *restore) {
	struct datasource *source = restore->group->source;
	return !source->is_restoring && source->first_ready == NULL && datasource_enter(source);
}

void alert_restore_turn(struct evaluator *evaluator) {
	for (struct alert_restore *restore = evaluator->restores, *next; restore != NULL && evaluator->restoring < evaluator->source_count; restore = next) {
		next = restore->next;
		if (may_start(restore))
			start(restore);
	}
}
