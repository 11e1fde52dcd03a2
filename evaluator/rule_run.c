// SPDX-License-Identifier: Apache-2.0
// One evaluation of one rule: ask, take the answer in, find out strangers' identities, render what must be rendered now, apply.
// Nothing changes before the whole answer proved good. Source of its rules: Prometheus rules/alerting.go and recording.go, Eval; LAWS 8, 10, 12.
#include "evaluator/rule_run.h"

#include "base/log.h"
#include "base/mem.h"
#include "evaluator/alert_restore.h"
#include "evaluator/alert_series.h"
#include "evaluator/recording.h"
#include "evaluator/rule_template.h"
#include "evaluator/write_back.h"
#include "promql/promql.h"

struct rule_run {
	struct rule_run *next_free; // in evaluator->free_runs, or of the group's runs
	struct evaluator *evaluator;
	struct group_state *group; // NULL while free
	struct datasource *source; // a reference
	struct rule_state *rule;
	struct {
		ARRAY_OF(size_t);
	} rules;         // those that take this answer: indices in the group
	size_t at;       // the one of them that is being decided
	bool is_decided; // it is
	bool is_good;    // the answer
	struct str failure;
	struct prometheus_query query; // the rule's; its answer stays until the end
	struct prometheus_query asked; // the templates', one at a time
	struct arena arena;            // lives for one evaluation
	struct arena scratch;          // lives for one expansion
	struct {
		ARRAY_OF(const struct sample *);
	} strangers;     // elements whose alert is not known yet
	size_t admitted; // strangers whose alert is known now
	size_t rendered; // alerts whose annotations were looked at, for annotations that ask queries
	struct template_answers answers;
	struct expansion_outcome labels, annotations; // of its templates
	struct recording recording;
	struct series_set unwritten; // what a recording rule gave when there is nowhere to write it
	struct buf alert_series;     // time series of a write request
	size_t alert_series_count;
	size_t samples;
	bool has_duplicate;
	bool has_limit_checked;
	int64_t started_ns;
};

static void resume(struct rule_run *run);
static void carry_on(struct rule_run *run);

struct rule_run *rule_run_create(struct evaluator *evaluator) {
	struct rule_run *run = MEM_NEW(struct rule_run);
	run->evaluator = evaluator;
	return run;
}

// What is known of one rule.
static void clear_rule(struct rule_run *run) {
	run->strangers.count = run->answers.count = 0;
	run->alert_series_count = 0;
	buf_reset(&run->alert_series);
	run->admitted = run->rendered = run->samples = 0;
	run->has_duplicate = run->has_limit_checked = run->is_decided = false;
	run->labels.expanded = run->labels.failed = run->annotations.expanded = run->annotations.failed = 0;
}

static void clear(struct rule_run *run) {
	prometheus_query_clear(&run->query);
	prometheus_query_clear(&run->asked);
	run->rules.count = 0;
	arena_reset(&run->arena);
	arena_reset(&run->scratch);
}

void rule_run_destroy(struct rule_run *run) {
	prometheus_query_cancel(&run->query);
	prometheus_query_cancel(&run->asked);
	prometheus_query_finish(&run->query);
	prometheus_query_finish(&run->asked);
	array_finish(&run->strangers);
	array_finish(&run->answers);
	array_finish(&run->rules);
	recording_finish(&run->recording);
	series_set_finish(&run->unwritten);
	buf_finish(&run->alert_series);
	arena_finish(&run->arena);
	arena_finish(&run->scratch);
	free(run);
}

struct rule_run *rule_run_next_free(const struct rule_run *run) {
	return run->next_free;
}

void rule_run_free(struct rule_run *run) {
	run->next_free = run->evaluator->free_runs;
	run->evaluator->free_runs = run;
}

static void let_go(struct rule_run *run) {
	struct rule_run **link = &run->group->runs;
	while (*link != run)
		link = &(*link)->next_free;
	*link = run->next_free;
	run->group->running--;
	run->group = NULL;
	datasource_leave(run->source);
	datasource_unref(run->source);
	clear_rule(run);
	clear(run);
	rule_run_free(run);
}

