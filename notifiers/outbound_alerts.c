// SPDX-License-Identifier: Apache-2.0
// The alerts that Alertmanagers are told, and when each is told again. Source of the times: Prometheus rules/alerting.go (needsSending,
// ValidUntil, resolvedRetention); an alert is sent again at the first evaluation that is resend_delay or more after the one it was sent for,
// and without any when none comes: docs/decisions/0040-fires-until-said-otherwise.md.
#include "notifiers/outbound_state.h"

enum { LOOK_AGAIN_MIN_MS = 20,
	LOOK_AGAIN_MAX_MS = 1000,
	KEPT_FOR_OTHERS_MS = 10 * 1000 };

const struct alertmanagers_config *outbound_config(const struct outbound *o) {
	return &o->setup->config->alertmanagers;
}

// ---- the list

static void unlink_alert(struct outbound *o, struct outbound_alert *alert) {
	*(alert->before == NULL ? &o->first : &alert->before->after) = alert->after;
	*(alert->after == NULL ? &o->last : &alert->after->before) = alert->before;
	alert->before = alert->after = NULL;
}

static void append(struct outbound *o, struct outbound_alert *alert) {
	alert->before = o->last;
	*(o->last == NULL ? &o->first : &o->last->after) = alert;
	o->last = alert;
}

static void leave_overdue(struct outbound *o, struct outbound_alert *alert) {
	o->overdue -= alert->is_overdue;
	alert->is_overdue = false;
}

static void stamp(struct outbound *o, struct outbound_alert *alert) {
	leave_overdue(o, alert);
	if (alert->stamp != 0)
		unlink_alert(o, alert);
	alert->stamp = ++o->last_stamp;
	append(o, alert);
}

static struct outbound_alert *find(const struct outbound *o, const struct dispatch_entry *entry) {
	return hash_map_find(&o->alerts, (uintptr_t)entry, NULL, NULL);
}

static void drop(struct outbound *o, struct outbound_alert *alert) {
	leave_overdue(o, alert);
	if (alert->stamp != 0)
		unlink_alert(o, alert);
	heap_remove(&o->due, &alert->due);
	hash_map_remove(&o->alerts, (uintptr_t)alert->entry, NULL, NULL);
	free(alert);
}

void outbound_alerts_clear(struct outbound *o) {
	while (o->first != NULL)
		drop(o, o->first);
	dispatch_table_finish(&o->table);
	o->table = (struct dispatch_table){ 0 };
}

uint64_t outbound_stamp_after(struct outbound *o, int64_t sequence) {
	uint64_t last = 0;
	for (const struct outbound_alert *alert = o->first; alert != NULL; alert = alert->after) {
		int64_t changed = dispatch_entry_shown(alert->entry)->event_sequence;
		if (changed == 0 || changed > sequence) // 0: nobody knows
			return last;
		last = alert->stamp;
	}
	return last;
}

// ---- times

// The last evaluation that said it fires; 0: none since the start.
static wall_ms evaluated_at(const struct alert_record *shown) {
	wall_ms at = 0;
	if (shown->is_living)
		alert_live_get(shown->live, &at);
	return at;
}

wall_ms outbound_ends_at(const struct outbound *o, const struct outbound_alert *alert) {
	const struct alert_record *shown = dispatch_entry_shown(alert->entry);
	if (!dispatch_entry_is_firing(alert->entry))
		return dispatch_entry_ends_at(alert->entry);
	dur_ms validity = shown->is_living ? shown->live->ops->validity(shown->live) : 4 * outbound_config(o)->resend_delay;
	wall_ms evaluated = evaluated_at(shown);
	wall_ms ends_at = (evaluated > alert->sent_for ? evaluated : alert->sent_for) + validity;
	return ends_at > o->now ? ends_at : o->now + validity; // owed for long: an end in the past would say that it is over
}