// Forgets what the answer brought.
static void abort_answer(struct rule_run *run) {
	if (run->rule->rule->kind == RULE_RECORDING)
		recording_abort(&run->recording);
	if (run->rule->table != NULL)
		alert_table_abort(run->rule->table);
	rule_state_rest(run->rule);
}

void rule_run_cancel(struct rule_run *run) {
	prometheus_query_cancel(&run->query);
	prometheus_query_cancel(&run->asked);
	abort_answer(run);
	let_go(run);
}

// ---- the end ----

static void remember(struct rule_run *run, bool has_failed) {
	struct rule_state *rule = run->rule;
	int64_t us = rule->evaluation_ns / 1000;
	struct evaluation_entry entry = { .at = rule->last_evaluation, .duration_us = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us, .samples = rule->last_samples };
	evaluation_history_add(&rule->history, run->evaluator->setup->history, entry, has_failed ? rule_state_error(rule) : STR_NONE);
}

static void count(struct rule_run *run, bool has_failed) {
	struct evaluator_metrics *metrics = &run->evaluator->pool->metrics;
	struct rule_state *rule = run->rule;
	rule->was_evaluated = true;
	rule->last_evaluation = run->group->slot.at;
	rule->last_samples = (uint32_t)run->samples;
	rule->evaluation_ns = clock_mono_ns() - run->started_ns;
	remember(run, has_failed);
	run->group->evaluations++;
	run->group->failures += has_failed;
	atomic_fetch_add_explicit(&metrics->template_expansions, run->labels.expanded + run->annotations.expanded, memory_order_relaxed);
	atomic_fetch_add_explicit(&metrics->template_failures, run->labels.failed + run->annotations.failed, memory_order_relaxed);
	atomic_fetch_add_explicit(&metrics->evaluations, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&metrics->evaluation_ns, (uint64_t)rule->evaluation_ns, memory_order_relaxed);
	if (has_failed)
		atomic_fetch_add_explicit(&metrics->evaluation_failures, 1, memory_order_relaxed);
}

// When it begins to fail and when it works again, not at every slot.
static void note_templates(struct rule_run *run, const char *what, const struct expansion_outcome *outcome, bool *is_failing) {
	if (outcome->expanded == 0 || *is_failing == (outcome->failed > 0))
		return;
	*is_failing = outcome->failed > 0;
	const char *group = arena_cstr(&run->arena, run->group->group->name), *rule = arena_cstr(&run->arena, run->rule->rule->name);
	if (*is_failing)
		log_line(LOG_WARN, "evaluator", "a template failed", "group", group, "rule", rule, "of", what, "err", outcome->first.text, NULL);
	else
		log_line(LOG_INFO, "evaluator", "templates work again", "group", group, "rule", rule, "of", what, NULL);
}

// What `debug: true` asks for.
static void log_evaluation(struct rule_run *run, bool has_failed) {
	const struct rule *rule = run->rule->rule;
	if (!rule->is_debugged)
		return;
	struct arena *arena = &run->arena;
	const char *at = arena_format(arena, "%lld.%03d", (long long)(run->group->slot.at / 1000), (int)(run->group->slot.at % 1000)).data;
	const char *samples = arena_format(arena, "%zu", run->samples).data, *seconds = arena_format(arena, "%.6f", (double)run->rule->evaluation_ns / 1e9).data;
	log_line(LOG_INFO, "evaluator", "rule evaluated", "group", arena_cstr(arena, run->group->group->name), "rule", arena_cstr(arena, rule->name), "query", arena_cstr(arena, rule->expr), "at", at,
	    "samples", samples, "seconds", seconds, "url", run->source->urls[run->query.url].shown, has_failed ? "err" : NULL, has_failed ? arena_cstr(arena, rule_state_error(run->rule)) : NULL, NULL);
}