static dur_ms period_of(const struct outbound *o, const struct alert_record *shown) {
	dur_ms delay = outbound_config(o)->resend_delay;
	dur_ms longer = shown->is_living ? shown->live->ops->validity(shown->live) / 4 : 0; // of interval and delay
	return longer > delay ? longer : delay;
}

// When it is to be sent again; one that fires waits for its evaluation.
static wall_ms next_of(const struct outbound_alert *alert) {
	return alert->sent_for + alert->period;
}

// The end of an alert waits an eighth of a period more: its rule is evaluated at that very instant, and may say that it is pending anew.
// An eighth of a minute is between two evaluations at every usual interval.
static wall_ms look_at(const struct outbound_alert *alert) {
	return next_of(alert) + (dispatch_entry_is_firing(alert->entry) ? 0 : alert->period / 8);
}

static void schedule(struct outbound *o, struct outbound_alert *alert, wall_ms sent_for) {
	const struct alert_record *shown = dispatch_entry_shown(alert->entry);
	if (alert->period == 0 || shown->is_living)
		alert->period = period_of(o, shown);
	alert->sent_for = sent_for;
	heap_update(&o->due, &alert->due, look_at(alert));
}

void outbound_alerts_reschedule(struct outbound *o) {
	for (struct outbound_alert *alert = o->first; alert != NULL; alert = alert->after) {
		if (alert->sent_for > o->now)
			alert->sent_for = o->now;
		alert->period = period_of(o, dispatch_entry_shown(alert->entry));
		heap_update(&o->due, &alert->due, look_at(alert));
	}
}

// ---- transitions

static bool has_fired(const struct dispatch_entry *entry) {
	for (size_t i = 0; i < entry->sources.count; i++)
		if (few_items(&entry->sources)[i].shown->fired_at != 0)
			return true;
	return false;
}

static struct outbound_alert *alert_of(struct outbound *o, struct dispatch_entry *entry) {
	struct outbound_alert *alert = find(o, entry);
	if (alert != NULL)
		return alert;
	alert = MEM_NEW(struct outbound_alert);
	alert->entry = entry;
	hash_map_insert(&o->alerts, (uintptr_t)entry, alert);
	return alert;
}

static bool is_owed(const struct outbound *o, const struct outbound_alert *alert) {
	for (size_t i = 0; i < o->targets.count; i++)
		if (o->targets.items[i]->taken < alert->stamp)
			return true;
	return false;
}

static void forget(struct outbound *o, struct outbound_alert *alert) {
	struct dispatch_entry *entry = alert->entry;
	drop(o, alert);
	dispatch_table_remove(&o->table, entry);
}

// Prometheus sends no end of an alert that is pending anew; who has not taken it yet still hears of it.
void outbound_pend_again(struct outbound *o, const struct alert_record *pending) {
	struct dispatch_entry *entry = dispatch_table_find(&o->table, pending->labels);
	struct outbound_alert *alert = entry == NULL || dispatch_entry_is_firing(entry) ? NULL : find(o, entry);
	if (alert == NULL)
		return;
	alert->is_pending = true;
	if (!is_owed(o, alert))
		forget(o, alert);
}

void outbound_take(struct outbound *o, struct alert_record *record, enum alert_event_kind event) {
	if (record->event_sequence > o->sequence)
		o->sequence = record->event_sequence;
	if (alert_record_is_dropped(record))
		return;
	struct dispatch_entry *entry = dispatch_table_take(&o->table, record);
	if (entry == NULL) {
		outbound_pend_again(o, record);
		return;
	}
	if (find(o, entry) == NULL && !has_fired(entry)) { // pending and gone
		dispatch_table_remove(&o->table, entry);
		return;
	}
	struct outbound_alert *alert = alert_of(o, entry);
	const struct alert_record *shown = dispatch_entry_shown(entry);
	bool is_firing = dispatch_entry_is_firing(entry), is_live = is_firing && shown->is_living;
	bool is_revived = is_live && !alert->is_live; // after a restart nobody knows when it was sent
	alert->is_live = is_live;
	bool is_news = event != ALERT_EVENT_NONE && event != ALERT_EVENT_EXPIRED; // what was pending and is gone was never told
	if (!is_news && !is_revived && alert->stamp != 0)
		return;
	wall_ms evaluated = evaluated_at(shown);
	alert->is_pending = false;
	stamp(o, alert);
	if (is_firing)
		schedule(o, alert, evaluated != 0 ? evaluated : o->now);
	else
		schedule(o, alert, record->updated_at);
}