static void log_change(struct rule_run *run, const struct alert_record *record, const struct alert_step *step) {
	if (!run->rule->rule->is_debugged || step->event == ALERT_EVENT_NONE)
		return;
	autobuf struct buf labels = { 0 };
	labels_format(&labels, record->identity);
	log_line(LOG_INFO, "evaluator", "alert changed", "group", arena_cstr(&run->arena, run->group->group->name), "labels", buf_cstr(&labels), "event", alert_event_name(step->event), NULL);
}

static void finish(struct rule_run *run, bool has_failed) {
	note_templates(run, "labels", &run->labels, &run->rule->has_failing_labels);
	note_templates(run, "annotations", &run->annotations, &run->rule->has_failing_annotations);
	count(run, has_failed);
	log_evaluation(run, has_failed);
	run->rule->is_done = run->is_decided = true;
}

static void fail(struct rule_run *run, struct str text) {
	abort_answer(run);
	group_run_failed(run->group, run->rule, text);
	run->rule->is_unwritten = false;
	rule_state_set_health(run->rule, RULE_ERR, text);
	finish(run, true);
}

static void fail_duplicate(struct rule_run *run) {
	fail(run, run->rule->rule->kind == RULE_ALERTING ? STR("vector contains metrics with the same labelset after applying alert labels") : STR("vector contains metrics with the same labelset after applying rule labels"));
}

static void succeed(struct rule_run *run) {
	bool is_settled = run->rule->health == RULE_OK || run->rule->is_unwritten;
	if (run->rule->health == RULE_ERR && !is_settled)
		group_run_recovered(run->group);
	if (!is_settled)
		rule_state_set_health(run->rule, RULE_OK, STR_NONE);
	finish(run, false);
}

// ---- templates ----

static struct expansion expansion_of(struct rule_run *run, const struct label *labels, size_t label_count, double value, struct expansion_outcome *outcome) {
	return (struct expansion){
		.context = run->rule->context,
		.labels = labels,
		.label_count = label_count,
		.value = value,
		.now = run->group->slot.at,
		.answers = &run->answers,
		.outcome = outcome,
		.arena = &run->scratch,
	};
}

static const struct label *copy_labels(struct arena *arena, const struct label *labels, size_t count_labels) {
	struct label *items = ARENA_NEW_ARRAY(arena, struct label, count_labels);
	for (size_t i = 0; i < count_labels; i++)
		items[i] = (struct label){ .name = arena_dup_str(arena, labels[i].name), .value = arena_dup_str(arena, labels[i].value) };
	return items;
}

static struct template_vector copy_vector(struct arena *arena, const struct sample_vector *vector) {
	struct template_sample *samples = ARENA_NEW_ARRAY(arena, struct template_sample, vector->count);
	for (size_t i = 0; i < vector->count; i++) {
		const struct sample *sample = &vector->items[i];
		samples[i] = (struct template_sample){ copy_labels(arena, sample->labels, sample->label_count), sample->label_count, sample->value };
	}
	return (struct template_vector){ samples, vector->count };
}

static void on_asked(void *context, const struct prometheus_answer *answer) {
	struct rule_run *run = context;
	struct template_answer *known = &run->answers.items[run->answers.count - 1];
	known->has_failed = !answer->is_good;
	if (answer->is_good)
		known->vector = copy_vector(&run->arena, answer->vector);
	else
		known->error = arena_dup_str(&run->arena, answer->error);
	resume(run);
	carry_on(run);
}

static struct prometheus_question question_of(struct rule_run *run, struct str expr) {
	const struct rule_group *group = run->group->group;
	return (struct prometheus_question){ .expr = expr, .at = run->group->slot.at, .headers = group->headers, .params = &group->params, .context = run };
}

// Templates ask at the slot itself, without the group's query_offset, and whoever answered the rule: no evaluation mixes two.
static void ask_for_template(struct rule_run *run, struct str expr) {
	struct str kept = arena_dup_str(&run->arena, expr);
	array_append(&run->answers, ((struct template_answer){ .expr = kept }));
	struct prometheus_question question = question_of(run, kept);
	question.on_done = on_asked;
	question.is_pinned = true;
	question.url = run->query.url;
	prometheus_query_start(&run->asked, run->evaluator->client, run->source, &question);
}