void outbound_take_row(struct outbound *o, struct alert_record *record) {
	if (record->event_sequence > o->sequence)
		o->sequence = record->event_sequence;
	struct outbound_alert *alert = alert_of(o, dispatch_table_keep(&o->table, record));
	stamp(o, alert);
	bool is_firing = record->state == ALERT_FIRING; // its rule is evaluated first: that is told at once
	schedule(o, alert, is_firing ? o->now : record->updated_at);
}

// ---- again

static void look_again(struct outbound *o, struct outbound_alert *alert) {
	dur_ms pause = alert->period / 20;
	pause = pause < LOOK_AGAIN_MIN_MS ? LOOK_AGAIN_MIN_MS : pause > LOOK_AGAIN_MAX_MS ? LOOK_AGAIN_MAX_MS
	                                                                                  : pause;
	heap_update(&o->due, &alert->due, o->now + pause);
}

// How long its evaluation is waited for when it is due: one comes within a period, and takes a while. Not at all when none has come
// since it was sent without.
static dur_ms patience(const struct outbound_alert *alert, wall_ms evaluated) {
	return evaluated < alert->sent_for ? 0 : alert->period + alert->period / 2;
}

// While its rule cannot be evaluated it fires on (LAW 12): then it is sent as of now, long before anybody takes it for ended.
static void firing_due(struct outbound *o, struct outbound_alert *alert) {
	wall_ms evaluated = evaluated_at(dispatch_entry_shown(alert->entry));
	bool is_confirmed = evaluated >= alert->sent_for + outbound_config(o)->resend_delay;
	if (!is_confirmed && o->now < next_of(alert) + patience(alert, evaluated)) {
		look_again(o, alert);
		return;
	}
	stamp(o, alert);
	schedule(o, alert, is_confirmed && evaluated < o->now ? evaluated : o->now); // later: the clock was set back
}

// The one that waits longest for an Alertmanager that takes nothing.
static void drop_overdue(struct outbound *o) {
	struct outbound_alert *oldest = o->first;
	while (!oldest->is_overdue)
		oldest = oldest->after;
	for (size_t i = 0; i < o->targets.count; i++)
		o->targets.items[i]->counts.dropped += o->targets.items[i]->taken < oldest->stamp;
	forget(o, oldest);
}

// Its retention is over, and somebody has not heard that it ended.
static void keep_overdue(struct outbound *o, struct outbound_alert *alert) {
	heap_update(&o->due, &alert->due, o->now + KEPT_FOR_OTHERS_MS);
	if (alert->is_overdue)
		return;
	alert->is_overdue = true;
	if (++o->overdue > outbound_config(o)->queue_capacity)
		drop_overdue(o);
}

static void ended_due(struct outbound *o, struct outbound_alert *alert) {
	wall_ms due = next_of(alert), kept_until = dispatch_entry_ends_at(alert->entry) + outbound_config(o)->resolved_retention;
	wall_ms meant_for = due + alert->period > o->now ? due : o->now; // once, however long the program was away
	if (!alert->is_pending && meant_for < kept_until) {
		stamp(o, alert);
		schedule(o, alert, meant_for);
		return;
	}
	if (is_owed(o, alert))
		keep_overdue(o, alert);
	else
		forget(o, alert);
}

void outbound_alert_due(struct outbound *o, struct outbound_alert *alert) {
	if (dispatch_entry_is_firing(alert->entry))
		firing_due(o, alert);
	else
		ended_due(o, alert);
}