// ---- alerts ----

enum progress { WENT_ON,
	WAITS,
	FAILED };

static enum progress admit_strangers(struct rule_run *run) {
	for (; run->admitted < run->strangers.count; run->admitted++) {
		const struct sample *stranger = run->strangers.items[run->admitted];
		struct alert_table *table = rule_state_open(run->rule, run->evaluator->setup);
		struct expansion expansion = expansion_of(run, stranger->labels, stranger->label_count, stranger->value, &run->labels);
		const struct labels *identity = expand_identity(&expansion);
		if (identity == NULL) {
			ask_for_template(run, expansion.needed);
			return WAITS;
		}
		bool is_new = alert_table_admit(table, run->rule->context, identity, stranger);
		labels_unref(identity);
		arena_reset(&run->scratch);
		if (!is_new)
			return FAILED;
	}
	return WENT_ON;
}

static bool asks_in_annotations(const struct rule *rule) {
	for (size_t i = 0; i < rule->annotation_count; i++)
		if (rule->annotations[i]->uses_query)
			return true;
	return false;
}

// Annotations that ask queries are rendered now: nobody else may ask the datasource.
static enum progress render_annotations(struct rule_run *run) {
	struct alert_table *table = run->rule->table;
	for (; run->rendered < table->count; run->rendered++) {
		struct alert_instance *instance = table->items[run->rendered];
		if (!alert_table_has_seen(table, instance))
			continue;
		const struct label *raw = raw_labels_unpack(instance->raw, instance->identity, &run->scratch);
		struct expansion expansion = expansion_of(run, raw, instance->raw->count, instance->next_value, &run->annotations);
		const struct labels *annotations = expand_annotations(&expansion);
		if (annotations == NULL) {
			ask_for_template(run, expansion.needed);
			return WAITS;
		}
		alert_instance_set_annotations(instance, annotations);
		arena_reset(&run->scratch);
	}
	return WENT_ON;
}

// The time of what the rule writes.
static wall_ms sample_time(const struct rule_run *run) {
	return run->group->slot.at - run->group->group->query_offset;
}

static void on_changed(void *context, struct alert_instance *instance, const struct alert_step *step) {
	struct rule_run *run = context;
	const struct labels *annotations = alert_instance_annotations(instance, &run->annotations);
	struct alert_record *record = alert_instance_tell(instance, &step->now, run->group->slot.at, annotations, &run->annotations);
	log_change(run, record, step);
	transitions_put(run->evaluator, record, annotations, step->event);
	labels_unref(annotations);
	if (step->is_gone && write_back_is_on(run->evaluator))
		run->alert_series_count += alert_series_end(&run->alert_series, instance, sample_time(run));
}

static void write_alerts(struct rule_run *run) {
	const struct alert_table *table = run->rule->table;
	if (!write_back_is_on(run->evaluator))
		return;
	for (size_t i = 0; i < table->count; i++)
		run->alert_series_count += alert_series_append(&run->alert_series, table->items[i], sample_time(run));
	write_back_put(run->evaluator, run->group, run->rule, &run->alert_series, (struct write_amount){ .series = run->alert_series_count }, sample_time(run));
}

static bool is_within_limit(struct rule_run *run, size_t count_active) {
	int64_t limit = run->group->group->limit;
	if (limit <= 0 || count_active <= (size_t)limit)
		return true;
	const char *things = run->rule->rule->kind == RULE_ALERTING ? "alerts" : "series";
	fail(run, arena_format(&run->arena, "exceeded limit of %lld with %zu %s", (long long)limit, count_active, things));
	return false;
}

static void decide_alerts(struct rule_run *run) {
	const struct rule *rule = run->rule->rule;
	struct alert_timing timing = { .hold = rule->hold, .keep_firing_for = rule->keep_firing_for };
	switch (admit_strangers(run)) {
	case WAITS:
		return;
	case FAILED:
		fail_duplicate(run);
		return;
	case WENT_ON:
		break;
	}
	struct alert_table *table = run->rule->table;
	if (table == NULL) { // none before, none now
		alert_restore_consider(run->group, run->rule);
		succeed(run);
		return;
	}
	bool is_limited = run->group->group->limit > 0 && !run->has_limit_checked;
	run->has_limit_checked = true;
	if (is_limited && !is_within_limit(run, alert_table_count_after(table, timing, run->group->slot.at)))
		return;
	alert_table_settle(table);
	if (asks_in_annotations(rule) && render_annotations(run) == WAITS)
		return;
	alert_table_apply(table, timing, run->group->slot.at, on_changed, run);
	if (!alert_restore_consider(run->group, run->rule))
		write_alerts(run);
	rule_state_rest(run->rule);
	succeed(run);
}

static void record(struct rule_run *run) {
	struct recording *recording = &run->recording;
	recording_settle(recording);
	if (write_back_is_on(run->evaluator))
		write_back_put(run->evaluator, run->group, run->rule, &recording->out, recording->amount, recording->at);
	rule_state_rest(run->rule);
	succeed(run);
}

static void resume(struct rule_run *run) {
	if (run->has_duplicate) {
		fail_duplicate(run);
		return;
	}
	if (run->rule->rule->kind == RULE_ALERTING) {
		decide_alerts(run);
		return;
	}
	if (is_within_limit(run, run->recording.amount.series))
		record(run);
}

// ---- the rule's answer ----

// False: its alert is not known yet.
static bool offer_alert(struct rule_run *run, const struct sample *sample) {
	if (run->rule->table == NULL || run->rule->rule->label_class == TEMPLATE_VOLATILE)
		return false;
	enum alert_offer offer = alert_table_offer(run->rule->table, sample->hash, sample->labels, sample->label_count, sample->value);
	run->has_duplicate |= offer == ALERT_OFFER_DUPLICATE;
	return offer != ALERT_OFFER_STRANGER;
}

// While the answer comes: what is known is marked at once (LAW 8), and needs no place in the vector.
static bool take_known(void *context, const struct sample *sample) {
	return offer_alert(context, sample);
}

static void take_again(void *context) {
	struct rule_run *run = context;
	run->has_duplicate = false;
	alert_table_begin(run->rule->table);
}

static void take_alert(struct rule_run *run, const struct sample *sample) {
	if (!offer_alert(run, sample))
		array_append(&run->strangers, sample);
}

// Answers do not say whether a histogram may fall without a reset; the expression nearly always does.
static enum histogram_hint hint_of(struct rule_run *run) {
	struct promql_result expr = promql_parse(&run->scratch, run->rule->rule->expr, PROMQL_ALL_FEATURES);
	bool is_gauge = expr.root == NULL || promql_is_gauge(expr.root);
	arena_reset(&run->scratch);
	return is_gauge ? HISTOGRAM_HINT_GAUGE : HISTOGRAM_HINT_NONE;
}

static void expect_histograms(struct rule_run *run, const struct sample_vector *vector) {
	struct histogram_bounds *bounds = rule_state_bounds(run->rule);
	histogram_bounds_learn(bounds, vector, &run->scratch);
	recording_expect_histograms(&run->recording, bounds, hint_of(run));
}

static void take_samples(struct rule_run *run, const struct sample_vector *vector) {
	const struct rule *rule = run->rule->rule;
	run->samples = vector->count + vector->taken;
	if (rule->kind == RULE_RECORDING && vector->histograms > 0)
		expect_histograms(run, vector);
	for (size_t i = 0; i < vector->count; i++) {
		if (rule->kind == RULE_ALERTING)
			take_alert(run, &vector->items[i]);
		else
			run->has_duplicate |= !recording_add(&run->recording, rule, &vector->items[i]);
	}
}

// Why histograms of the answer do not become what floats would; empty when they do.
static struct str histogram_warning(struct rule_run *run, const struct sample_vector *vector) {
	const struct evaluation_setup *setup = run->evaluator->setup;
	size_t count = vector->histograms, unwritten = run->recording.unwritten;
	if (count == 0)
		return STR_NONE;
	if (run->rule->rule->kind == RULE_ALERTING)
		return arena_format(&run->arena, "%zu native histograms: alerts of them have the value 0", count);
	if (unwritten > 0)
		return arena_format(&run->arena, "%zu of %zu native histograms are not recorded: %s", unwritten, count, run->recording.trouble.text);
	if (setup->remote_write_count > 0 && !setup->remote_writes[0].send_native_histograms)
		return arena_format(&run->arena, "%zu native histograms are not recorded: send_native_histograms of remote_write %s is false", count, setup->remote_writes[0].name);
	return STR_NONE;
}

// What came with the answer, and what is to be said of its histograms.
static void take_warnings(struct rule_run *run, const struct sample_vector *vector) {
	const struct sample_texts *warnings = &vector->warnings;
	struct str own = histogram_warning(run, vector);
	if (own.len == 0) {
		rule_state_set_warnings(run->rule, warnings->items, warnings->count);
		return;
	}
	struct str *texts = ARENA_NEW_ARRAY(&run->arena, struct str, warnings->count + 1);
	for (size_t i = 0; i < warnings->count; i++)
		texts[i] = warnings->items[i];
	texts[warnings->count] = own;
	rule_state_set_warnings(run->rule, texts, warnings->count + 1);
}

static struct series_set *series_of(struct rule_run *run) {
	if (write_back_is_on(run->evaluator))
		return rule_state_series(run->rule);
	series_set_clear(&run->unwritten);
	return &run->unwritten;
}

// The rule's side of the answer that is there.
static void take_answer(struct rule_run *run) {
	const struct sample_vector *vector = &run->query.vector;
	if (run->is_good)
		take_samples(run, vector);
	take_warnings(run, vector);
	if (run->is_good)
		resume(run);
	else
		fail(run, run->failure);
}

static void begin_rule(struct rule_run *run) {
	run->rule = run->group->rules[run->rules.items[run->at]];
	run->started_ns = clock_mono_ns();
	if (run->rule->table != NULL)
		alert_table_begin(run->rule->table);
	if (run->rule->rule->kind == RULE_RECORDING)
		recording_begin(&run->recording, series_of(run), sample_time(run));
}

// The next rule that takes the same answer, or the end.
static void carry_on(struct rule_run *run) {
	while (run->is_decided) {
		if (++run->at == run->rules.count) {
			struct group_state *group = run->group;
			let_go(run);
			group_run_continue(group);
			return;
		}
		clear_rule(run);
		begin_rule(run);
		take_answer(run);
	}
}

static void on_answer(void *context, const struct prometheus_answer *answer) {
	struct rule_run *run = context;
	atomic_fetch_add_explicit(&run->evaluator->pool->metrics.response_bytes, answer->bytes, memory_order_relaxed);
	run->is_good = answer->is_good;
	run->failure = arena_dup_str(&run->arena, answer->error);
	take_answer(run);
	carry_on(run);
}

// The rule, and those that would ask the same and may do so now: nothing that is still to be written could change their answers.
static void gather(struct rule_run *run) {
	struct group_state *group = run->group;
	size_t rule = group->next_rule;
	do {
		if (rule != group->next_rule && !group_run_may_share(group, rule))
			continue;
		group->rules[rule]->is_started = true;
		array_append(&run->rules, rule);
	} while (group->twins != NULL && (rule = group->twins[rule]) != 0);
}

void rule_run_start(struct rule_run *run, struct group_state *group) {
	run->group = group;
	run->source = datasource_ref(group->source);
	run->next_free = group->runs;
	group->runs = run;
	group->running++;
	run->at = 0;
	gather(run);
	begin_rule(run);
	struct prometheus_question question = question_of(run, run->rule->rule->expr);
	question.at -= group->group->query_offset;
	question.on_done = on_answer;
	if (run->rules.count == 1 && run->rule->rule->kind == RULE_ALERTING) // of several each reads the vector
		question.taker = (struct vector_taker){ take_known, take_again, run };
	prometheus_query_start(&run->query, run->evaluator->client, run->source, &question);
}
